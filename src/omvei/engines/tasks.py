"""What our jobs on Spark are made of: work done once a task, and tables kept in files.

Files are read and written inside the tasks with Arrow, not by Spark's own connectors, so a folder
that every worker sees, or a store, is all that is needed. A task that is run twice writes two
files, of which only the one it reports is ever read.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from .shared import File, Shared

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Item = TypeVar("Item")
Batches = Iterable[pa.RecordBatch]

FILE = "name string, told string"
"""The schema of a `File`, as Spark writes it."""

DONE = "done binary"
"""What a task gives back, pickled."""


def each(spark: "SparkSession", work: Callable[[Item], Any], items: Sequence[Item]) -> list[Any]:
    """Do something with every item, each in a task of its own; the results in the same order."""

    def run(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for place in batch.column(0).to_pylist():
                done = pickle.dumps((place, work(items[place])))
                yield pa.RecordBatch.from_pydict({"done": pa.array([done], pa.binary())})

    tasks = max(1, len(items))
    rows = spark.range(0, len(items), 1, tasks).mapInArrow(run, DONE).toArrow()
    found = [pickle.loads(done) for done in rows.column("done").to_pylist()]
    return [result for _, result in sorted(found, key=lambda one: one[0])]


def write(shared: Shared, folder: str, batches: Batches, schema: pa.Schema) -> File:
    """Write a file of a new name into a folder of the workspace."""
    path = shared.folder(folder) / f"{uuid4().hex}.parquet"
    with pq.ParquetWriter(path, schema, compression="zstd") as out:
        for batch in batches:
            out.write_batch(batch)
    return shared.move(path)


def read(shared: Shared, file: File) -> Iterator[pa.RecordBatch]:
    """The rows of a file that `write` wrote."""
    with shared.reading(file) as path, pq.ParquetFile(path) as opened:
        yield from opened.iter_batches()


def table(spark: "SparkSession", shared: Shared, files: Sequence[File], schema: str) -> "DataFrame":
    """The rows of some files as a table of Spark's; a task reads a file."""

    def rows(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for place in batch.column(0).to_pylist():
                yield from read(shared, files[place])

    return spark.range(0, len(files), 1, max(1, len(files))).mapInArrow(rows, schema)


def kept(
    spark: "SparkSession", shared: Shared, folder: str, schema: str, rows: "DataFrame"
) -> "DataFrame":
    """The same table, read from files: how it was made need never be done again."""

    def put(batches: Batches) -> Iterator[pa.RecordBatch]:
        there = (batch for batch in batches if batch.num_rows)
        first = next(there, None)
        if first is not None:
            all_of_it = (batch for some in ([first], there) for batch in some)
            file = write(shared, folder, all_of_it, first.schema)
            yield pa.RecordBatch.from_pylist([file._asdict()])

    found = rows.mapInArrow(put, FILE).toArrow().to_pylist()
    return table(spark, shared, [File(**one) for one in found], schema)
