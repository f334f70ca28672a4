"""The same people under several models: how each fits, and what each pair says of them.

A person's latest stage under one model beside that under another: where most people of one stage
spread over several of the other, the models ask different things. The funnel is the firm's view;
the others are the customer's. People who stand deep in the funnel, but have gone back to an earlier
stage or to rest in the customer's, are where the two disagree.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..errors import OmveiError
from ..lenses.carrier import NOWHERE
from ..lenses.lens import Lens
from ..result import Result
from .figures import part
from .intervals import FEW
from .numbers import caught, numbers

if TYPE_CHECKING:
    from ..journeys import Journeys

NO_STAGE = "(no stage)"


@dataclass(frozen=True)
class Beside:
    """The analysis: people by their latest stage under two models, and by the first model's
    furthest stage.
    """

    first: str
    second: str
    sizes: tuple[int, int]

    def empty(self) -> NDArray[np.int64]:
        """Nobody."""
        return np.zeros((self.sizes[0] + 1, self.sizes[1] + 1), np.int64)

    def scan(self, block: Block) -> NDArray[np.int64]:
        """Count one block."""
        found = self.empty()
        lasts = block.starts[1:] - 1
        at = [self._at(block[self.first][lasts], 0), self._at(block[self.second][lasts], 1)]
        np.add.at(found, (at[0], at[1]), 1)
        return found

    def _at(self, stage: NDArray[np.uint8], which: int) -> NDArray[np.int64]:
        codes = stage.astype(np.int64)
        codes[codes == NOWHERE] = self.sizes[which]
        return codes

    def merge(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
        """Add."""
        return np.asarray(a + b)

    def finish(self, partial: NDArray[np.int64]) -> NDArray[np.int64]:
        """As counted."""
        return partial


def compare(journeys: "Journeys", *names: str) -> Result:
    """See the same people under two or more models.

    Parts: `pairs` (`first, second` model, `stage, other` (the latest stage under each, at the last
    touchpoint), `people`, `share` of those in `stage`) and `models`: `lens, perspective, stages,
    shape`, the figures `fit_moves, fit_journeys, placed, reentries, direction_changes, windingness,
    entropy` (see `numbers`), and `note`: what the model leaves out.

    Raises `OmveiError` for fewer than two models or one named twice, `UnknownNameError` for one
    that is not there.
    """
    if len(names) < 2 or len(set(names)) < len(names):
        raise OmveiError(
            "Name two or more models, each once, as in: omvei lens compare funnel stdc"
        )
    seen = [journeys.lens(name) for name in names]
    models, people = [], 0
    for one in seen:
        told = numbers(one).to_json()
        people = told["n"]
        kept = ("fit_moves", "fit_journeys", "placed", "reentries", "direction_changes")
        models.append(
            {
                "lens": one.model.id,
                "perspective": one.model.facts.get("perspective"),
                "stages": [stage.id for stage in one.model.stages],
                "shape": one.model.facts.get("shape"),
                **{name: told[name] for name in (*kept, "windingness", "entropy")},
                "note": one.model.facts.get("note"),
            }
        )
    pairs = [row for a, b in combinations(seen, 2) for row in _pair(a.model, b.model, a)]
    return Result("compare", journeys.meaning(people), {"pairs": pairs, "models": models})


def _pair(one: Lens, two: Lens, journeys: "Journeys") -> list[dict[str, Any]]:
    both = journeys.lens(one)
    both._lens[two.id] = two  # columns of both models are read in one scan
    names = [[*(stage.id for stage in lens.stages), NO_STAGE] for lens in (one, two)]
    sizes = (len(one.stages), len(two.stages))
    found = both.run(Beside(f"stage:{one.digest}", f"stage:{two.digest}", sizes))
    return [
        {
            "first": one.id,
            "second": two.id,
            "stage": names[0][a],
            "other": names[1][b],
            "people": int(found[a, b]),
            "share": int(found[a, b]) / int(found[a].sum()),
            "too_few": int(found[a].sum()) < FEW,
        }
        for a, b in np.argwhere(found).tolist()
    ]


def catches(journeys: "Journeys") -> Result:
    """What each rule of the journeys' model catches, and what falls through all of them.

    One row a rule, in the order in which they are asked: `rule` (from 1), `stage, when`,
    `touchpoints, people`. `placed` is the figure of the share that any rule catches.
    """
    model = journeys.model
    kept = caught(journeys)
    placed = part("placed", kept["placed"], "touchpoints")
    rows = [
        {
            "rule": place,
            "stage": model.stages[rule.stage].id,
            "when": rule.when,
            "touchpoints": int(touchpoints),
            "people": int(people),
        }
        for place, (rule, (touchpoints, people)) in enumerate(
            zip(model.rules, kept["rule"], strict=True), 1
        )
    ]
    meaning = journeys.meaning(placed["people"]) | {"lens": model.id, "placed": placed}
    return Result("catches", meaning, {"rules": rows})
