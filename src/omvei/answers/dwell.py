"""How long people stay in a stage: the median of all stays, those that still go on included.

A stay lasts until the next stage begins; the last one lasts at least to the end of what is
observed, and is censored there (Kaplan & Meier 1958). Leaving such stays out would make every stage
look shorter than it is. The interval holds every time at which half of the stays may have ended
(Brookmeyer & Crowley 1982, with Greenwood's variance on the log-log scale); stays of one person
hang together, so the variance is multiplied by stays per person.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .intervals import Z

Median = tuple[float | None, float | None, float | None]


def packed(times: NDArray[np.int64], ended: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Stays as one number each: one sort orders them by time, those that still go on first."""
    return times.astype(np.int64) * 2 + ended


def median_stay(times: NDArray[np.int64], ended: NDArray[np.bool_], people: int) -> Median:
    """The median of stays, and its interval, in the unit of `times`; None for *not reached*.

    >>> times, ended = np.arange(1, 102), np.ones(101, bool)
    >>> median_stay(times, ended, 101)
    (51.0, 41.0, 60.0)
    >>> median_stay(np.array([1, 2, 3, 4]), np.array([True, False, False, False]), 4)[0] is None
    True
    """
    return median_of(packed(times, ended), people)


def median_of(stays: NDArray[np.int64], people: int) -> Median:
    """The same of stays that are `packed`."""
    if not len(stays):
        return None, None, None
    found = _halves(np.sort(stays), max(1.0, len(stays) / max(people, 1)))
    half, low, high = (None if at < 0 else float(at) for at in found.tolist())
    return half, low, high


@njit(cache=True, nogil=True)
def _halves(stays: NDArray[np.int64], each: float) -> NDArray[np.int64]:
    """When the curve, its lower and its upper limit first come down to a half; -1 for never.

    stays  packed and sorted;  each  stays per person
    """
    found = np.full(3, -1, np.int64)
    stay, spread, row = 1.0, 0.0, 0
    while row < len(stays):
        at, risk, gone = stays[row] >> 1, len(stays) - row, 0
        while row < len(stays) and stays[row] >> 1 == at:
            gone += stays[row] & 1
            row += 1
        if not gone:
            continue
        stay *= 1 - gone / risk
        if gone == risk:  # nobody is left: the curve is at nothing, and so are its limits
            for place in range(3):
                found[place] = at if found[place] < 0 else found[place]
            break
        spread += gone / (risk * (risk - gone))
        # no logarithm or power is taken while both limits are surely above a half, whose logarithm
        # is -0.69315: 1 - stay <= -log(stay) <= (1 / stay - stay) / 2, and exp(x) <= 1 / (1 - x)
        width = Z * math.sqrt(spread * each)
        if 0.5 * (1 / stay - stay) < 0.69 * (1 - width / (1 - stay)):
            continue
        half = width / abs(math.log(stay))
        for place, curve in enumerate((stay, stay ** math.exp(half), stay ** math.exp(-half))):
            if curve <= 0.5 and found[place] < 0:
                found[place] = at
        if found[2] >= 0:  # the upper limit comes last
            break
    return found
