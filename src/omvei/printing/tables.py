"""Rows as tables in a terminal, with Rich."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from rich.console import Console
from rich.table import Table

Row = dict[str, Any]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
"""A time as the answers write it; printed to the minute."""


ROWS = 25
"""How many rows of a long part are printed."""


def whose(said: Row) -> str:
    """What an answer counts, in words.

    >>> whose({"unit": "accounts"}), whose({"unit": "people"})
    ('companies', 'people')
    """
    return "companies" if said.get("unit") == "accounts" else "people"


COMPANIES = {"people": "companies", "person": "company", "People": "Companies"}
_counted: ContextVar[str] = ContextVar("counted", default="people")


@contextmanager
def counting(said: Row) -> Iterator[None]:
    """While it lasts, titles and column heads speak of whom an answer counts."""
    token = _counted.set(whose(said))
    try:
        yield
    finally:
        _counted.reset(token)


def headed(text: str) -> str:
    """A title or a column's head, as it is said of whom is counted.

    >>> with counting({"unit": "accounts"}):
    ...     headed("Where people stand"), headed("other_people")
    ('Where companies stand', 'other_companies')
    """
    if _counted.get() == "people":
        return text
    return re.sub(r"[A-Za-z]+", lambda word: COMPANIES.get(word[0], word[0]), text)


def cell(value: Any) -> str:
    """A value as a table shows it."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace(",", " ")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    text = str(value)
    if MOMENT.fullmatch(text):
        return text[:16].replace("T", " ")
    return text


def table(
    title: str, rows: Sequence[Row], columns: Sequence[str], console: Console | None = None
) -> None:
    """Print rows; numbers to the right, as text that survives a pipe."""
    shown = Table(title=headed(title), title_justify="left", title_style="bold")
    for column in columns:
        number = any(isinstance(row.get(column), int | float) for row in rows)
        shown.add_column(
            headed(column),
            justify="right" if number else "left",
            overflow="fold",
            no_wrap=column == "person",
        )
    for row in rows:
        shown.add_row(*(cell(row.get(column)) for column in columns))
    (console or Console()).print(shown)


def rate(rate: Row | None) -> str:
    """A rate with its interval; counts where people are too few."""
    if rate is None:
        return "–"
    if rate["too_few"]:
        return f"{rate['converted']} of {rate['people']} (too few)"
    return f"{rate['rate']:.0%} ({rate['low']:.0%}–{rate['high']:.0%})"


def between(row: Row, value: str, low: str = "low", high: str = "high") -> str:
    """A value of a row with its interval."""
    if row[value] is None:
        return "–"
    if row[low] is None:
        return f"{row[value]:.3f}"
    return f"{row[value]:.3f} ({row[low]:.3f} to {row[high]:.3f})"


def print_lines(lines: Sequence[str]) -> None:
    """Print lines as they are."""
    console = Console()
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
