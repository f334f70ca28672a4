"""What the text of each field means, as SQL; and what makes a row of a table unusable.

The expressions are over a row `said` that has the text of each field.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from omvei.events.schema import IDENTIFIERS
from omvei.sources.amounts import CURRENCY, amount_sql, decimal_mark
from omvei.sources.cells import Cells
from omvei.sources.columns import parts, words
from omvei.sources.rows import Fault, ask, database, quoted
from omvei.sources.tags import tag_sql, tags
from omvei.sources.times import date_order, time_sql

AMOUNTS = ("value", "cost")
CONTACT = {
    "email": "@.*[.]|^[0-9a-f]{32}$",
    "phone": "[0-9].*[0-9].*[0-9].*[0-9].*[0-9].*[0-9]|^[0-9a-f]{32}$",
}
"""What an address or number looks like; anything else in the column is no identifier."""


@dataclass(frozen=True)
class Habits:
    """How one file writes dates and amounts."""

    month_first: bool
    comma: Mapping[str, bool]
    """For each field of money: whether the comma is the decimal mark."""

    notes: tuple[str, ...]


def habits(cells: Cells, mapping: Mapping[str, str], money: Collection[str] = AMOUNTS) -> Habits:
    """How dates and amounts are written, decided over whole columns."""
    order = date_order(column_texts(cells, mapping["time"]), mapping["time"])
    marks = {
        field: decimal_mark(column_texts(cells, mapping[field]), mapping[field])
        for field in money
        if field in mapping
    }
    notes = [order.note, *(mark.note for mark in marks.values())]
    comma = {field: mark.comma for field, mark in marks.items()}
    return Habits(order.month_first, comma, tuple(note for note in notes if note))


def column_texts(cells: Cells, value: str) -> Iterator[pa.Array]:
    """The texts of a field of the file, stretch by stretch; `value` as in a mapping."""
    mark, columns = parts(value, (*cells.columns, *cells.inner))
    with database("UTC") as connection:
        for table, _ in cells.batches(tuple(dict.fromkeys(columns))):
            if len(table):
                sql = f"SELECT {cells.joined(mark, columns)} AS text FROM {cells.rows}"
                yield ask(connection, sql, raw=table)["text"]


def told(said: Iterable[str], habit: Habits) -> dict[str, str]:
    """What each field means. `said` names the fields that have a text."""
    told = {field: f"said.{field}" for field in said}
    told["time"] = time_sql("said.time", habit.month_first)
    for field, comma in habit.comma.items():
        told[field] = amount_sql(f"said.{field}", comma)
    if "rating" in told:
        told["rating"] = amount_sql("said.rating", True, "DOUBLE")
    if "currency" in told:
        told["currency"] = "upper(said.currency)"
    elif "value" in told:
        told["currency"] = f"nullif(regexp_extract(said.value, {quoted(CURRENCY)}, 1), '')"
    if "host" in told:
        told["host"] = "lower(regexp_extract(said.host, '^(?:[a-zA-Z]+://)?([^/:]+)', 1))"
    if "consent" in told:
        told["consent"] = _consent_sql()
    for field in CONTACT.keys() & told.keys():
        looks = f"regexp_matches(said.{field}, {quoted(CONTACT[field])})"
        told[field] = f"CASE WHEN {looks} THEN said.{field} END"
    if "url" in told:
        for field in tags():
            told.setdefault(field, tag_sql(field, "said.url"))
    return told


def faults(said: Collection[str], mapping: Mapping[str, str]) -> Iterator[Fault]:
    """What makes a row unusable, the first reason first.

    `mapping` has the file's column of each field; `said.bad` is what is wrong with a whole line.
    """
    yield "said.bad IS NOT NULL", None, "(said.bad)", "said.line"
    yield "said.time IS NULL", mapping["time"], "no time", "''"
    yield "time IS NULL", mapping["time"], "not a time between 1900 and 2100", "said.time"
    for field in (*AMOUNTS, "rating"):
        if field in said:
            reason = "not an amount" if field in AMOUNTS else "not a number"
            unread = f"said.{field} IS NOT NULL AND {field} IS NULL"
            yield unread, mapping[field], reason, f"said.{field}"
    if "attributes" in mapping:
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
