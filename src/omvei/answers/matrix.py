"""The matrix of a model: from every stage to every stage, how often, and how surely.

A move leads from one touchpoint (or silence) to the next, as on `map("stage")`, and every count is
the map's: repeats in one stage are moves from it to itself, `(start)` stands before the first
touchpoint and `(end)` after the last one seen. `probability` is the share of all moves out of the
stage, so those of a stage add up to one; `leaving` is the share of the moves that lead elsewhere.

The chance that follows from it, a purchase from each stage, is worked out in `chain`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block, heads, marked
from ..result import Result
from . import chain
from .bootstrap import REPLICATES, interval, weighted
from .intervals import FEW, wilson
from .map import END, START, Walk, reaching, walk
from .routes import routes

if TYPE_CHECKING:
    from ..journeys import Journeys

Counts = NDArray[np.int64]


@njit(cache=True, nogil=True)
def moves_of_people(
    starts: Counts, node: NDArray[np.int32], goal: NDArray[np.bool_], nodes: int, each: bool
) -> tuple[Counts, Counts, Counts, Counts, Counts, Counts]:
    """Every person's moves, each kind of move once.

    starts  (people + 1,)  person i's rows are `starts[i]` up to `starts[i + 1]`
    node    (rows,)        from 0 to `nodes` - 1; goal  (rows,)  whether the row reaches the goal
    each    whether the moves of each person are told; else there are no hits

    returns
    place, cell, many  (hits,)  whose it is; `(source * side + target) * 2 + goal`, where side is
                       nodes + 2, source may be `nodes` (the start), target `nodes` + 1 (the end)
                       and goal says whether the row moved to reaches it; and how often
    people  (side, side)  people with such a move at least once
    left    (side,)       people with a move out of the source at least once
    count   (side * side * 2,)  moves of each cell
    """
    rows, side, end, head = len(node), nodes + 2, nodes + 1, heads(starts)
    whose = marked(starts[1:] > starts[:-1])  # people with any rows
    pair = np.empty(rows, np.uint32)
    for row in range(1, rows):
        pair[row] = node[row - 1] * side + node[row]
    for who in whose:
        pair[starts[who]] = nodes * side + node[starts[who]]
    count = np.zeros(side * side * 2, np.int64)
    people, seen = np.zeros(side * side, np.int64), np.full(side * side, -1, np.int64)
    left, gone = np.zeros(side, np.int64), np.full(side, -1, np.int64)
    person = -1
    for row in range(rows):
        # no branch on what people do: half of them would be missed, at twenty times the cost
        move, here = pair[row], np.uint32(node[row])
        person += head[row]
        count[2 * np.int64(move) + goal[row]] += 1
        people[move] += seen[move] != person
        left[here] += gone[here] != person
        seen[move], gone[here] = person, person
    for who in whose:
        last = np.int64(node[starts[who + 1] - 1])
        count[2 * (last * side + end)] += 1
        people[last * side + end] += 1
    size = rows + len(whose) + 1 if each else 0
    place, cell = np.empty(size, np.int64), np.empty(size, np.int64)
    many, hits = np.empty(size, np.int64), 0
    at = np.full(side * side * 2, -1, np.int64)  # where this person's hit of a cell stands
    if each:
        for who in whose:
            begin = hits
            for row in range(starts[who], starts[who + 1]):
                key = 2 * np.int64(pair[row]) + goal[row]
                if at[key] < begin:
                    place[hits], cell[hits], many[hits], at[key] = who, key, 0, hits
                    hits += 1
                many[at[key]] += 1
            last = np.int64(node[starts[who + 1] - 1])
            place[hits], cell[hits], many[hits] = who, 2 * (last * side + end), 1
            hits += 1
    left[nodes] = len(whose)
    return (
        place[:hits],
        cell[:hits],
        many[:hits],
        people.reshape(side, side),
        left,
        count,
    )


@dataclass(frozen=True)
class Matrix:
    """The analysis: moves between stages, those that reach the goal apart, and their replicates."""

    walk: Walk
    nodes: int
    goal: int
    replicates: int = REPLICATES

    def empty(self) -> dict[str, Any]:
        """Nobody."""
        side = self.nodes + 2
        return {
            "count": np.zeros(side * side * 2, np.int64),
            "people": np.zeros((side, side), np.int64),
            "left": np.zeros(side, np.int64),
            "weighted": np.zeros((side * side * 2, self.replicates), np.int64),
            "everybody": 0,
        }

    def scan(self, block: Block) -> dict[str, Any]:
        """Count one block."""
        starts, node, origin = self.walk.nodes_of(block)
        goal = reaching(block, origin, self.goal)
        place, cell, many, people, left, count = moves_of_people(
            starts, node, goal, self.nodes, self.replicates > 0
        )
        cells = len(count)
        return {
            "count": count,
            "people": people,
            "left": left,
            "weighted": weighted(block.person, place, cell, many, cells, self.replicates),
            "everybody": block.people,
        }

    def merge(self, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
        """Add."""
        return {key: a[key] + b[key] for key in a}

    def finish(self, partial: dict[str, Any]) -> "Counted":
        """As counted, in the shape of a matrix."""
        side = self.nodes + 2
        return Counted(
            partial["count"].reshape(side, side, 2),
            partial["people"],
            partial["left"],
            np.moveaxis(partial["weighted"].reshape(side, side, 2, self.replicates), -1, 0),
            partial["everybody"],
        )


@dataclass(frozen=True)
class Counted:
    """Moves as they were counted; the last two places are `(start)` and `(end)`."""

    count: Counts
    """(side, side, 2) moves; the last index says whether the move reaches the goal."""
    people: Counts
    """(side, side) people who made the move."""
    left: Counts
    """(side,) people who made any move out of the place."""
    weighted: Counts
    """(replicates, side, side, 2) the same as `count`, in every replicate."""
    everybody: int


def counted(journeys: "Journeys") -> tuple[Counted, tuple[str, ...]]:
    """The moves of these journeys under their model, and the names of the stages, `(no stage)`
    the last of them.
    """
    place, labels, _ = walk(journeys, "stage", 0)
    found: Counted = journeys.run(Matrix(place, len(labels), journeys.goal_code))
    return found, labels


def shares(moves: NDArray[Any]) -> NDArray[np.float64]:
    """Counts (..., source, target) as shares of the source's moves; not finite where it has none.

    >>> shares(np.array([[1, 3], [0, 0]])).tolist()
    [[0.25, 0.75], [nan, nan]]
    """
    with np.errstate(invalid="ignore"):
        found: NDArray[np.float64] = moves / moves.sum(axis=-1, keepdims=True)
    return found


def sure(value: float, replicates: NDArray[np.float64], people: int) -> dict[str, float | None]:
    """`low` and `high` of a share: of the replicates, or Wilson's of `people` where they do not
    vary, since a share seen to be 0 or 1 is not certain to be.
    """
    low, high = interval(replicates)
    if low is None or low == high:
        low, high = wilson(round(value * people), people)
    return {"low": low, "high": high}


def matrix(journeys: "Journeys") -> Result:
    """The moves between a model's stages, and the chance of a purchase that follows from them.

    Parts: `stages`, `lines` (see `chain.stages`, `chain.lines`), `paths` (the `frequent` and the
    `probable` way to the goal), `routes` (those that 80 % of buyers took) and `rows`: `from, to,
    count, people, probability, low, high, leaving, allowed, too_few`, one for each move that was
    made; what the model allows and nobody took stands in `unused`. The intervals are of the
    bootstrap by person. `too_few`: fewer than 30 people ever left the stage.

    Raises `NothingToAnswerError` where there is no data.
    """
    found, labels = counted(journeys)
    names = [*labels, START, END]
    model = journeys.model
    known = [stage.id for stage in model.stages]
    moves, weights = found.count.sum(axis=-1), found.weighted.sum(axis=-1)
    probability, drawn = shares(moves), shares(weights)
    elsewhere = shares(np.where(np.eye(len(names), dtype=bool), 0, moves))
    rows: list[dict[str, Any]] = []
    for source, target in np.argwhere(moves):
        out = int(found.left[source])
        pair = names[source], names[target]
        value = float(probability[source, target])
        rows.append(
            {
                "from": pair[0],
                "to": pair[1],
                "count": int(moves[source, target]),
                "people": int(found.people[source, target]),
                "probability": value,
                **sure(value, drawn[:, source, target], out),
                "leaving": None if source == target else float(elsewhere[source, target]),
                "allowed": pair in model.moves
                if {*pair} <= {*known} and source != target
                else None,
                "too_few": out < FEW,
            }
        )
    order = [START, *labels, END]
    rows.sort(key=lambda row: (order.index(row["from"]), -row["count"], order.index(row["to"])))
    used = {(row["from"], row["to"]) for row in rows}
    unused = [{"from": a, "to": b} for a in known for b in known if (a, b) in model.moves - used]
    walked = chain.Chain.of(found.count)
    replicates = [chain.Chain.of(each) for each in found.weighted]
    taken = routes(journeys) if journeys.goal_code >= 0 else []
    enough = next((i for i, row in enumerate(taken, 1) if row["covered"] >= 0.8), len(taken))
    has_goal = journeys.goal_code >= 0
    return Result(
        "matrix",
        journeys.meaning(found.everybody)
        | {"lens": model.id, "method": f"bootstrap by person, {REPLICATES} replicates"},
        {
            "stages": chain.stages(walked, replicates, names, found) if has_goal else [],
            "lines": chain.lines(walked, replicates, names) if has_goal else [],
            "paths": chain.paths(walked, names, taken) if has_goal else [],
            "routes": taken[:enough],
            "unused": unused,
            "rows": rows,
        },
    )
