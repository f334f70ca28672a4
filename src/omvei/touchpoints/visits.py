"""Visits, purchase cycles and other things that depend on the touchpoint before: kernels.

Every kernel takes `starts`: person i's touchpoints are rows `starts[i]` up to `starts[i + 1]`,
oldest first. A gap of *at least* the threshold starts a new visit. A purchase cycle runs from the
first touchpoint after a purchase to the next purchase; its number is the purchases before.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .vocabulary import codes, kinds

Starts = NDArray[np.int64]
Micros = NDArray[np.int64]
Codes16 = NDArray[np.int16]
Codes32 = NDArray[np.int32]
Flags = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def visits(starts: Starts, time: Micros, threshold: int) -> tuple[Codes32, Micros]:
    """Number each person's visits from 1, and measure the gaps.

    time, threshold  microseconds
    returns          (rows,) the visit's number; (rows,) microseconds since the person's touchpoint
                     before, -1 for their first
    """
    session = np.empty(len(time), np.int32)
    gap = np.empty(len(time), np.int64)
    for person in range(len(starts) - 1):
        number = 0
        for row in range(starts[person], starts[person + 1]):
            gap[row] = -1 if row == starts[person] else time[row] - time[row - 1]
            if gap[row] < 0 or gap[row] >= threshold:
                number += 1
            session[row] = number
    return session, gap


@njit(cache=True, nogil=True)
def purchases_before(starts: Starts, bought: Flags) -> Codes32:
    """How many purchases the person had made before each touchpoint."""
    before = np.empty(len(bought), np.int32)
    for person in range(len(starts) - 1):
        count = 0
        for row in range(starts[person], starts[person + 1]):
            before[row] = count
            count += bought[row]
    return before


@njit(cache=True, nogil=True)
def carry_channel(
    starts: Starts, session: Codes32, channel: Codes16, browsed: Flags, direct: int, unassigned: int
) -> Codes16:
    """Give the touchpoints that say nothing of their channel that of their visit.

    channel  (rows,)  -1 where the touchpoint says nothing
    browsed  (rows,)  a page of the site: its arrival tells the channel of the visit
    returns  (rows,)  own channel; else that of the last page in the visit that had one; else
                      `direct` for a page, `unassigned` for anything else
    """
    found = np.empty(len(channel), np.int16)
    for person in range(len(starts) - 1):
        visit, current = 0, -1
        for row in range(starts[person], starts[person + 1]):
            if session[row] != visit:
                visit, current = session[row], -1
            if channel[row] >= 0:
                found[row] = channel[row]
                if browsed[row]:
                    current = channel[row]
            elif current >= 0:
                found[row] = current
            else:
                found[row] = direct if browsed[row] else unassigned
    return found


@njit(cache=True, nogil=True)
def verdicts(
    starts: Starts, bought: Flags, bad: Flags, rating: Codes16, scale: Codes16
) -> NDArray[np.int8]:
    """The person's latest verdict since their last purchase, 0 (bad) to 100 (good); -1 for none.

    bad     (rows,)  a return or a complaint: 0
    rating  (rows,)  stars or score, times 100; -1 for none
    scale   (rows,)  how the rating is read: 5 for 1 to 5 stars, 10 for 0 to 10; 0: not a verdict
    """
    latest = np.empty(len(bought), np.int8)
    for person in range(len(starts) - 1):
        current = -1
        for row in range(starts[person], starts[person + 1]):
            if bad[row]:
                current = 0
            elif rating[row] >= 0 and scale[row] == 5:
                current = min(100, max(0, (rating[row] - 100) // 4))
            elif rating[row] >= 0 and scale[row] == 10:
                current = min(100, rating[row] // 10)
            latest[row] = current
            if bought[row]:
                current = -1
    return latest


def scales() -> Codes16:
    """How the rating of each kind is read, by code: 5 for 1 to 5 stars, 10 for 0 to 10, 0 not."""
    scale = np.zeros(len(codes()), np.int16)
    for code, kind in enumerate(kinds().values()):
        scale[code] = {"stars": 5, "score": 10}.get(kind.says or "", 0)
    return scale


def seen_before(person: Codes32, code: Codes32) -> Flags:
    """Whether the person met the same product (or brand) at an earlier row; False for code -1.

    person  (rows,)  the person's position in the block, not decreasing
    code    (rows,)  places in a dictionary
    """
    return _seen(person, code, int(code.max(initial=-1)) + 1)


@njit(cache=True, nogil=True)
def _seen(person: Codes32, code: Codes32, codes: int) -> Flags:
    last = np.full(codes, -1, np.int32)  # who met each code last
    seen = np.zeros(len(code), np.bool_)
    for row in range(len(code)):
        if code[row] >= 0:
            seen[row] = last[code[row]] == person[row]
            last[code[row]] = person[row]
    return seen
