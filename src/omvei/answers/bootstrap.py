"""The bootstrap by person: how much a number would vary, had other people come.

Replicate b gives each person a weight, Poisson(1), and counts all of that person's rows so many
times (Chamandy et al. 2012, "Estimating uncertainty for massive data streams"). A weight is read
off a hash of the person's id and of b: it is the same on every engine and for every split into
blocks, and the same person weighs the same in two periods, so their difference is a paired one.

An analysis hands its counts over as *hits* (person, cell, how many) and keeps `(cells, REPLICATES)`
whole numbers, which add. Only `finish` divides: `interval` of the replicates is between the 2.5 and
the 97.5 percentile. It speaks of chance alone, never of who is missing from the data.
"""

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

REPLICATES = 200

LIMITS = np.array(
    [
        math.floor(2**32 * sum(math.exp(-1) / math.factorial(k) for k in range(weight + 1)))
        for weight in range(12)
    ],
    np.uint32,
)
"""A number below 2^32 that is under `LIMITS[w]`, and no earlier one, gives the weight w."""

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)


@njit(cache=True, nogil=True)
def _weigh(person: np.int64, weight: NDArray[Any], drawn: NDArray[np.uint32]) -> None:
    """Fill in one person's weights; two a hash (splitmix64: Steele, Lea & Flood 2014).

    drawn  room for as many numbers, and one more where there is an odd number of weights
    """
    state = np.uint64(person)
    for pair in range((len(weight) + 1) // 2):
        state += _STEP
        z = state
        z = (z ^ (z >> np.uint64(30))) * _MIX1
        z = (z ^ (z >> np.uint64(27))) * _MIX2
        z ^= z >> np.uint64(31)
        drawn[2 * pair] = z & np.uint64(0xFFFFFFFF)
        drawn[2 * pair + 1] = z >> np.uint64(32)
    for place in range(len(weight)):  # without a branch: how many limits its number reaches
        reached = np.int32(0)
        for limit in range(len(LIMITS)):
            reached += np.int32(drawn[place] >= LIMITS[limit])
        weight[place] = reached


@njit(cache=True, nogil=True)
def _weights(person: NDArray[np.int64], replicates: int) -> NDArray[np.int64]:
    found = np.zeros((len(person), replicates), np.int64)
    drawn = np.empty(replicates + 1, np.uint32)
    for place in range(len(person)):
        _weigh(person[place], found[place], drawn)
    return found


@njit(cache=True, nogil=True)
def _weighted(
    person: NDArray[np.int64],
    place: NDArray[np.int64],
    cell: NDArray[np.int64],
    many: NDArray[Any],
    total: NDArray[Any],
) -> None:
    replicates = total.shape[1]
    weight = np.zeros(replicates, total.dtype)
    drawn = np.empty(replicates + 1, np.uint32)
    now = np.int64(-1)
    for hit in range(len(place)):
        if place[hit] != now:
            now = place[hit]
            _weigh(person[now], weight, drawn)
        row, times = total[cell[hit]], many[hit]
        for b in range(replicates):
            row[b] += times * weight[b]


def weights(person: NDArray[np.int64], replicates: int = REPLICATES) -> NDArray[np.int64]:
    """The weights of people in every replicate: (people, replicates), Poisson(1).

    >>> weights(np.array([7, 8]), 6).tolist() == weights(np.array([7, 8, 9]), 6)[:2].tolist()
    True
    >>> round(float(weights(np.arange(5000)).mean()), 2)
    1.0
    """
    found: NDArray[np.int64] = _weights(person.astype(np.int64), replicates)
    return found


def weighted(
    person: NDArray[np.int64],
    place: NDArray[np.int64],
    cell: NDArray[np.int64],
    many: NDArray[np.int64],
    cells: int,
    replicates: int = REPLICATES,
) -> NDArray[np.int64]:
    """Hits counted in every replicate: (cells, replicates) whole numbers, to be added over blocks.

    person  (people,)  ids of a block's people
    place   (hits,)    whose hit it is, as a place in `person`; a person's hits stand together
    cell    (hits,)    what was counted, from 0 to `cells` - 1; many  (hits,)  how often

    >>> one = weighted(np.array([7]), np.array([0]), np.array([1]), np.array([3]), 2)
    >>> (one[1] == 3 * weights(np.array([7]))[0]).all(), int(one[0].sum())
    (np.True_, 0)
    """
    many = many.astype(np.int64)
    largest = len(LIMITS) * int(np.abs(many).sum())
    # half as wide where nothing can overflow: twice as many are added at once
    total = np.zeros((cells, replicates), np.int32 if largest < 2**31 else np.int64)
    _weighted(
        person.astype(np.int64),
        place.astype(np.int64),
        cell.astype(np.int64),
        many.astype(total.dtype),
        total,
    )
    return total.astype(np.int64)


def interval(replicates: NDArray[np.float64]) -> tuple[float, float] | tuple[None, None]:
    """The 95 % percentile interval of a number's replicates; those that are not finite are left
    out, and where fewer than half are left there is none.

    >>> interval(np.arange(201.0))
    (5.0, 195.0)
    """
    known = replicates[np.isfinite(replicates)]
    if 2 * len(known) < len(replicates) or not len(known):
        return None, None
    low, high = np.quantile(known, (0.025, 0.975))
    return float(low), float(high)
