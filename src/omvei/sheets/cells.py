"""How numbers, shares and their intervals stand in the cells of a worksheet."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..answers.intervals import FEW
from ..answers.sharing import LEAST
from ..language import Words
from .sheet import Cell, Number


def last_day(moment: str) -> str:
    """The last day of a window: one that ends at midnight does not reach into the next day.

    >>> last_day("2025-12-01T00:00:00Z"), last_day("2025-12-01T00:00:01Z")
    ('2025-11-30', '2025-12-01')
    """
    return (datetime.fromisoformat(moment) - timedelta(microseconds=1)).date().isoformat()


def count(value: int | None, t: Words) -> Cell:
    """A whole number.

    >>> from omvei.language import words
    >>> count(6400, words("en")), count(None, words("en"))
    (Number(text='6,400', value=6400), None)
    """
    return None if value is None else Number(t.number(value), value)


def small(t: Words) -> str:
    """What stands where a group is too small to be passed on.

    >>> from omvei.language import words
    >>> small(words("nb"))
    'under 10'
    """
    return t("sheet.under", least=LEAST)


def people(value: int | None, t: Words) -> Cell:
    """How many people; of fewer than ten it is not told how many.

    >>> from omvei.language import words
    >>> people(3, words("en")), people(0, words("en")).value
    ('under 10', 0)
    """
    return small(t) if value and value < LEAST else count(value, t)


def share(value: float | None, t: Words) -> Cell:
    """A share from 0 to 1, as a percentage."""
    return None if value is None else Number(t.percent(value), round(value, 6))


def rate(told: Mapping[str, Any] | None, t: Words) -> Cell:
    """A rate with its interval; under 30 people the words that they are too few."""
    if not told or told.get("rate") is None:
        return None
    if told["people"] < LEAST:
        return small(t)
    if told["people"] < FEW:
        return t("few")
    between = f"({t.percent(told['low'])}–{t.percent(told['high'])})"
    return Number(f"{t.percent(told['rate'])} {between}", round(told["rate"], 6))


def measured(told: Mapping[str, Any], t: Words) -> Cell:
    """A value of a measure in its unit; under 30 people a share is not told."""
    if told.get("blank"):
        return small(t)
    if told["value"] is None:
        return None
    if told["too_few"] and told["unit"] == "share":
        return t("few")
    return Number(
        t.measured(told["value"], told["unit"], told.get("currency")), round(told["value"], 6)
    )


def between(told: Mapping[str, Any], t: Words) -> Cell:
    """The interval of a measure."""
    if told.get("blank") or told["value"] is None or told["too_few"]:
        return None
    ends = (t.measured(told[end], told["unit"], told.get("currency")) for end in ("low", "high"))
    return "–".join(ends)
