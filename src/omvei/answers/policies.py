"""Identity policies side by side: the same events, stitched more or less readily."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..result import Result
from .intervals import rate

if TYPE_CHECKING:
    from ..journeys import Journeys

SHOWN = 12
"""How many moves are listed."""


def beside(journeys: "Journeys", built: Mapping[str, "Journeys"]) -> Result:
    """Say what each policy of `built` (name to journeys) changes.

    Parts: `moves`, the moves of the map by channel that differ most: `source, target` and how many
    people each policy sees take it; `channels`, one row a channel: `channel` and how many people
    each policy sees there; and `policies`, one row a policy: `policy, people, customers, sessions,
    joins, refused_joins`, `buyers` (a rate: customers of people) and `changed_moves`: moves of the
    map with another number of people than under the first policy.
    """
    rows: list[dict[str, Any]] = []
    channels: dict[str, dict[str, int]] = {}
    moves: dict[str, dict[tuple[str, str], int]] = {}
    for name, under in built.items():
        told, drawn = under.summary().to_json(), under.map("channel", nodes=100).to_json()
        moves[name] = {(e["source"], e["target"]): e["people"] for e in drawn["edges"]}
        first = next(iter(moves.values()))
        for node in drawn["nodes"]:
            if not node["id"].startswith("("):
                channels.setdefault(node["id"], {})[name] = node["people"]
        rows.append(
            {
                "policy": name,
                **{key: told[key] for key in ("people", "customers", "sessions")},
                **{key: under.build.counts[key] for key in ("joins", "refused_joins")},
                "buyers": rate(told["customers"], told["people"]),
                "changed_moves": sum(
                    moves[name].get(move, 0) != first.get(move, 0)
                    for move in moves[name].keys() | first.keys()
                ),
            }
        )
    by_channel = [
        {"channel": channel, **{name: seen.get(name, 0) for name in built}}
        for channel, seen in sorted(channels.items(), key=lambda c: (-max(c[1].values()), c[0]))
    ]
    by_move = sorted(
        (
            (move, [seen.get(move, 0) for seen in moves.values()])
            for move in set().union(*moves.values())
        ),
        key=lambda told: (min(told[1]) - max(told[1]), told[0]),
    )
    changed = [
        {"source": source, "target": target, **dict(zip(built, people, strict=True))}
        for (source, target), people in by_move[:SHOWN]
        if min(people) < max(people)
    ]
    return Result(
        "policies",
        journeys.meaning(rows[0]["people"] if rows else 0),
        {"moves": changed, "channels": by_channel, "policies": rows},
    )
