"""The messy middle: the rounds between a trigger and a purchase (Google 2020).

An *episode* is a purchase cycle, broken by every silence of `quiet_days`. Its *loop* is what the
model places in exploration and evaluation; exposure never is a stage.

alternations     moves between exploration and evaluation, either way, per purchase
days_to_purchase from the episode's trigger (where none is seen, its first touchpoint) to the
                 purchase that ends it
bypass_share     purchases whose episode has no loop: a habit or an impulse
presence         episodes with a loop in which a touchpoint of the loop was the firm's own, of all
                 episodes with a loop that were seen at all
competitor_share touchpoints of loops that were with competitors
left_share       episodes with a loop that a silence ended, of those that it or a purchase ended;
                 those still open are left out

Presence and competitor share know only what the data shows: a visit to a competitor that nobody
recorded is not in them, so the true presence is lower and the true competitor share higher.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..blocks.block import Block
from ..touchpoints.vocabulary import OWNERSHIPS
from .figures import DAY, Figure, Joined, Partial, gathered, middle, part, per, sums
from .spans import Spans, kind_is

if TYPE_CHECKING:
    from ..journeys import Journeys


@dataclass(frozen=True)
class Loops(Joined):
    """The analysis. `triggers`, `explores` and `evaluates` are codes of stages."""

    stage: str
    triggers: int
    explores: int
    evaluates: int
    quiet: int
    end: int

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        if not block.people:
            return {}
        spans, stage, time = Spans(block, self.quiet, self.end), block[self.stage], block["time"]
        explores, evaluates = stage == self.explores, stage == self.evaluates
        loop = explores | evaluates
        turns = np.zeros(block.rows, np.bool_)
        turns[1:] = (loop[1:] & loop[:-1] & (stage[1:] != stage[:-1])) & (
            spans.of[1:] == spans.of[:-1]
        )
        own = loop & (block["ownership"] == OWNERSHIPS.index("owned"))
        rival = loop & kind_is(block, "competitor_view", "purchase_competitor")
        loops, bought = spans.count(loop) > 0, spans.closed
        finished = loops & (bought | spans.ended)
        each = spans.by_person
        began = spans.first(stage == self.triggers)
        began = np.where(began >= 0, began, spans.starts[:-1])
        gone = time[spans.starts[1:] - 1] - time[began]
        kept = {
            "alternations": sums(each(spans.count(turns) * bought), each(bought)),
            "bypass": sums(each(bought & ~loops), each(bought)),
            "presence": sums(each(loops & (spans.count(own) > 0)), each(loops)),
            "rivals": sums(each(spans.count(rival)), each(spans.count(loop))),
            "left": sums(each(finished & ~bought), each(finished)),
            "days?": gone[bought],
            "buyers": np.array([len(np.unique(spans.person[bought]))]),
        }
        return {name: np.asarray(values, np.int64) for name, values in kept.items()}

    def finish(self, kept: Partial) -> list[Figure]:
        """The figures."""
        if not kept:
            return []
        kept = gathered(kept)
        return [
            per("alternations", kept["alternations"], "purchases"),
            middle("days_to_purchase", kept["days?"], int(kept["buyers"][0]), "days", DAY),
            part("bypass_share", kept["bypass"], "purchases"),
            part("presence", kept["presence"], "episodes"),
            part("competitor_share", kept["rivals"], "touchpoints"),
            part("left_share", kept["left"], "episodes"),
        ]


def loops(journeys: "Journeys") -> list[Figure]:
    """The figures of the messy middle's loop."""
    model = journeys.model
    trigger, explore, evaluate = map(model.place, ("trigger", "exploration", "evaluation"))
    quiet = int(model.quiet_days * DAY)
    found: list[Figure] = journeys.run(
        Loops(f"stage:{model.digest}", trigger, explore, evaluate, quiet, journeys.end)
    )
    return found
