"""Variants: the orders of channels that ways took, the most taken first, none sampled away.

A way's *order* is its channels with repeats collapsed: Search, Search, Direct is Search > Direct.
Orders are told apart by two hashes of 64 bits each; the words of the busiest are looked up in a
second scan, so that millions of orders need no more than their hashes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from .credit import Counts


@njit(cache=True, nogil=True)
def orders(first: Counts, met: Counts) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Two hashes of each way's order (ways,): FNV-1a, and splitmix64 of a running sum."""
    one = np.empty(len(first) - 1, np.uint64)
    two = np.empty(len(first) - 1, np.uint64)
    for way in range(len(first) - 1):
        a, b = np.uint64(0xCBF29CE484222325), np.uint64(0x9E3779B97F4A7C15)
        for at in range(first[way], first[way + 1]):
            if at > first[way] and met[at] == met[at - 1]:
                continue
            code = np.uint64(met[at] + 1)
            a = (a ^ code) * np.uint64(0x100000001B3)
            b = (b + code) * np.uint64(0xBF58476D1CE4E5B9)
            b ^= b >> np.uint64(31)
        one[way], two[way] = a, b
    return one, two


def tallied(
    one: NDArray[np.uint64], two: NDArray[np.uint64], counts: Counts
) -> dict[str, NDArray[Any]]:
    """Orders, each once, with the sums of their `counts` (orders, any)."""
    if not len(one):
        return {"one": one, "two": two, "counts": counts}
    by = np.argsort(one, kind="stable")  # what was tallied before is in order: a merge of runs
    if ((one[by][1:] == one[by][:-1]) & (two[by][1:] != two[by][:-1])).any():
        by = np.lexsort((two, one))
    one, two, counts = one[by], two[by], counts[by]
    new = np.append(True, (one[1:] != one[:-1]) | (two[1:] != two[:-1]))
    return {
        "one": one[new],
        "two": two[new],
        "counts": np.add.reduceat(counts, np.flatnonzero(new)),
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
    """`one, two, counts`, as `tallied` gives them."""
    kept: dict[str, Any]
    """The answer so far."""

    def empty(self) -> dict[int, tuple[int, ...]]:
        """None known."""
        return {}

    def scan(self, block: Block) -> dict[int, tuple[int, ...]]:
        """Look for one way of each."""
        first, met = self.of.ways(block)[:2]
        one, two = orders(first, met)
        found: dict[int, tuple[int, ...]] = {}
        for place, pair in enumerate(zip(self.wanted["one"], self.wanted["two"], strict=True)):
            at = np.flatnonzero((one == pair[0]) & (two == pair[1]))
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


def counted(first: Counts, met: Counts, end: NDArray[np.int8]) -> dict[str, NDArray[Any]]:
    """The orders of ways with at least one visit: `counts` (orders, 3) by what became of them."""
    some = np.diff(first) > 0
    one, two = orders(first, met)
    told = np.zeros((int(some.sum()), 3), np.int64)
    told[np.arange(len(told)), end[some]] = 1
    return tallied(one[some], two[some], told)
