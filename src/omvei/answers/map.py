"""The map: where people go, and where they go next. Loops, detours and shortcuts as they are.

A node is a kind, channel, content, event or stage; a move leads from a person's touchpoint to
their next one. Repeats are kept: two pages of one kind after another are a loop at that kind.
`(start)` stands before the first touchpoint and `(end)` after the last one seen; it does not mean
that the person will not come back. Under a model with a rest stage, a long silence is a visit to
that stage. What does not fit into `nodes` is gathered in `Other`, with a count of what is hidden.

A node's *position* says how far along it is met: from 0 at the first touchpoint to 1 at the last;
where there is a goal, along the way of the people who reached it: 0.8 is the first time they did,
and what mostly comes after that stands beyond it.

*Later conversion* is the share of people, observed for at least the horizon after they first came
here (or took this move), who reached the goal within it. *Otherwise* is the same for people whose
first move from the same place led elsewhere, and the *difference* compares first moves with
first moves. These are associations, not effects.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.carrier import with_silence
from ..lenses.column import settled
from ..lenses.lens import Lens
from ..lenses.rules import DAY
from ..result import Result
from ..touchpoints.vocabulary import kinds
from .gaps import each, in_order, quantiles, together
from .intervals import newcombe, rate
from .moves import count_moves
from .tally import Tally

if TYPE_CHECKING:
    from ..journeys import Journeys

ENOUGH = 5
"""From how many rows of people who reached the goal their mean position is used."""

START, END, OTHER, NO_STAGE = "(start)", "(end)", "Other", "(no stage)"
BY = ("kind", "channel", "event", "content", "stage")
NEAR = ("add_to_cart", "cart_remove", "checkout_start")
"""Steps next to the purchase: that they lead to it is a truism, so no finding names them."""


@dataclass(frozen=True)
class Walk:
    """Which node each row of a block is at: a column and a table from its codes to nodes."""

    column: str
    nodes: NDArray[np.int32]
    """Node of each code; the last place is for code -1 (and for no stage)."""
    lens: Lens | None
    end: int

    def rows(
        self, block: Block
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
        """`starts, time, node, origin` of the journeys; origin -1 is a silence."""
        if not self.quiet:
            starts, node, origin = self.nodes_of(block)
            return starts, block["time"], node, origin
        assert self.lens
        starts, time, codes, origin = with_silence(
            block.starts,
            block["time"],
            block[self.column],
            self.lens.rest,
            self.quiet,
            settled(self.lens),
            self.end,
        )
        return starts, time, look_up(self.nodes, codes), origin

    def nodes_of(
        self, block: Block
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
        """The same without times, which are read only where a silence leads to rest."""
        if self.quiet:
            starts, _, node, origin = self.rows(block)
            return starts, node, origin
        return block.starts, look_up(self.nodes, block[self.column]), counting(block.rows)

    @property
    def quiet(self) -> int:
        """Microseconds of silence that lead to rest; 0 where the model knows no such silence."""
        lens = self.lens
        rests = lens and lens.carrier == "current" and lens.rest >= 0
        return int(lens.quiet_days * DAY) if lens and rests else 0


@njit(cache=True, nogil=True)
def look_up(
    table: NDArray[np.int32], codes: NDArray[np.int32] | NDArray[np.uint8]
) -> NDArray[np.int32]:
    """The node of each code; the last of the `table` for -1 and for no stage.

    >>> look_up(np.array([5, 6, 7], np.int32), np.array([1, -1, 0], np.int16)).tolist()
    [6, 7, 5]
    """
    found = np.empty(len(codes), np.int32)
    last = len(table) - 1
    for row in range(len(codes)):
        code = np.int64(codes[row])
        found[row] = table[last if code < 0 or code > last else code]
    return found


@cache
def _up_to(size: int) -> NDArray[np.int64]:
    return np.arange(size)


def counting(rows: int) -> NDArray[np.int64]:
    """0, 1, 2, … up to `rows`, as a view: it is the same for every block and is written once."""
    return _up_to(1 << rows.bit_length())[:rows]


def reaching(block: Block, origin: NDArray[np.int64], goal: int) -> NDArray[np.bool_]:
    """Which rows of a walk reach the goal; a silence does not."""
    reached: NDArray[np.bool_] = block["kind"] == goal
    return reached if len(origin) == block.rows else (origin >= 0) & reached[origin]


@dataclass(frozen=True)
class Moves:
    """The analysis behind the map: nodes and moves, by the kernel `count_moves`."""

    walk: Walk
    labels: tuple[str, ...]
    goal: int
    horizon: int
    end: int

    def empty(self) -> dict[str, Any]:
        """The partial result of nobody."""
        size = len(self.labels)
        return {
            "node": np.zeros((size, 12), np.int64),
            "move": np.zeros((size + 2, size + 2, 6), np.int64),
            "gaps": {},
            "people": 0,
            "converted": 0,
        }

    def scan(self, block: Block) -> dict[str, Any]:
        """Count one block."""
        starts, time, node, origin = self.walk.rows(block)
        goal = reaching(block, origin, self.goal)
        real = origin >= 0 if len(node) > block.rows else np.ones(len(node), np.bool_)
        nodes, moves, begin, gap, converted = count_moves(
            starts, time, node, real, goal, len(self.labels), self.horizon, self.end
        )
        return {
            "node": nodes,
            "move": moves,
            "gaps": in_order(begin, gap),
            "people": block.people,
            "converted": int(converted),
        }

    def merge(self, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
        """Add the counts; gather the gaps."""
        return {key: together(a[key], b[key]) if key == "gaps" else a[key] + b[key] for key in a}

    def finish(self, partial: dict[str, Any]) -> dict[str, Any]:
        """Nodes and edges as rows, the busiest first."""
        names = [*self.labels, START, END]
        node, move, people = partial["node"], partial["move"], partial["people"]
        at = {**{name: int(node[i, 1]) for i, name in enumerate(self.labels)}, START: people}
        nodes = [
            self._node(name, node[i], people) for i, name in enumerate(self.labels) if node[i, 5]
        ]
        nodes += [
            {
                **self._node(name, np.zeros(12, np.int64), people),
                "people": people,
                "share": 1.0 if people else None,
                "position": position,
            }
            for name, position in ((START, 0.0), (END, 1.0))
            if people
        ]
        size = len(names)
        gaps = each(
            partial["gaps"], lambda edge, gap: quantiles(gap, int(move[*divmod(edge, size), 1]))
        )
        elsewhere = move[:, :, 4:].sum(axis=1)
        edges = []
        for source, target in np.argwhere(move[:, :, 0]):
            counts = move[source, target]
            edge = {
                "source": names[source],
                "target": names[target],
                "transitions": int(counts[0]),
                "people": int(counts[1]),
                "share": int(counts[1]) / at[names[source]],
                **self._gap(gaps.get(int(source) * size + int(target))),
            }
            edges.append(edge | self._later(counts, elsewhere[source], target == len(names) - 1))
        nodes.sort(
            key=lambda n: (n["id"] in (START, END), -n["people"], -n["touchpoints"], n["id"])
        )
        edges.sort(key=lambda e: (-e["transitions"], -e["people"], e["source"], e["target"]))
        return {"nodes": nodes, "edges": edges, "people": people, "converted": partial["converted"]}

    def _node(self, name: str, counts: NDArray[np.int64], people: int) -> dict[str, Any]:
        touchpoints, here, begins, ends, _, _, at_risk, later = (int(c) for c in counts[:8])
        return {
            "id": name,
            "people": here,
            "touchpoints": touchpoints,
            "share": here / people if people else None,
            "position": self._position(*(int(c) for c in counts[[4, 5, 8, 9, 10, 11]])),
            "starts": begins,
            "ends": ends,
            "later": rate(later, at_risk) if self.goal >= 0 else None,
        }

    def _position(
        self, along: int, rows: int, before: int, rows_before: int, after: int, rows_after: int
    ) -> float | None:
        """How far along a node is met; see the module's text."""
        if rows_before >= ENOUGH and 5 * rows_before >= rows_after:
            return before / rows_before / 1000
        if rows_after >= ENOUGH:
            return after / rows_after / 1000
        return (0.8 if self.goal >= 0 else 1.0) * along / rows / 1000 if rows else None

    def _gap(self, gaps: tuple[float, ...] | None) -> dict[str, float | None]:
        if gaps is None:
            return dict.fromkeys(
                ("median_gap_seconds", "median_gap_low", "median_gap_high", "p90_gap_seconds")
            )
        middle, low, high, upper = gaps
        return {
            "median_gap_seconds": middle / 1e6,
            "median_gap_low": low / 1e6,
            "median_gap_high": high / 1e6,
            "p90_gap_seconds": upper / 1e6,
        }

    def _later(
        self, counts: NDArray[np.int64], leaving: NDArray[np.int64], ends: bool
    ) -> dict[str, Any]:
        if self.goal < 0 or ends:
            return dict.fromkeys(("later", "first", "otherwise", "difference"))
        first, first_reached = int(counts[4]), int(counts[5])
        other, other_reached = int(leaving[0]) - first, int(leaving[1]) - first_reached
        return {
            "later": rate(int(counts[3]), int(counts[2])),
            "first": rate(first_reached, first),
            "otherwise": rate(other_reached, other),
            "difference": newcombe(first_reached, first, other_reached, other),
        }


def walk(
    journeys: "Journeys", by: str, nodes: int
) -> tuple[Walk, tuple[str, ...], dict[str, int] | None]:
    """How `by` turns touchpoints into nodes: the walk, the nodes' names, what `Other` hides."""
    if by == "stage":
        lens = journeys.model
        table = np.arange(len(lens.stages) + 1, dtype=np.int32)
        labels = (*(stage.id for stage in lens.stages), NO_STAGE)
        return Walk(f"stage:{lens.digest}", table, lens, journeys.end), labels, None
    words = journeys.words[by]
    counts = journeys.run(Tally(by, len(words)))
    order = sorted(
        np.flatnonzero(counts[:, 1]).tolist(), key=lambda c: (-counts[c, 1], -counts[c, 0], c)
    )
    if len(order) > nodes and by == "kind" and journeys.goal:  # the goal and the way into it stay
        always = [words.index(kind) for kind in dict.fromkeys((journeys.goal, *NEAR))]
        order = [c for c in always if counts[c, 1]] + [c for c in order if c not in always]
    named = sorted(order[: max(1, nodes - 1) if len(order) > nodes else nodes])
    hidden = order[len(named) :]
    table = np.full(len(words) + 1, len(named), np.int32)
    table[named] = np.arange(len(named))
    labels = tuple(words[code] if code < len(words) else "(none)" for code in named)
    other = {"names": len(hidden), "touchpoints": int(counts[hidden, 0].sum())} if hidden else None
    return Walk(by, table, None, journeys.end), (*labels, OTHER) if hidden else labels, other


def map(
    journeys: "Journeys", by: str | None = None, *, nodes: int = 40, horizon_days: int = 90
) -> Result:
    """Draw the map of how people really move.

    `by` is kind, channel, event, content or stage (of the journeys' lens); by default stage if a
    lens was chosen, else kind, or content where everything is a page, or event where kinds say
    nothing.

    Parts: `nodes` (`id, people, touchpoints, share, position, starts, ends, later, is_goal`) and
    `edges` (`source, target, transitions, people, share, median_gap_seconds, median_gap_low,
    median_gap_high, p90_gap_seconds, later, first, otherwise, difference, near_goal`). `later`,
    `first` and `otherwise` are rates (`people, converted, rate, low, high, too_few`).

    Raises `UnknownNameError` for another `by`, `NothingToAnswerError` where there is no data.
    """
    by = journeys.choose(by, BY)
    place, labels, other = walk(journeys, by, nodes)
    goal = journeys.goal_code
    counted = journeys.run(Moves(place, labels, goal, horizon_days * DAY, journeys.end))
    near = {**dict.fromkeys(NEAR), **({journeys.goal: None} if journeys.goal else {})}
    truism = _truisms(journeys, by, near)
    for node in counted["nodes"]:
        node["is_goal"] = goal >= 0 and node["id"] in truism["goal"]
    for edge in counted["edges"]:
        edge["near_goal"] = goal >= 0 and bool({edge["source"], edge["target"]} & truism["near"])
    return Result(
        "map",
        journeys.meaning(counted["people"])
        | {
            "by": by,
            "lens": journeys.model.id if by == "stage" else None,
            "horizon_days": horizon_days,
            "converted": counted["converted"] if goal >= 0 else None,
            "other": other,
        },
        {"nodes": counted["nodes"], "edges": counted["edges"]},
    )


def _truisms(journeys: "Journeys", by: str, near: dict[str, None]) -> dict[str, set[str]]:
    """Which nodes are the goal, and which stand next to it."""
    goal = journeys.goal or ""
    if by == "kind":
        return {"goal": {goal}, "near": set(near)}
    if by == "content":
        return {"goal": {f"({goal})"}, "near": {f"({kind})" for kind in near}}
    if by == "stage":
        from ..touchpoints.vocabulary import codes

        ids = [stage.id for stage in journeys.model.stages]
        reached = {
            ids[rule.stage] for rule in journeys.model.rules if goal in rule.when.get("kind", [])
        }
        assert goal == "" or goal in codes()
        return {
            "goal": reached & {"purchase", "action"},
            "near": reached & {"purchase", "action", "decision", "do"},
        }
    return {"goal": {goal} if goal in kinds() else set(), "near": set(near)}
