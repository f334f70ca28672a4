"""What people search the web for, as a search engine counts it: everybody, not our people."""

from collections import defaultdict
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from ..touchpoints import queries
from ..touchpoints.definitions import load

if TYPE_CHECKING:
    from ..journeys import Journeys


def searches(journeys: "Journeys", many: int) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """How much was searched, and the queries with the most clicks, at most `many`.

    The first is None where nothing was imported: not observed. Otherwise `queries, clicks,
    impressions, first_day, last_day, undated` (whether some of it speaks of a period as a whole,
    which a narrower window cannot divide). A query has `query, query_class, clicks, impressions,
    position` (the mean place, weighed by how often it was shown).
    """
    rows = [
        row
        for row in journeys.workspace.totals("searches").rows.to_pylist()
        if row["day"] is None or _inside(journeys, row["day"])
    ]
    if not rows:
        return None, []
    brands = load(journeys.workspace.path / "definitions").brands
    found: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0.0, 0])
    for row in rows:
        counted = found[row["query"]]
        counted[0] += row["clicks"] or 0
        counted[1] += row["impressions"]
        if row["position"] is not None:
            counted[2] += row["position"] * row["impressions"]
            counted[3] += row["impressions"]
    days = [row["day"] for row in rows if row["day"]]
    ranked = sorted(found.items(), key=lambda item: (-item[1][0], -item[1][1], item[0]))
    return {
        "queries": len(found),
        "clicks": sum(int(counted[0]) for counted in found.values()),
        "impressions": sum(int(counted[1]) for counted in found.values()),
        "first_day": min(days).isoformat() if days else None,
        "last_day": max(days).isoformat() if days else None,
        "undated": len(days) < len(rows),
    }, [
        {
            "query": query,
            "query_class": queries.classify(query, brands),
            "clicks": int(clicks),
            "impressions": int(shown),
            "position": placed / weight if weight else None,
        }
        for query, (clicks, shown, placed, weight) in ranked[:many]
    ]


def _inside(journeys: "Journeys", day: Any) -> bool:
    at = round(datetime.combine(day, time(), UTC).timestamp() * 1e6)
    return (journeys.since is None or at >= journeys.since) and (
        journeys.until is None or at < journeys.until
    )
