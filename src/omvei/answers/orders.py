"""Every order that the web and the shop do not tell alike, with the likeliest reason."""

from collections import Counter
from typing import TYPE_CHECKING

from ..people.quality import unlike
from ..result import Result

if TYPE_CHECKING:
    from ..journeys import Journeys


def orders(journeys: "Journeys") -> Result:
    """List the orders that only the web or only the shop tells of, or whose sums differ.

    `n` is how many they are. One row an order, oldest first: `order_id, day, web, shop` (what it
    was worth to each), `difference`, `currency`, `known` (`web`, `shop` or `both`) and the
    likeliest `reason` (`people/orders.py`); and one a reason: `reason, orders`.
    """
    workspace = journeys.workspace
    workspace.events.compare()
    rows = unlike(
        workspace.events.files(journeys.build.events_version),
        journeys.build.settings.get("until"),
        workspace.deleted.waiting[: journeys.build.settings.get("deleted", 0)],
    )
    counts = Counter(row["reason"] for row in rows)
    reasons = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return Result(
        "orders",
        journeys.meaning(len(rows)) | {"unit": "orders"},
        {"reasons": [{"reason": r, "orders": n} for r, n in reasons], "rows": rows},
    )
