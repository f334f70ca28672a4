"""Routes: in which order people first come to a model's stages on the way to a purchase.

A route is the order of first entries, from the first stage of a purchase cycle to its purchase: who
goes back and forth between two stages is on the same route as who passes each once. Exact paths
with every turn are nearly as many as there are people; routes are few enough to compare. Each
person counts once, with the first purchase in the period.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from .figures import Partial
from .intervals import FEW, wilson
from .spans import Spans

if TYPE_CHECKING:
    from ..journeys import Journeys

COVERED = 0.8


@dataclass(frozen=True)
class Routes:
    """The analysis: how many people take each route, a number in base `stages` + 1."""

    stage: str
    stages: int

    def empty(self) -> Partial:
        """Nobody."""
        return {"route": np.empty(0, np.int64), "people": np.empty(0, np.int64)}

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        if not block.people:
            return self.empty()
        spans, stage = Spans(block), block[self.stage]
        closed = np.flatnonzero(spans.closed)
        chosen = closed[np.unique(spans.person[closed], return_index=True)[1]]
        entries = np.stack([spans.first(stage == code)[chosen] for code in range(self.stages)], 1)
        entries[entries < 0] = block.rows  # never: at the end, and left out
        order = np.argsort(entries, axis=1, kind="stable")
        met = np.take_along_axis(entries, order, axis=1) < block.rows
        route = np.zeros(len(chosen), np.int64)
        for place in range(self.stages):
            route = route * (self.stages + 1) + np.where(met[:, place], order[:, place] + 1, 0)
        found, people = np.unique(route, return_counts=True)
        return {"route": found, "people": people.astype(np.int64)}

    def merge(self, a: Partial, b: Partial) -> Partial:
        """Add the people of each route."""
        both = np.concatenate([a["route"], b["route"]])
        found, place = np.unique(both, return_inverse=True)
        people = np.zeros(len(found), np.int64)
        np.add.at(people, place, np.concatenate([a["people"], b["people"]]))
        return {"route": found, "people": people}

    def finish(self, kept: Partial) -> list[tuple[list[int], int]]:
        """The routes as codes of stages, the busiest first."""
        side = self.stages + 1
        told = []
        for route, people in zip(kept["route"], kept["people"], strict=True):
            digits = [int(route) // side**place % side for place in range(self.stages)][::-1]
            told.append(([digit - 1 for digit in digits if digit], int(people)))
        return sorted(told, key=lambda row: (-row[1], row[0]))


def routes(journeys: "Journeys") -> list[dict[str, Any]]:
    """One row a route: `route` (stages), `people, share, low, high, covered` (share of buyers on
    this route or a busier one), `too_few`.
    """
    model = journeys.model
    assert len(model.stages) < NOWHERE
    found = journeys.run(Routes(f"stage:{model.digest}", len(model.stages)))
    buyers = sum(people for _, people in found)
    rows, so_far = [], 0
    for route, people in found:
        so_far += people
        low, high = wilson(people, buyers)
        rows.append(
            {
                "route": [model.stages[code].id for code in route],
                "people": people,
                "share": people / buyers,
                "low": low,
                "high": high,
                "covered": so_far / buyers,
                "too_few": buyers < FEW,
            }
        )
    return rows
