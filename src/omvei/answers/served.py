"""What each touchpoint serves: which stages its people are in, who takes the step, what it cost."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from ..touchpoints.vocabulary import INITIATORS, OWNERSHIPS
from .statements import BAD, GOOD, score

Counts = NDArray[np.int64]


@njit(cache=True, nogil=True)
def count_people(
    starts: Counts, code: NDArray[np.int32], stage: NDArray[np.int32], codes: int, stages: int
) -> tuple[Counts, Counts]:
    """People of each code, and of each code in each stage.

    code     (rows,) from -1 (not counted) to `codes` - 1; stage (rows,) from 0 to `stages` - 1
    returns  (codes,) people; (codes, stages) people who met the code in the stage
    """
    people = np.zeros(codes, np.int64)
    at = np.zeros((codes, stages), np.int64)
    met = np.full(codes, -1, np.int64)
    been = np.full((codes, stages), -1, np.int64)
    for person in range(len(starts) - 1):
        for row in range(starts[person], starts[person + 1]):
            here, now = code[row], stage[row]
            if here < 0:
                continue
            if met[here] != person:
                met[here] = person
                people[here] += 1
            if been[here, now] != person:
                been[here, now] = person
                at[here, now] += 1
    return people, at


@dataclass(frozen=True)
class Served:
    """The analysis: what there is to know of each code of a column."""

    column: str
    size: int
    stage: str
    """The column of the lens."""
    stages: int
    """How many stages, the last being none."""
    currencies: int

    def empty(self) -> dict[str, Counts]:
        """Nobody."""
        return {
            "people": np.zeros(self.size, np.int64),
            "at": np.zeros((self.size, self.stages), np.int64),
            "touchpoints": np.zeros(self.size, np.int64),
            "initiator": np.zeros((self.size, len(INITIATORS)), np.int64),
            "ownership": np.zeros((self.size, len(OWNERSHIPS)), np.int64),
            "cost": np.zeros((self.size, self.currencies + 1), np.int64),
            "rated": np.zeros((self.size, 3), np.int64),
        }

    def scan(self, block: Block) -> dict[str, Counts]:
        """Count one block."""
        code = block[self.column].astype(np.int32)
        stage = block[self.stage].astype(np.int32)
        stage[stage == NOWHERE] = self.stages - 1
        people, at = count_people(block.starts, code, stage, self.size, self.stages)
        found = self.empty() | {"people": people, "at": at}
        known = code >= 0
        here = code[known]
        np.add.at(found["touchpoints"], here, 1)
        for name in ("initiator", "ownership"):
            np.add.at(found[name], (here, block[name][known]), 1)
        np.add.at(found["cost"], (here, block["currency"][known]), block["cost"][known])
        told = score(block)
        for place, counts in enumerate((told >= 0, told >= GOOD, (told >= 0) & (told < BAD))):
            np.add.at(found["rated"][:, place], code[known & counts], 1)
        return found

    def merge(self, a: dict[str, Counts], b: dict[str, Counts]) -> dict[str, Counts]:
        """Add."""
        return {name: a[name] + b[name] for name in a}

    def finish(self, partial: dict[str, Counts]) -> dict[str, Counts]:
        """As counted; the last column of `cost` has no currency."""
        return partial
