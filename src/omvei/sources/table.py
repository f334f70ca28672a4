"""Tables: CSV, TSV and other delimited text, JSON lines or one JSON array, and Parquet.

One row is one event. Which column means what is guessed from the header (`columns.yaml`), shown in
`Reading.mapping`, and overridden by `Options.mapping`. Columns without a meaning go to
`attributes`. A table whose columns are those of Omvei's own schema is taken as it is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from omvei.errors import SourceError, UnknownFormatError
from omvei.events.schema import IDENTIFIERS
from omvei.sources.amounts import CURRENCY, amount_sql, decimal_mark
from omvei.sources.columns import is_own, parts, understand, words
from omvei.sources.delimited import Layout, Refused, layout, read_rows
from omvei.sources.head import Head, encoding_of, head
from omvei.sources.lines import objects
from omvei.sources.own import own_batches
from omvei.sources.reading import Options, Reading
from omvei.sources.rows import ask, database, fault_sql, finished, named, quoted
from omvei.sources.tags import tag_sql, tags
from omvei.sources.times import date_order, time_sql

NAME = "table"
TITLE = "Table (CSV, TSV, JSON lines, Parquet)"

ROWS = 1 << 17
AMOUNTS = ("value", "cost")
VERBATIM = (*IDENTIFIERS, "event", "account")
"""Fields in which the word NA is a name, not an empty cell."""


def recognises(seen: Head) -> float:
    """0.9 for Omvei's own schema, 0.5 for anything in rows and columns."""
    lay = layout(seen) if seen.kind == "text" else None
    columns = lay.columns if lay else seen.columns
    if is_own(columns):
        return 0.9
    return 0.5 if columns else 0.0


@dataclass(frozen=True)
class Cells:
    """A file's rows as an Arrow table `raw`, and how SQL reads one cell of it as text."""

    seen: Head
    lay: Layout | None
    columns: tuple[str, ...]

    def batches(
        self, only: tuple[str, ...] | None = None
    ) -> Iterator[tuple[pa.Table, list[Refused]]]:
        """Stretches of the file with their row numbers in `row#`, and the lines that cannot be split."""
        if self.lay:
            for rows in read_rows(self.seen.path, self.lay, only):
                yield rows.table.append_column("row#", rows.numbers), rows.refused
        elif self.seen.kind == "parquet":
            row = 1
            try:
                with pq.ParquetFile(self.seen.path) as file:
                    for batch in file.iter_batches(ROWS, columns=list(only) if only else None):
                        numbers = pa.array(range(row, row + len(batch)), pa.int64())
                        row += len(batch)
                        yield pa.table(batch).append_column("row#", numbers), []
            except (pa.ArrowException, OSError) as error:
                raise SourceError(
                    self.seen.path, "the Parquet file is damaged.", "Export or copy it again."
                ) from error
        else:
            for table in objects(self.seen):
                yield table.rename_columns(["row#", "text#", "bad#"]), []

    def cell(self, column: str) -> str:
        """The SQL expression of a cell as text."""
        if self.lay:
            return named(column)
        if self.seen.kind == "parquet":
            return f"CAST({named(column)} AS VARCHAR)"
        key = column.replace("~", "~0").replace("/", "~1")
        return (
            f'CASE WHEN "bad#" IS NULL THEN json_extract_string("text#", {quoted("/" + key)}) END'
        )

    def rest(self, unmapped: tuple[str, ...], mapped: set[str]) -> str:
        """The SQL expression of all other cells that are not empty, as a JSON object."""
        if self.lay or self.seen.kind == "parquet":
            if not unmapped:
                return "NULL"
            pieces = [
                f"""CASE WHEN {_filled(self.cell(column))} THEN
                    {quoted(_json(column) + ":")} || to_json({named(column)})::VARCHAR END"""
                for column in unmapped
            ]
            return f"nullif('{{' || concat_ws(',', {', '.join(pieces)}) || '}}', '{{}}')"
        # Not all keys are known beforehand: take the object and drop what has a meaning.
        gone = ", ".join(f"{quoted(column)}: NULL" for column in sorted(mapped))
        dropped = (
            f'json_merge_patch("text#", {quoted("{")} || {quoted(_nulls(mapped))} || {quoted("}")})'
        )
        return (
            f"CASE WHEN \"bad#\" IS NULL THEN nullif({dropped}::VARCHAR, '{{}}') END"
            if gone
            else '"text#"'
        )


def read(path: Path, options: Options) -> Reading:
    """Read a table.

    Raises `UnknownFormatError` when the file is not in rows and columns, `SourceError` when it has
    no rows, or no column for a time or a person, and `UnknownNameError` for a mapping to something
    that is not there.
    """
    seen = head(path)
    lay = layout(seen) if seen.kind == "text" else None
    columns = lay.columns if lay else seen.columns
    if not columns:
        raise UnknownFormatError(
            path,
            "no rows and columns can be seen in it.",
            "Export it as CSV with a header and one row for each event.",
        )
    cells = Cells(seen, lay, tuple(columns))
    first = _first(cells)
    if first is None:
        raise SourceError(
            path, "it has a header but no rows.", "Export it again, with data in the period chosen."
        )
    known = understand(path, cells.columns, first, options.mapping, options.event)
    notes = list(known.notes)
    if lay:
        encoding = encoding_of(path)
        if not encoding.startswith("utf"):
            notes.append(f"The text is read as {encoding}, because it is not UTF-8.")
        if not lay.header:
            notes.append("There is no header: the columns are numbered from 1.")
    if (
        seen.kind == "parquet"
        and is_own(cells.columns)
        and not options.mapping
        and options.event is None
    ):
        return Reading(NAME, path, known.mapping, own_batches(path, options), (), tuple(notes))
    month_first, comma = _habits(cells, known.mapping, notes)
    batches = _batches(cells, known.mapping, known.unmapped, options, month_first, comma)
    return Reading(NAME, path, known.mapping, batches, known.unmapped, tuple(notes))


def _first(cells: Cells) -> Mapping[str, str | None] | None:
    """The first row as text, or None when there is none."""
    for table, refused in cells.batches():
        if len(table):
            row = table.slice(0, 1).to_pylist()[0]
            if cells.lay or cells.seen.kind == "parquet":
                return {name: None if value is None else str(value) for name, value in row.items()}
            return {name: str(value) for name, value in (cells.seen.record or {}).items()}
        if refused:
            return {}
    return None


def _habits(
    cells: Cells, mapping: Mapping[str, str], notes: list[str]
) -> tuple[bool, dict[str, bool]]:
    """How dates and amounts are written in this file, decided over whole columns."""
    month_first = False
    if "time" in mapping:
        order = date_order(_column(cells, mapping["time"]), mapping["time"])
        month_first = order.month_first
        notes += [order.note] if order.note else []
    comma = {}
    for field in AMOUNTS:
        if field in mapping:
            mark = decimal_mark(_column(cells, mapping[field]), mapping[field])
            comma[field] = mark.comma
            notes += [mark.note] if mark.note else []
    return month_first, comma


def _column(cells: Cells, value: str) -> Iterator[pa.Array]:
    mark, columns = parts(value, cells.columns)
    with database("UTC") as connection:
        for table, _ in cells.batches(tuple(dict.fromkeys(columns))):
            if len(table):
                yield ask(
                    connection, f"SELECT {_joined(cells, mark, columns)} AS t FROM raw", raw=table
                )["t"]


def _joined(cells: Cells, mark: str, columns: list[str]) -> str:
    each = [cells.cell(column) for column in columns]
    if mark == "+":
        return f"concat_ws(' ', {', '.join(each)})"
    if mark == "|":
        return f"coalesce({', '.join(f'nullif(trim({one}), {quoted(str())})' for one in each)})"
    return each[0]


def _batches(
    cells: Cells,
    mapping: Mapping[str, str],
    unmapped: tuple[str, ...],
    options: Options,
    month_first: bool,
    comma: dict[str, bool],
) -> Iterator[pa.RecordBatch]:
    sql = _statement(cells, mapping, unmapped, options, month_first, comma)
    with database(options.timezone) as connection:
        for table, refused in cells.batches():
            if not len(table):
                yield from finished(pa.table({}), options, refused)
            for start in range(0, len(table), ROWS):
                part = table.slice(start, ROWS)
                end = part["row#"][-1].as_py() if start + ROWS < len(table) else None
                here = [one for one in refused if end is None or one.row <= end]
                refused = refused[len(here) :]
                yield from finished(ask(connection, sql, raw=part), options, here)


def _statement(
    cells: Cells,
    mapping: Mapping[str, str],
    unmapped: tuple[str, ...],
    options: Options,
    month_first: bool,
    comma: dict[str, bool],
) -> str:
    """The statement that turns a stretch `raw` into our columns."""
    split = {field: parts(value, cells.columns) for field, value in mapping.items()}
    used = {column for _, columns in split.values() for column in columns}
    said = {field: f"nullif(trim({_joined(cells, *how)}), '')" for field, how in split.items()}
    for field in said:
        if field not in VERBATIM and field not in ("time", "attributes"):
            said[field] = f"CASE WHEN {_filled(said[field])} THEN {said[field]} END"
    ours = {field: f"s.{field}" for field in said}
    ours["time"] = "p.time"
    for field in AMOUNTS:
        if field in said:
            ours[field] = f"p.{field}"
    if "rating" in said:
        ours["rating"] = "p.rating"
    if "value" in said and "currency" not in said:
        ours["currency"] = f"nullif(regexp_extract(s.value, {quoted(CURRENCY)}, 1), '')"
    if "currency" in said:
        ours["currency"] = "upper(s.currency)"
    if "host" in said:
        ours["host"] = "lower(regexp_extract(s.host, '^(?:[a-zA-Z]+://)?([^/:]+)', 1))"
    if "consent" in said:
        ours["consent"] = _consent_sql()
    for field in ("email", "phone"):
        if field in said:
            shape = "@.*[.]" if field == "email" else "[0-9]{5}|[0-9].*[0-9].*[0-9].*[0-9].*[0-9]"
            ours[field] = (
                f"CASE WHEN regexp_matches(s.{field}, '{shape}|^[0-9a-f]{{32}}$') THEN s.{field} END"
            )
    if "url" in said:
        for field in tags():
            ours.setdefault(field, tag_sql(field, "s.url"))
    ours["event"] = _event_sql(said, options)
    if "attributes" not in said:
        ours["attributes"] = "s.rest"
    parsed = [f"{time_sql('s.time', month_first)} AS time"]
    parsed += [
        f"{amount_sql(f's.{field}', comma[field])} AS {field}" for field in AMOUNTS if field in said
    ]
    if "rating" in said:
        parsed.append(f"{amount_sql('s.rating', True, 'DOUBLE')} AS rating")
    bad = '"bad#"' if "text#" in _names(cells) else "NULL"
    broken = '"bad#"' if bad != "NULL" else "NULL"
    line = '"text#"' if bad != "NULL" else "''"
    if bad != "NULL":
        inner = f"""SELECT "row#", "text#", coalesce("bad#",
            CASE WHEN NOT json_valid("text#") THEN 'not JSON'
                 WHEN json_type(CASE WHEN json_valid("text#") THEN "text#" END) <> 'OBJECT'
                 THEN 'expected a JSON object' END) AS "bad#" FROM raw"""
    else:
        inner = "SELECT * FROM raw"
    faults: list[tuple[str, str | None, str, str]] = []
    if bad != "NULL":
        faults.append(("s.bad IS NOT NULL", None, "(s.bad)", "s.line"))
    when = mapping["time"]
    faults.append(("s.time IS NULL", when, "no time", "coalesce(s.time, '')"))
    faults.append(("p.time IS NULL", when, "not a time between 1900 and 2100", "s.time"))
    for field in (*AMOUNTS, "rating"):
        if field in said:
            what = "an amount" if field in AMOUNTS else "a number"
            faults.append(
                (
                    f"s.{field} IS NOT NULL AND p.{field} IS NULL",
                    mapping[field],
                    f"not {what}",
                    f"s.{field}",
                )
            )
    if "attributes" in said:
        faults.append(
            ("NOT json_valid(s.attributes)", mapping["attributes"], "not JSON", "s.attributes")
        )
    people = [field for field in IDENTIFIERS if field in said]
    nobody = " AND ".join(f"({ours[field]}) IS NULL" for field in people)
    if "consent" in said:
        nobody += f" AND coalesce({ours['consent']}, '') <> 'denied'"
    faults.append((nobody, mapping[people[0]], "nobody: no identifier is filled in", "''"))
    return f"""
        WITH rows AS ({inner}),
        said AS (
            SELECT "row#" AS row, {broken} AS bad, {line} AS line,
                   {cells.rest(unmapped, used)} AS rest,
                   {", ".join(f"{sql} AS {field}" for field, sql in said.items())}
            FROM rows
        )
        SELECT s.row, {", ".join(f"{sql} AS {field}" for field, sql in ours.items())},
               {fault_sql(*faults)}
        FROM (SELECT s, struct_pack({", ".join(_packed(one) for one in parsed)}) AS p FROM said AS s)
    """


def _packed(aliased: str) -> str:
    sql, _, name = aliased.rpartition(" AS ")
    return f"{name} := {sql}"


def _names(cells: Cells) -> tuple[str, ...]:
    return () if cells.lay or cells.seen.kind == "parquet" else ("text#", "bad#")


def _filled(text: str) -> str:
    missing = ", ".join(map(quoted, ("", *words()["missing"])))
    return f"{text} NOT IN ({missing})"


def _consent_sql() -> str:
    whens = " ".join(
        f"WHEN lower(replace(s.consent, '-', '_')) IN ({', '.join(map(quoted, said))}) THEN {quoted(state)}"
        for state, said in words()["consent"].items()
    )
    return f"CASE {whens} END"


def _event_sql(said: Mapping[str, str], options: Options) -> str:
    """The event's own name; else the user's name for all; else what the columns suggest."""
    fallback = options.event or ("page_view" if {"content", "url"} & said.keys() else "touch")
    if "event" in said:
        return f"coalesce(s.event, {quoted(fallback)})"
    if "kind" in said and options.event is None:
        return f"coalesce(s.kind, {quoted(fallback)})"
    return quoted(fallback)


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _nulls(columns: set[str]) -> str:
    return ", ".join(f"{_json(column)}: null" for column in sorted(columns))
