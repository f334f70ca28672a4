"""Variants: the orders of channels that ways took, the most taken first, none sampled away.

A way's *order* is its channels with repeats collapsed: Search, Search, Direct is Search > Direct.
Orders are told apart by two hashes of 64 bits each, and somebody who took each is remembered; the
words of the busiest are looked up in a second scan, so that millions of orders need no more.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from .credit import Counts


@njit(cache=True, nogil=True)
def orders(
    first: Counts, met: Counts, end: NDArray[np.int8]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], Counts, Counts]:
    """The orders of ways with at least one visit, each once, as they are met.

    returns (orders,) two hashes, FNV-1a and splitmix64 of a running sum; (orders, 3) ways by what
    became of them; (orders,) the first way that took it
    """
    many = len(end)
    one, two = np.empty(many, np.uint64), np.empty(many, np.uint64)
    counts, taken = np.zeros((many, 3), np.int64), np.empty(many, np.int64)
    slots = np.full(1024, -1, np.int32)  # open addressing; twice as large when half full
    found = 0
    for way in range(many):
        if first[way] == first[way + 1]:
            continue
        a, b = np.uint64(0xCBF29CE484222325), np.uint64(0x9E3779B97F4A7C15)
        for at in range(first[way], first[way + 1]):
            if at > first[way] and met[at] == met[at - 1]:
                continue
            code = np.uint64(met[at] + 1)
            a = (a ^ code) * np.uint64(0x100000001B3)
            b = (b + code) * np.uint64(0xBF58476D1CE4E5B9)
            b ^= b >> np.uint64(31)
        if 2 * found >= len(slots):
            slots = np.full(2 * len(slots), -1, np.int32)
            for known in range(found):
                slots[_slot(slots, one, two, one[known], two[known])] = known
        slot = _slot(slots, one, two, a, b)
        if slots[slot] < 0:
            slots[slot] = found
            one[found], two[found], taken[found] = a, b, way
            found += 1
        counts[slots[slot], end[way]] += 1
    return one[:found], two[:found], counts[:found], taken[:found]


@njit(cache=True, nogil=True)
def _slot(
    slots: NDArray[np.int32],
    one: NDArray[np.uint64],
    two: NDArray[np.uint64],
    a: np.uint64,
    b: np.uint64,
) -> np.int64:
    """Where the order with these hashes stands, or is to stand."""
    last = len(slots) - 1
    slot = np.int64((a ^ (a >> np.uint64(32))) & np.uint64(last))
    while slots[slot] >= 0 and (one[slots[slot]] != a or two[slots[slot]] != b):
        slot = np.int64((slot + 1) & last)
    return slot


def tallied(
    one: NDArray[np.uint64], two: NDArray[np.uint64], counts: Counts, person: Counts
) -> dict[str, NDArray[Any]]:
    """Orders, each once, with the sums of their `counts` (orders, any) and the first `person`."""
    if not len(one):
        return {"one": one, "two": two, "counts": counts, "person": person}
    by = np.argsort(one, kind="stable")  # what was tallied before is in order: a merge of runs
    if ((one[by][1:] == one[by][:-1]) & (two[by][1:] != two[by][:-1])).any():
        by = np.lexsort((two, one))
    one, two, counts, person = one[by], two[by], counts[by], person[by]
    new = np.append(True, (one[1:] != one[:-1]) | (two[1:] != two[:-1]))
    begins = np.flatnonzero(new)
    return {
        "one": one[new],
        "two": two[new],
        "counts": np.add.reduceat(counts, begins),
        "person": np.minimum.reduceat(person, begins),
    }


def busiest(kept: dict[str, NDArray[Any]], many: int) -> NDArray[np.int64]:
    """Which of the orders most ways took; ties by hash."""
    taken = kept["counts"].sum(axis=1)
    return np.lexsort((kept["two"], kept["one"], -taken))[:many]


@dataclass(frozen=True)
class Words:
    """The analysis: which channels some orders are."""

    of: Any
    """The analysis that found them, whose `ways` are those of a block."""
    wanted: dict[str, NDArray[Any]]
    """`one, two, counts, person`, as `tallied` gives them."""
    kept: dict[str, Any]
    """The answer so far."""

    def empty(self) -> dict[int, tuple[int, ...]]:
        """None known."""
        return {}

    def scan(self, block: Block) -> dict[int, tuple[int, ...]]:
        """Look at the people who took them."""
        those = block.of(np.isin(block.person, self.wanted["person"]))
        if not those.people:
            return {}
        first, met, _, _, end, _ = self.of.ways(those)
        one, two, _, taken = orders(first, met, end)
        found: dict[int, tuple[int, ...]] = {}
        for place, pair in enumerate(zip(self.wanted["one"], self.wanted["two"], strict=True)):
            at = taken[(one == pair[0]) & (two == pair[1])]
            if len(at):
                seen = met[first[at[0]] : first[at[0] + 1]]
                new = np.append(True, seen[1:] != seen[:-1])
                found[place] = tuple(seen[new].tolist())
        return found

    def merge(
        self, a: dict[int, tuple[int, ...]], b: dict[int, tuple[int, ...]]
    ) -> dict[int, tuple[int, ...]]:
        """All that is known."""
        return a | b

    def finish(self, found: dict[int, tuple[int, ...]]) -> dict[str, Any]:
        """The answer, with `busiest`: the channels of each order, and its counts."""
        counts = self.wanted["counts"].tolist()
        return self.kept | {"busiest": [(found[at], told) for at, told in enumerate(counts)]}


def counted(
    first: Counts, met: Counts, end: NDArray[np.int8], person: Counts
) -> dict[str, NDArray[Any]]:
    """The orders of ways of persons (ways,) with at least one visit: `counts` (orders, 3)."""
    one, two, counts, taken = orders(first, met, end)
    return tallied(one, two, counts, person[taken])
