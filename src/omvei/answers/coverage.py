"""What this data cannot see. A touchpoint that is not observed is not one that did not happen.

No export tells of everything: what friends said, what an assistant answered, what was looked at in
a competitor's shop. Where nothing in the data could tell of it, it is named as not observed, never
shown as none. Surveys, reviews and a loyalty card can fill some of it in: they are imported like
anything else, and what they tell of is then observed.
"""

from typing import TYPE_CHECKING

from ..touchpoints.vocabulary import codes
from .tally import Tally

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
"""What would tell of each; of an assistant's answers nothing does, only of clicks in them."""


def unseen(journeys: "Journeys") -> list[str]:
    """The keys of `TOLD_BY` that nothing in the data tells of."""
    kinds = journeys.run(Tally("kind", len(codes())))
    names = journeys.words["channel"]
    channels = journeys.run(Tally("channel", len(names)))
    return [
        what
        for what, told in TOLD_BY.items()
        if not any(kinds[codes()[kind], 0] for kind in told["kind"])
        and not any(channels[names.index(name), 0] for name in told["channel"] if name in names)
    ]
