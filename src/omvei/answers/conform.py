"""
How journeys went beside how they were planned: missing, ad hoc, out of order, failing, late.

A journey is compared from its first to its last touchpoint that the plan knows; what came before
and after is not part of it. `case: cycle` takes the first purchase cycle that meets the plan,
`case: person` the whole life. `aligning.py` finds the alignment of least cost. A planned touchpoint
that is skipped and also done at another place is *out of order*, not missing and ad hoc. It is
*late* where more than `within` passed since the latest of those it comes after. Who was seen less
than `quiet` before the end is still under way: what has not come yet is not missing.

Deviations: Halvorsrud, Kvale & Foelstad, *J. Service Theory and Practice* 26 (2016) 840-867.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..durations import parse
from ..lenses.rules import DAY
from ..planned.plan import Plan, load
from ..result import Result
from ..touchpoints.vocabulary import INITIATORS, codes, kinds
from .aligning import (
    AGAIN,
    DONE,
    ELSEWHERE,
    EXTRA,
    FAILED,
    FAILING,
    KEPT,
    MISSING,
    Tables,
    align,
    tables,
)
from .instead import earlier, taken, told
from .intervals import FEW, Z, newcombe, rate, wilson
from .tally import Tally

if TYPE_CHECKING:
    from ..journeys import Journeys

TYPES = ("missing", "out_of_order", "failing", "late", "other_channel", "ad_hoc")
"""Kinds of deviation. The last is by kind of touchpoint; the others are by planned touchpoint.
Another channel is noted and costs nothing."""
NOTE = TYPES.index("other_channel")
MILLION = 1_000_000
FATES = ("kept", "failing", "missing", "out_of_order", "waiting")


@njit(cache=True, nogil=True)
def compare(
    starts: NDArray[np.int64],
    time: NDArray[np.int64],
    kind: NDArray[np.int16],
    cycle: NDArray[np.int32],
    fits: NDArray[np.int64],
    fails: NDArray[np.int64],
    astray: NDArray[np.int64],
    bought: NDArray[np.bool_],
    plan: Tables,
    before: NDArray[np.int64],
    earlier: NDArray[np.int64],
    longest: NDArray[np.int64],
    by_cycle: bool,
    quiet: int,
    horizon: int,
    end: int,
    all_kinds: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    """Compare every journey of a block.

    fits, fails, astray  (rows,) bits: the row is this planned touchpoint, fails at it, comes by
                         another channel than planned
    before, earlier      (T,) the planned touchpoints it directly, and at all, comes after, as bits
    longest              (T,) `within`, or -1
    returns
    cases  (people, 10)  first row and row after the last; cost in halves; what the cost is out of,
           in halves; under way; deviations; followed for `horizon` after the last planned
           touchpoint; reached the goal in that time; time of that touchpoint; 1 where all is kept
    fates  (people, T)   place in `FATES`, or -1: optional and not done
    marks  (people, 5 T + kinds)  whether the person has this deviation
    took   (people, T)   the kind taken instead of a missing touchpoint; see `instead.taken`
    """
    people, size = len(starts) - 1, len(plan.must)
    cases = np.zeros((people, 10), np.int64)
    fates = np.full((people, size), -1, np.int64)
    marks = np.zeros((people, 5 * size + all_kinds), np.bool_)
    took = np.full((people, size), -1, np.int64)
    at, done = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for person in range(people):
        first, last = -1, -1
        for row in range(starts[person], starts[person + 1]):
            if fits[row] | fails[row]:
                if first < 0:
                    first = row
                if not by_cycle or cycle[row] == cycle[first]:
                    last = row + 1
        cases[person, 0], cases[person, 1] = first, last
        if first < 0:
            continue
        open_ = end - time[starts[person + 1] - 1] < quiet
        if by_cycle and cycle[starts[person + 1] - 1] != cycle[first]:
            open_ = False
        cost, needed, state, which, fate, _ = align(
            fits[first:last], fails[first:last], plan, open_
        )
        at[:], done[:] = -1, -1
        landmark = time[first]
        for row in range(first, last):
            t = which[row - first]
            if state[row - first] == EXTRA:
                marks[person, 5 * size + kind[row]] = True
            elif state[row - first] == FAILED:
                marks[person, 2 * size + t] = True
            if state[row - first] != EXTRA:
                landmark = time[row]
            if t >= 0 and state[row - first] != AGAIN:
                if (astray[row] >> t) & 1:
                    marks[person, 4 * size + t] = True
                if state[row - first] == DONE or (
                    state[row - first] == FAILED and fate[t] == FAILING
                ):
                    at[t], done[t] = time[row], row
        reached = True
        for t in range(size):
            if fate[t] == KEPT:
                fates[person, t] = 0
            elif fate[t] == FAILING:
                fates[person, t] = 1
            elif fate[t] == MISSING:
                fates[person, t] = 2
                marks[person, t] = True
            elif fate[t] == ELSEWHERE:
                fates[person, t] = 3
                marks[person, size + t] = True
            elif plan.must[t]:
                fates[person, t] = 4
            reached = reached and (fate[t] == KEPT or not plan.must[t])
            if longest[t] >= 0 and at[t] >= 0:
                since = np.int64(-1)
                for other in range(size):
                    if (before[t] >> other) & 1:
                        since = max(since, at[other])
                if since >= 0 and at[t] - since > longest[t]:
                    marks[person, 3 * size + t] = True
        stop = starts[person + 1]
        while by_cycle and cycle[stop - 1] != cycle[first]:
            stop -= 1
        took[person] = taken(fate, done, earlier, kind, state, first, stop, all_kinds)
        cases[person, 2] = cost
        cases[person, 3] = 2 * (last - first + needed)
        cases[person, 4] = open_
        count = 0
        for mark in range(marks.shape[1]):
            if marks[person, mark] and not 4 * size <= mark < 5 * size:
                count += 1
        cases[person, 5] = count
        cases[person, 6] = landmark + horizon <= end
        for row in range(first, starts[person + 1]):
            if bought[row] and landmark < time[row] <= landmark + horizon:
                cases[person, 7] = 1
        cases[person, 8] = landmark
        cases[person, 9] = reached and count == 0
    return cases, fates, marks, took


UNSEEN: dict[str, Any] = {
    "observed": False,
    **dict.fromkeys(("people", *FATES, "late", "rate", "low", "high")),
    "too_few": True,
    "took": None,
    "instead": [],
}
"""What is said of a planned touchpoint that the data do not tell of."""


@dataclass(frozen=True)
class Conform:
    """The analysis behind planned and actual."""

    plan: Plan
    words: dict[str, list[str]]
    goal: int
    end: int
    horizon: int
    unseen: frozenset[int] = frozenset()
    """Places of planned touchpoints whose kind, or event, the data do not tell of: passed over."""
    listed: int | None = None
    """The deviation whose people are listed."""

    def empty(self) -> dict[str, Any]:
        """Nobody."""
        size, all_kinds = len(self.plan.touchpoints), len(codes())
        return {
            "totals": np.zeros(9, np.int64),
            "squares": 0,
            "fates": np.zeros((size, len(FATES)), np.int64),
            "marks": np.zeros((5 * size + all_kinds, 3), np.int64),
            "instead": np.zeros((size, all_kinds + 1), np.int64),
            "people": [],
        }

    def masks(self, block: Block) -> tuple[NDArray[np.int64], ...]:
        """What each row is in the plan, as bits: fits, fails, comes by another channel."""
        fits, fails, astray = (np.zeros(block.rows, np.int64) for _ in range(3))
        for place, one in enumerate(self.plan.touchpoints):
            bit = np.int64(1 << place)
            failing = self._holds(block, one.fails) if one.fails else np.zeros(block.rows, np.bool_)
            held = self._holds(block, one.condition) & ~failing
            fits[held] |= bit
            fails[failing] |= bit
            if one.channel:
                known = [word.lower() for word in self.words["channel"]]
                wanted = one.channel.lower()
                code = known.index(wanted) if wanted in known else -2
                astray[(held | failing) & (block["channel"] != code)] |= bit
        return fits, fails, astray

    def _holds(self, block: Block, asked: Any) -> NDArray[np.bool_]:
        rows = np.ones(block.rows, np.bool_)
        for column in ("kind", "content", "event", "initiator"):
            if getattr(asked, column):
                known = INITIATORS if column == "initiator" else self.words[column]
                rows &= np.isin(block[column], asked.words(column, known))
        return rows

    def relevant(self, block: Block) -> Block:
        """The block without the kinds that the plan leaves aside."""
        if not self.plan.ignore:
            return block
        return block.keep(~np.isin(block["kind"], [codes()[kind] for kind in self.plan.ignore]))

    def tables(self) -> Tables:
        """The plan for the kernel."""
        rows = self.plan.touchpoints
        must = [not one.optional and place not in self.unseen for place, one in enumerate(rows)]
        return tables(self.plan.states, must, [one.repeat for one in rows])

    def compared(self, block: Block) -> tuple[NDArray[Any], ...]:
        """The cases, fates, marks, and what was taken instead, of a block."""
        rows = self.plan.touchpoints
        before = [sum(1 << place for place in one.after) for one in rows]
        fits, fails, astray = self.masks(block)
        found: tuple[NDArray[Any], ...] = compare(
            block.starts,
            block["time"],
            block["kind"],
            block["purchases_before"],
            fits,
            fails,
            astray,
            block["kind"] == self.goal,
            self.tables(),
            np.array(before, np.int64),
            earlier([one.after for one in rows]),
            np.array([one.longest for one in rows], np.int64),
            self.plan.case == "cycle",
            round(parse(self.plan.quiet).total_seconds() * 1e6),
            self.horizon,
            self.end,
            len(codes()),
        )
        return found

    def scan(self, block: Block) -> dict[str, Any]:
        """Compare one block."""
        whole, block = block.people, self.relevant(block)
        cases, fates, marks, took = self.compared(block)
        here = cases[:, 0] >= 0
        found, marks, fates = cases[here], marks[here], fates[here]
        fit = (found[:, 3] - found[:, 2]) * MILLION // np.maximum(found[:, 3], 1)
        asked, later = found[:, 6] == 1, (found[:, 6] == 1) & (found[:, 7] == 1)
        listed: list[tuple[int, ...]] = []
        if self.listed is not None:
            who = block.person[here]
            for place in np.flatnonzero(marks[:, self.listed]):
                listed.append((int(who[place]), int(fit[place]), int(found[place, 5])))
        totals = [
            whole, len(found), int(fit.sum()), int(found[:, 4].sum()), int(found[:, 9].sum()),
            int((found[:, 5] > 0).sum()), int(asked.sum()), int(later.sum()),
            int((found[:, 1] - found[:, 0]).sum()),
        ]  # fmt: skip
        instead = self.empty()["instead"]
        who, step = np.nonzero(took >= 0)
        np.add.at(instead, (step, took[who, step]), 1)
        return {
            "instead": instead,
            "totals": np.array(totals, np.int64),
            "squares": int((fit * fit).sum()),
            "fates": np.stack([(fates == fate).sum(axis=0) for fate in range(len(FATES))], axis=1),
            "marks": np.stack(
                [marks.sum(axis=0), marks[asked].sum(axis=0), marks[later].sum(axis=0)], axis=1
            ).astype(np.int64),
            "people": listed,
        }

    def merge(self, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
        """Add."""
        return {key: a[key] + b[key] for key in a}

    def goals(self) -> list[str]:
        """The planned touchpoints that are the goal itself."""
        goal = list(kinds())[self.goal]
        return [one.id for one in self.plan.touchpoints if goal in one.condition.kind]

    def finish(self, partial: dict[str, Any]) -> dict[str, Any]:
        """Fitness, what became of each touchpoint, and the deviations, most people first."""
        whole, n, total, open_, kept, deviating, asked, later, rows = map(int, partial["totals"])
        fitness = None
        if n:
            mean = total / n
            spread = max(0.0, partial["squares"] / n - mean * mean) * n / max(n - 1, 1)
            half = Z * math.sqrt(spread / n)
            fitness = {
                "people": n,
                "value": mean / MILLION,
                "low": max(0.0, (mean - half) / MILLION),
                "high": min(1.0, (mean + half) / MILLION),
                "too_few": n < FEW,
            }
        touchpoints = []
        for place, one in enumerate(self.plan.touchpoints):
            counts = dict(zip(FATES, map(int, partial["fates"][place]), strict=True))
            expected = sum(counts.values()) - counts["waiting"]
            low, high = wilson(counts["kept"], expected)
            here = {"touchpoint": one.id, "phase": one.phase, "optional": one.optional}
            if place in self.unseen:
                touchpoints.append({**here, **UNSEEN})
                continue
            touchpoints.append(
                {
                    **here,
                    "observed": True,
                    "people": expected,
                    **counts,
                    "late": int(partial["marks"][3 * len(self.plan.touchpoints) + place, 0]),
                    "rate": counts["kept"] / expected if expected else None,
                    "low": low,
                    "high": high,
                    "too_few": expected < FEW,
                    "took": rate(counts["kept"], n - counts["waiting"]),
                    "instead": told(partial["instead"][place], list(kinds())),
                }
            )
        deviations = []
        for mark, (people, followed, after) in enumerate(partial["marks"].tolist()):
            if not people:
                continue
            deviation, where = named(self.plan, mark)
            low, high = wilson(people, n)
            # Who missed the goal has not reached it: no finding.
            seen = self.goal >= 0 and not (deviation == "missing" and where in self.goals())
            others = (later - after, asked - followed)
            deviations.append(
                {
                    "deviation": deviation,
                    "touchpoint": where,
                    "people": people,
                    "share": people / n,
                    "low": low,
                    "high": high,
                    "too_few": n < FEW,
                    "later": rate(after, followed) if seen else None,
                    "otherwise": rate(*others) if seen else None,
                    "difference": newcombe(after, followed, *others) if seen else None,
                }
            )
        deviations.sort(key=lambda d: (-d["people"], TYPES.index(d["deviation"]), d["touchpoint"]))
        return {
            "fitness": fitness,
            "everybody": whole,
            "people": n,
            "open": open_,
            "kept": kept,
            "deviating": deviating,
            "rows": rows,
            "touchpoints": touchpoints,
            "deviations": deviations,
            "listed": sorted(partial["people"], key=lambda one: (one[1], one[0])),
        }


def named(plan: Plan, mark: int) -> tuple[str, str]:
    """The deviation of a mark: its type, and the planned touchpoint or the kind it is about."""
    size = len(plan.touchpoints)
    if mark >= 5 * size:
        return TYPES[5], list(kinds())[mark - 5 * size]
    return TYPES[mark // size], plan.touchpoints[mark % size].id


def analysis(journeys: "Journeys", plan: Plan, horizon_days: int = 90, **more: Any) -> Conform:
    """The analysis of some journeys beside a plan."""
    told = journeys.whole().run(Tally("kind", len(codes())))[:, 0]
    unseen = frozenset(
        place
        for place, one in enumerate(plan.touchpoints)
        if (one.condition.kind and not any(told[codes()[kind]] for kind in one.condition.kind))
        or (one.condition.event and not one.condition.words("event", journeys.words["event"]))
    )
    goal, horizon = journeys.goal_code, int(horizon_days * DAY)
    return Conform(plan, journeys.words, goal, journeys.end, horizon, unseen, **more)


def conform(journeys: "Journeys", plan: Plan | str, *, horizon_days: int = 90) -> Result:
    """Compare every journey with a planned one (`definitions/plans/`, or a path of a YAML file).

    Parts: `touchpoints`, one row a planned touchpoint: `kept, failing, missing, out_of_order,
    waiting` (people still under way who have not come to it) and `late` count people; `people` is
    those it was due for, `rate` = kept / people with `low`, `high`. `took` is the rate of all
    compared but those still to come to it; `instead`, of those who left it out, the first `kind`
    after the steps before it (None: nothing more), with a rate. `deviations`, the most people
    first: `deviation`, the `touchpoint` (a kind where it is ad hoc), `people`, `share` of all
    compared; `later` is who reached the goal within `horizon_days` after their last planned
    touchpoint, of those with the deviation who can be followed so long, `otherwise` of those
    without it: an association. `fitness` is the mean of 1 - cost / (touchpoints + planned ones),
    with a normal interval over people. A touchpoint whose kind or event nobody's journey has is not
    `observed`: it is passed over, and its numbers are None, not 0.

    Raises `UnknownNameError` for a plan that is not there, `DefinitionError` for a mistake in it.
    """
    plan = chosen(journeys, plan)
    found = journeys.run(analysis(journeys, plan, horizon_days))
    return Result(
        "conform",
        journeys.meaning(found["people"])
        | {
            "plan": plan.id,
            "name": plan.name,
            "case": plan.case,
            "quiet": plan.quiet,
            "horizon_days": horizon_days,
            "without": found["everybody"] - found["people"],
            "open": found["open"],
            "kept": found["kept"],
            "deviating": found["deviating"],
            "fitness": found["fitness"],
        },
        {"touchpoints": found["touchpoints"], "deviations": found["deviations"]},
    )


def chosen(journeys: "Journeys", plan: Plan | str) -> Plan:
    """The plan itself, or the one of that name in the workspace."""
    if isinstance(plan, Plan):
        return plan
    return load(journeys.workspace.path / "definitions", plan)
