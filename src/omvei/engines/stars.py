"""Connected components of a graph that is larger than a machine: large-star and small-star.

Each round replaces the edges by stars. *Large-star* hangs every neighbour that is larger than a
node on the smallest neighbour of that node; *small-star* does so with the smaller ones. When a
round changes nothing, each node hangs on the smallest node of its component. Source: Kiveris,
Lattanzi, Mirrokni, Rastogi, Vassilvitskii, "Connected Components in MapReduce and Beyond", SoCC
2014, which shows O(log² n) rounds.

A round is written to the shared folder before the next begins, so that a worker that is lost takes
no more than its own tasks with it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

EDGES = "low long, high long"
"""An edge: two different nodes."""

Keep = Callable[["DataFrame"], "DataFrame"]
"""Writes a table and returns it as read from what was written."""


def components(edges: "DataFrame", keep: Keep) -> "DataFrame":
    """Find the smallest node of each node's component.

    edges    columns `low, high`, in any direction, repeated or not
    returns  columns `node, root`: every node of an edge but the roots themselves
    """
    now = keep(_small(edges.where("low <> high")))
    before = None
    while (mark := _mark(now)) != before:
        before = mark
        now = keep(_small(_large(now)))
    return now.selectExpr("high AS node", "low AS root")


def _large(edges: "DataFrame") -> "DataFrame":
    """Hang each node's larger neighbours on the smallest of the node and its neighbours."""
    both = edges.union(edges.selectExpr("high AS low", "low AS high"))
    return (
        both.selectExpr("low AS node", "high AS other")
        .selectExpr("other", "node", "least(node, min(other) OVER (PARTITION BY node)) AS root")
        .where("other > node AND other <> root")
        .selectExpr("root AS low", "other AS high")
        .distinct()
    )


def _small(edges: "DataFrame") -> "DataFrame":
    """Hang each node and its smaller neighbours on the smallest of them."""
    down = edges.selectExpr("greatest(low, high) AS node", "least(low, high) AS other")
    hung = down.selectExpr("node", "other", "min(other) OVER (PARTITION BY node) AS root")
    return (
        hung.where("other <> root")
        .selectExpr("root AS low", "other AS high")
        .union(hung.selectExpr("root AS low", "node AS high"))
        .distinct()
    )


def _mark(edges: "DataFrame") -> tuple[int, int]:
    """Two numbers that tell one set of edges from another."""
    counted = edges.selectExpr("count(*) AS n", "coalesce(bit_xor(xxhash64(low, high)), 0) AS mark")
    row = counted.toArrow().to_pylist()[0]
    return int(row["n"]), int(row["mark"])
