"""Ready but waiting: people who stopped in the decision, perhaps for a budget, and may come back.

ready_waiting      people whose last stage is the decision, who have not bought in this cycle, did
                   not say no, and have been silent for at least `patience` (30 days), of people
                   who ever came to the decision
long_pauses        silences of at least `quiet_days` that began in the decision, without a purchase
resumed_share      of these long pauses, those after which the person was seen again: they are not
                   lost. A pause is known to be long whether or not it has ended, and one that has
                   not may still end: the share grows with time
pause_days         how long the ones that ended lasted: a median
bought_after_pause of the pauses that ended, those whose cycle then ended in a purchase
days_to_ready      from a person's first touchpoint to their first one in the decision
soft_conversion    people who moved to a later stage at least once, of people with any stage
sold_to_new, sold_to_customers   people who bought in a purchase cycle, of those with one: in their
                   first cycle, and in one after a purchase
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from .figures import DAY, Figure, Joined, Partial, count, gathered, middle, part, share, sums
from .spans import Spans, kind_is, of_people

if TYPE_CHECKING:
    from ..journeys import Journeys

PATIENCE = 30 * DAY


@dataclass(frozen=True)
class Waits(Joined):
    """The analysis."""

    stage: str
    decides: int
    quiet: int
    end: int

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        if not block.people:
            return {}
        spans, time, stage = Spans(block), block["time"], block[self.stage].astype(np.int64)
        place, starts = block.place, block.starts
        last = starts[1:] - 1
        said_no = kind_is(block, "declined", "churn", "unsubscribe")
        buys = kind_is(block, "purchase")
        decides = (stage == self.decides) & ~buys
        silent = self.end - time[last]
        waiting = decides[last] & ~said_no[last] & (silent >= PATIENCE)
        until = np.append(time[1:], self.end)
        until[last] = self.end
        pause = decides & ~said_no & (until - time >= self.quiet)
        resumed = pause.copy()
        resumed[last] = False
        sold = resumed & spans.closed[spans.of]
        first = np.flatnonzero(decides)[::-1]
        ready = np.full(block.people, -1, np.int64)
        ready[place[first]] = first
        came = ready >= 0
        staged = stage != NOWHERE
        onward = np.zeros(block.rows, np.bool_)
        onward[1:] = (place[1:] == place[:-1]) & staged[1:] & staged[:-1] & (stage[1:] > stage[:-1])
        new = spans.number == 0
        kept: dict[str, Any] = {
            "people": np.array(
                [
                    waiting.sum(),
                    came.sum(),
                    (of_people(block, onward) > 0).sum(),
                    (of_people(block, staged) > 0).sum(),
                ]
            ),
            "resumed": sums(of_people(block, resumed), of_people(block, pause)),
            "sold": sums(of_people(block, sold), of_people(block, resumed)),
            "pauses?": (until - time)[resumed],
            "ready?": (time[ready] - time[starts[:-1]])[came],
        }
        for name, these in (("new", new), ("customers", ~new)):
            bought = spans.by_person(these & spans.closed) > 0
            kept[name] = np.array([bought.sum(), (spans.by_person(these) > 0).sum()])
        return {name: np.asarray(values, np.int64) for name, values in kept.items()}

    def finish(self, kept: Partial) -> list[Figure]:
        """The figures."""
        if not kept:
            return []
        kept = gathered(kept)
        waiting, came, onward, staged = (int(n) for n in kept["people"])
        resumed = part("resumed_share", kept["resumed"], "pauses")
        back = int(kept["sold"][0])  # people with a pause that ended
        return [
            share("ready_waiting", waiting, came),
            count("long_pauses", resumed["of"], "pauses") | {"people": resumed["people"]},
            resumed,
            middle("pause_days", kept["pauses?"], back, "days", DAY),
            part("bought_after_pause", kept["sold"], "pauses"),
            middle("days_to_ready", kept["ready?"], came, "days", DAY),
            share("soft_conversion", onward, staged),
            share("sold_to_new", *(int(n) for n in kept["new"])),
            share("sold_to_customers", *(int(n) for n in kept["customers"])),
        ]


def waiting(journeys: "Journeys") -> list[Figure]:
    """The figures of those who are ready but wait."""
    model = journeys.model
    quiet = int(model.quiet_days * DAY)
    found: list[Figure] = journeys.run(
        Waits(f"stage:{model.digest}", model.place("decision"), quiet, journeys.end)
    )
    return found
