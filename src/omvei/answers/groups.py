"""The target groups, with how many people are in each now."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from ..groups import group as kept
from ..result import Result, of_nobody
from .intervals import FEW, wilson

if TYPE_CHECKING:
    from ..journeys import Journeys


class Heads:
    """The analysis: how many people there are."""

    def empty(self) -> int:
        """Nobody."""
        return 0

    def scan(self, block: Block) -> int:
        """Count one block."""
        return block.people

    def merge(self, a: int, b: int) -> int:
        """Add."""
        return a + b

    def finish(self, partial: int) -> int:
        """As counted."""
        return int(np.int64(partial))


def groups(journeys: "Journeys") -> Result:
    """The groups of `definitions/groups.yaml`, in its order: `group, name` (by language), `people`,
    and their `share` of all `n` with `low, high` and `too_few` (fewer than 30 people).

    Of a period, people who were seen in it; who is in a group is told by whole journeys.
    """
    everybody = journeys.run(Heads())
    rows = []
    for one in kept.load(journeys.workspace.path).values():
        people = journeys.group(one).run(Heads())
        low, high = wilson(people, everybody)
        rows.append(_row(one, people, people / everybody if everybody else None, low, high))
    return Result("groups", journeys.meaning(everybody), {"rows": rows})


def without_data(kept_groups: dict[str, kept.Group], simulated: bool) -> Result:
    """The same where nothing was imported yet: nobody was counted, so nothing is said of size."""
    return Result(
        "groups",
        of_nobody(simulated),
        {"rows": [_row(g, None, None, None, None) for g in kept_groups.values()]},
    )


def _row(
    one: kept.Group, people: int | None, share: float | None, low: float | None, high: float | None
) -> dict[str, Any]:
    return {
        "group": one.id,
        "name": dict(one.names),
        "people": people,
        "share": share,
        "low": low,
        "high": high,
        "too_few": people is None or people < FEW,
    }
