"""A map to draw: `n` touchpoints of a shop, with loops, ways back and ways to the purchase."""

import random
from typing import Any

KINDS = [
    "social_engage", "search", "guide_read", "product_view", "review_read", "email_click",
    "add_to_cart", "store_visit", "purchase", "support_contact", "ad_click", "category_view",
    "price_view", "comparison", "faq_view", "wishlist", "checkout_start", "delivery", "share",
    "survey", "download", "case_read", "offer_view", "terms_view", "wom_exposure", "video_view",
    "referral_sent", "return",
]  # fmt: skip


def rate(people: int, share: float) -> dict[str, Any]:
    return {
        "people": people, "converted": round(people * share), "rate": share,
        "low": max(0.0, share - 0.03), "high": min(1.0, share + 0.03), "too_few": people < 30,
    }  # fmt: skip


def sample(n: int = 10, *, goal: bool = True, people: int = 6400) -> dict[str, Any]:
    """Return a map of `n` kinds as `journeys.map().to_json()` gives it."""
    luck = random.Random(n)
    nodes = [
        {
            "id": kind, "people": people // (2 + i), "touchpoints": people // (1 + i),
            "share": 1 / (2 + i), "position": round((i + luck.random()) / (n + 1), 3),
            "starts": people // 5 if i < 3 else 0, "ends": people // 20,
            "later": rate(people // (2 + i), 0.1 + 0.02 * i) if goal else None,
            "is_goal": goal and kind == "purchase",
        }
        for i, kind in enumerate(KINDS[:n])
    ]  # fmt: skip
    edges = []
    for a in range(n):
        for b in range(n):
            if luck.random() < 0.4:
                took = max(1, people // (3 + a + 2 * abs(a - b)))
                gap = luck.uniform(-0.1, 0.1)
                edges.append({
                    "source": KINDS[a], "target": KINDS[b], "transitions": took + 5, "people": took,
                    "share": 0.2, "median_gap_seconds": 3600.0, "p90_gap_seconds": 90_000.0,
                    "later": rate(took, 0.3 + gap) if goal else None,
                    "first": rate(took, 0.3 + gap) if goal else None,
                    "otherwise": rate(took, 0.3) if goal else None,
                    "difference": {"value": gap, "low": gap - 0.04, "high": gap + 0.04}
                    if goal else None,
                    "near_goal": False,
                })  # fmt: skip
    ends = [{**nodes[0], "id": end, "is_goal": False, "starts": 0} for end in ("(start)", "(end)")]
    ways = [
        {**edges[0], "source": "(start)", "target": nodes[0]["id"], "people": 9, "transitions": 9},
        {**edges[0], "source": nodes[0]["id"], "target": "(end)", "people": 9, "transitions": 9},
    ]
    return {
        "answer": "map", "by": "kind", "lens": None, "unit": "people", "label": "observed",
        "window": {"from": "2025-01-01T00:00:00Z", "to": "2025-12-31T00:00:00Z"}, "n": people,
        "goal": "purchase" if goal else None, "horizon_days": 90,
        "converted": people // 6 if goal else None, "simulated": False,
        "nodes": [*nodes, *ends], "edges": [*edges, *ways], "other": None,
    }  # fmt: skip
