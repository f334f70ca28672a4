"""Leaks: where journeys end or go silent, by the stage people were in and the move they made last.

A journey is never called lost just because nothing came yet. How long a silence must be is read
from the data (methods 5.4a): the gaps between people's touchpoints, each person weighing one in
all, with the last open gap as a censored one, give S(g), the share of gaps longer than g
(Kaplan-Meier). After a silence of g a person returns with probability (S(g) - S(inf)) / S(g); they
have *left* once that is under 5 %, and until then they are *open*. A later touchpoint opens the
journey again. Gaps are kept in eight bins a doubling, so the threshold is at most 9 % too long.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from ..lenses.rules import DAY
from ..result import Result
from ..touchpoints.vocabulary import codes
from .consent import others, with_bounds
from .gaps import BINS as BINS_OF_GAPS
from .gaps import bin_of
from .intervals import FEW, wilson

if TYPE_CHECKING:
    from ..journeys import Journeys

HOUR = 3_600_000_000
BINS = 150
EDGES = np.array([0, *(round(HOUR * 2 ** (k / 8)) for k in range(BINS - 1))], np.int64)
"""Where each bin of gaps begins, in microseconds: one hour, then eight bins a doubling."""
WEIGHT = 720_720
"""One person's weight: divisible by every number of gaps up to 16, so that little is rounded."""
LEFT_UNDER = 0.05
NO_STAGE = "(no stage)"


@njit(cache=True, nogil=True)
def _below(edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each bin of `gaps.bin_of`, the last edge that is in a lower one."""
    found = np.full(BINS_OF_GAPS + 1, -1, np.int64)
    for edge in edges:
        found[bin_of(edge) + 1] += 1
    for place in range(1, len(found)):
        found[place] += found[place - 1] + 1
    return found


@njit(cache=True, nogil=True)
def _place(edges: NDArray[np.int64], below: NDArray[np.int64], gap: np.int64) -> np.int64:
    """The last edge that is not above a gap; most are found by the gap's bin alone."""
    place: np.int64 = below[bin_of(gap)]
    while place + 1 < len(edges) and edges[place + 1] <= gap:
        place += 1
    return place


@njit(cache=True, nogil=True)
def last_states(
    starts: NDArray[np.int64],
    time: NDArray[np.int64],
    gap: NDArray[np.int64],
    stage: NDArray[np.int32],
    bought: NDArray[np.bool_],
    gone: NDArray[np.bool_],
    edges: NDArray[np.int64],
    stages: int,
    end: int,
    weight: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Gaps, last states and who reached what.

    stage   (rows,) from 0 to `stages` - 1; gone (rows,) an explicit end
    returns
    gaps    (2, bins)  weights of closed and of open (censored) gaps
    last    (stages + 1, stages, bins, 2)  people by the stage before their last one (the last
            index: none), their last stage, the bin of their silence, and whether they had bought;
            an explicit end counts as the longest silence
    reached (stages, 2)  people who were ever in the stage; of these, who bought after being there
    """
    below = _below(edges)
    gaps = np.zeros((2, len(edges)), np.int64)
    last = np.zeros((stages + 1, stages, len(edges), 2), np.int64)
    reached = np.zeros((stages, 2), np.int64)
    met = np.zeros(stages, np.bool_)
    sold = np.zeros(stages, np.bool_)
    for person in range(len(starts) - 1):
        first, stop = starts[person], starts[person + 1]
        if first == stop:
            continue
        share = weight // (stop - first)
        met[:] = False
        sold[:] = False
        before, customer = stages, False
        for row in range(first, stop):
            if row > first:
                gaps[0, _place(edges, below, gap[row])] += share
                if stage[row] != stage[row - 1]:
                    before = stage[row - 1]
            if bought[row]:
                customer = True
                for s in range(stages):
                    if met[s] and not sold[s]:
                        sold[s] = True
            met[stage[row]] = True
            if bought[row]:
                sold[stage[row]] = True
        for s in range(stages):
            reached[s, 0] += met[s]
            reached[s, 1] += sold[s]
        silence = _place(edges, below, max(np.int64(0), end - time[stop - 1]))
        gaps[1, silence] += share
        at = len(edges) - 1 if gone[stop - 1] else silence
        last[before, stage[stop - 1], at, int(customer)] += 1
    return gaps, last, reached


def threshold(gaps: NDArray[np.int64]) -> int:
    """The bin from which a silence means that the person has left.

    >>> gaps = np.zeros((2, BINS), np.int64)
    >>> gaps[0, 3], gaps[1, 40] = 100, 100  # all who returned did so within bin 3
    >>> threshold(gaps)
    4
    """
    at_risk = gaps.sum(axis=0)[::-1].cumsum()[::-1].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        stays = np.where(at_risk > 0, 1 - gaps[0] / at_risk, 1.0)
    survival = np.append(1.0, np.cumprod(stays))  # at the beginning of each bin
    returns = np.where(survival > 0, (survival - survival[-1]) / np.maximum(survival, 1e-300), 0.0)
    below = np.flatnonzero(returns < LEFT_UNDER)
    return int(min(below[0], len(gaps[0]) - 1))


@dataclass(frozen=True)
class Leaves:
    """The analysis behind the leaks."""

    column: str
    stages: tuple[str, ...]
    end: int
    quiet: int | None
    """A threshold in microseconds that the user gave; None: read it from the gaps."""

    def empty(self) -> list[NDArray[np.int64]]:
        """Nobody."""
        size = len(self.stages)
        return [np.zeros(s, np.int64) for s in ((2, BINS), (size + 1, size, BINS, 2), (size, 2))]

    def edges(self) -> NDArray[np.int64]:
        """The bins' edges; a given threshold takes the place of the nearest one."""
        edges = EDGES.copy()
        if self.quiet is not None:
            edges[max(1, int(np.abs(EDGES - self.quiet).argmin()))] = self.quiet
            edges.sort()
        return edges

    def scan(self, block: Block) -> list[NDArray[np.int64]]:
        """Count one block."""
        stage = block[self.column].astype(np.int32)
        stage[stage == NOWHERE] = len(self.stages) - 1
        kind = block["kind"]
        gone = np.isin(kind, [codes()["churn"], codes()["declined"], codes()["unsubscribe"]])
        bought = kind == codes()["purchase"]
        return list(
            last_states(
                block.starts,
                block["time"],
                block["gap"],
                stage,
                bought,
                gone,
                self.edges(),
                len(self.stages),
                self.end,
                WEIGHT,
            )
        )

    def merge(
        self, a: list[NDArray[np.int64]], b: list[NDArray[np.int64]]
    ) -> list[NDArray[np.int64]]:
        """Add."""
        return [x + y for x, y in zip(a, b, strict=True)]

    def finish(self, partial: list[NDArray[np.int64]]) -> dict[str, Any]:
        """Stages and last moves, the largest leak first."""
        gaps, last, reached = partial
        edges = self.edges()
        bin_ = (
            int(np.searchsorted(edges, self.quiet)) if self.quiet is not None else threshold(gaps)
        )
        left, still = last[:, :, bin_:].sum(axis=2), last[:, :, :bin_].sum(axis=2)
        stages: list[dict[str, Any]] = []
        for s, name in enumerate(self.stages):
            people, gone, open_ = int(reached[s, 0]), int(left[:, s].sum()), int(still[:, s].sum())
            if people:
                low, high = wilson(gone, people)
                stages.append(
                    {
                        "stage": name,
                        "people": people,
                        "left": gone,
                        "customers": int(left[:, s, 1].sum()),
                        "open": open_,
                        "bought": int(reached[s, 1]),
                        "rate": gone / people,
                        "low": low,
                        "high": high,
                        "too_few": people < FEW,
                    }
                )
        names = [*self.stages, "(start)"]
        moves: list[dict[str, Any]] = [
            {
                "source": names[a],
                "target": self.stages[b],
                "people": int(last[a, b].sum()),
                "left": int(left[a, b].sum()),
                "customers": int(left[a, b, 1].sum()),
                "open": int(still[a, b].sum()),
            }
            for a, b in np.argwhere(last.sum(axis=(2, 3)))
        ]
        stages.sort(key=lambda row: (-row["left"], row["stage"]))
        moves.sort(key=lambda row: (-row["left"], -row["people"], row["source"], row["target"]))
        return {
            "stages": stages,
            "transitions": moves,
            "people": int(last.sum()),
            "left": int(left.sum()),
            "open": int(still.sum()),
            "quiet": int(edges[bin_]),
        }


def leaks(journeys: "Journeys", *, quiet_days: float | None = None) -> Result:
    """Find where people are lost, by stage and by last move, in the journeys' model.

    Parts: `transitions` (`source, target, people, left, customers, open`: people by their last
    change of stage) and `stages` (`stage, people` who were ever there, `left` and `open` whose
    journey stands there, `customers` among those who left, `bought` after being there, `rate` =
    left / people with `low` and `high`, `too_few`, and `bounds`: between which shares everybody's
    rate lies, where only people who consented are asked; `others` are the rest). `quiet_days` is
    the silence that counts as having left; it is read from the data unless given.
    """
    model = journeys.model
    names = (*(stage.id for stage in model.stages), NO_STAGE)
    given = None if quiet_days is None else int(quiet_days * DAY)
    found = journeys.run(Leaves(f"stage:{model.digest}", names, journeys.end, given))
    apart = others(journeys)
    return Result(
        "leaks",
        journeys.meaning(found["people"])
        | {
            "lens": model.id,
            "quiet_days": round(found["quiet"] / DAY, 3),
            "quiet_given": given is not None,
            "left": found["left"],
            "open": found["open"],
            "others": apart,
        },
        {
            "transitions": found["transitions"],
            "stages": with_bounds(found["stages"], apart, "left"),
        },
    )
