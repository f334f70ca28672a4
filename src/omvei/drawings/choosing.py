"""
What of a map is drawn, in which order, and in which colour.

All nodes are drawn, and of the edges the strongest. Hiding is drawing only: every number of the
map stays that of the whole answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

MOST = 6
"""Edges drawn per node; the weaker ones stand in the table only, and the page says so."""

_OUTSIDE = ("(start)", "(end)")


@dataclass(frozen=True)
class Shown:
    """What of a map is drawn."""

    nodes: list[Json]
    edges: list[Json]
    """Drawn edges, strongest first among those shown at first, then the others."""
    first: int
    """How many edges are shown at first."""
    kept: frozenset[tuple[str, str]]
    """Each node's best way in and out: shown always."""
    steps: int
    """Transitions over all edges of the map, drawn or not."""
    total: int
    """All edges of the map, drawn or not."""

    @property
    def share(self) -> float:
        """Share of all transitions on the edges shown at first."""
        return sum(edge["transitions"] for edge in self.edges[: self.first]) / (self.steps or 1)


def choose(map: Json) -> Shown:
    """Choose what is drawn: all nodes, and the strongest edges first."""
    nodes = [node for node in map["nodes"] if node["id"] not in _OUTSIDE]
    known = {node["id"] for node in nodes}
    edges = [edge for edge in map["edges"] if edge["source"] in known and edge["target"] in known]
    edges.sort(key=lambda edge: (-edge["people"], edge["source"], edge["target"]))
    kept: set[tuple[str, str]] = set()
    best_in: set[str] = set()
    best_out: set[str] = {node["id"] for node in nodes if node.get("is_goal")}
    for edge in edges:
        a, b = edge["source"], edge["target"]
        if a != b and (a not in best_out or b not in best_in):
            best_out.add(a)
            best_in.add(b)
            kept.add((a, b))
    # A crowded map shows fewer edges a node, or it can no longer be read.
    strongest = round(len(nodes) * (2.3 if len(nodes) <= 15 else 1.5))
    first = [
        edge
        for rank, edge in enumerate(edges)
        if rank < strongest or (edge["source"], edge["target"]) in kept
    ]
    ahead = {id(edge) for edge in first}
    drawn = first + [edge for edge in edges if id(edge) not in ahead]
    steps = sum(edge["transitions"] for edge in edges)
    most = max(len(first), MOST * len(nodes))
    return Shown(nodes, drawn[:most], len(first), frozenset(kept), steps, len(edges))


def colour(edge: Json) -> str:
    """Return `up`, `down` or `flat`: whether the difference's interval excludes none at all.

    Where either side of the comparison is too few people, it is `flat`.

    >>> colour({"difference": {"value": 0.1, "low": 0.05, "high": 0.15}})
    'up'
    """
    difference = edge.get("difference")
    compared = [edge.get(side) or {} for side in ("later", "first", "otherwise")]
    if not difference or any(rate.get("too_few") for rate in compared):
        return "flat"
    return "up" if difference["low"] > 0 else "down" if difference["high"] < 0 else "flat"
