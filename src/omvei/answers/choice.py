"""Which channel for which stage: who is ready now, how soon a channel acts, who can be met again.

Only steps that people take themselves are counted: who was sent or shown something did not come.
*Ready* is somebody who came in the last days and whose stage, at their last step, is the one before
the purchase, and who did not just buy. *By lag*: of people who came by a channel for the first
time, and were observed for the whole horizon, how many reached the goal within a day, a week, a
month and three. A *pool* is who was seen lately in a stage and did not buy lately; `consented` are
those whose latest word on consent was yes. All of it is counted, none of it a cause.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..errors import UnknownNameError
from ..groups.rows import STATES, latest
from ..lenses.carrier import NOWHERE
from ..lenses.rules import DAY
from ..result import Result
from ..touchpoints.vocabulary import INITIATORS
from .campaigns import money
from .intervals import rate

if TYPE_CHECKING:
    from ..journeys import Journeys

READY = ("do", "decision", "action", "convert")
"""Stages of being ready to buy, by the names that models give it."""
CLAIM = 0.02
"""What entry D01 of the founding articles claims, without a source: two of a hundred are ready."""
CUSTOMER = INITIATORS.index("customer")
GRANTED = STATES.index("granted")
LAGS = (1, 7, 30, 90)
"""Days after the first time by a channel."""
VISITS = 10
"""Visits from this one on are one group."""

Counts = NDArray[np.int64]
Row = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """The analysis: everything about channels that is counted once a person."""

    stage: str
    stages: int
    """How many stages, the last being none."""
    ready: int
    """The stage of being ready; -1 for none."""
    channels: int
    goal: int
    end: int
    seen: int
    """Microseconds before the end in which somebody was seen lately."""

    def empty(self) -> dict[str, Counts]:
        """Nobody."""
        return {
            "ready": np.zeros((self.channels, 2), np.int64),
            "pools": np.zeros((self.stages, 2), np.int64),
            "visits": np.zeros((VISITS, 2), np.int64),
            "lags": np.zeros((self.channels, len(LAGS) + 1), np.int64),
            "bought": np.zeros(2, np.int64),
        }

    def scan(self, block: Block) -> dict[str, Counts]:
        """Count one block."""
        found = self.empty()
        came = block["initiator"] == CUSTOMER  # who was sent something did not come
        said = latest(block)[np.unique(block.place[came])]
        block = block.keep(came)
        if not block.rows:
            return found
        time, place, channel = block["time"], block.place, block["channel"].astype(np.int64)
        goals = np.flatnonzero(block["kind"] == self.goal)
        who, first = np.unique(place, return_index=True)
        last = np.append(first[1:], len(time)) - 1
        stage = block[self.stage][last].astype(np.int64)
        stage[stage == NOWHERE] = self.stages - 1
        lately = time[last] > self.end - self.seen
        just = block["kind"][last] == self.goal
        here = channel[last]
        np.add.at(found["ready"][:, 0], here[lately], 1)
        np.add.at(found["ready"][:, 1], here[lately & (stage == self.ready) & ~just], 1)
        bought = np.full(int(who[-1]) + 1, np.iinfo(np.int64).min // 2)
        np.maximum.at(bought, place[goals], time[goals])
        free = lately & (bought[who] <= self.end - self.seen)
        np.add.at(found["pools"][:, 0], stage[free], 1)
        np.add.at(found["pools"][:, 1], stage[free & (said == GRANTED)], 1)
        number = np.minimum(block["session"].astype(np.int64), VISITS) - 1
        for column, rows in enumerate((np.arange(len(time)), goals)):
            key = np.unique(place[rows].astype(np.int64) * VISITS + number[rows])
            found["visits"][:, column] = np.bincount(key % VISITS, minlength=VISITS)
        self._lags(found["lags"], time, place, channel, goals)
        repeat = block["purchases_before"][goals] > 0
        found["bought"] += np.array([(~repeat).sum(), repeat.sum()])
        return found

    def _lags(
        self, counts: Counts, time: Counts, place: Any, channel: Counts, goals: Counts
    ) -> None:
        """Count the first time of each person by each channel, and how soon the goal followed."""
        key = place.astype(np.int64) * self.channels + channel
        _, rows = np.unique(key, return_index=True)
        rows = rows[time[rows] + LAGS[-1] * DAY <= self.end]
        np.add.at(counts[:, 0], channel[rows], 1)
        if not len(goals):
            return
        at = np.searchsorted(goals, rows)
        known = at < len(goals)
        rows, coming = rows[known], goals[at[known]]
        same = place[coming] == place[rows]
        rows, lag = rows[same], (time[coming] - time[rows])[same]
        for column, days in enumerate(LAGS, 1):
            np.add.at(counts[:, column], channel[rows[lag <= days * DAY]], 1)

    def merge(self, a: dict[str, Counts], b: dict[str, Counts]) -> dict[str, Counts]:
        """Add."""
        return {name: a[name] + b[name] for name in a}

    def finish(self, partial: dict[str, Counts]) -> dict[str, Counts]:
        """As counted."""
        return partial


def choice(journeys: "Journeys", *, seen_days: int = 30) -> Result:
    """Say which channel does what: readiness, new and returning visitors, pools, effect by lag.

    Parts: `readiness` (`channel`, None for all, and a rate: `people` seen in the last `seen_days`,
    by the channel of their last visit, and of these `converted`: ready now), `visits` (`visit`,
    the last being that number or more, a rate: people who made it and who reached the goal in it,
    and `share`, of all who did), `pools` (`stage, people, consented`), `sales` (`customer`: new or
    existing, `purchases, share`), `money` (by stage, see `campaigns.money`), `remarketing` (see
    there) and `rows` (`channel, people, within`: a rate for each of `LAGS`, with its `days`).
    Without a goal nothing is said of `visits`, `sales` and `within`.

    Raises `UnknownNameError` under a model without a stage of being ready to buy.
    """
    model = journeys.model
    names = [stage.id for stage in model.stages]
    ready = next((name for name in READY if name in names), None)
    if ready is None:
        cure = "Choose a model that has one: five_stage, four_phase, stdc, funnel or race."
        raise UnknownNameError("stage of being ready to buy", model.id, [], cure)
    words = journeys.words["channel"]
    counted = journeys.run(
        Choice(
            f"stage:{model.digest}",
            len(names) + 1,
            names.index(ready),
            len(words),
            journeys.goal_code,
            journeys.end,
            int(seen_days * DAY),
        )
    )
    goal = journeys.goal is not None
    everybody = counted["ready"].sum(axis=0)
    return Result(
        "choice",
        journeys.meaning(int(everybody[0]))
        | {"lens": model.id, "ready": ready, "seen_days": seen_days, "claim": CLAIM},
        {
            "readiness": _readiness(counted["ready"], words),
            "visits": _visits(counted["visits"]) if goal else [],
            "pools": [
                {"stage": name, "people": int(people), "consented": int(consented)}
                for name, (people, consented) in zip(names, counted["pools"], strict=False)
            ],
            "sales": _sales(counted["bought"]) if goal else [],
            "money": money(journeys),
            "remarketing": journeys.remarketing().to_dicts(),
            "rows": [
                {
                    "channel": words[code],
                    "people": int(row[0]),
                    "within": [
                        {"days": days, **told}
                        for days, count in zip(LAGS, row[1:], strict=True)
                        if goal and (told := rate(int(count), int(row[0]))) is not None
                    ],
                }
                for code, row in sorted(
                    enumerate(counted["lags"]), key=lambda one: (-one[1][0], one[0])
                )
                if row[0]
            ],
        },
    )


def readiness(journeys: "Journeys", *, seen_days: int = 30) -> Result:
    """The share of people who are ready to buy now, whole and by channel, beside the claim.

    One row a channel (None: all): `channel, people, converted, rate, low, high, too_few`; `claim`
    is what the founding articles say without a source.
    """
    whole = choice(journeys, seen_days=seen_days)
    return Result("readiness", whole.meaning, {"rows": whole.parts["readiness"]})


def _readiness(counts: Counts, words: list[str]) -> list[Row]:
    everybody = counts.sum(axis=0)
    rows = [(None, everybody), *((words[code], row) for code, row in enumerate(counts) if row[0])]
    rows.sort(key=lambda one: (one[0] is not None, -int(one[1][0]), one[0] or ""))
    return [
        {"channel": channel, **told}
        for channel, (people, ready) in rows
        if (told := rate(int(ready), int(people))) is not None
    ]


def _visits(counts: Counts) -> list[Row]:
    whole = int(counts[:, 1].sum())
    return [
        {"visit": number, **told, "share": int(reached) / whole if whole else None}
        for number, (people, reached) in enumerate(counts, 1)
        if (told := rate(int(reached), int(people))) is not None
    ]


def _sales(counts: Counts) -> list[Row]:
    whole = int(counts.sum())
    return [
        {"customer": name, "purchases": int(count), "share": int(count) / whole if whole else None}
        for name, count in zip(("new", "existing"), counts, strict=True)
    ]
