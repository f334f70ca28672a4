"""With and without remarketing: do people who are reached again go on more often than others?

At the end of each week stands everybody who came by themselves in the last 30 days and was never
reached by remarketing. Their *situation* is the stage they stand in, how long ago they came last,
how many visits they have made, whether they have bought, and whether they were near a purchase
since (a cart, a quote). In the week that follows some are *reached* for the first time. Of those
who neither went on nor bought in that week, reached or not, it is counted who goes on to a later
stage, or reaches the goal, within the horizon after it: exposure and outcome never overlap, so no
time is immortal (methods 11).

The difference between those reached and the others in the same situations is the Mantel-Haenszel
risk difference (`influence`), its variance that of two shares pooled in each situation. A person is
reached once, but may stand among the others in several weeks: their part of the variance is
multiplied by the mean number of weeks that a week shares a person with. The firm, or its platform,
chose whom to reach, by things that may not show here: an association.
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
from .influence import CUSTOMER, VISITS, compared, near
from .intervals import Z

if TYPE_CHECKING:
    from ..journeys import Journeys

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
WEEK = 7 * DAY
LATELY = 30 * DAY
"""Who came so lately can be reached."""
SINCE = np.array([0, 3 * DAY, 7 * DAY, 14 * DAY], np.int64)
"""Where each group of times since the last own step begins."""
EACH = len(SINCE) * len(VISITS) * 4
"""Situations a stage has."""


@njit(cache=True, nogil=True)
def count_weeks(
    starts: Counts,
    time: Counts,
    stage: Counts,
    visit: NDArray[np.int32],
    own: Flags,
    view: Flags,
    intent: Flags,
    goal: Flags,
    bought: NDArray[np.int32],
    horizon: int,
    end: int,
    week: int,
    lately: int,
    since_groups: Counts,
    visit_groups: NDArray[np.int32],
) -> tuple[Counts, Flags, Flags, Counts]:
    """The weeks in which a person could be reached.

    stage    (rows,) -1 for none; own: the person's own step; view: remarketing
    bought   (rows,) purchases before
    returns
    key      (weeks,) the situation; reached, on (weeks,) whether reached in it, and went on after
    person   (weeks,) the person's place
    """
    each = len(since_groups) * len(visit_groups) * 4
    key, reached, on, who = [np.int64(0)], [False], [False], [np.int64(0)]
    for person in range(len(starts) - 1):
        first, stop = starts[person], starts[person + 1]
        seen = np.int64(-1)  # the first remarketing
        for row in range(first, stop):
            if view[row]:
                seen = time[row]
                break
        row, last, closeness, cycle = first, np.int64(-1), False, np.int64(-1)
        at = time[first] // week * week + week  # each week ends at the same moment for everybody
        while at + week + horizon <= end and (seen < 0 or seen >= at):
            while row < stop and time[row] < at:
                if own[row]:
                    last = row
                    closeness = (closeness and bought[row] == cycle) or intent[row]
                    cycle = bought[row]
                row += 1
            if last >= 0 and at - time[last] <= lately and stage[last] >= 0 and not goal[last]:
                here, went, after = stage[last], False, False
                for next_ in range(row, stop):
                    if time[next_] >= at + week + horizon:
                        break
                    if stage[next_] > here or goal[next_]:
                        went = went or time[next_] < at + week
                        after = True
                if not went:
                    place = here * each
                    place += (
                        (np.searchsorted(since_groups, at - time[last], side="right") - 1)
                        * len(visit_groups)
                        * 4
                    )
                    place += (np.searchsorted(visit_groups, visit[last], side="right") - 1) * 4
                    place += 2 * (cycle > 0) + closeness
                    key.append(place)
                    reached.append(bool(0 <= seen < at + week))
                    on.append(after)
                    who.append(np.int64(person))
            elif row == stop and (last < 0 or at - time[last] > lately):
                break
            at += week
    return (
        np.array(key[1:], np.int64),
        np.array(reached[1:], np.bool_),
        np.array(on[1:], np.bool_),
        np.array(who[1:], np.int64),
    )


@dataclass(frozen=True)
class Remarketing:
    """The analysis: weeks by situation, of those reached and of the others."""

    stage: str
    """The column of the lens."""
    stages: int
    goal: int
    horizon: int
    end: int

    def empty(self) -> dict[str, Counts]:
        """Nobody."""
        return {
            # reached, of these went on, others, of these went on
            "situations": np.zeros((self.stages * EACH, 4), np.int64),
            # of the others: weeks, and the sum over people of their weeks squared
            "shared": np.zeros((self.stages + 1, 2), np.int64),
        }

    def scan(self, block: Block) -> dict[str, Counts]:
        """Count one block."""
        found = self.empty()
        if not block.people:
            return found
        stage = block[self.stage].astype(np.int64)
        stage[stage == NOWHERE] = -1
        key, reached, on, who = count_weeks(
            block.starts, block["time"], stage, block["session"],
            block["initiator"] == CUSTOMER, block["kind"] == codes()["remarketing_view"],
            np.isin(block["kind"], near()), block["kind"] == self.goal, block["purchases_before"],
            self.horizon, self.end, WEEK, LATELY, SINCE, VISITS,
        )  # fmt: skip
        for column, which in enumerate((reached, reached & on, ~reached, ~reached & on)):
            np.add.at(found["situations"][:, column], key[which], 1)
        for place in range(self.stages + 1):
            here = ~reached & ((key // EACH == place) | (place == self.stages))
            weeks = np.bincount(who[here], minlength=1)
            found["shared"][place] = weeks.sum(), (weeks * weeks).sum()
        return found

    def merge(self, a: dict[str, Counts], b: dict[str, Counts]) -> dict[str, Counts]:
        """Add."""
        return {name: a[name] + b[name] for name in a}

    def finish(self, partial: dict[str, Counts]) -> list[dict[str, Any] | None]:
        """One comparison a stage, and last the whole; None where nothing can be compared."""
        found = []
        for place in range(self.stages + 1):
            part = slice(None) if place == self.stages else slice(place * EACH, (place + 1) * EACH)
            n1, a, n0, b = partial["situations"][part].T
            weeks, squares = (int(n) for n in partial["shared"][place])
            told = compared(a, n1, b, n0, 1.0)
            if told is not None:
                half = Z * error(a, n1, b, n0, squares / weeks)
                told["reached"] = int(n1.sum())
                told["low"] = max(-1.0, told["difference"] - half)
                told["high"] = min(1.0, told["difference"] + half)
            found.append(told)
        return found


def error(a: Counts, n1: Counts, b: Counts, n0: Counts, alike: float) -> float:
    """The standard error of the Mantel-Haenszel difference of a/n1 and b/n0 over situations.

    The share of a situation is pooled from both sides; `alike` of n0 count as one.

    >>> one = [np.array([n]) for n in (30, 100, 20, 100)]
    >>> round(error(*one, 1.0), 4)
    0.0612
    """
    both = (n1 > 0) & (n0 > 0)
    a, n1, b, n0 = a[both], n1[both], b[both], n0[both]
    weight, pooled = n1 * n0 / (n1 + n0), (a + b) / (n1 + n0)
    variance = (weight**2 * pooled * (1 - pooled) * (1 / n1 + alike / n0)).sum()
    return float(np.sqrt(variance) / weight.sum())


def remarketing(journeys: "Journeys", *, horizon_days: int = 30) -> Result:
    """Compare people reached by remarketing with others in the same situation at the same time.

    One row for all (`stage` None), then one for each stage they stood in: `stage, reached` (people
    who were reached and had not gone on), `people` (of these, those who have others in the same
    situation), `went_on` and `others` (shares who went on within `horizon_days`), `difference` with
    `low` and `high`, `too_few`. No rows where nobody was reached. An association, not a cause.
    """
    model = journeys.model
    found = journeys.run(
        Remarketing(
            f"stage:{model.digest}",
            len(model.stages),
            journeys.goal_code,
            int(horizon_days * DAY),
            journeys.end,
        )
    )
    names = [*(stage.id for stage in model.stages), None]
    rows = [
        {
            "stage": name,
            "reached": told["reached"],
            "people": told["people"],
            "went_on": told["others"] + told["difference"],
            **{key: told[key] for key in ("others", "difference", "low", "high", "too_few")},
        }
        for name, told in zip(names, found, strict=True)
        if told is not None
    ]
    rows.sort(key=lambda row: row["stage"] is not None)
    return Result(
        "remarketing",
        journeys.meaning(rows[0]["people"] if rows else 0)
        | {"lens": model.id, "horizon_days": horizon_days},
        {"rows": rows},
    )
