"""The quality of the data: how far identities and orders can be trusted."""

from typing import TYPE_CHECKING

import numpy as np

from ..people.quality import measure
from ..result import Result
from .intervals import rate

if TYPE_CHECKING:
    from ..journeys import Journeys


def quality(journeys: "Journeys") -> Result:
    """Say how well the people who have touchpoints could be stitched together.

    `people`, `known` (a rate: people with an identifier that names somebody), `orders` (orders
    told of by the web tool, by the shop, by both, and `match_rate`: the share of web orders that
    the shop knows). Parts: `kinds` (`kind, identifiers, people`), `sizes` (`identifiers, people`),
    `shared` (`kind, value, refused`: identifiers of two people), `largest` (`person, identifiers,
    browsers, emails, orders`: the largest clusters, worth a look).
    """
    workspace = journeys.workspace
    met = np.concatenate([opened().person for opened in journeys.blocks()] or [np.empty(0, int)])
    told = measure(
        workspace.events.files(), journeys.people_folder, journeys.build.people_version, met
    )
    orders = told["orders"]
    return Result(
        "quality",
        journeys.meaning(told["people"])
        | {
            "people": told["people"],
            "known": rate(told["known"], told["people"]),
            "orders": {**orders, "match_rate": rate(orders["matched"], orders["web"])},
        },
        {part: told[part] for part in ("kinds", "sizes", "shared", "largest")},
    )
