"""Amounts of money as people write them, read by one SQL expression.

Understood: `1234.50`, `1 234,50` (also with hard blanks), `1.234,50`, `1,234.50`, `1'234.50`,
`kr 100,-`, `-12`, `(12.00)`, `12 EUR`, `1.2e3`. Where a value has both marks, the last is the
decimal mark; a mark that comes twice parts thousands; a mark not followed by exactly three digits
is the decimal mark. What is left, such as `1,234`, is decided over the whole column.
"""

from collections.abc import Iterable
from typing import NamedTuple

import duckdb
import pyarrow as pa

BLANKS = r"[\s\x{00A0}\x{202F}\x{2009}'’]"
CORE = r"^[^0-9(\x{2212}-]*([(\x{2212}-]?[^0-9]{0,4}[0-9][0-9.,]*)[^0-9]*$"
CURRENCY = r"\b(NOK|SEK|DKK|EUR|USD|GBP|CHF|ISK)\b"


SURE_COMMA = r",[0-9]{1,2}$|,[0-9]{4,}$|[.].*,|[.].*[.]"
SURE_DOT = r"[.][0-9]{1,2}$|[.][0-9]{4,}$|,.*[.]|,.*,"
OPEN = r"^[^0-9]*[0-9]{1,3}MARK[0-9]{3}$"
"""What shows which mark is the decimal one, and what leaves it open."""


class DecimalMark(NamedTuple):
    """Whether `1,234` is a little over one, and what the user should know about it."""

    comma: bool
    note: str | None


def decimal_mark(batches: Iterable[pa.Array], column: str) -> DecimalMark:
    """Decide over a whole column whether the comma is the decimal mark.

    >>> decimal_mark([pa.array(["1,234", "12,50"])], "sum").comma
    True
    """
    database = duckdb.connect()
    comma = dot = open_comma = open_dot = 0
    try:
        for texts in batches:
            amounts = pa.table({"text": texts.cast(pa.string())})
            database.register("amounts", amounts)
            row = database.sql(f"""
                SELECT count(*) FILTER (regexp_matches(core, '{SURE_COMMA}')),
                       count(*) FILTER (regexp_matches(core, '{SURE_DOT}')),
                       count(*) FILTER (regexp_matches(core, '{OPEN.replace("MARK", ",")}')),
                       count(*) FILTER (regexp_matches(core, '{OPEN.replace("MARK", "[.]")}'))
                FROM (SELECT {_core_sql("text")} AS core FROM amounts)
            """).fetchall()[0]
            comma, dot = comma + row[0], dot + row[1]
            open_comma, open_dot = open_comma + row[2], open_dot + row[3]
            if comma or dot or not (open_comma or open_dot):
                break
    finally:
        database.close()
    if comma or dot:
        return DecimalMark(comma > dot, None)
    if open_comma:
        note = f"{column!r} does not show what 1,234 means; it is read as 1234."
        return DecimalMark(False, note)
    if open_dot:
        note = f"{column!r} does not show what 1.234 means; it is read as a little over one."
        return DecimalMark(False, note)
    return DecimalMark(False, None)


def amount_sql(text: str, comma: bool = False, kind: str = "DECIMAL(18, 4)") -> str:
    """An SQL expression for the text expression `text`; null when it is not an amount."""
    last = "','" if comma else "'.'"
    plain = f"""CASE
        WHEN contains(core, '.') AND contains(core, ',') THEN
            CASE WHEN strpos(reverse(core), ',') < strpos(reverse(core), '.')
            THEN replace(replace(core, '.', ''), ',', '.') ELSE replace(core, ',', '') END
        WHEN regexp_matches(core, '[.,].*[.,]') THEN replace(replace(core, ',', ''), '.', '')
        WHEN regexp_matches(core, '^[^0-9]*[0-9]{{1,3}}[.,][0-9]{{3}}$') THEN
            CASE WHEN contains(core, {last}) THEN replace(core, ',', '.')
            ELSE replace(replace(core, ',', ''), '.', '') END
        ELSE replace(core, ',', '.') END"""
    cleaned = plain.replace("core", "k")
    signed = f"""CASE WHEN regexp_matches(k, '^[(-]') THEN '-' ELSE '' END
        || regexp_replace({cleaned}, '[^0-9.]', '', 'g')"""
    quick = "FALSE" if comma else f"regexp_full_match({text}, '-?[0-9]+([.][0-9]{{1,2}})?')"
    return f"""CASE WHEN {quick} THEN TRY_CAST({text} AS {kind})
        WHEN regexp_full_match({text}, '-?[0-9]+([.][0-9]+)?[eE][+-]?[0-9]+')
        THEN TRY_CAST(TRY_CAST({text} AS DOUBLE) AS {kind})
        ELSE list_transform([replace({_core_sql(text)}, chr(8722), '-')],
            lambda k: TRY_CAST({signed} AS {kind}))[1] END"""


def count_sql(text: str) -> str:
    """An SQL expression for a whole number as people write it (`1 234`, `1.234`, `1,234`, `12.0`);
    null when it is not one.

    >>> duckdb.sql("SELECT " + count_sql("'1.234'")).fetchall()
    [(1234,)]
    """
    whole = f"regexp_replace({text}, '[.,]0{{1,2}}$', '')"
    parted = r"-?([0-9]+|[0-9]{1,3}([\s\x{00A0}\x{202F}.,][0-9]{3})+)"
    digits = f"regexp_replace({whole}, '[^0-9-]', '', 'g')"
    return f"CASE WHEN regexp_full_match({whole}, '{parted}') THEN TRY_CAST({digits} AS BIGINT) END"


def _core_sql(text: str) -> str:
    """The sign, the digits and the marks among them."""
    blanks = BLANKS.replace("'", "''")
    bare = f"regexp_replace(regexp_replace({text}, '{blanks}', '', 'g'), '(kr|Kr|KR)[.]?', '')"
    return f"rtrim(regexp_extract({bare}, '{CORE}', 1), '.,')"
