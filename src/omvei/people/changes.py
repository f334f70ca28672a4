"""Days on which a source suddenly told of much more or much less than it used to.

A tag that fell off a page, a file exported twice, a campaign. The rule: a day is told when its
events differ from the median of the 28 days before by more than six times their median absolute
deviation (times 1.4826, so that it compares with a standard deviation; never taken as less than the
square root of the median), and by at least 20 events. Medians, because one strange day must not
hide the next. Days without events count as nothing. A source is judged from its 29th
day on, and only while it tells of something on most days.

What comes back is no change: a day is not told where another, 6 to 35 days before, was at least
half as far off to the same side, as where a newsletter goes out every week, fortnight or month.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np

BEFORE = 28
BACK = (6, 35)
"""Days ago between which a day of the same kind makes this one no change."""
TIMES = 6.0
LEAST = 20
SHOWN = 20


def sudden(days: list[date], counts: list[int]) -> list[dict[str, Any]]:
    """The sudden days of one source: `day, events, usual`.

    days, counts  each day that had events, in order, and how many

    >>> first = date(2026, 1, 1)
    >>> days = [first + timedelta(days=n) for n in range(40)]
    >>> sudden(days, [100] * 35 + [0] + [100] * 4)
    [{'day': '2026-02-05', 'events': 0, 'usual': 100}]
    """
    if not days:
        return []
    length = (days[-1] - days[0]).days + 1
    daily = np.zeros(length, np.int64)
    daily[[(day - days[0]).days for day in days]] = counts
    found = []
    for place in range(BEFORE, length):
        before = daily[place - BEFORE : place]
        usual = float(np.median(before))
        if usual == 0:
            continue
        spread = max(1.4826 * float(np.median(np.abs(before - usual))), usual**0.5)
        away = daily[place] - usual
        if abs(away) > max(TIMES * spread, LEAST - 1):
            earlier = daily[max(place - BACK[1], 0) : place - BACK[0] + 1]
            if ((earlier - usual) * np.sign(away) >= abs(away) / 2).any():
                continue
            found.append(
                {
                    "day": (days[0] + timedelta(days=place)).isoformat(),
                    "events": int(daily[place]),
                    "usual": round(usual),
                }
            )
    return found


def changes(rows: list[tuple[str, date, int]]) -> list[dict[str, Any]]:
    """The latest sudden days of every source: `source, day, events, usual`.

    rows  source, day, events; in order of source and day
    """
    found = []
    for source in dict.fromkeys(source for source, _, _ in rows):
        days = [(day, count) for name, day, count in rows if name == source]
        told = sudden([day for day, _ in days], [count for _, count in days])
        found += [{"source": source, **row} for row in told]
    return sorted(found, key=lambda row: (row["day"], row["source"]), reverse=True)[:SHOWN]
