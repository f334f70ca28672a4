"""How much of what people meet the firm decides itself, and how mixed their sources are.

A touchpoint is *controlled* where it is the firm's own, *push* where the firm took the step. *Media
entropy* (Klein, Zhang, Falk, Aspara and Luo, Journal of Service Management, 2020) is that of the
channels in one person's journey, in bits: 0 for one channel, 1 for two used alike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from ..touchpoints.vocabulary import INITIATORS, OWNERSHIPS

Counts = NDArray[np.int64]
MILLIONTHS = 1_000_000


@njit(cache=True, nogil=True)
def entropies(starts: Counts, channel: NDArray[np.int32], channels: int) -> Counts:
    """Each person's entropy of channels, in millionths of a bit, rounded."""
    found = np.zeros(len(starts) - 1, np.int64)
    counts = np.zeros(channels, np.int64)
    for person in range(len(starts) - 1):
        first, stop = starts[person], starts[person + 1]
        for row in range(first, stop):
            counts[channel[row]] += 1
        bits = 0.0
        for row in range(first, stop):
            count = counts[channel[row]]
            if count:
                share = count / (stop - first)
                bits -= share * np.log2(share)
                counts[channel[row]] = 0
        found[person] = round(bits * 1_000_000)
    return found


@dataclass(frozen=True)
class Control:
    """The analysis: touchpoints by stage, whose they are and who took the step; the entropy."""

    stage: str
    stages: tuple[str, ...]
    """The stages, the last being none."""
    channels: int

    def empty(self) -> dict[str, Any]:
        """Nobody."""
        return {
            "owner": np.zeros((len(self.stages), len(OWNERSHIPS)), np.int64),
            "initiator": np.zeros((len(self.stages), len(INITIATORS)), np.int64),
            "bits": 0,
            "people": 0,
        }

    def scan(self, block: Block) -> dict[str, Any]:
        """Count one block; of one touchpoint alone there is no entropy to speak of."""
        found = self.empty()
        stage = block[self.stage].astype(np.int64)
        stage[stage == NOWHERE] = len(self.stages) - 1
        np.add.at(found["owner"], (stage, block["ownership"]), 1)
        np.add.at(found["initiator"], (stage, block["initiator"]), 1)
        bits = entropies(block.starts, block["channel"].astype(np.int32), self.channels)
        several = np.diff(block.starts) > 1
        return found | {"bits": int(bits[several].sum()), "people": int(several.sum())}

    def merge(self, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
        """Add."""
        return {name: a[name] + b[name] for name in a}

    def finish(self, partial: dict[str, Any]) -> dict[str, Any]:
        """`stages`, the whole first (stage None), and the mean `entropy` of `people`."""
        owner, initiator = partial["owner"], partial["initiator"]
        rows = [_row(None, owner.sum(axis=0), initiator.sum(axis=0))]
        rows += [
            _row(name, owner[i], initiator[i])
            for i, name in enumerate(self.stages)
            if owner[i].any()
        ]
        people = partial["people"]
        return {
            "stages": rows,
            "people": people,
            "entropy": round(partial["bits"] / people / MILLIONTHS, 6) if people else None,
        }


def _row(stage: str | None, owner: Counts, initiator: Counts) -> dict[str, Any]:
    whole = int(owner.sum())
    return {
        "stage": stage,
        "touchpoints": whole,
        **{name: int(count) for name, count in zip(OWNERSHIPS, owner, strict=True)},
        "push": int(initiator[INITIATORS.index("company")]),
        "controlled": int(owner[0]) / whole if whole else None,
    }
