"""The quality of the data: how far identities and orders can be trusted."""

from typing import TYPE_CHECKING

import numpy as np

from ..people.policies import policy
from ..people.quality import measure
from ..result import Result
from .intervals import rate

if TYPE_CHECKING:
    from ..journeys import Journeys

PARTS = (
    *("lines", "differences", "changes", "folded", "kinds", "sizes"),
    *("sharing", "shared", "largest"),
)


def quality(journeys: "Journeys") -> Result:
    """Say how well the people who have touchpoints could be stitched together.

    `people`, `known` (a rate: people with an identifier that names somebody), `alone` (a rate:
    people who are one browser and nothing else), `orders` (orders told of by the web tool, by the
    shop, by both; `match_rate`: the share of web orders that the shop knows; `compared` and
    `equal`: matched orders with a sum on both sides, and those where it is the same). Parts:

    lines        `line, orders, value`: from the web's total to the shop's; they add up
    differences  `order_id, web, shop, difference, reason`: matched orders whose sums differ
    changes      `source, day, events, usual`: sudden days (see `people/changes.py`)
    folded       `kind, value, spellings`: spellings that became one
    kinds, sizes `kind, identifiers, people`, and `identifiers, people`
    sharing      `kind, value, people, first, last, judged, done`: what several people use,
                 all of it, judged a `household`, `kiosk` or `mailbox` (`people/sharing.py`)
    shared       `kind, value, refused, reason`: identifiers of two people, or of everybody
    largest      `person, identifiers, browsers, emails, orders, look`: the largest clusters, with
                 the reason to look at them (null: none): many `emails`, `browsers`, `identifiers`
    """
    workspace = journeys.workspace
    workspace.events.compare()
    met = np.concatenate([opened().person for opened in journeys.blocks()] or [np.empty(0, int)])
    told = measure(
        workspace.events.files(journeys.build.events_version),
        journeys.people_folder,
        journeys.build.who("identifiers"),
        journeys.build.who("joins"),
        met,
        policy(str(journeys.build.settings["policy"])).devices,
        journeys.build.settings.get("until"),
        workspace.deleted.waiting[: journeys.build.settings.get("deleted", 0)],
    )
    orders = told["orders"]
    return Result(
        "quality",
        journeys.meaning(told["people"])
        | {
            "people": told["people"],
            "policy": journeys.build.settings["policy"],
            "known": rate(told["known"], told["people"]),
            "alone": rate(told["alone"], told["people"]),
            "orders": {**orders, "match_rate": rate(orders["matched"], orders["web"])},
        },
        {part: told[part] for part in PARTS},
    )
