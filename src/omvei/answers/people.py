"""The people behind a node, a move, or the whole of the map."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..errors import UnknownNameError
from ..moment import moment
from ..people.names import name
from ..result import Result
from ..touchpoints.vocabulary import codes
from .map import BY, END, START, Walk, walk

if TYPE_CHECKING:
    from ..journeys import Journeys


@dataclass(frozen=True)
class Passage:
    """People at a node or on a move of the map, and when each first was; without a walk, all."""

    walk: Walk | None
    size: int
    source: int
    """Node left; -1 for any."""
    target: int
    """Node reached; -1 for any."""

    def passed(self, block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the people in the block, ascending, and microseconds."""
        if self.walk is None:
            return np.arange(block.people), block["time"][block.starts[:-1]]
        starts, time, node, _ = self.walk.rows(block)
        person = np.repeat(np.arange(block.people), np.diff(starts))
        first = np.zeros(len(node), np.bool_)
        first[starts[:-1]] = True
        before = np.where(first, self.size, np.roll(node, 1)) if len(node) else node
        if self.target == self.size + 1:  # (end)
            lasts = starts[1:] - 1
            hit = np.zeros(len(node), np.bool_)
            hit[lasts] = (node[lasts] == self.source) | (self.source < 0)
        else:
            hit = (node == self.target) | (self.target < 0)
            hit &= (before == self.source) | (self.source < 0)
        who, row = np.unique(person[hit], return_index=True)
        return who, time[hit][row]


@dataclass(frozen=True)
class Listing:
    """The analysis behind a list of people: who passed, and what else is known of them."""

    passage: Any
    """What has `passed(block)`, as `Passage`."""

    def empty(self) -> list[NDArray[np.int64]]:
        """Nobody."""
        return [np.empty(0, np.int64) for _ in range(6)]

    def scan(self, block: Block) -> list[NDArray[np.int64]]:
        """`person, at, first, last, touchpoints, purchases` of each person who passed."""
        places, at = self.passage.passed(block)
        starts = block.starts
        bought = np.append(0, np.cumsum(block["kind"] == codes()["purchase"]))
        time = block["time"]
        return [
            block.person[places],
            at,
            time[starts[places]],
            time[starts[places + 1] - 1],
            (starts[places + 1] - starts[places]),
            (bought[starts[places + 1]] - bought[starts[places]]),
        ]

    def merge(
        self, a: list[NDArray[np.int64]], b: list[NDArray[np.int64]]
    ) -> list[NDArray[np.int64]]:
        """Gather."""
        return [np.concatenate(pair) for pair in zip(a, b, strict=True)]

    def finish(self, partial: list[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
        """The latest first; equal times by person."""
        order = np.lexsort((partial[0], -partial[1]))
        return [column[order] for column in partial]


def people(
    journeys: "Journeys",
    *,
    by: str | None = None,
    node: str | None = None,
    edge: tuple[str, str] | None = None,
    limit: int = 100,
    offset: int = 0,
    nodes: int = 40,
) -> Result:
    """List the people at a node of the map, on a move, or all; the latest first.

    `n` is how many there are, the same as on the map drawn with the same `by` and `nodes`;
    `limit` and `offset` choose which rows are shown. One row a person: `person, at` (when they
    first passed), `first, last, touchpoints, purchases, customer`.

    Raises `UnknownNameError` for a node that is not on the map.
    """
    place, size, source, target = None, 0, -1, -1
    if node is not None or edge is not None:
        by = journeys.choose(by, BY)
        place, labels, _ = walk(journeys, by, nodes)
        size = len(labels)
        known = [*labels, START, END]
        wanted = edge if edge is not None else (None, node)
        for name_ in wanted:
            if name_ is not None and name_ not in known:
                raise UnknownNameError(by, name_, known)
        source, target = (known.index(name_) if name_ is not None else -1 for name_ in wanted)
        if edge is None and target >= size:
            place = None
    asked = {"by": by, "node": node, "source": None, "target": None}
    if edge is not None:
        asked |= {"source": edge[0], "target": edge[1]}
    return listed(journeys, Passage(place, size, source, target), asked, limit, offset)


def listed(
    journeys: "Journeys", passage: Any, asked: dict[str, Any], limit: int, offset: int
) -> Result:
    """The people of a passage as a result, with what was `asked`."""
    found = journeys.run(Listing(passage))
    rows: list[dict[str, Any]] = [
        {
            "person": name(int(person)),
            "at": moment(int(at)),
            "first": moment(int(first)),
            "last": moment(int(last)),
            "touchpoints": int(touchpoints),
            "purchases": int(purchases),
            "customer": bool(purchases),
        }
        for person, at, first, last, touchpoints, purchases in zip(
            *(column[offset : offset + limit] for column in found), strict=True
        )
    ]
    return Result(
        "people",
        journeys.meaning(len(found[0])) | asked | {"shown": len(rows), "offset": offset},
        {"rows": rows},
    )
