"""See, Think, Do, Care: four audiences, each measured by what it is for (Kaushik 2013).

bought_not_care       people who bought but are not (yet) known to be satisfied: they stand in
                      another audience than Care now. The Norwegian model wants satisfaction, and
                      `care_min_purchases` asks for so many purchases
new_people_share      visits that are a person's first ever, of all visits (See)
click_through_rate    ads, posts and mails clicked, of those seen or opened (Think); a person's
                      clicks on what nobody recorded as seen were seen too
page_depth            pages per visit with any page (Think)
percent_assisted      purchases before which, in their cycle, a touchpoint stood in Think but not
                      as the last one before cart, checkout and purchase (Think)
visits_per_person     median visits in which a person did something: visitor loyalty (Do)

Conversation, amplification and applause (comments, shares and likes per post) are numbers of the
networks, which no import holds: not observed. Nor is profit, which needs the cost of goods.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from .figures import Figure, Joined, Partial, gathered, middle, part, per, share, sums
from .spans import Spans, acts, group_is, kind_is, of_people

if TYPE_CHECKING:
    from ..journeys import Journeys

SEEN = ("ad_view", "remarketing_view", "social_view", "email_open")
CLICKED = ("ad_click", "social_engage", "email_click")
CLOSES = ("add_to_cart", "checkout_start", "purchase")


@dataclass(frozen=True)
class Intents(Joined):
    """The analysis."""

    stage: str
    think: int
    care: int

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        if not block.people:
            return {}
        spans, stage, place = Spans(block), block[self.stage], block.place
        buys = kind_is(block, "purchase")
        bought = (of_people(block, buys) > 0) | (
            of_people(block, block["purchases_before"] > 0) > 0
        )
        elsewhere = stage[block.starts[1:] - 1] != self.care
        visit, does = block["session"], acts(block)
        rows = np.flatnonzero(does)
        pairs = np.unique(place[rows].astype(np.int64) * (1 << 31) + visit[rows])
        visits = np.bincount(pairs >> 31, minlength=block.people)
        first_ever = np.zeros(block.people, np.int64)
        new = np.flatnonzero(does & (visit == 1))
        first_ever[place[new]] = 1
        pages = group_is(block, "information", "evaluation")
        paged = np.unique(place[pages].astype(np.int64) * (1 << 31) + visit[pages])
        clicked = of_people(block, kind_is(block, *CLICKED))
        thinks = stage == self.think
        last = spans.last(~kind_is(block, *CLOSES))
        helped = spans.closed & (spans.count(thinks) > 0)
        helped &= ~np.where(last >= 0, thinks[last], False)
        kept: dict[str, Any] = {
            "people": np.array([(bought & elsewhere).sum(), bought.sum()]),
            "new": sums(first_ever, visits),
            "clicks": sums(clicked, np.maximum(of_people(block, kind_is(block, *SEEN)), clicked)),
            "depth": sums(
                of_people(block, pages), np.bincount(paged >> 31, minlength=block.people)
            ),
            "assisted": sums(spans.by_person(helped), spans.by_person(spans.closed)),
            "visits?": visits[visits > 0],
        }
        return {name: np.asarray(values, np.int64) for name, values in kept.items()}

    def finish(self, kept: Partial) -> list[Figure]:
        """The figures."""
        if not kept:
            return []
        kept = gathered(kept)
        return [
            share("bought_not_care", *(int(n) for n in kept["people"])),
            part("new_people_share", kept["new"], "visits"),
            part("click_through_rate", kept["clicks"], "touchpoints"),
            per("page_depth", kept["depth"], "visits"),
            part("percent_assisted", kept["assisted"], "purchases"),
            middle("visits_per_person", kept["visits?"], len(kept["visits?"]), "visits"),
        ]


def intents(journeys: "Journeys") -> list[Figure]:
    """The figures of the four audiences."""
    model = journeys.model
    found: list[Figure] = journeys.run(
        Intents(f"stage:{model.digest}", model.place("think"), model.place("care"))
    )
    return found
