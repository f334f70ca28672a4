"""Durations as people write them: `30m`, `7d`, `1800s`, `2w`, `1h30m`."""

import re
from datetime import timedelta

from .errors import OmveiError

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class DurationError(OmveiError, ValueError):
    """A duration that cannot be read."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not a duration. Write for instance 30m, 7d, 2w or 1h30m.")


def parse(text: str) -> timedelta:
    """Read a duration.

    >>> parse("7d"), parse("1h30m"), parse("1800s") == parse("30m")
    (datetime.timedelta(days=7), datetime.timedelta(seconds=5400), True)

    Raises `DurationError` for anything else.
    """
    parts = re.fullmatch(r"(?:\d+(?:\.\d+)?[smhdw])+", text.strip().lower())
    if not parts:
        raise DurationError(text)
    found = re.findall(r"(\d+(?:\.\d+)?)([smhdw])", parts.group())
    try:
        length = timedelta(seconds=sum(float(number) * UNITS[unit] for number, unit in found))
    except OverflowError:
        raise DurationError(text) from None
    if length <= timedelta(0):
        raise DurationError(text)
    return length


def days(text: str) -> int:
    """Read a duration in whole days, at least one.

    >>> days("2w"), days("12h")
    (14, 1)
    """
    return max(1, round(parse(text).total_seconds() / UNITS["d"]))


def say(seconds: float) -> str:
    """A duration in the largest unit that fits, for tables.

    >>> say(90), say(7200), say(8 * 86_400)
    ('1.5 min', '2.0 h', '8.0 d')
    """
    for unit, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.0f} s"
