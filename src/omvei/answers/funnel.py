"""The funnel: how many people reach each of some steps, and how long it takes them.

A person enters at their first touchpoint of step 1, and `within` always counts from there.

ordered  step k is reached at the first touchpoint of step k after the one that reached step k - 1
strict   the same, with no other touchpoint between them
any      step k is reached once steps 1 to k have all happened, in any order, within `within` of
         the first touchpoint that was any of the steps

One touchpoint never serves two steps; order decides, so equal times connect.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block, heads
from ..errors import OmveiError, UnknownNameError
from ..result import Result
from .consent import others, with_bounds
from .gaps import middle
from .intervals import FEW, wilson
from .people import listed

if TYPE_CHECKING:
    from ..journeys import Journeys

ORDERS = ("ordered", "strict", "any")
BY = ("event", "kind", "channel", "content", "stage")
Counts = NDArray[np.int64]
MOST = 63
"""Steps of a funnel: each is a bit of one number, and the step after the last is one, too."""


@njit(cache=True, nogil=True)
def reach(
    starts: Counts,
    time: Counts,
    code: NDArray[np.int32],
    steps: NDArray[np.int32],
    within: int,
    strict: bool,
) -> tuple[NDArray[np.int8], Counts, Counts, Counts]:
    """How far each person gets, in order.

    starts   (people + 1,)  person i's rows are `starts[i]` up to `starts[i + 1]`
    code     (rows,)  codes of the touchpoints, sorted by person, then time; none below -1
    steps    (steps,)  the codes to reach, at most `MOST`
    within   microseconds

    returns
    depth    (entered,)  of each person who reached any, the number of steps reached
    last     (entered,)  the row where the last of them was
    reached  (steps,)  people who reached each step
    waits    (steps, entered)  for each step from the second, `reached` waits since the one before
    """
    one, none, head = np.uint64(1), np.uint64(0), heads(starts)
    top = np.uint64(steps.max() + 1)
    serves = np.zeros(top + one, np.uint64)  # a bit for each step that a code serves
    for step in range(len(steps)):
        serves[steps[step]] |= one << np.uint64(step)
    rows, enters = np.empty(len(code) + 1, np.int64), np.empty(len(code) + 1, np.bool_)
    found, coming = 0, one  # the bit of the step that comes next
    entered_by = 0
    # first the rows that would serve, whenever they were, without a branch on what people do; a
    # step too late is followed by none in time, so it can be left out afterwards
    for row in range(len(code)):
        coming = one if head[row] else coming
        serving = (serves[min(np.uint64(code[row]), top)] & coming) != none
        first = coming == one
        rows[found], enters[found] = row, first
        found += serving
        entered_by += serving & first
        kept = none if strict and not first else coming
        coming = coming << one if serving else kept
    depth, last = np.empty(entered_by, np.int8), np.empty(entered_by, np.int64)
    reached = np.zeros(len(steps), np.int64)
    waits = np.empty((len(steps), entered_by), np.int64)
    person, step, entered, before = -1, 0, np.int64(0), np.int64(0)
    for place in range(found):
        row, now = rows[place], time[rows[place]]
        if enters[place]:
            person, step, entered = person + 1, 0, now
        elif now - entered > within:
            continue
        else:
            waits[step, reached[step]] = now - before
        reached[step] += 1
        step, before = step + 1, now
        depth[person], last[person] = step, row
    return depth, last, reached, waits


@njit(cache=True, nogil=True)
def reach_any(
    starts: Counts, time: Counts, code: NDArray[np.int32], steps: NDArray[np.int32], within: int
) -> tuple[NDArray[np.int8], Counts, Counts, Counts]:
    """How far each person gets in any order; shapes as in `reach`."""
    people, many = len(starts) - 1, len(steps)
    depth, last = np.empty(people, np.int8), np.empty(people, np.int64)
    reached, waits = np.zeros(many, np.int64), np.empty((many, people), np.int64)
    met = np.empty(many, np.int64)
    found = 0
    for person in range(people):
        met[:] = -1
        entered = np.int64(-1)
        for row in range(starts[person], starts[person + 1]):
            if entered >= 0 and time[row] - entered > within:
                break
            for step in range(many):
                if code[row] == steps[step] and met[step] < 0:
                    met[step] = row
                    if entered < 0:
                        entered = time[row]
                    break
        far = 0
        while far < many and met[far] >= 0:
            if far:
                waits[far, reached[far]] = abs(time[met[far]] - time[met[far - 1]])
            reached[far] += 1
            far += 1
        if far:
            depth[found], last[found] = far, met[far - 1]
            found += 1
    return depth[:found], last[:found], reached, waits


@dataclass(frozen=True)
class Reaches:
    """The analysis behind the funnel."""

    column: str
    steps: tuple[int, ...]
    within: int
    order: int

    def __post_init__(self) -> None:
        """Refuse more steps than can be counted."""
        if len(self.steps) > MOST:
            raise OmveiError(f"A funnel has {MOST} steps at most; this has {len(self.steps)}.")

    def empty(self) -> dict[str, Any]:
        """Nobody."""
        return {
            "reached": np.zeros(len(self.steps), np.int64),
            "waits": [np.empty(0, np.int64) for _ in self.steps],
        }

    def people(self, block: Block) -> tuple[NDArray[np.int8], Counts, Counts, Counts]:
        """How far each person of a block gets who gets anywhere; see `reach`."""
        steps = np.array(self.steps, np.int32)
        rows = block.starts, block["time"], block[self.column], steps, self.within
        if ORDERS[self.order] == "any":
            return reach_any(*rows)
        return reach(*rows, ORDERS[self.order] == "strict")

    def scan(self, block: Block) -> dict[str, Any]:
        """Count one block."""
        _, _, reached, waits = self.people(block)
        kept = [waits[k, : reached[k] if k else 0].copy() for k in range(len(self.steps))]
        return {"reached": reached, "waits": kept}

    def merge(self, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
        """Add the people; gather the waits."""
        return {
            "reached": a["reached"] + b["reached"],
            "waits": [np.concatenate(pair) for pair in zip(a["waits"], b["waits"], strict=True)],
        }

    def finish(self, partial: dict[str, Any]) -> list[dict[str, Any]]:
        """One row a step."""
        people = [int(n) for n in partial["reached"]]
        rows = []
        for k, n in enumerate(people):
            low, high = wilson(n, people[0])
            before = people[k - 1] if k else n
            waits = partial["waits"][k]
            times = middle(waits, len(waits)) if len(waits) else (None, None, None)
            rows.append(
                {
                    "people": n,
                    "rate": n / people[0] if people[0] else None,
                    "low": low,
                    "high": high,
                    "step_rate": n / before if before else None,
                    "lost": before - n,
                    **{
                        key: value / 1e6 if value is not None else None
                        for key, value in zip(
                            ("median_seconds", "median_low", "median_high"), times, strict=True
                        )
                    },
                    "too_few": people[0] < FEW,
                }
            )
        return rows


@dataclass(frozen=True)
class Dropped:
    """People who reached so many steps and no more, and when they reached the last of them."""

    reaches: Reaches
    depth: int

    def passed(self, block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the people in the block, and microseconds."""
        depth, last, _, _ = self.reaches.people(block)
        row = last[depth == self.depth]
        return block.place[row].astype(np.int64), block["time"][row]


def funnel(
    journeys: "Journeys",
    steps: list[str],
    *,
    by: str = "event",
    within: timedelta = timedelta(days=30),
    order: str = "ordered",
) -> Result:
    """Count the people who reach each of `steps`.

    One row a step: `step, people, rate` (share of step 1, with `low` and `high`), `step_rate`
    (share of the step before), `lost` (people who reached the step before but not this one),
    `median_seconds` since the step before (with `median_low`, `median_high`), `too_few`. Asked of
    people who consented, `others` are those left out for it, and `bounds` (`low, high`) say between
    which shares of step 1 everybody's lies, whatever the others did.

    Raises `UnknownNameError` for a step that is not in the data, or another `by` or `order`, and
    `OmveiError` for more than 63 steps.
    """
    analysis = _reaches(journeys, steps, by, within, order)
    rows = journeys.run(analysis)
    apart = others(journeys)
    rows = with_bounds(rows, apart, "people", rows[0]["people"])
    if apart:  # whoever they are, all of step 1 reached step 1
        rows[0]["bounds"] = {"low": 1.0, "high": 1.0}
    return Result(
        "funnel",
        journeys.meaning(rows[0]["people"])
        | {
            "by": by,
            "within_seconds": within.total_seconds(),
            "order": order,
            "lens": journeys.model.id if by == "stage" else None,
            "others": apart,
        },
        {"steps": [{"step": step, **row} for step, row in zip(steps, rows, strict=True)]},
    )


def dropped(
    journeys: "Journeys",
    steps: list[str],
    after: int,
    *,
    by: str = "event",
    within: timedelta = timedelta(days=30),
    order: str = "ordered",
    limit: int = 100,
    offset: int = 0,
) -> Result:
    """List the people who reached step `after` (from 1) of a funnel and no further; latest first.

    `n` is how many they are: what the funnel calls `lost` at the next step, or everybody who got
    through for the last step. Rows as in `people`; `at` is when they reached the step.
    """
    analysis = _reaches(journeys, steps, by, within, order)
    if not 1 <= after <= len(steps):
        raise OmveiError(f"There is no step {after}: the funnel has steps 1 to {len(steps)}.")
    asked = {"by": by, "steps": steps, "after": after}
    return listed(journeys, Dropped(analysis, after), asked, limit, offset)


def _reaches(
    journeys: "Journeys", steps: list[str], by: str, within: timedelta, order: str
) -> Reaches:
    if not steps:
        raise OmveiError(
            "A funnel needs at least one step, "
            "for example: omvei funnel page_view purchase --by kind"
        )
    for value, known, kind in ((by, BY, "view"), (order, ORDERS, "order")):
        if value not in known:
            raise UnknownNameError(kind, value, known)
    words = [s.id for s in journeys.model.stages] if by == "stage" else journeys.words[by]
    for step in steps:
        if step not in words:
            raise UnknownNameError(by, step, words)
    column = f"stage:{journeys.model.digest}" if by == "stage" else by
    micros = within // timedelta(microseconds=1)
    return Reaches(column, tuple(words.index(step) for step in steps), micros, ORDERS.index(order))
