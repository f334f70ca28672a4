"""Tables: CSV, TSV and other delimited text, JSON lines or one JSON array, and Parquet.

One row is one event. Which column means what is guessed from the header (`columns.yaml`), shown in
`Reading.mapping`, and overridden by `Options.mapping`. Columns without a meaning go to
`attributes`. A table whose columns are those of Omvei's own schema is taken as it is.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from omvei.errors import SourceError, UnknownFormatError
from omvei.events.schema import IDENTIFIERS
from omvei.sources.amounts import CURRENCY, amount_sql, decimal_mark
from omvei.sources.cells import ROWS, Cells, filled, nonblank
from omvei.sources.columns import Understood, is_own, parts, understand, words
from omvei.sources.head import Head, encoding_of, head
from omvei.sources.layout import layout
from omvei.sources.own import own_batches
from omvei.sources.reading import Options, Reading
from omvei.sources.rows import ask, database, fault_sql, finished, quoted
from omvei.sources.tags import tag_sql, tags
from omvei.sources.times import date_order, time_sql

NAME = "table"
TITLE = "Table (CSV, TSV, JSON lines, Parquet)"

AMOUNTS = ("value", "cost")
VERBATIM = (*IDENTIFIERS, "event", "account", "time", "attributes")
"""Fields in which the word NA is no empty cell: it may be a name."""

CONTACT = {
    "email": "@.*[.]|^[0-9a-f]{32}$",
    "phone": "[0-9].*[0-9].*[0-9].*[0-9].*[0-9]|^[0-9a-f]{32}$",
}
"""What an address or number looks like; anything else in the column is no identifier."""


@dataclass(frozen=True)
class Habits:
    """How one file writes dates and amounts."""

    month_first: bool
    comma: Mapping[str, bool]
    """For each field of money: whether the comma is the decimal mark."""

    notes: tuple[str, ...]


def recognises(seen: Head) -> float:
    """0.9 for Omvei's own schema, 0.5 for anything in rows and columns."""
    lay = layout(seen) if seen.kind == "text" else None
    columns = lay.columns if lay else seen.columns
    if is_own(columns):
        return 0.9
    return 0.5 if columns else 0.0


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
        return Reading(NAME, path, known.mapping, own_batches(path, options), (), tuple(notes))
    habits = _habits(cells, known.mapping)
    batches = _batches(cells, _statement(cells, known, habits, options), options)
    return Reading(NAME, path, known.mapping, batches, known.unmapped, (*notes, *habits.notes))


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
    raise SourceError(
        cells.seen.path,
        "it has a header but no rows.",
        "Export it again, with data in the period chosen.",
    )


def _habits(cells: Cells, mapping: Mapping[str, str]) -> Habits:
    """How dates and amounts are written, decided over whole columns."""
    order = date_order(_column(cells, mapping["time"]), mapping["time"])
    marks = {
        field: decimal_mark(_column(cells, mapping[field]), mapping[field])
        for field in AMOUNTS
        if field in mapping
    }
    notes = [order.note, *(mark.note for mark in marks.values())]
    comma = {field: mark.comma for field, mark in marks.items()}
    return Habits(order.month_first, comma, tuple(note for note in notes if note))


def _column(cells: Cells, value: str) -> Iterator[pa.Array]:
    mark, columns = parts(value, (*cells.columns, *cells.inner))
    with database("UTC") as connection:
        for table, _ in cells.batches(tuple(dict.fromkeys(columns))):
            if len(table):
                sql = f"SELECT {cells.joined(mark, columns)} AS text FROM {cells.rows}"
                yield ask(connection, sql, raw=table)["text"]


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


def _statement(cells: Cells, known: Understood, habits: Habits, options: Options) -> str:
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
    told = _told(said, habits, options)
    return f"""
        WITH said AS (
            SELECT "row#" AS "row", "bad#" AS bad, "text#" AS line,
                   {cells.rest(known.unmapped, [*used, *known.hidden])} AS rest,
                   {", ".join(f"{sql} AS {field}" for field, sql in said.items())}
            FROM {cells.rows}
        ),
        told AS (
            SELECT said, said."row" AS "row",
                   {", ".join(f"{sql} AS {field}" for field, sql in told.items())}
            FROM said
        )
        SELECT * EXCLUDE (said), {fault_sql(*_faults(said, known.mapping))} FROM told
    """


def _told(said: Mapping[str, str], habits: Habits, options: Options) -> dict[str, str]:
    """What each field means, as SQL over `said`."""
    told = {field: f"said.{field}" for field in said}
    told["time"] = time_sql("said.time", habits.month_first)
    for field, comma in habits.comma.items():
        told[field] = amount_sql(f"said.{field}", comma)
    if "rating" in said:
        told["rating"] = amount_sql("said.rating", True, "DOUBLE")
    if "currency" in said:
        told["currency"] = "upper(said.currency)"
    elif "value" in said:
        told["currency"] = f"nullif(regexp_extract(said.value, {quoted(CURRENCY)}, 1), '')"
    if "host" in said:
        told["host"] = "lower(regexp_extract(said.host, '^(?:[a-zA-Z]+://)?([^/:]+)', 1))"
    if "consent" in said:
        told["consent"] = _consent_sql()
    for field in CONTACT.keys() & said.keys():
        looks = f"regexp_matches(said.{field}, {quoted(CONTACT[field])})"
        told[field] = f"CASE WHEN {looks} THEN said.{field} END"
    if "url" in said:
        for field in tags():
            told.setdefault(field, tag_sql(field, "said.url"))
    told["event"] = _event_sql(said, options)
    told.setdefault("attributes", "said.rest")
    return told


def _faults(
    said: Mapping[str, str], mapping: Mapping[str, str]
) -> Iterator[tuple[str, str | None, str, str]]:
    """What makes a row unusable, the first reason first."""
    yield "said.bad IS NOT NULL", None, "(said.bad)", "said.line"
    yield "said.time IS NULL", mapping["time"], "no time", "''"
    yield "time IS NULL", mapping["time"], "not a time between 1900 and 2100", "said.time"
    for field in (*AMOUNTS, "rating"):
        if field in said:
            reason = "not an amount" if field in AMOUNTS else "not a number"
            unread = f"said.{field} IS NOT NULL AND {field} IS NULL"
            yield unread, mapping[field], reason, f"said.{field}"
    if "attributes" in said:
        odd = "NOT json_valid(said.attributes)"
        yield odd, mapping["attributes"], "not JSON", "said.attributes"
    people = [field for field in IDENTIFIERS if field in said]
    nobody = " AND ".join(f"{field} IS NULL" for field in people)
    if "consent" in said:
        nobody += " AND coalesce(consent, '') <> 'denied'"
    shown = "person" if "person" in said else people[0]
    yield nobody, mapping[shown], "nobody: no identifier is filled in", "''"


def _consent_sql() -> str:
    whens = " ".join(
        f"WHEN lower(replace(said.consent, '-', '_')) IN ({', '.join(map(quoted, known))})"
        f" THEN {quoted(state)}"
        for state, known in words()["consent"].items()
    )
    return f"CASE {whens} END"


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
