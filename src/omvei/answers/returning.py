"""The people who came back to a stage: the same returns that `numbers` counts (see `ways`)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.lens import Lens
from ..result import Result
from .map import Walk, walk
from .people import listed
from .ways import allowed, fewest, rounds, stays, turns_of_ways

if TYPE_CHECKING:
    from ..journeys import Journeys


@dataclass(frozen=True)
class Returned:
    """The people who came back to one stage, and when each first did (see `people.Listing`)."""

    walk: Walk
    lens: Lens
    stage: int

    def passed(self, block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the people in the block, ascending, and microseconds."""
        starts, time, node, origin = self.walk.rows(block)
        cycle = rounds(block["purchases_before"], origin)
        apart = self.lens.carrier == "deepest"
        size = len(self.lens.stages)
        person, way, first, _ = stays(starts, node, cycle, size, apart)
        stage, moves = node[first].astype(np.int64), allowed(self.lens)
        _, again, _ = turns_of_ways(person, way, stage, moves, fewest(moves), block.people)
        hit = again & (stage == self.stage)
        who, at = np.unique(person[hit], return_index=True)
        return who, time[first[hit]][at]


def returning(journeys: "Journeys", stage: str, *, limit: int = 100, offset: int = 0) -> Result:
    """The people who came back to a stage of the journeys' model, the latest first, as `people`
    lists them; `at` is when they first came back. They are those that `numbers` counts as
    `returned`.

    Raises `UnknownNameError` for a stage that the model does not have.
    """
    model = journeys.model
    place, _, _ = walk(journeys, "stage", 0)
    asked = {"by": "stage", "node": None, "source": None, "target": None, "back": stage}
    return listed(journeys, Returned(place, model, model.place(stage)), asked, limit, offset)
