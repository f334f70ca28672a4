"""What if a line of the matrix were taken more, or less, often: what the chain says then.

Nothing here was tried: the result is `modelled`. The other lines out of the stage give or take in
proportion to what they have, and the rest of the chain stays as it is.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import NothingToAnswerError, OmveiError, UnknownNameError
from ..result import Result
from .bootstrap import interval
from .chain import Chain
from .intervals import FEW
from .map import START
from .matrix import counted

if TYPE_CHECKING:
    from ..journeys import Journeys

GOAL = "(goal)"


def what_if(journeys: "Journeys", source: str, target: str, probability: float) -> Result:
    """Change the probability of the line from `source` to `target`, of the moves that leave the
    source; `(goal)` as target are moves that reach the goal, whichever stage that is in.

    One row: `from, to, before, after` (probabilities), `chance_before, chance_after` and `change`
    of the goal from the start, with `low, high` of the change by the bootstrap, `too_few`.

    Raises `UnknownNameError` for a stage that is not there, `OmveiError` for a probability that is
    none, `NothingToAnswerError` without a goal or where nobody ever left the source.
    """
    if journeys.goal_code < 0:
        raise NothingToAnswerError("Nobody here reached a goal, so no chance of it can be said.")
    found, labels = counted(journeys)
    places, targets = [*labels, START], [*labels, GOAL]
    if source not in places:
        raise UnknownNameError("stage", source, places)
    if target not in targets:
        raise UnknownNameError("stage", target, targets)
    if source == target:
        raise OmveiError("A line leads to another stage. Staying is no line.")
    if not 0 <= probability <= 1:
        raise OmveiError(f"{probability} is no probability. Give a number from 0 to 1.")
    here = places.index(source)
    there = len(places) if target == GOAL else labels.index(target)
    chain = Chain.of(found.count)
    people = int(found.left[here])
    if not people:
        raise NothingToAnswerError(f"Nobody was ever in {source!r}, so nobody left it.")

    def chances(one: Chain) -> tuple[float, float]:
        return float(one.chances()[-1]), float(one.changed(here, there, probability).chances()[-1])

    before, after = chances(chain)
    drawn = np.array([chances(Chain.of(each)) for each in found.weighted])
    low, high = interval(drawn[:, 1] - drawn[:, 0])
    now = chain.goal[here] if target == GOAL else chain.stay[here, there]
    row: dict[str, Any] = {
        "from": source,
        "to": target,
        "before": float(now),
        "after": probability,
        "chance_before": before,
        "chance_after": after,
        "change": after - before,
        "low": low,
        "high": high,
        "too_few": people < FEW,
    }
    meaning = journeys.meaning(found.everybody) | {"lens": journeys.model.id, "label": "modelled"}
    return Result("what_if", meaning, {"rows": [row]})
