"""How long moves take: the gaps of every move, gathered, and their exact quantiles.

A quantile needs the gaps of all people at once, but not in order: they are put together by move in
one pass, and of each move only the ranks that are asked for are selected (Hoare 1961), which takes
time that grows with the number of gaps and no faster.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .intervals import ranks

Gathered = list[tuple[NDArray[np.int32], NDArray[np.int64]]]
"""Per block: the move of each gap, and the gap."""


def by_move(gathered: Gathered) -> dict[int, NDArray[np.int64]]:
    """The gaps of each move, in no order.

    >>> one = np.array([3, 1, 3], np.int32), np.array([70, 50, 60])
    >>> {move: gaps.tolist() for move, gaps in by_move([one, one]).items()}
    {1: [50, 50], 3: [70, 60, 70, 60]}
    """
    size = max((int(move.max(initial=-1)) for move, _ in gathered), default=-1) + 1
    counts = np.zeros(size, np.int64)
    for move, _ in gathered:
        counts += np.bincount(move, minlength=size)
    starts = np.cumsum(counts) - counts
    at, gaps = starts.copy(), np.empty(int(counts.sum()), np.int64)
    for move, gap in gathered:
        _scatter(move, gap, at, gaps)
    return {
        int(move): gaps[starts[move] : starts[move] + counts[move]]
        for move in np.flatnonzero(counts)
    }


@njit(cache=True, nogil=True)
def _scatter(
    move: NDArray[np.int32], gap: NDArray[np.int64], at: NDArray[np.int64], out: NDArray[np.int64]
) -> None:
    for row in range(len(move)):
        out[at[move[row]]] = gap[row]
        at[move[row]] += 1


def quantiles(gaps: NDArray[np.int64], people: int) -> tuple[float, float, float, float]:
    """The median of some gaps, its interval (see `intervals.median`), and the 90th percentile.

    Where the percentile falls between two ranks it is on the line that joins them. Puts `gaps` in
    another order.

    >>> quantiles(np.arange(101, 0, -1), 101)
    (51.0, 41.0, 61.0, 91.0)
    """
    n = len(gaps)
    low, high = ranks(n, people)
    tenths = 9 * (n - 1)
    wanted = (n - 1) // 2, n // 2, low, high, tenths // 10, -(-tenths // 10)
    gaps.partition(sorted(set(wanted)))
    one, two, least, most, below, above = (int(gaps[rank]) for rank in wanted)
    upper = below + (above - below) * (tenths % 10) / 10
    return (one + two) / 2, float(least), float(most), upper
