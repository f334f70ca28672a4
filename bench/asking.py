"""What Omvei is asked: the bare counts that a peer is asked for too, and the whole answer.

A question has a `scan` (as little as the peers do), the `answer` that a user gets (with intervals,
later conversions and so on), and `told`: the scan's result in the form of the peers'.
"""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from omvei.answers import variants
from omvei.answers.adding import Added
from omvei.answers.attribution import Attribution
from omvei.answers.funnel import Reaches
from omvei.answers.map import END, START, Moves, walk
from omvei.answers.matrix import Matrix
from omvei.answers.removal import moves, removal
from omvei.answers.returning import Returned
from omvei.answers.trace import find
from omvei.blocks.block import Block
from omvei.journeys import Journeys, shipped
from omvei.lenses.carrier import NOWHERE
from omvei.touchpoints.vocabulary import codes

from .making import DAY, LENS, STEPS, WITHIN_DAYS, settled

ALL_ORDERS = 10**9


@dataclass(frozen=True)
class Placed:
    """The analysis: touchpoints that each of some models places; the stages are made if need be."""

    columns: tuple[str, ...]

    def empty(self) -> Any:
        return np.zeros(len(self.columns), np.int64)

    def scan(self, block: Block) -> Any:
        return np.array([np.count_nonzero(block[name] != NOWHERE) for name in self.columns])

    def merge(self, a: Any, b: Any) -> Any:
        return a + b

    def finish(self, placed: Any) -> list[int]:
        return [int(many) for many in placed]


@dataclass(frozen=True)
class Returns(Added):
    """The analysis: entries into each stage, and how many of them are returns."""

    of: Returned

    def empty(self) -> Any:
        return np.zeros((256, 2), np.int64)

    def scan(self, block: Block) -> Any:
        return self.of.counted(block)[0]


@dataclass(frozen=True)
class Chained(Added):
    """The analysis: moves between channels, and nothing else of what attribution counts."""

    of: Attribution

    def empty(self) -> Any:
        return np.zeros((self.of.channels + 2) ** 2, np.int64)

    def scan(self, block: Block) -> Any:
        first, met, _, _, end, _ = self.of.ways(block)
        return moves(first, met, end, self.of.channels, False)[0]


@dataclass(frozen=True)
class Ordered:
    """The analysis: the orders of channels, and nothing else of what attribution counts."""

    of: Attribution

    def empty(self) -> Any:
        return self.of.empty()["orders"]

    def scan(self, block: Block) -> Any:
        first, met, _, person, end, _ = self.of.ways(block)
        return variants.counted(first, met, end, block.person[person])

    def merge(self, a: Any, b: Any) -> Any:
        return variants.tallied(**{name: np.concatenate([a[name], b[name]]) for name in a})

    def finish(self, orders: Any) -> Any:
        at = variants.busiest(orders, self.of.many)
        return variants.Words(self.of, {name: orders[name][at] for name in orders}, {})


def models(journeys: Journeys) -> dict[str, float]:
    """Make the stages of every model that comes along, for the first time: wall, CPU, peak."""
    placed = Placed(tuple(f"stage:{lens.digest}" for lens in shipped()))
    wall, cpu = time.perf_counter(), time.process_time()
    assert all(journeys.run(placed))
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


@dataclass(frozen=True)
class Question:
    """One question."""

    name: str
    scan: Callable[[], Any]
    answer: Callable[[], Any]
    told: Callable[[Any], Any]
    bytes: int
    """Bytes a touchpoint that the scan must read at least."""


def timed(work: Callable[[], Any], rounds: int) -> dict[str, Any]:
    """The result, and the median wall and CPU of some rounds after one to warm up."""
    result = work()
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {
        "result": result,
        "wall": statistics.median(walls),
        "cpu": statistics.median(cpus),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


def attribution(journeys: Journeys, many: int = 20) -> Attribution:
    """The analysis of ways without its intervals."""
    names = journeys.words["channel"]
    direct, unknown = (names.index(n) if n in names else -1 for n in ("Direct", "Unassigned"))
    return Attribution(
        len(names), direct, unknown, journeys.goal_code, settled(journeys), many, replicates=0
    )


def questions(journeys: Journeys, person: str) -> list[Question]:
    """Every question that has a peer."""
    kinds = list(codes())
    by_kind, labels, _ = walk(journeys, "kind", len(kinds) + 1)
    lens = journeys.lens(LENS)
    by_stage, _, _ = walk(lens, "stage", 0)
    steps = tuple(kinds.index(step) for step in STEPS)
    who = journeys.find(person)
    assert who is not None
    moved = Moves(by_kind, labels, journeys.goal_code, 90 * DAY, journeys.end)

    def counted(found: Any) -> list[list[int]]:
        count = found.count.sum(axis=-1)[: len(labels), : len(labels)]
        return [
            [kinds.index(labels[a]), kinds.index(labels[b]), int(count[a, b])]
            for a, b in np.argwhere(count)
        ]

    def waited(found: Any) -> list[list[float]]:
        return [
            [kinds.index(e["source"]), kinds.index(e["target"]), e["median_gap_seconds"] * 1e6]
            for e in found["edges"]
            if e["source"] != START and e["target"] != END
        ]

    return [
        Question(
            "moves",
            lambda: journeys.run(Matrix(by_kind, len(labels), journeys.goal_code, 0)),
            lambda: journeys.map("kind"),
            counted,
            2,
        ),
        Question(
            "gaps",
            lambda: journeys.run(moved),
            lambda: journeys.map("kind"),
            waited,
            10,
        ),
        Question(
            "funnel",
            lambda: journeys.run(Reaches("kind", steps, WITHIN_DAYS * DAY, 0)),
            lambda: journeys.funnel(list(STEPS), by="kind", within=timedelta(days=WITHIN_DAYS)),
            lambda found: [row["people"] for row in found],
            10,
        ),
        Question(
            "reentries",
            lambda: lens.run(Returns(Returned(by_stage, lens.model))),
            lambda: lens.numbers(),
            lambda found: [[code, int(row[1])] for code, row in enumerate(found) if row[0]],
            9,
        ),
        Question(
            "orders",
            lambda: journeys.run(Ordered(attribution(journeys))),
            lambda: journeys.attribution(),
            lambda found: [[list(way), sum(counts)] for way, counts in found["busiest"]],
            17,
        ),
        Question(
            "removal",
            lambda: journeys.run(Chained(attribution(journeys))),
            lambda: journeys.attribution(),
            lambda found: chain(found, len(journeys.words["channel"])),
            17,
        ),
        Question(
            "one person",
            lambda: find(journeys, who),
            lambda: journeys.trace(person),
            lambda found: [found.rows, int(found["kind"].astype(np.int64).sum())],
            0,
        ),
    ]


def chain(moves: Any, channels: int) -> list[list[int]]:
    """The moves of the removal chain as SQL names them: -1 the start, -2 the goal, -3 the end."""
    side, rows = channels + 2, []
    for cell in np.flatnonzero(moves):
        source, target = divmod(int(cell), side)
        into = {channels: -2, channels + 1: -3}.get(target, target)
        rows.append([-1 if source == channels else source, into, int(moves[cell])])
    return rows


def effects(found: Any, channels: int) -> list[list[float]]:
    """The removal effect of each channel that was met."""
    lines = found.reshape(channels + 2, channels + 2)
    effect = removal(lines)
    return [[code, float(effect[code])] for code in np.flatnonzero(lines[:channels].sum(axis=1))]
