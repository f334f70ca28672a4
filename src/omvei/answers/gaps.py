"""How long moves take: the gaps of every move, gathered, and their exact quantiles.

A quantile needs the gaps of all people at once, but not in order: every block puts its own together
by move, and of each move only what may stand at the ranks that are asked for is put in order. Gaps
are counted in bins, 128 a doubling, and those of the bins with a rank in them are sorted.
"""

import os
from collections.abc import Callable, Sequence
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
    begin = np.append(0, np.cumsum(np.bincount(move)))
    return in_order(begin, _sorted(move, gap, begin.copy()))


def in_order(begin: NDArray[np.int64], gap: NDArray[np.int64]) -> Gaps:
    """The same of gaps that stand in order of moves, those of a move from `begin[move]` on.

    >>> {
    ...     move: gaps[0].tolist()
    ...     for move, gaps in in_order(np.array([0, 0, 2]), np.arange(2)).items()
    ... }
    {1: [0, 1]}
    """
    return {
        int(move): [gap[begin[move] : begin[move + 1]]] for move in np.flatnonzero(np.diff(begin))
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

    The gaps are only lent: the next ones are written to the same place.

    >>> each({8: [np.array([3]), np.array([4])]}, lambda move, gaps: int(gaps.sum()))
    {8: 7}
    """
    cores = os.cpu_count() or 1
    order = sorted(gathered, key=lambda move: -sum(map(len, gathered[move])))

    def some(core: int) -> dict[int, Told]:
        found: dict[int, Told] = {}
        room = np.empty(0, np.int64)
        for move in order[core::cores]:
            many = sum(map(len, gathered[move]))
            room = room if len(room) else np.empty(many, np.int64)  # the first is the largest
            found[move] = told(move, np.concatenate(gathered[move], out=room[:many]))
        return found

    found: dict[int, Told] = {}
    with ThreadPoolExecutor(cores) as threads:  # one task a core: there may be many small moves
        for part in threads.map(some, range(cores)):
            found |= part
    return found


FINE = 7
"""The bits below a number's highest one that tell its bin."""


SMALL = 2000
"""Up to so many values it is quicker to put all in order."""


@njit(cache=True, nogil=True)
def bin_of(value: np.int64) -> np.int64:
    """The bin of a number from 0, which grows with it: the exponent and first bits of a float."""
    one = np.int64(1023) << FINE  # the exponent of 1
    found: np.int64 = (np.float64(value + 1).view(np.int64) >> (52 - FINE)) - one
    return found


BINS = 64 << FINE


@njit(cache=True, nogil=True)
def _near(
    values: NDArray[np.int64], ranks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The values of all bins that hold one of the ranks (ascending), and the ranks among these."""
    many = np.zeros(BINS, np.int64)
    for place in range(len(values)):
        many[bin_of(values[place])] += 1
    kept, moved = np.zeros(len(many), np.bool_), np.empty(len(ranks), np.int64)
    below, out, held, rank = 0, 0, 0, 0
    for here in range(len(many)):
        if rank == len(ranks):
            break
        kept[here] = ranks[rank] < below + many[here]
        while rank < len(ranks) and ranks[rank] < below + many[here]:
            moved[rank] = ranks[rank] - out
            rank += 1
        out += 0 if kept[here] else many[here]
        held += many[here] if kept[here] else 0
        below += many[here]
    found, at = np.empty(held + 1, np.int64), 0
    for place in range(len(values)):
        found[at] = values[place]
        at += kept[bin_of(values[place])]
    return found[:held], moved


def ranked(values: NDArray[np.int64], ranks: Sequence[int]) -> list[int]:
    """What stands at some ranks, from 0, of values that are in no order and not below 0.

    >>> ranked(np.array([90, 7, 7000, 0]), (3, 1))
    [7000, 7]
    """
    wanted = np.array(sorted(set(ranks)))
    near, moved = _near(values, wanted) if len(values) > SMALL else (values, wanted)
    found = dict(zip(wanted.tolist(), np.sort(near)[moved].tolist(), strict=True))
    return [found[rank] for rank in ranks]


def middle(values: NDArray[np.int64], people: int) -> tuple[float, float, float]:
    """The median of values in no order, and its interval (see `intervals.median`).

    >>> middle(np.arange(101, 0, -1), 101)
    (51.0, 41.0, 61.0)
    """
    n = len(values)
    one, two, low, high = ranked(values, ((n - 1) // 2, n // 2, *ranks(n, people)))
    return (one + two) / 2, float(low), float(high)


def quantiles(gaps: NDArray[np.int64], people: int) -> tuple[float, float, float, float]:
    """The median of some gaps, its interval (see `intervals.median`), and the 90th percentile.

    Where the percentile falls between two ranks it is on the line that joins them.

    >>> quantiles(np.arange(101, 0, -1), 101)
    (51.0, 41.0, 61.0, 91.0)
    """
    n = len(gaps)
    low, high = ranks(n, people)
    tenths = 9 * (n - 1)
    wanted = (n - 1) // 2, n // 2, low, high, tenths // 10, -(-tenths // 10)
    one, two, least, most, below, above = ranked(gaps, wanted)
    upper = below + (above - below) * (tenths % 10) / 10
    return (one + two) / 2, float(least), float(most), upper
