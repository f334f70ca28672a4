"""Tables: CSV, TSV and other delimited text, JSON lines or one JSON array, and Parquet.

One row is one event. Which column means what is guessed from the header (`columns.yaml`), shown in
`Reading.mapping`, and overridden by `Options.mapping`. Columns without a meaning go to
`attributes`. A table whose columns are those of Omvei's own schema is taken as it is.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from omvei.errors import EmptyFileError, UnknownFormatError
from omvei.events.schema import IDENTIFIERS
from omvei.sources.cells import ROWS, Cells, filled, nonblank
from omvei.sources.columns import Understood, is_own, parts, understand
from omvei.sources.head import Head, encoding_of, head
from omvei.sources.layout import layout
from omvei.sources.meaning import Habits, faults, habits, told
from omvei.sources.own import own_batches, rows_of
from omvei.sources.reading import Options, Reading
from omvei.sources.rows import ask, database, fault_sql, finished, quoted

NAME = "table"
TITLE = "Table (CSV, TSV, JSON lines, Parquet)"
STATUS = "complete"

VERBATIM = (*IDENTIFIERS, "event", "account", "time", "attributes")
"""Fields in which the word NA is no empty cell: it may be a name."""


ASKED = (
    "person", "time", "event", "content", "channel", "campaign", "query", "product", "value",
    "currency", "order_id", "email", "user_id", "rating", "cost", "account", "consent",
)  # fmt: skip
"""The fields that one is asked for; a table may hold any of our own."""


def recognises(seen: Head) -> float:
    """0.9 for Omvei's own schema, 0.5 for anything in rows and columns."""
    lay = layout(seen) if seen.kind == "text" else None
    columns = lay.columns if lay else seen.columns
    if is_own(columns):
        return 0.9
    return 0.5 if columns else 0.0


def fields() -> tuple[str, ...]:
    """What a column can be said to hold."""
    return ASKED


def read(path: Path, options: Options) -> Reading:
    """Read a table.

    Raises `UnknownFormatError` when the file is not in rows and columns, `SourceError` when it has
    no rows, or no column for a time or a person, and `UnknownNameError` for a mapping to something
    that is not there.
    """
    seen = head(path)
    cells = Cells(seen, layout(seen) if seen.kind == "text" else None)
    if not cells.columns:
        raise UnknownFormatError(
            path,
            "no rows and columns can be seen in it.",
            "Export it as CSV with a header and one row for each event.",
        )
    first = _first(cells)
    known = understand(path, cells.columns, first, options.mapping, options.event, cells.inner)
    notes = list(known.notes)
    if cells.lay:
        encoding = encoding_of(path)
        if not encoding.startswith("utf"):
            notes.append(f"The text is read as {encoding}, because it is not UTF-8.")
        if not cells.lay.header:
            notes.append("There is no header: the columns are numbered from 1.")
    as_it_is = is_own(cells.columns) and not options.mapping and options.event is None
    if not as_it_is and options.event is None and not {"event", "kind"} & known.mapping.keys():
        notes.append(
            f"No column names the event: each row is taken as a {_suggested(known.mapping)}."
            " Say otherwise with --event NAME."
        )
    if seen.kind == "parquet" and as_it_is:
        told = own_batches(path, options)
        return Reading(NAME, path, known.mapping, told, (), tuple(notes), rows=rows_of(path))
    habit = habits(cells, known.mapping)
    batches = _batches(cells, _statement(cells, known, habit, options), options)
    return Reading(NAME, path, known.mapping, batches, known.unmapped, (*notes, *habit.notes))


def _first(cells: Cells) -> Mapping[str, str | None]:
    """The first row as text."""
    for table, refused in cells.batches():
        if len(table) and cells.documents:
            return {name: str(value) for name, value in (cells.seen.record or {}).items()}
        if len(table):
            row = table.slice(0, 1).to_pylist()[0].values()
            texts = [None if value is None else str(value) for value in row]
            return dict(zip(cells.columns, texts, strict=False))
        if refused:
            return {}
    raise EmptyFileError(
        cells.seen.path,
        "it has a header but no rows.",
        "Export it again, with data in the period chosen.",
    )


def _batches(cells: Cells, sql: str, options: Options) -> Iterator[pa.RecordBatch]:
    number = "row" if cells.documents else "row#"
    with database(options.timezone) as connection:
        for table, refused in cells.batches():
            if not len(table):
                yield from finished(pa.table({}), options, refused)
            for start in range(0, len(table), ROWS):
                part = table.slice(start, ROWS)
                end = part[number][-1].as_py() if start + ROWS < len(table) else None
                here = [one for one in refused if end is None or one.row <= end]
                refused = refused[len(here) :]
                yield from finished(ask(connection, sql, raw=part), options, here)


def _statement(cells: Cells, known: Understood, habit: Habits, options: Options) -> str:
    """The statement that turns a stretch `raw` into our columns.

    `said` has the text of each field, `told` what it means, and the answer adds the faults.
    """
    every = (*cells.columns, *cells.inner)
    split = {field: parts(value, every) for field, value in known.mapping.items()}
    used = list(dict.fromkeys(column for _, columns in split.values() for column in columns))
    said = {}
    for field, how in split.items():
        text = nonblank(cells.joined(*how))
        said[field] = text if field in VERBATIM else f"CASE WHEN {filled(text)} THEN {text} END"
    means = told(said, habit)
    means["event"] = _event_sql(said, options)
    means.setdefault("attributes", "said.rest")
    return f"""
        WITH said AS (
            SELECT "row#" AS "row", "bad#" AS bad, "text#" AS line,
                   {cells.rest(known.unmapped, [*used, *known.hidden])} AS rest,
                   {", ".join(f"{sql} AS {field}" for field, sql in said.items())}
            FROM {cells.rows}
        ),
        told AS (
            SELECT said, said."row" AS "row",
                   {", ".join(f"{sql} AS {field}" for field, sql in means.items())}
            FROM said
        )
        SELECT * EXCLUDE (said), {fault_sql(*faults(said, known.mapping))} FROM told
    """


def _event_sql(said: Mapping[str, str], options: Options) -> str:
    """The event's own name; else the user's name for all; else what the columns suggest."""
    fallback = quoted(options.event or _suggested(said))
    if "event" in said:
        return f"coalesce(said.event, {fallback})"
    if "kind" in said and options.event is None:
        return f"coalesce(said.kind, {fallback})"
    return fallback


def _suggested(fields: Collection[str]) -> str:
    """What an event without a name is, by the columns there are."""
    if {"order_id", "value"} <= set(fields):
        return "purchase"
    return "page_view" if {"content", "url"} & set(fields) else "touch"
