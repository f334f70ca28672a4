"""How long moves take: the gaps of every move, gathered, and their exact quantiles.

A quantile needs the gaps of all people at once, but not in order: every block puts its own together
by move, and of each move only the ranks that are asked for are selected (Hoare 1961), which takes
time that grows with the number of gaps and no faster.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .intervals import ranks

Told = TypeVar("Told")
Gaps = dict[int, list[NDArray[np.int64]]]
"""The gaps of each move, in pieces and in no order."""


def by_move(move: NDArray[Any], gap: NDArray[np.int64]) -> Gaps:
    """The gaps of one block by move.

    >>> {
    ...     move: gaps[0].tolist()
    ...     for move, gaps in by_move(np.array([3, 1, 3], np.int32), np.array([70, 50, 60])).items()
    ... }
    {1: [50], 3: [70, 60]}
    """
    counts = np.bincount(move)
    starts = np.cumsum(counts) - counts
    gaps = _sorted(move, gap, starts.copy())
    return {
        int(move): [gaps[starts[move] : starts[move] + counts[move]]]
        for move in np.flatnonzero(counts)
    }


@njit(cache=True, nogil=True)
def _sorted(move: NDArray[Any], gap: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    out = np.empty(len(gap), np.int64)
    for row in range(len(move)):
        out[at[move[row]]] = gap[row]
        at[move[row]] += 1
    return out


def together(a: Gaps, b: Gaps) -> Gaps:
    """The gaps of both."""
    return a | {move: [*a.get(move, ()), *gaps] for move, gaps in b.items()}


def each(gathered: Gaps, told: Callable[[int, NDArray[np.int64]], Told]) -> dict[int, Told]:
    """What is `told` of each move and all its gaps; on all cores, the most gaps first.

    >>> each({8: [np.array([3]), np.array([4])]}, lambda move, gaps: int(gaps.sum()))
    {8: 7}
    """
    cores = os.cpu_count() or 1
    order = sorted(gathered, key=lambda move: -sum(map(len, gathered[move])))

    def some(core: int) -> dict[int, Told]:
        return {move: told(move, np.concatenate(gathered[move])) for move in order[core::cores]}

    found: dict[int, Told] = {}
    with ThreadPoolExecutor(cores) as threads:  # one task a core: there may be many small moves
        for part in threads.map(some, range(cores)):
            found |= part
    return found


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
