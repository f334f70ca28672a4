"""Parquet in Omvei's own schema: almost nothing to do, so it streams at the disk's speed."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from omvei.errors import SourceError
from omvei.events.schema import IDENTIFIERS, READ, WORDS
from omvei.sources.reading import Options
from omvei.sources.rows import finished

ROWS, FEW = 1 << 18, 1 << 15

WORD = pa.dictionary(pa.int32(), pa.string())


def own_batches(path: Path, options: Options) -> Iterator[pa.RecordBatch]:
    """The rows of the file in the schema `READ`, `WORDS` as dictionaries.

    A row without a time, or without any identifier while consent is not denied, is rejected.
    Raises `SourceError` for a column of a type that cannot become ours.
    """
    row = 1
    try:
        # words come as the file keeps them: each once, and in every row its place
        words = [name for name in pq.read_schema(path).names if name in WORDS]
        with pq.ParquetFile(path, read_dictionary=words) as file:
            for batch in chain.from_iterable(file.iter_batches(ROWS, each) for each in _runs(file)):
                table = _cast(path, pa.table(batch), options)
                numbers = pa.array(np.arange(row, row + len(table), dtype=np.int64))
                row += len(table)
                yield from finished(_judged(table.append_column("row", numbers)), options)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            path, "the Parquet file is damaged.", "Export or copy it again."
        ) from error


def _runs(file: pq.ParquetFile) -> list[list[int]]:
    """The groups of rows, each alone where they are large: each has dictionaries of its own."""
    groups = range(file.num_row_groups)
    large = file.metadata.num_rows > len(groups) * FEW
    return [[group] for group in groups] if large else [list(groups)]


def rows_of(path: Path) -> int | None:
    """How many rows the file says it has; None where that cannot be read."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return None


def _cast(path: Path, table: pa.Table, options: Options) -> pa.Table:
    for place, name in enumerate(table.column_names):
        column, wanted = table[name], READ.field(name).type
        if column.type in (wanted, WORD if name in WORDS else wanted):
            continue
        try:
            if name == "time" and pa.types.is_timestamp(column.type) and column.type.tz is None:
                column = pc.assume_timezone(
                    column, options.timezone, ambiguous="earliest", nonexistent="latest"
                )
            if pa.types.is_dictionary(column.type):
                column = column.cast(column.type.value_type)
            if pa.types.is_timestamp(wanted) or pa.types.is_decimal(wanted):
                column = column.cast(wanted, safe=False)
            else:
                column = column.cast(wanted)
        except (pa.ArrowException, ValueError) as error:
            raise SourceError(
                path,
                f"column {name!r} is {column.type}, which cannot become {wanted}.",
                "Write it in that type, or read the file with --map.",
            ) from error
        table = table.set_column(place, name, column)
    return table


def _judged(table: pa.Table) -> pa.Table:
    """With the columns `column` and `reason` where some row is unusable."""
    timeless = table["time"].is_null()
    somebody = None
    for name in IDENTIFIERS:
        if name in table.column_names:
            known = table[name].is_valid()
            somebody = known if somebody is None else pc.or_(somebody, known)
    if "consent" in table.column_names:
        somebody = pc.or_(somebody, pc.equal(table["consent"], "denied").fill_null(False))
    nobody = pc.invert(somebody)
    if not pc.any(pc.or_(timeless, nobody)).as_py():
        return table
    null = pa.scalar(None, pa.string())
    column = pc.if_else(timeless, "time", pc.if_else(nobody, "person", null))
    reason = pc.if_else(
        timeless, "no time", pc.if_else(nobody, "nobody: no identifier is filled in", null)
    )
    return table.append_column("column", column).append_column("reason", reason)
