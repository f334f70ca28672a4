"""What this data cannot see. A touchpoint that is not observed is not one that did not happen.

No export tells of everything: what friends said, what an assistant answered, what was looked at in
a competitor's shop. Where nothing in the data could tell of it, it is named as not observed, never
shown as none. Surveys, reviews and a loyalty card can fill some of it in: they are imported like
anything else, and what they tell of is then observed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..blocks.block import Block
from ..touchpoints.vocabulary import codes
from .adding import Added
from .tally import Counts, Tally

if TYPE_CHECKING:
    from ..journeys import Journeys

TOLD_BY: dict[str, dict[str, tuple[str, ...]]] = {
    "word_of_mouth": {"kind": ("wom_exposure", "referral_converted"), "channel": ("Friends",)},
    "ai": {"kind": (), "channel": ()},
    "competitors": {"kind": ("competitor_view", "purchase_competitor"), "channel": ()},
    "store": {"kind": ("store_visit", "store_pass"), "channel": ("Store",)},
    "mail": {"kind": ("email_open", "email_received"), "channel": ()},
    "ads": {"kind": ("ad_view",), "channel": ()},
    "service": {"kind": ("support_contact", "contact_sales"), "channel": ("Phone",)},
}
"""What would tell of each; of an assistant's answers only what somebody says of them, see `Heard`:
a click in one is a visit, and tells nothing of the answers that were read without one."""

HEARD = "heard_about_us", "AI Assistant"
"""The answer to how somebody heard of the firm, and the channel it then names."""


@dataclass(frozen=True)
class Heard(Added):
    """The analysis: how many touchpoints have both an event and a channel, by their codes."""

    event: int
    channel: int

    def empty(self) -> Counts:
        """Nothing."""
        return np.zeros(1, np.int64)

    def scan(self, block: Block) -> Counts:
        """Count one block."""
        told = (block["event"] == self.event) & (block["channel"] == self.channel)
        return np.array([told.sum()], np.int64)


def unseen(journeys: "Journeys") -> list[str]:
    """The keys of `TOLD_BY` that nothing in the data tells of."""
    kinds = journeys.run(Tally("kind", len(codes())))
    names = journeys.words["channel"]
    channels = journeys.run(Tally("channel", len(names)))
    events = journeys.words["event"]
    heard = 0
    if HEARD[0] in events and HEARD[1] in names:
        (heard,) = journeys.run(Heard(events.index(HEARD[0]), names.index(HEARD[1])))
    return [
        what
        for what, told in TOLD_BY.items()
        if not (what == "ai" and heard)
        and not any(kinds[codes()[kind], 0] for kind in told["kind"])
        and not any(channels[names.index(name), 0] for name in told["channel"] if name in names)
    ]
