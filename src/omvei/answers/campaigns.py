"""Whom a campaign met, in which stage they were, and what they did next.

Somebody is *met* at their first touchpoint of the campaign in its days: a visit that carries its
tag, a mail or an advertisement of it. Their stage is the one they were in before that; who had no
touchpoint before is *new*. A *soft* conversion is reaching a later stage of the model (or the
goal) within the horizon after being met, a *hard* one reaching the goal itself. Rates are of people
who were observed for the whole horizon. That anybody did it because of the campaign is not said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..errors import NothingToAnswerError
from ..lenses.carrier import NOWHERE
from ..lenses.column import settled
from ..lenses.lens import Lens
from ..lenses.own import named
from ..lenses.rules import DAY
from ..touchpoints.campaigns import Meant, load, meant_for
from .adding import Added
from .costs import costs
from .intervals import FEW, poisson

if TYPE_CHECKING:
    from ..journeys import Journeys

Counts = NDArray[np.int64]
SPAN, DAYS = ("since", "until"), ("first_day", "last_day")
Row = dict[str, Any]
FOREVER = np.iinfo(np.int64).max
COUNTED = ("people", "followed", "soft", "hard", "soft_ever", "hard_ever")
"""What is counted; `soft` and `hard` of those who were followed for the whole horizon."""


@njit(cache=True, nogil=True)
def count_met(
    starts: Counts,
    time: Counts,
    campaign: NDArray[np.int32],
    stage: Counts,
    goal: NDArray[np.bool_],
    since: Counts,
    until: Counts,
    stages: int,
    rest: int,
    quiet: int,
    settled: NDArray[np.bool_],
    horizon: int,
    end: int,
) -> Counts:
    """People by campaign and by where they were when they were first met.

    campaign  (rows,) -1 for none; stage  (rows,) -1 for none
    since, until  (campaigns,) the days of each, in microseconds
    returns   (campaigns, 2 * (stages + 1), 6) `COUNTED`, by the stage before (the last: none), and
              for who is new after that, by the stage of the touchpoint itself
    """
    size = len(since)
    counts = np.zeros((size, 2 * (stages + 1), 6), np.int64)
    met = np.full(size, -1, np.int64)
    for person in range(len(starts) - 1):
        first, stop = starts[person], starts[person + 1]
        for row in range(first, stop):
            which = campaign[row]
            if which < 0 or met[which] == person:
                continue
            if time[row] < since[which] or time[row] >= until[which]:
                continue
            met[which] = person
            here, before = stage[row], np.int64(-1)
            if row > first:
                before = stage[row - 1]
                away = time[row] - time[row - 1]
                if quiet > 0 and away >= quiet and (before < 0 or not settled[before]):
                    before = np.int64(rest)
            group = (
                (before if before >= 0 else stages)
                if row > first
                else (stages + 1 + (here if here >= 0 else stages))
            )
            level = max(before, here)
            soft, hard = False, False
            for later in range(row, stop):
                if time[later] - time[row] > horizon or time[later] > end:
                    break
                if goal[later]:
                    hard = True
                if later > row and stage[later] > level:
                    soft = True
            soft = soft or hard
            followed = time[row] + horizon <= end
            counts[which, group, 0] += 1
            counts[which, group, 1] += followed
            counts[which, group, 2] += followed and soft
            counts[which, group, 3] += followed and hard
            counts[which, group, 4] += soft
            counts[which, group, 5] += hard
    return counts


@dataclass(frozen=True)
class Met(Added):
    """The analysis: `count_met` for the campaigns that `place` numbers."""

    place: Counts
    """Number of each campaign of the dictionary; -1 for one that is left out."""
    since: Counts
    until: Counts
    lens: Lens
    goal: int
    horizon: int
    end: int

    def empty(self) -> Counts:
        """Nobody."""
        return np.zeros((len(self.since), 2 * (len(self.lens.stages) + 1), 6), np.int64)

    def scan(self, block: Block) -> Counts:
        """Count one block."""
        lens = self.lens
        stage = block[f"stage:{lens.digest}"].astype(np.int64)
        stage[stage == NOWHERE] = -1
        rests = lens.carrier == "current" and lens.rest >= 0
        return np.asarray(
            count_met(
                block.starts,
                block["time"],
                np.append(self.place, -1)[block["campaign"]].astype(np.int32),
                stage,
                block["kind"] == self.goal,
                self.since,
                self.until,
                len(lens.stages),
                lens.rest,
                int(lens.quiet_days * DAY) if rests else 0,
                settled(lens),
                self.horizon,
                self.end,
            )
        )


@dataclass(frozen=True)
class Campaign:
    """One campaign: what it is called, what it was made for, and whom it met."""

    name: str
    meant: Meant | None
    lens: Lens
    counts: Counts
    """`COUNTED` by where people were; see `count_met`."""

    @property
    def total(self) -> dict[str, int]:
        """Everybody it met."""
        return dict(zip(COUNTED, map(int, self.counts.sum(axis=0)), strict=True))


def stages_of(journeys: "Journeys") -> Any:
    """What gives the stages of a model by its name, also of one of the workspace's own."""
    return lambda name: [stage.id for stage in lens_of(journeys, name).stages]


def lens_of(journeys: "Journeys", name: str) -> Lens:
    """A model by its name."""
    return named(journeys.workspace.path, name)


def met(
    journeys: "Journeys", horizon_days: int, lens: Lens | None = None, days: Sequence[int] = ()
) -> list[Campaign]:
    """Every campaign, through the model it was made for or, where `lens` is given, through that.

    days   microseconds from which and up to which people are counted, besides the campaign's own
    """
    said = load(journeys.workspace.path / "definitions", stages_of(journeys))
    words = journeys.words["campaign"]
    plain: dict[str, str] = {}
    for word in words:
        plain.setdefault(word.strip().casefold(), word)
    meant = {name: meant_for(name, said) for name in plain}
    model = journeys.model.id
    through: dict[str, list[str]] = {}
    for name, one in meant.items():
        seen = one.model if one and one.stage and lens is None else model
        through.setdefault(seen, []).append(name)
    first = max(journeys.since or 0, *days[:1], 0)
    last = min(journeys.until if journeys.until is not None else FOREVER, *days[1:], FOREVER)
    # What comes after the period still belongs to who was met in it.
    whole = replace(journeys, since=None, until=None)
    found = []
    for seen, names in through.items():
        chosen = journeys.model if seen == model else lens_of(journeys, seen)
        number = {name: place for place, name in enumerate(names)}
        place = np.array([number.get(word.strip().casefold(), -1) for word in words], np.int64)
        begin, stop = ([getattr(meant[name], key, None) for name in names] for key in SPAN)
        counts = whole.lens(chosen).run(
            Met(
                place,
                np.array([max(first, at or 0) for at in begin], np.int64),
                np.array([min(last, at if at is not None else FOREVER) for at in stop], np.int64),
                chosen,
                journeys.goal_code,
                horizon_days * DAY,
                whole.end,
            )
        )
        found += [Campaign(plain[n], meant[n], chosen, counts[at]) for n, at in number.items()]
    found = [one for one in found if one.total["people"]]
    return sorted(found, key=lambda one: (-one.total["people"], one.name))


def spending(journeys: "Journeys") -> tuple[list[Row], tuple[int, int]]:
    """What each campaign cost (`campaign, currency, cost`), and the days of the costs in
    microseconds; nothing where no costs were imported.
    """
    try:
        told = costs(journeys).to_json()
    except NothingToAnswerError:
        return [], (0, FOREVER)
    first, last = (datetime.fromisoformat(told[key]).replace(tzinfo=UTC) for key in DAYS)
    after = last + timedelta(days=1)
    return told["campaigns"], (round(first.timestamp() * 1e6), round(after.timestamp() * 1e6))


def price(cost: float, count: int) -> Row | None:
    """What one of `count` cost, with Byar's interval of the count; None where there is none."""
    if not count:
        return None
    low, high = poisson(count)
    return {"value": cost / count, "low": cost / high, "high": cost / low if low else None,
            "n": count, "too_few": count < FEW}  # fmt: skip


def money(journeys: "Journeys", horizon_days: int = 30) -> list[Row]:
    """What was spent on each stage of the model: `stage` (None: not said, or not observed),
    `currency`, `meant` (by what campaigns were made for), `met` (modelled: each campaign's cost
    over the stages in which it met people), `people` met there, and `per_person`.
    """
    spent, days = spending(journeys)
    if not spent:
        return []
    seen = {one.name.strip().casefold(): one for one in met(journeys, horizon_days,
                                                             journeys.model, days)}  # fmt: skip
    names = [stage.id for stage in journeys.model.stages]
    size = len(names)
    rows: dict[tuple[str | None, str], Row] = {}
    for row in spent:
        one = seen.get((row["campaign"] or "").strip().casefold())
        meant = one.meant if one else None
        stage = meant.stage if meant and meant.model == journeys.model.id else None
        _at(rows, stage, row["currency"])["meant"] += row["cost"]
        people = one.counts[:, 0] if one else np.zeros(2 * (size + 1), np.int64)
        by_stage = people[: size + 1] + people[size + 1 :]
        for place, name in enumerate((*names, None)):
            part = int(by_stage[place])
            share = part / int(by_stage.sum()) if by_stage.sum() else float(name is None)
            if share:
                here = _at(rows, name, row["currency"])
                here["met"] += row["cost"] * share
                here["people"] += part
    order = [*names, None]
    told = sorted(rows.values(), key=lambda row: (row["currency"], order.index(row["stage"])))
    return [row | {"per_person": price(row["met"], row["people"])} for row in told]


def _at(rows: dict[tuple[str | None, str], Row], stage: str | None, currency: str) -> Row:
    empty = {"stage": stage, "currency": currency, "meant": 0.0, "met": 0.0, "people": 0}
    return rows.setdefault((stage, currency), empty)
