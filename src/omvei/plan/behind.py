"""The people behind an answer of the checklist: exactly those of its evidence, or the others."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..answers.measures import WHEN, Chosen, follow
from ..answers.people import listed
from ..blocks.block import Block
from ..errors import UnknownNameError
from ..result import Result
from .checklist import questions

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


def behind(
    journeys: "Journeys", question: str, met: bool = True, *, limit: int = 100, offset: int = 0
) -> Result:
    """List the people of whom the evidence of a `question` tells: those of whom it holds, or, where
    `met` is False, the others it counts. Rows as in `people`.

    Raises `UnknownNameError` for a question that is not about a share of people.
    """
    known = [name for name, one in questions().items() if one["by"] == "people"]
    if question not in known:
        raise UnknownNameError("question", question, known)
    asked = questions()[question]
    of, share = (_chosen(asked[part]) for part in ("of", "share"))
    told: dict[str, Any] = {"by": "kind", "node": None, "source": None, "target": None}
    return listed(journeys, Counted(of, share, asked["when"], met), told, limit, offset)


def _chosen(part: dict[str, Any]) -> Chosen:
    kind = part["kind"]
    return Chosen((kind,) if isinstance(kind, str) else tuple(kind))
