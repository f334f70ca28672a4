"""Where those who went silent were last: the page or the kind of their last touchpoint, by stage.

Of people who never bought and whose silence is longer than the one from which people have *left*
(see `leaks`). Their last touchpoint is counted, once a person; that it was the last says where to
look, and not that it was why.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from ..lenses.rules import DAY
from ..touchpoints.vocabulary import codes
from .adding import Added

if TYPE_CHECKING:
    from ..journeys import Journeys

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Last(Added):
    """The analysis: people by stage and content of their last touchpoint."""

    stage: str
    stages: int
    contents: int
    end: int
    quiet: int
    """Microseconds of silence from which somebody has left."""

    def empty(self) -> Counts:
        """Nobody."""
        return np.zeros((self.stages, self.contents), np.int64)

    def scan(self, block: Block) -> Counts:
        """Count one block."""
        found = self.empty()
        if not block.rows:
            return found
        place = block.place
        last = np.flatnonzero(np.append(place[1:] != place[:-1], True))
        bought = np.zeros(block.people, np.bool_)
        bought[place[block["kind"] == codes()["purchase"]]] = True
        stage, content = block[self.stage][last].astype(np.int64), block["content"][last]
        silent = self.end - block["time"][last] >= self.quiet
        gone = silent & ~bought[place[last]] & (stage != NOWHERE) & (content >= 0)
        np.add.at(found, (stage[gone], content[gone]), 1)
        return found


def last(journeys: "Journeys", quiet_days: float) -> dict[str, dict[str, Any]]:
    """For each stage the content that most of those who went silent there met last: `content`, and
    `people`. A stage in which nobody's last touchpoint names its content is left out.
    """
    model, words = journeys.model, journeys.words["content"]
    if not words:
        return {}
    asked = Last(
        f"stage:{model.digest}",
        len(model.stages),
        len(words),
        journeys.end,
        round(quiet_days * DAY),
    )
    counted: Counts = journeys.run(asked)
    most = counted.argmax(axis=1)
    return {
        stage.id: {"content": words[most[code]], "people": int(counted[code, most[code]])}
        for code, stage in enumerate(model.stages)
        if counted[code, most[code]]
    }
