"""How long people stay in a stage: the median of all stays, those that still go on included.

A stay lasts until the next stage begins; the last one lasts at least to the end of what is
observed, and is censored there (Kaplan & Meier 1958). Leaving such stays out would make every stage
look shorter than it is. The interval holds every time at which half of the stays may have ended
(Brookmeyer & Crowley 1982, with Greenwood's variance on the log-log scale); stays of one person
hang together, so the variance is multiplied by stays per person.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .intervals import Z


def median_stay(
    times: NDArray[np.int64], ended: NDArray[np.bool_], people: int
) -> tuple[float | None, float | None, float | None]:
    """The median of stays, and its interval, in the unit of `times`; None for *not reached*.

    >>> times, ended = np.arange(1, 102), np.ones(101, bool)
    >>> median_stay(times, ended, 101)
    (51.0, 41.0, 60.0)
    >>> median_stay(np.array([1, 2, 3, 4]), np.array([True, False, False, False]), 4)[0] is None
    True
    """
    if not len(times):
        return None, None, None
    told = np.sort(times.astype(np.int64) * 2 + ended)  # one sort of numbers, both in one
    sorted_ = told >> 1
    first = np.flatnonzero(np.append(True, sorted_[1:] != sorted_[:-1]))
    at = sorted_[first]
    risk = (len(times) - first).astype(np.float64)
    gone = np.add.reduceat((told & 1).astype(np.float64), first)
    with np.errstate(divide="ignore", invalid="ignore"):
        stay = np.cumprod(1 - gone / risk)
        spread = np.cumsum(np.where(gone < risk, gone / (risk * (risk - gone)), 0.0))
        spread *= max(1.0, len(times) / max(people, 1))
        half = Z * np.sqrt(spread) / np.abs(np.log(stay))
        low, high = stay ** np.exp(half), stay ** np.exp(-half)
    low[stay <= 0], high[stay <= 0] = 0.0, 0.0
    low[stay >= 1], high[stay >= 1] = 1.0, 1.0

    def reached(curve: NDArray[np.floating[Any]]) -> float | None:
        under = np.flatnonzero(curve <= 0.5)
        return float(at[under[0]]) if len(under) else None

    return reached(stay), reached(low), reached(high)
