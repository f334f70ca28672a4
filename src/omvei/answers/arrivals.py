"""How often people came by each channel or campaign, and how many of them then reached the goal."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..touchpoints.vocabulary import kinds
from .adding import Added

Counts = NDArray[np.int64]


@njit(cache=True, nogil=True)
def count_arrivals(
    starts: Counts,
    time: Counts,
    group: NDArray[np.int32],
    session: NDArray[np.int32],
    goal: NDArray[np.bool_],
    size: int,
    since: int,
    until: int,
    horizon: int,
    end: int,
) -> Counts:
    """Count visits, people and buyers of each group.

    A person comes by a group at a row of it from `since` up to `until`; a visit is counted once
    however many rows it has. A buyer is a person who comes to a row of `goal`, up to `end`, at most
    `horizon` after they first came by the group, or in the same moment.

    group    (rows,) from -1 (none) up to `size` - 1
    returns  (size, 3) visits, people, buyers
    """
    counts = np.zeros((size, 3), np.int64)
    person_of = np.full(size, -1, np.int64)
    visit_of = np.full(size, -1, np.int64)
    first = np.zeros(size, np.int64)
    bought = np.full(size, -1, np.int64)
    met = np.zeros(size, np.int64)
    for person in range(len(starts) - 1):
        many = 0
        for row in range(starts[person], starts[person + 1]):
            here = group[row]
            if here >= 0 and since <= time[row] < until:
                if person_of[here] != person:
                    person_of[here] = person
                    visit_of[here] = -1
                    first[here] = time[row]
                    counts[here, 1] += 1
                    met[many] = here
                    many += 1
                if visit_of[here] != session[row]:
                    visit_of[here] = session[row]
                    counts[here, 0] += 1
            if goal[row] and time[row] <= end:
                for place in range(many):
                    known = met[place]
                    if bought[known] != person and time[row] - first[known] <= horizon:
                        bought[known] = person
                        counts[known, 2] += 1
    return counts


@dataclass(frozen=True)
class Arrivals(Added):
    """The analysis: `count_arrivals` of a column, whose codes `place` puts into groups."""

    column: str
    place: Counts
    """Group of each code of the column; -1 for none."""
    size: int
    since: int
    until: int
    goal: int
    horizon: int
    end: int

    def empty(self) -> Counts:
        """Nobody."""
        return np.zeros((self.size, 3), np.int64)

    def scan(self, block: Block) -> Counts:
        """Count one block."""
        return count_arrivals(
            block.starts,
            block["time"],
            came_by(block, self.column, self.place),
            block["session"],
            block["kind"] == self.goal,
            self.size,
            self.since,
            self.until,
            self.horizon,
            self.end,
        )


@dataclass(frozen=True)
class Pairs(Added):
    """The analysis: touchpoints of each campaign in each channel."""

    place: Counts
    """Group of each campaign; -1 for none."""
    size: int
    channels: int

    def empty(self) -> Counts:
        """Nothing."""
        return np.zeros((self.size, self.channels), np.int64)

    def scan(self, block: Block) -> Counts:
        """Count one block."""
        group = came_by(block, "campaign", self.place)
        there = group >= 0
        code = group[there].astype(np.int64) * self.channels + block["channel"][there]
        found = np.bincount(code, minlength=self.size * self.channels)
        return found.astype(np.int64).reshape(self.size, self.channels)


def came_by(block: Block, column: str, place: Counts) -> NDArray[np.int32]:
    """The group of each row; -1 also for what only reached the person, as a letter does."""
    passive = np.array([kind.passive for kind in kinds().values()])
    code = block[column]
    # Code -1 (none) looks up the last place, which is -1.
    return np.where(passive[block["kind"]], -1, np.append(place, -1)[code]).astype(np.int32)
