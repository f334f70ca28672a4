"""Tables of counts that are nobody's: how often words were searched for, or a path was taken.

A recipe says which column is which; what a column holds follows from the table's schema: texts,
days, whole numbers, and numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from omvei.errors import SourceError
from omvei.events.schema import READS, TABLES
from omvei.sources.amounts import amount_sql, count_sql, decimal_mark
from omvei.sources.cells import Cells
from omvei.sources.head import head
from omvei.sources.meaning import column_texts
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import CURE, recipe, table_of, text_sql, understood
from omvei.sources.rows import Fault, ask, database, fault_sql, finished
from omvei.sources.times import date_order, time_sql


def read_counted(
    name: str,
    table: str,
    path: Path,
    options: Options,
    needed: Sequence[str],
    given: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> Reading:
    """Read counts by the recipe `name` into `table`.

    `needed` are fields without which a row is no use; `given` are expressions of fields that no
    column holds. Raises `SourceError` when the file is no table or lacks a column that is needed,
    and `UnknownNameError` for a mapping to something that is not there.
    """
    rule = recipe(name)
    cells = table_of(head(path), rule["title"])
    types = {column.name: column.type for column in TABLES[table]}
    mapping = understood(cells, rule["fields"], options, tuple(types))
    for field in needed:
        if field not in mapping:
            shown = ", ".join(cells.columns[:40])
            raise SourceError(path, f"has no column for {field}. The columns are: {shown}.", CURE)
    said = {
        field: text_sql(cells, value, types[field] == pa.string())
        for field, value in mapping.items()
    }
    told = list(notes)
    means: dict[str, str] = {}
    faults: list[Fault] = [("said.bad IS NOT NULL", None, "(said.bad)", "said.line")]
    for field, column in mapping.items():
        means[field], reason, note = _meaning(cells, field, column, types[field])
        if note:
            told.append(note)
        if field in needed:
            faults.append((f"said.{field} IS NULL", column, f"no {field}", "''"))
        if reason:
            unread = f"said.{field} IS NOT NULL AND {field} IS NULL"
            faults.append((unread, column, reason, f"said.{field}"))
        if types[field] in (pa.int64(), pa.float64()):
            faults.append((f"{field} < 0", column, "a negative number", f"said.{field}"))
    means |= given or {}
    sql = f"""
        WITH said AS (
            SELECT "row#" AS "row", "bad#" AS bad, "text#" AS line,
                   {", ".join(f"{text} AS {field}" for field, text in said.items())}
            FROM {cells.rows}
        ),
        told AS (
            SELECT said, said."row" AS "row",
                   {", ".join(f"{text} AS {field}" for field, text in means.items())}
            FROM said
        )
        SELECT * EXCLUDE (said), {fault_sql(*faults)} FROM told
    """
    batches = _batches(cells, sql, table, options)
    return Reading(name, path, mapping, batches, (), tuple(told), table)


def _meaning(
    cells: Cells, field: str, column: str, kind: pa.DataType
) -> tuple[str, str | None, str | None]:
    """The expression of a field, why a text may not be one, and what the user should know."""
    if pa.types.is_date(kind):
        order = date_order(column_texts(cells, column), column)
        day = f"({time_sql(f'said.{field}', order.month_first)})::DATE"
        return day, "not a day between 1900 and 2100", order.note
    if kind == pa.int64():
        return count_sql(f"said.{field}"), "not a whole number", None
    if kind == pa.string():
        return f"said.{field}", None, None
    mark = decimal_mark(column_texts(cells, column), column)
    cast = "DOUBLE" if kind == pa.float64() else "DECIMAL(18, 4)"
    return amount_sql(f"said.{field}", mark.comma, cast), "not a number", mark.note


def _batches(cells: Cells, sql: str, table: str, options: Options) -> Iterator[pa.RecordBatch]:
    with database("UTC") as connection:
        for part, refused in cells.batches():
            rows = ask(connection, sql, raw=part) if len(part) else pa.table({})
            yield from finished(rows, options, refused, READS[table])
