"""Spans: runs of one person's touchpoints. A purchase cycle is one; a long silence may end one.

A cycle begins with the first touchpoint after a purchase (or ever) and ends with the next
purchase: it is *closed*. Otherwise it is open, or, before a long silence, *ended* without one.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..touchpoints.vocabulary import codes, kinds

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


class Spans:
    """The spans of a block: purchase cycles, each broken by every silence of `quiet` (0: by none).

    `quiet` and `end`, the end of what is observed, are microseconds.
    """

    def __init__(self, block: Block, quiet: int = 0, end: int = 0) -> None:
        self.block = block
        self.quiet = quiet
        self.end = end
        first = np.zeros(block.rows, np.bool_)
        first[block.starts[:-1][np.diff(block.starts) > 0]] = True
        bought, time = block["purchases_before"], block["time"]
        opens = first.copy()
        opens[1:] |= bought[1:] != bought[:-1]
        if quiet:
            opens[1:] |= time[1:] - time[:-1] >= quiet
        self.starts: Counts = np.append(np.flatnonzero(opens), block.rows)
        self.of: Counts = np.cumsum(opens) - 1
        """(rows,) the span of each row."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def person(self) -> NDArray[np.int32]:
        """(spans,) the place of each span's person in the block."""
        return self.block.place[self.starts[:-1]]

    @cached_property
    def number(self) -> Counts:
        """(spans,) how many purchases came before."""
        found: Counts = self.block["purchases_before"][self.starts[:-1]].astype(np.int64)
        return found

    @cached_property
    def closed(self) -> Flags:
        """(spans,) whether it ends with a purchase."""
        return np.asarray(self.block["kind"][self.starts[1:] - 1] == codes()["purchase"])

    @cached_property
    def ended(self) -> Flags:
        """(spans,) whether a silence of `quiet` ended it without a purchase."""
        time = self.block["time"]
        last = time[self.starts[1:] - 1]
        follows = np.zeros(len(self), np.bool_)
        follows[:-1] = self.person[1:] == self.person[:-1]
        until = np.full(len(self), self.end, np.int64)
        until[:-1][follows[:-1]] = time[self.starts[1:-1]][follows[:-1]]
        return np.asarray((self.quiet > 0) & ~self.closed & (until - last >= self.quiet))

    def count(self, rows: Flags) -> Counts:
        """(spans,) how many of its rows are so."""
        return np.bincount(self.of[rows], minlength=len(self))

    def first(self, rows: Flags) -> Counts:
        """(spans,) its first row that is so; -1 for none."""
        found = np.full(len(self), -1, np.int64)
        at = np.flatnonzero(rows)[::-1]
        found[self.of[at]] = at
        return found

    def last(self, rows: Flags) -> Counts:
        """(spans,) its last row that is so; -1 for none."""
        found = np.full(len(self), -1, np.int64)
        at = np.flatnonzero(rows)
        found[self.of[at]] = at
        return found

    def distinct(self, code: NDArray[np.int32], rows: Flags) -> Counts:
        """(spans,) how many different codes stand in those of its rows that are so."""
        pairs = np.unique(self.of[rows] * (1 << 31) + code[rows])
        return np.bincount(pairs >> 31, minlength=len(self))

    def by_person(self, values: NDArray[np.generic]) -> Counts:
        """(people,) the sum of the values of each person's spans."""
        found = np.bincount(self.person, values.astype(np.float64), self.block.people)
        return found.astype(np.int64)  # whole numbers far under 2^53


def kind_is(block: Block, *names: str) -> Flags:
    """(rows,) which touchpoints are of one of these kinds."""
    return _among(block, [codes()[name] for name in names])


def group_is(block: Block, *groups: str) -> Flags:
    """(rows,) which touchpoints are of a kind in one of these groups."""
    return _among(block, [codes()[kind.name] for kind in kinds().values() if kind.group in groups])


def acts(block: Block) -> Flags:
    """(rows,) which touchpoints are something the person does; the others merely reach them."""
    return _among(block, [codes()[kind.name] for kind in kinds().values() if not kind.passive])


def _among(block: Block, wanted: list[int]) -> Flags:
    table = np.zeros(len(codes()), np.bool_)
    table[wanted] = True
    found: Flags = table[block["kind"]]
    return found


def of_people(block: Block, rows: Flags) -> Counts:
    """(people,) how many of each person's rows are so."""
    return np.bincount(block.place[rows], minlength=block.people)
