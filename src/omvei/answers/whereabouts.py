"""Where each person stands in a model: their current stage and their deepest, now or on a day.

The current stage is that of a person's latest stay (see `ways`); a silence that leads to rest is
one. The deepest is the furthest stage of their latest purchase cycle, under a model whose stages
stand in an order. Both are the people that `numbers` counts as `current` and `deepest`, so on a day
they are what was known then: `between(until=day)`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from ..errors import UnknownNameError
from ..lenses.lens import Lens
from ..moment import moment
from ..people.names import name
from ..result import Result
from .figures import Joined, Partial, gathered
from .map import Walk, walk
from .numbers import ORDERED
from .ways import rounds, stays

if TYPE_CHECKING:
    from ..journeys import Journeys


@dataclass(frozen=True)
class Whereabouts(Joined):
    """The analysis: a row a person who is in a stage at all."""

    walk: Walk
    lens: Lens

    def empty(self) -> Partial:
        """Nobody."""
        names = ("person?", "current?", "since?", "deepest?", "last?")
        return {name: np.empty(0, np.int64) for name in names}

    def scan(self, block: Block) -> Partial:
        """`person, current, since` (when they came into it), `deepest, last` (touchpoint)."""
        if not block.people:
            return self.empty()
        starts, time, node, origin = self.walk.rows(block)
        cycle = rounds(block["purchases_before"], origin)
        apart = self.lens.carrier == "deepest"
        person, _, first, stop = stays(starts, node, cycle, len(self.lens.stages), apart)
        if not len(person):
            return self.empty()
        stage, round_ = node[first].astype(np.int64), cycle[stop - 1]
        ended = np.append(person[1:] != person[:-1], True)
        latest = np.full(block.people, -1, np.int64)
        np.maximum.at(latest, person, round_)
        deepest = np.full(block.people, -1, np.int64)
        now = round_ == latest[person]
        np.maximum.at(deepest, person[now], stage[now])
        who = person[ended]
        return {
            "person?": block.person[who],
            "current?": stage[ended],
            "since?": time[first[ended]],
            "deepest?": deepest[who],
            "last?": block["time"][block.starts[who + 1] - 1],
        }

    def finish(self, kept: Partial) -> Partial:
        """The latest to move first; equal times by person."""
        kept = gathered(kept)
        order = np.lexsort((kept["person?"], -kept["since?"]))
        return {key: column[order] for key, column in kept.items()}


def whereabouts(
    journeys: "Journeys",
    *,
    current: str | None = None,
    deepest: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Result:
    """List people with their stages under the journeys' model, the latest to move first.

    `current` and `deepest` choose those in a stage. `n` is how many there are; one row a person:
    `person, current, since, deepest` (None under a model without an order), `last`. With
    `between(until=day)` it says where people stood before that day.

    Raises `UnknownNameError` for a stage that the model does not have, or an order it does not.
    """
    model = journeys.model
    ids = [stage.id for stage in model.stages]
    ordered = model.facts.get("shape") in ORDERED
    if deepest is not None and not ordered:
        raise UnknownNameError(
            "order of stages", model.id, [], "Its stages stand in no order, so none is deepest."
        )
    place, _, _ = walk(journeys, "stage", 0)
    kept = journeys.run(Whereabouts(place, model))
    for key, wanted in (("current?", current), ("deepest?", deepest)):
        if wanted is not None:
            here = kept[key] == model.place(wanted)
            kept = {name_: column[here] for name_, column in kept.items()}
    shown = {key: column[offset : offset + limit].tolist() for key, column in kept.items()}
    rows: list[dict[str, Any]] = [
        {
            "person": name(person),
            "current": ids[now],
            "since": moment(since),
            "deepest": ids[far] if ordered else None,
            "last": moment(last),
        }
        for person, now, since, far, last in zip(*shown.values(), strict=True)
    ]
    told = journeys.meaning(len(kept["person?"])) | {"lens": model.id, "ordered": ordered}
    asked = {"current": current, "deepest": deepest, "shown": len(rows), "offset": offset}
    return Result("whereabouts", told | asked, {"rows": rows})
