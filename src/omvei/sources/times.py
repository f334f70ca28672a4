"""Times as people and machines write them, read by one SQL expression.

Understood: ISO 8601 with or without offset; `31.12.2025 14:05`, `31/12-2025 kl. 14.05`,
`12/31/2025 2:05 PM`, `2025/12/31`; the month as a word in English, Norwegian, Swedish or Danish
(`3. mai 2025`); `20251231`, `20251231140500`; seconds, milliseconds, microseconds or nanoseconds
since 1970, told apart by size. A time without zone is in the connection's `TimeZone`.
What is not a time, or lies outside 1900 to 2100, is null.
"""

from collections.abc import Iterable
from typing import NamedTuple

import duckdb
import pyarrow as pa

CLOCK = (
    r"(?:(?:[T ,]|kl\.?)+([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r" ?([AaPp])?\.?(?:[Mm]\.?)? ?(Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?"
)
DATE = rf"^([0-9]{{1,4}})([./ -]{{1,2}})([0-9]{{1,2}})([./ -])([0-9]{{2,4}})\.?{CLOCK}$"
PARTS = "['a', 'mark', 'b', 'mark2', 'c', 'h', 'i', 's', 'f', 'half', 'zone']"

WEEKDAY = r"(?:[[:alpha:]]+\.?,? )?"
WORD = rf"^{WEEKDAY}([0-9]{{1,2}})\.?[ -]([[:alpha:]]{{3,9}})\.?,?[ -]([0-9]{{4}}){CLOCK}$"
WORD_FIRST = rf"^([[:alpha:]]{{3,9}})\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?,? ([0-9]{{4}}){CLOCK}$"
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "mai": 5, "maj": 5, "may": 5, "jun": 6, "jul": 7,
    "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "des": 12, "dec": 12,
}  # fmt: skip

SLASHED = r"^([0-9]{1,2})[/-]([0-9]{1,2})[/-][0-9]{2,4}(?:[^0-9]|$)"
"""A date whose day and month cannot be told apart by the marks alone (`31/12-2025` can)."""


class DateOrder(NamedTuple):
    """Whether the month comes first in `12/31/2025`, and what the user should know about it."""

    month_first: bool
    note: str | None


def date_order(batches: Iterable[pa.Array], column: str) -> DateOrder:
    """Decide over a whole column whether `03/04/2025` is the third of April or the fourth of March.

    A number over 12 in either place decides, and so does `PM`. Otherwise the day comes first, as
    in the Nordic countries, and the note says so.

    >>> date_order([pa.array(["03/04/2025", "03/13/2025"])], "date").month_first
    True
    """
    database = duckdb.connect()
    first = second = clock = any_slashed = 0
    try:
        for texts in batches:
            times = pa.table({"text": texts.cast(pa.string())})
            database.register("times", times)
            found = database.sql(f"""
                SELECT coalesce(max(TRY_CAST(p.a AS INT)), 0),
                       coalesce(max(TRY_CAST(p.b AS INT)), 0),
                       coalesce(max((text ILIKE '% am' OR text ILIKE '% pm')::INT), 0),
                       count(*)
                FROM (SELECT text, regexp_extract(text, '{SLASHED}', ['a', 'b']) AS p
                      FROM (SELECT trim(text) AS text FROM times))
                WHERE p.a <> '' AND NOT (contains(text[:6], '/') AND contains(text[:10], '-'))
            """).fetchall()[0]
            first, second = max(first, found[0]), max(second, found[1])
            clock, any_slashed = max(clock, found[2]), any_slashed + found[3]
            if any_slashed == 0 or first > 12 or second > 12:
                break
    finally:
        database.close()
    if any_slashed == 0 or (first > 12 and second <= 12):
        return DateOrder(False, None)
    if first > 12:
        return DateOrder(
            False,
            f"{column!r} has dates with the day first and dates with the month first; the latter"
            " are rejected.",
        )
    if second > 12:
        return DateOrder(True, f"{column!r} is read with the month first, as in 12/31/2025.")
    if clock:
        return DateOrder(
            True, f"{column!r} is read with the month first, because it says AM and PM."
        )
    return DateOrder(
        False,
        f"{column!r} does not show whether day or month comes first; it is read with the day"
        " first.",
    )


def time_sql(text: str, month_first: bool = False) -> str:
    """An SQL expression of type `TIMESTAMPTZ` for the text expression `text`; null if no time."""
    parsed = f"""coalesce(
        CASE WHEN {text}[5] = '-' THEN TRY_CAST(
            replace(replace({text}, ' +', '+'), ' -', '-') AS TIMESTAMPTZ) END,
        CASE WHEN regexp_full_match({text}, '[0-9]{{8,19}}([.,][0-9]+)?')
             THEN {_number_sql(text)} END,
        CASE WHEN length({text}) BETWEEN 6 AND 60 THEN {_written_sql(text, month_first)} END
    )"""
    return f"""list_extract(list_filter([{parsed}],
        lambda t: t >= TIMESTAMPTZ '1900-01-01' AND t < TIMESTAMPTZ '2100-01-01'), 1)"""


def _number_sql(text: str) -> str:
    digits = f"regexp_extract({text}, '^[0-9]+')"
    year = f"({text}[:2] IN ('19', '20'))"
    day = f"{text}[1:4] || '-' || {text}[5:6] || '-' || {text}[7:8]"
    clock = " || ':' || ".join(f"rpad({text}[{at}:{at + 1}], 2, '0')" for at in (9, 11, 13))
    whole = f"TRY_CAST({digits} AS BIGINT)"
    return f"""coalesce(
        CASE WHEN length({digits}) IN (8, 12, 14) AND {year}
             THEN TRY_CAST({day} || ' ' || {clock} AS TIMESTAMPTZ) END,
        CASE WHEN length({digits}) BETWEEN 9 AND 11
             THEN to_timestamp(TRY_CAST(replace({text}, ',', '.') AS DOUBLE))
             WHEN length({digits}) BETWEEN 12 AND 14 THEN make_timestamptz({whole} * 1000)
             WHEN length({digits}) BETWEEN 15 AND 17 THEN make_timestamptz({whole})
             WHEN length({digits}) >= 18 THEN make_timestamptz({whole} // 1000) END
    )"""


def _written_sql(text: str, month_first: bool) -> str:
    """Numbers with marks, or a month in words, by way of the ISO form."""
    months = "MAP {" + ", ".join(f"'{word}': '{number}'" for word, number in MONTHS.items()) + "}"
    clock_parts = "'h', 'i', 's', 'f', 'half', 'zone'"
    # Day and month by their marks: dots and `31/12-2025` put the day first.
    swapped = (
        "(d.mark = d.mark2 AND d.mark IN ('/', '-') AND length(d.a) <= 2)"
        if month_first
        else "FALSE"
    )
    numbers = _iso_sql(
        "CASE WHEN length(d.a) = 4 THEN d.a WHEN length(d.c) = 2 THEN '20' || d.c ELSE d.c END",
        f"CASE WHEN {swapped} THEN d.a ELSE d.b END",
        f"CASE WHEN length(d.a) = 4 THEN d.c WHEN {swapped} THEN d.b ELSE d.a END",
        "d",
    )
    word = _iso_sql("d.y", f"{months}[lower(d.w[:3])]", "d.d", "d")
    return f"""coalesce(
        list_transform([regexp_extract({text}, '{DATE}', {PARTS}, 'i')],
            lambda d: CASE WHEN d.a <> '' THEN {numbers} END)[1],
        list_transform([regexp_extract({text}, '{WORD}', ['d', 'w', 'y', {clock_parts}])],
            lambda d: CASE WHEN d.y <> '' THEN {word} END)[1],
        list_transform([regexp_extract({text}, '{WORD_FIRST}', ['w', 'd', 'y', {clock_parts}])],
            lambda d: CASE WHEN d.y <> '' THEN {word} END)[1]
    )"""


def _iso_sql(year: str, month: str, day: str, part: str) -> str:
    hour = f"""CASE WHEN {part}.half = '' THEN {part}.h
        WHEN lower({part}.half) = 'p' THEN (TRY_CAST({part}.h AS INT) % 12 + 12)::VARCHAR
        ELSE (TRY_CAST({part}.h AS INT) % 12)::VARCHAR END"""
    zone = f"CASE WHEN lower({part}.zone) IN ('utc', 'gmt', 'z') THEN '+00' ELSE {part}.zone END"
    return f"""TRY_CAST({year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0')
        || CASE WHEN {part}.h = '' THEN '' ELSE ' ' || lpad({hour}, 2, '0') || ':' || {part}.i
           || ':' || CASE WHEN {part}.s = '' THEN '00' ELSE {part}.s END
           || CASE WHEN {part}.f = '' THEN '' ELSE '.' || {part}.f[:6] END || {zone} END
        AS TIMESTAMPTZ)"""
