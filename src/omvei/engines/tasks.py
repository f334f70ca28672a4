"""What our jobs on Spark are made of: work done once a task, and tables kept in a shared folder.

Files are read and written inside the tasks with Arrow, not by Spark's own connectors, so a folder
that every worker sees is all that is needed. A task that is run twice writes two files, of which
only the one it reports is ever read.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Item = TypeVar("Item")
Batches = Iterable[pa.RecordBatch]

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


def write(folder: Path, batches: Batches, schema: pa.Schema) -> str:
    """Write a file of a new name; return its path."""
    path = folder / f"{uuid4().hex}.parquet"
    with pq.ParquetWriter(path, schema, compression="zstd") as out:
        for batch in batches:
            out.write_batch(batch)
    return str(path)


def table(spark: "SparkSession", paths: Sequence[str], schema: str) -> "DataFrame":
    """The rows of some files as a table of Spark's; a task reads a file."""

    def read(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for place in batch.column(0).to_pylist():
                yield from pq.ParquetFile(paths[place]).iter_batches()

    return spark.range(0, len(paths), 1, max(1, len(paths))).mapInArrow(read, schema)


def kept(spark: "SparkSession", folder: Path, schema: str, rows: "DataFrame") -> "DataFrame":
    """The same table, read from files: how it was made need never be done again."""

    def put(batches: Batches) -> Iterator[pa.RecordBatch]:
        there = (batch for batch in batches if batch.num_rows)
        first = next(there, None)
        if first is not None:
            path = write(folder, (b for some in ([first], there) for b in some), first.schema)
            yield pa.RecordBatch.from_pydict({"path": [path]})

    paths = rows.mapInArrow(put, "path string").toArrow().column("path").to_pylist()
    return table(spark, paths, schema)
