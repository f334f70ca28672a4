"""How the firm's own channels hand people over to each other: who goes on to which, and how soon.

A person's first visit or mail by an own channel is their *beginning* there. For each ordered pair
of own channels: of those who began in the one and were observed for the whole horizon, the share
who met the other after that, within the horizon; beside the same share of those who began in any
third own channel. The difference has Newcombe's interval; it is `more` or `fewer` where it is clear
for all pairs at once (Bonferroni), by a two-sided test of two shares, and stays so with any one of
the third channels left out: otherwise one channel that hands over very well would make all others
look bad, and one bad one all others good. A person may have begun in several channels, so the two
sides share people: it is a comparison, no proof.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.rules import DAY
from ..result import Result
from ..touchpoints import by_hand
from ..touchpoints.owners import owner
from .adding import Added
from .intervals import FEW, newcombe, rate

if TYPE_CHECKING:
    from ..journeys import Journeys

Counts = NDArray[np.int64]
Row = dict[str, Any]
VAGUE = ("Unassigned",)
"""What is no channel of anybody's."""


@njit(cache=True, nogil=True)
def count_handovers(
    starts: Counts, time: Counts, channel: Counts, size: int, horizon: int, end: int
) -> Counts:
    """People who began in each channel, and how many of them met each other one in time.

    channel  (rows,) -1 for one that is not the firm's
    returns  (size, size + 1) by the channel begun in: how many met each channel within `horizon`
             after that, and, last, how many there are
    """
    counts = np.zeros((size, size + 1), np.int64)
    first = np.zeros(size, np.int64)
    met = np.zeros(size, np.bool_)
    for person in range(len(starts) - 1):
        first[:] = -1
        for row in range(starts[person], starts[person + 1]):
            here = channel[row]
            if here >= 0 and first[here] < 0:
                first[here] = row
        for begun in range(size):
            if first[begun] < 0 or time[first[begun]] + horizon > end:
                continue
            counts[begun, size] += 1
            met[:] = False
            for row in range(first[begun] + 1, starts[person + 1]):
                if time[row] - time[first[begun]] > horizon:
                    break
                there = channel[row]
                if there >= 0 and there != begun and not met[there]:
                    met[there] = True
                    counts[begun, there] += 1
    return counts


@dataclass(frozen=True)
class Handovers(Added):
    """The analysis: `count_handovers` of the channels that `place` numbers."""

    place: Counts
    size: int
    horizon: int
    end: int

    def empty(self) -> Counts:
        """Nobody."""
        return np.zeros((self.size, self.size + 1), np.int64)

    def scan(self, block: Block) -> Counts:
        """Count one block."""
        channel = self.place[block["channel"]]
        return np.asarray(
            count_handovers(block.starts, block["time"], channel, self.size, self.horizon, self.end)
        )


def handovers(journeys: "Journeys", *, horizon_days: int = 30) -> Result:
    """Say which of the firm's own channels hand over to each other well, and which badly.

    One row an ordered pair that people could have taken, the clearest first: `source, target`
    (channels), a rate (`people` who began in the source, and of these `converted`: met the target
    within the horizon), `otherwise` (the same rate of who began in any third own channel),
    `difference` (`value, low, high`), and `judged`: fewer, more, alike or few.
    """
    folder = journeys.workspace.path / "definitions"
    said = {one.id: one.ownership for one in by_hand.load(folder) if one.ownership}
    words = journeys.words["channel"]
    own = [
        name for name in words if name not in VAGUE and said.get(name, owner(name).owner) == "owned"
    ]
    place = np.array([own.index(name) if name in own else -1 for name in words], np.int64)
    counts = journeys.run(Handovers(place, len(own), horizon_days * DAY, journeys.end))
    rows = _rows(own, counts)
    return Result(
        "handovers",
        journeys.meaning(journeys.summary().to_json()["people"]) | {"horizon_days": horizon_days},
        {"rows": rows},
    )


def _rows(own: list[str], counts: Counts) -> list[Row]:
    size = len(own)
    began = counts[:, size]
    known = [place for place in range(size) if began[place]]
    rows = []
    for source in known:
        for target in range(size):
            others = [place for place in known if place not in (source, target)]
            if source == target or not counts[:, target].any() or not others:
                continue
            n, met = int(began[source]), int(counts[source, target])
            m, base = int(began[others].sum()), int(counts[others, target].sum())
            told = rate(met, n) or {}
            row = {"source": own[source], "target": own[target], **told, "otherwise": rate(base, m)}
            each = [(int(counts[one, target]), int(began[one])) for one in others]
            rows.append(row | {"difference": newcombe(met, n, base, m), "z": least(met, n, each)})
    looks = sum(not _few(row) for row in rows)
    line = NormalDist().inv_cdf(1 - 0.025 / max(looks, 1))
    for row in rows:
        z = row.pop("z")
        if _few(row):
            row["judged"] = "few"
        else:
            row["judged"] = "alike" if abs(z) < line else "more" if z > 0 else "fewer"
    order = ("fewer", "more", "alike", "few")
    return sorted(
        rows,
        key=lambda row: (
            order.index(row["judged"]), -abs(row["difference"]["value"]), row["source"],
            row["target"],
        ),
    )  # fmt: skip


def _few(row: Row) -> bool:
    return bool(min(row["people"], row["otherwise"]["people"]) < FEW)


def least(a: int, n: int, others: list[tuple[int, int]]) -> float:
    """The least that the test of a/n against the others together says, with any one left out.

    0 where the sign turns. Where too few people are left without one, it stays in: then the
    comparison is with that one.

    >>> round(least(60, 60, [(0, 60), (3, 60)]), 1), round(least(0, 60, [(60, 60), (3, 60)]), 1)
    (10.4, -1.8)
    """
    b, m = sum(met for met, _ in others), sum(began for _, began in others)
    tests = [_z(a, n, b, m)]
    tests += [_z(a, n, b - met, m - began) for met, began in others if m - began >= FEW]
    if min(tests) < 0 < max(tests):
        return 0.0
    return min(tests, key=abs)


def _z(a: int, n: int, b: int, m: int) -> float:
    """The test of two shares, pooled."""
    pooled = (a + b) / (n + m)
    spread = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return (a / n - b / m) / spread if spread else 0.0
