"""The start page's findings: what this data says first, each as a sentence to be filled in.

A finding is a key of the language catalogue with its values; a value with `by` and `id` is a node
to be named in the reader's language. Steps next to the purchase are left out: that a cart leads
to a purchase is no finding. Nothing is worded as a cause.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..result import Result
from .intervals import FEW
from .map import END, NO_STAGE, OTHER, START

if TYPE_CHECKING:
    from ..journeys import Journeys

Finding = dict[str, Any]


@dataclass(frozen=True)
class Meetings:
    """How many touchpoints each buyer had up to their first purchase, that one left out."""

    goal: int

    def empty(self) -> NDArray[np.int64]:
        """Nobody."""
        return np.empty(0, np.int64)

    def scan(self, block: Block) -> NDArray[np.int64]:
        """One number a buyer."""
        rows = np.flatnonzero(block["kind"] == self.goal)
        who, first = np.unique(block.place[rows], return_index=True)
        return rows[first] - block.starts[who]

    def merge(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
        """Gather."""
        return np.concatenate([a, b])

    def finish(self, partial: NDArray[np.int64]) -> NDArray[np.int64]:
        """In order."""
        return np.sort(partial)


def findings(journeys: "Journeys", *, many: int = 3) -> Result:
    """The first `many` things to know. One row a finding: `key, values, href`.

    Keys: `finding.path` (n, a, b, x, y), `finding.leak` (n, a), `finding.meetings` (n, k),
    `finding.back` (n, a, b), `finding.start` (n, a, x), `finding.too_few` (n, m).
    """
    drawn = journeys.map(journeys.view).to_json()
    by, n = drawn["by"], drawn["n"]
    found: list[Finding] = []
    if n < FEW:
        found.append({"key": "finding.too_few", "values": {"n": n, "m": FEW}, "href": "/people"})
    for question in (_path, _leak, _meetings, _return, _start):
        found += question(journeys, drawn, by)
    return Result("findings", journeys.meaning(n), {"findings": found[:many]})


def _node(by: str, name: str) -> dict[str, str]:
    return {"by": by, "id": name}


def clearest(drawn: dict[str, Any]) -> list[dict[str, Any]]:
    """The moves of a map after which people reached the goal clearly more often, clearest first.

    Moves next to the goal, returns to the same place and the ends of journeys are left out.
    """
    ends = {START, END, OTHER, NO_STAGE}
    clear = [
        edge
        for edge in drawn["edges"]
        if not edge["near_goal"]
        and edge["source"] != edge["target"]
        and not {edge["source"], edge["target"]} & ends
        and edge["difference"]
        and edge["difference"]["low"] > 0
        and edge["first"]["people"] >= FEW
        and edge["otherwise"]["people"] >= FEW
    ]
    return sorted(
        clear,
        key=lambda e: (
            e["difference"]["low"] * e["first"]["people"] ** 0.5,
            e["source"],
            e["target"],
        ),
        reverse=True,
    )


def _path(journeys: "Journeys", drawn: dict[str, Any], by: str) -> list[Finding]:
    """The move after which people reach the goal most clearly more often."""
    clear = clearest(drawn)
    if not clear:
        return []
    best = clear[0]
    return [
        {
            "key": "finding.path",
            "values": {
                "n": best["first"]["people"],
                "a": _node(by, best["source"]),
                "b": _node(by, best["target"]),
                "x": round(100 * best["first"]["rate"]),
                "y": round(100 * best["otherwise"]["rate"]),
            },
            "href": "/map?"
            + urlencode({"by": by, "source": best["source"], "target": best["target"]}),
        }
    ]


def _leak(journeys: "Journeys", drawn: dict[str, Any], by: str) -> list[Finding]:
    """The stage after which most people who never bought went silent."""
    found = journeys.leaks().to_json()
    lost = [
        row
        for row in found["stages"]
        if row["stage"] != NO_STAGE and row["left"] > row["customers"]
    ]
    if not lost:
        return []
    most = max(lost, key=lambda row: (row["left"] - row["customers"], row["stage"]))
    return [
        {
            "key": "finding.leak",
            "values": {
                "n": most["left"] - most["customers"],
                "a": _node("stage", most["stage"]),
                "lens": found["lens"],
            },
            "href": "/leaks?" + urlencode({"lens": found["lens"]}),
        }
    ]


def _meetings(journeys: "Journeys", drawn: dict[str, Any], by: str) -> list[Finding]:
    """How many touchpoints half of the buyers had before they bought."""
    if journeys.goal_code < 0:
        return []
    counts = journeys.run(Meetings(journeys.goal_code))
    if len(counts) < FEW:
        return []
    return [
        {
            "key": "finding.meetings",
            "values": {"n": len(counts), "k": int(counts[len(counts) // 2])},
            "href": "/people",
        }
    ]


def _return(journeys: "Journeys", drawn: dict[str, Any], by: str) -> list[Finding]:
    """The place to which most people come back after having been elsewhere."""
    back = [e for e in drawn["edges"] if _is_return(e, drawn)]
    if not back:
        return []
    most = max(back, key=lambda e: (e["people"], e["source"], e["target"]))
    return [
        {
            "key": "finding.back",
            "values": {
                "n": most["people"],
                "a": _node(by, most["target"]),
                "b": _node(by, most["source"]),
            },
            "href": "/map?"
            + urlencode({"by": by, "source": most["source"], "target": most["target"]}),
        }
    ]


def _is_return(edge: dict[str, Any], drawn: dict[str, Any]) -> bool:
    position = {node["id"]: node["position"] for node in drawn["nodes"]}
    ends = {START, END, OTHER}
    return (
        not {edge["source"], edge["target"]} & ends
        and position[edge["target"]] < position[edge["source"]]
    )


def _start(journeys: "Journeys", drawn: dict[str, Any], by: str) -> list[Finding]:
    """Where most journeys begin."""
    nodes = [node for node in drawn["nodes"] if node["id"] not in (START, END, OTHER)]
    if not nodes or not drawn["n"]:
        return []
    most = max(nodes, key=lambda node: (node["starts"], node["id"]))
    return [
        {
            "key": "finding.start",
            "values": {
                "n": most["starts"],
                "a": _node(by, most["id"]),
                "x": round(100 * most["starts"] / drawn["n"]),
            },
            "href": "/map?" + urlencode({"by": by, "node": most["id"]}),
        }
    ]
