"""The people of a share as `measures` counts it: those of whom it holds, or the others."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..result import Result
from .measures import WHEN, Chosen, follow
from .people import listed

if TYPE_CHECKING:
    from ..journeys import Journeys


@dataclass(frozen=True)
class Counted:
    """What lists the people of a share: those who are counted in it, or those who are not."""

    of: Chosen
    then: Chosen
    when: str
    met: bool

    def passed(self, block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the people in the block, ascending, and their first row of `of`."""
        of = self.of.rows(block, "")
        place = block.place.astype(np.int64)  # one person for a month: then `follow` tells of each
        then, visit = self.then.rows(block, ""), block["session"]
        when = WHEN.index(self.when)
        counts = follow(block.starts, place, of, then, visit, when, block.people)
        who, first = np.unique(place[of], return_index=True)
        chosen = (counts[who, 1] > 0) == self.met
        return who[chosen], block["time"][of][first][chosen]


def counted(
    journeys: "Journeys", asked: dict[str, Any], met: bool, limit: int, offset: int
) -> Result:
    """List the people of `asked`, a share of kinds as `measure` is asked; rows as in `people`."""
    of, share = (_chosen(asked[part]) for part in ("of", "share"))
    told: dict[str, Any] = {"by": "kind", "node": None, "source": None, "target": None}
    return listed(journeys, Counted(of, share, asked["when"], met), told, limit, offset)


def _chosen(part: dict[str, Any]) -> Chosen:
    kind = part["kind"]
    return Chosen((kind,) if isinstance(kind, str) else tuple(kind))
