"""Consent: who said yes to measurement, who said no, and what the rest could change.

A person's consent is what they said last; *unknown* where no touchpoint says. Rates among people
who consented need not hold for the others. Without assuming anything about those, the rate of all
lies between what it would be if none of them had bought and if all had: with a share c of people
who consented, of whom a share p reached the goal, between c p and c p + 1 - c (Manski 1990).
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..groups.rows import STATES, latest, listed
from ..result import Result
from .adding import Added
from .intervals import rate

if TYPE_CHECKING:
    from ..journeys import Journeys


@dataclass(frozen=True)
class Consents(Added):
    """People by what they said last, and how many of each reached the goal."""

    goal: int
    """Code of the goal's kind; -1 for none."""

    def empty(self) -> NDArray[np.int64]:
        """Nobody."""
        return np.zeros((len(STATES), 2), np.int64)

    def scan(self, block: Block) -> NDArray[np.int64]:
        """Count one block."""
        state = latest(block)
        reached = np.zeros(block.people, np.bool_)
        reached[block.place[block["kind"] == self.goal]] = True
        people = np.bincount(state, minlength=len(STATES))
        return np.stack([people, np.bincount(state[reached], minlength=len(STATES))], axis=1)


YES = ["granted"]

FIRST = np.datetime64("1900-01", "M")
MONTHS = 2412
"""As many as a time can be in: 1900 to 2100."""
BEGINS = (FIRST + np.arange(MONTHS + 1)).astype("datetime64[us]").astype(np.int64)
"""When each month begins, and after them the end: microseconds."""


@njit(cache=True, nogil=True)
def said_by_month(
    starts: NDArray[np.int64],
    time: NDArray[np.int64],
    said: NDArray[np.int8],
    begins: NDArray[np.int64],
    states: int,
) -> NDArray[np.int64]:
    """People with a row in each month, by what they had last said at the end of it.

    starts  (people + 1,)  person i's rows are `starts[i]` up to `starts[i + 1]`, oldest first
    time    (rows,) microseconds; said  (rows,) a state, 0 for nothing
    begins  (months + 1,)  when each month begins
    returns (months, states)
    """
    found = np.zeros((len(begins) - 1, states), np.int64)
    for person in range(len(starts) - 1):
        first, stop = starts[person], starts[person + 1]
        if first == stop:
            continue
        month = np.searchsorted(begins, time[first], side="right") - 1
        state = np.int8(0)
        for row in range(first, stop):
            if time[row] >= begins[month + 1]:
                found[month, state] += 1
                while time[row] >= begins[month + 1]:
                    month += 1
            if said[row] > 0:
                state = said[row]
        found[month, state] += 1
    return found


@dataclass(frozen=True)
class ByMonth:
    """People with a touchpoint in each month, by what they had last said at the end of it."""

    def empty(self) -> NDArray[np.int64]:
        """Nobody."""
        return np.zeros((MONTHS, len(STATES)), np.int64)

    def scan(self, block: Block) -> NDArray[np.int64]:
        """Count one block."""
        found: NDArray[np.int64] = said_by_month(
            block.starts, block["time"], block["consent"], BEGINS, len(STATES)
        )
        return found

    def merge(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
        """Add."""
        return a + b

    def finish(self, partial: NDArray[np.int64]) -> list[dict[str, Any]]:
        """A row for each month that has people: `month, people`, and one number a state."""
        return [
            {"month": str(FIRST + place), "people": int(counted.sum())}
            | {state: int(n) for state, n in zip(STATES, counted, strict=True)}
            for place, counted in enumerate(partial)
            if counted.any()
        ]


def bounds(consented: int, reached: int, people: int) -> dict[str, float] | None:
    """Between which shares the rate of everybody lies, whatever the others did; None for nobody.

    >>> bounds(60, 6, 100)
    {'low': 0.06, 'high': 0.46}
    """
    if not people:
        return None
    return {"low": reached / people, "high": (reached + people - consented) / people}


def others(journeys: "Journeys") -> int:
    """How many people are left out because they did not say yes; 0 where nobody was, for that."""
    without = [
        {name: said for name, said in asked.items() if name != "consent" or listed(said) != YES}
        for asked in journeys.conditions
    ]
    if without == list(journeys.conditions):
        return 0
    everybody = replace(journeys, conditions=tuple(filter(None, without)))
    counted = everybody.run(Consents(journeys.goal_code))[:, 0]
    return int(counted.sum() - counted[STATES.index("granted")])


def with_bounds(
    rows: list[dict[str, Any]], others: int, reached: str, people: int | None = None
) -> list[dict[str, Any]]:
    """The rows, each with `bounds`: its share among everybody, whatever the `others` did.

    Any number of the others may belong among the people of a row, and any of these may have
    reached what it counts. Null where there are no others.

    people  of how many the shares are; the row's own `people`, if not said

    >>> with_bounds([{"people": 10, "left": 4}], 5, "left")[0]["bounds"]
    {'low': 0.26666666666666666, 'high': 0.6}
    """

    def told(row: dict[str, Any]) -> dict[str, float] | None:
        n = row["people"] if people is None else people
        return bounds(n, row[reached], n + others) if others else None

    return [row | {"bounds": told(row)} for row in rows]


def consent(journeys: "Journeys") -> Result:
    """Say who consented, and what those who did not could change.

    `granted` (a rate: people who said yes last), `reached` (a rate: of those, who reached the
    goal) and `bounds` (`low, high`: where the rate of everybody lies, whatever the others did;
    modelled from nothing but counts). One row a state: `state, people, converted`; and one a month,
    of the people who had a touchpoint in it, by what they had last said at its end: `month, people,
    unknown, granted, denied`.
    """
    counted = journeys.run(Consents(journeys.goal_code))
    people = int(counted[:, 0].sum())
    yes, reached = (int(number) for number in counted[STATES.index("granted")])
    told: dict[str, Any] = {
        "granted": rate(yes, people),
        "reached": rate(reached, yes) if journeys.goal else None,
        "bounds": bounds(yes, reached, people) if journeys.goal else None,
    }
    rows = [
        {"state": state, "people": int(n), "converted": int(bought)}
        for state, (n, bought) in zip(STATES, counted, strict=True)
    ]
    months = journeys.run(ByMonth())
    return Result("consent", journeys.meaning(people) | told, {"states": rows, "months": months})
