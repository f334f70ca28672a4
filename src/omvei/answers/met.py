"""Whether what people met was for the stage they were in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses import lens as lenses
from .adding import Added
from .content import LENS
from .intervals import rate

if TYPE_CHECKING:
    from ..journeys import Journeys

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Met(Added):
    """The analysis: people who met content in a stage, and those for whom it mostly fitted.

    A touchpoint counts where its content is meant for a stage and the person was in one just
    before. It fits where it is meant for that stage or for the next one in the model's order: what
    is further ahead comes too early, what is behind says what they know. What is meant for the
    decision fits only who is in it: to sell to those who still look for a solution is to meet them
    where one wishes they were (C04, C29, E08). Half is mostly.
    """

    stage: str
    """The column of stages."""
    meant: tuple[int, ...]
    """For each content the place of the stage it is meant for; -1 for none."""
    decision: int
    """The place of the decision."""
    stages: int
    """How many stages there are; a place beyond them is no stage."""

    def empty(self) -> Counts:
        """Nobody."""
        return np.zeros(2, np.int64)

    def scan(self, block: Block) -> Counts:
        """People of one block: who met content in a stage, and for whom it mostly fitted."""
        stage = block[self.stage].astype(np.int64)
        place = block.place
        content = block["content"]
        meant = np.append(np.array(self.meant, np.int64), -1)[content]  # content -1 reads the last
        within = np.append(False, place[1:] == place[:-1])[: block.rows]
        before = np.append(self.stages, stage[:-1])[: block.rows]
        counts = (meant >= 0) & within & (before < self.stages)
        fits = counts & ((meant == before) | ((meant == before + 1) & (meant != self.decision)))
        met = np.bincount(place[counts], minlength=block.people)
        fitted = np.bincount(place[fits], minlength=block.people)
        return np.array([(met > 0).sum(), ((met > 0) & (2 * fitted >= met)).sum()], np.int64)


def met(journeys: "Journeys", meant_for: Mapping[str, str]) -> dict[str, Any] | None:
    """The share of people who mostly met content for the stage they were in, or the next.

    meant_for   the stage of `five_stage` each content is meant for, by its name
    returns     as `intervals.rate`, over the people who met such content in a stage; None for
                nobody
    """
    model = lenses.load(LENS)
    places = {stage.id: place for place, stage in enumerate(model.stages)}
    meant = tuple(places.get(meant_for.get(name, ""), -1) for name in journeys.words["content"])
    found = journeys.lens(LENS).run(
        Met(f"stage:{model.digest}", meant, places["decision"], len(places))
    )
    return rate(int(found[1]), int(found[0]))
