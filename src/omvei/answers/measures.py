"""
The numbers a measurement plan is read by: how many, what share, which score, what is in the middle.

Each is counted over people, in the period the journeys are narrowed to, by the month in which the
person was first counted: the months add up to the whole.

many     people with a row of `of`
share    of the people with a row of `of`, those with a row of `then`:
         `any` anywhere in the period; `from` at their first row of `of` or later; `after` later;
         `again` later and in another visit; `never` without one later; `before` their first row of
         `of`
score    of the people who answered, promoters less detractors (Reichheld 2003): their last answer
         in the period, 0 to 100; promoters from 90 on, detractors up to 60
middle   the median of what an order is worth, or of the days from first touchpoint to purchase
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from ..lenses.rules import DAY
from ..touchpoints.vocabulary import codes
from .adding import Added
from .intervals import FEW, Z, median, poisson, wilson

if TYPE_CHECKING:
    from ..journeys import Journeys

Counts = NDArray[np.int64]
WHEN = ("any", "from", "after", "again", "never", "before")
PROMOTER, DETRACTOR = 90, 60
MONTH = 30 * DAY
"""Numbers of people are told per 30 days, so that periods of any length compare."""


@njit(cache=True, nogil=True)
def follow(
    starts: Counts,
    month: Counts,
    of: NDArray[np.bool_],
    then: NDArray[np.bool_],
    visit: NDArray[np.int32],
    when: int,
    months: int,
) -> Counts:
    """People by the month of their first row of `of`, and those of them with a row of `then`.

    of, then, month, visit  (rows,); `when` is a place in `WHEN`
    returns  (months, 2)
    """
    counts = np.zeros((months, 2), np.int64)
    for person in range(len(starts) - 1):
        first, met, later, before = np.int64(-1), False, False, False
        for row in range(starts[person], starts[person + 1]):
            if first < 0 and of[row]:
                first = np.int64(row)
            if then[row]:
                met = True
                if first < 0:
                    before = True
                behind = row > first and (when != 3 or visit[row] != visit[first])
                if first >= 0 and (when == 1 or behind):
                    later = True
        if first >= 0:
            counts[month[first], 0] += 1
            hit = met if when == 0 else (not later if when == 4 else later)
            hit = before if when == 5 else hit
            counts[month[first], 1] += hit
    return counts


@dataclass(frozen=True)
class Chosen:
    """Which rows are meant: everything that is given must hold."""

    kinds: tuple[str, ...] = ()
    stages: tuple[int, ...] | None = None
    """Places of stages in the column."""
    first: bool = False
    """The very first touchpoint of the person, whatever the period."""

    def rows(self, block: Block, column: str) -> NDArray[np.bool_]:
        """Say which rows."""
        found = np.ones(block.rows, np.bool_)
        if self.kinds:
            found &= np.isin(block["kind"], [codes()[kind] for kind in self.kinds])
        if self.stages is not None:
            found &= np.isin(block[column], [place for place in self.stages if place != NOWHERE])
        if self.first:
            found &= block["gap"] < 0
        return found


@dataclass(frozen=True)
class Share(Added):
    """People with a row of `of`, and those with a row of `then`, by month."""

    of: Chosen
    then: Chosen
    when: str
    column: str
    edges: tuple[int, ...]
    """Where each month begins, in microseconds."""

    def empty(self) -> Counts:
        """Nobody."""
        return np.zeros((len(self.edges), 2), np.int64)

    def scan(self, block: Block) -> Counts:
        """Count one block."""
        return np.asarray(
            follow(
                block.starts,
                _month(block["time"], self.edges),
                self.of.rows(block, self.column),
                self.then.rows(block, self.column),
                block["session"],
                WHEN.index(self.when),
                len(self.edges),
            )
        )


@dataclass(frozen=True)
class Score(Added):
    """People by their last answer in the period: answered, promoters, detractors, by month."""

    edges: tuple[int, ...]

    def empty(self) -> Counts:
        """Nobody."""
        return np.zeros((len(self.edges), 3), np.int64)

    def scan(self, block: Block) -> Counts:
        """Count one block."""
        counts = self.empty()
        rows = np.flatnonzero((block["kind"] == codes()["survey"]) & (block["verdict"] >= 0))
        places = block.place[rows]
        last = rows[np.append(places[1:] != places[:-1], True)] if len(rows) else rows
        month, verdict = _month(block["time"][last], self.edges), block["verdict"][last]
        for column, chosen in enumerate((verdict >= 0, verdict >= PROMOTER, verdict <= DETRACTOR)):
            counts[:, column] = np.bincount(month[chosen], minlength=len(self.edges))
        return counts


@dataclass(frozen=True)
class Middle:
    """What is to be sorted: the worth of orders, or the waits for a first purchase; who, when."""

    what: str
    currency: int

    def empty(self) -> Counts:
        """Nobody."""
        return np.empty((0, 3), np.int64)

    def scan(self, block: Block) -> Counts:
        """One row an order (time, value, whether it is the person's first here), or a wait."""
        bought = block["kind"] == codes()["purchase"]
        if self.what == "worth":
            bought = bought & (block["value"] > 0) & (block["currency"] == self.currency)
        else:
            bought = bought & (block["purchases_before"] == 0)
        rows = np.flatnonzero(bought)
        places = block.place[rows]
        first = np.append(True, places[1:] != places[:-1]) if len(rows) else np.empty(0, np.bool_)
        time = block["time"]
        if self.what == "worth":
            return np.column_stack([time[rows], block["value"][rows], first]).astype(np.int64)
        # A wait can be told only of who was first met within the period.
        begun = block.starts[places]
        keep = first & (block["gap"][begun] < 0)
        rows, begun = rows[keep], begun[keep]
        waits = time[rows] - time[begun]
        return np.column_stack([time[rows], waits, np.ones(len(rows))]).astype(np.int64)

    def merge(self, a: Counts, b: Counts) -> Counts:
        """Gather."""
        return np.concatenate([a, b])

    def finish(self, partial: Counts) -> Counts:
        """In order."""
        return partial[np.lexsort(partial.T)]


def _month(time: Counts, edges: tuple[int, ...]) -> Counts:
    found = np.searchsorted(np.array(edges, np.int64), time, side="right") - 1
    return np.maximum(found, 0).astype(np.int64)


def months(journeys: "Journeys") -> tuple[int, ...]:
    """Where each month of the period begins (UTC), in microseconds."""
    begin = journeys.since
    if begin is None:
        begin = int(journeys.build.settings["first"] or 0)
    last = datetime.fromtimestamp(max(begin, journeys.end) / 1e6, UTC)
    day = datetime.fromtimestamp(begin / 1e6, UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    found = []
    while day <= last:
        found.append(round(day.timestamp() * 1e6))
        day = day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)
    return tuple(found)


def measure(
    journeys: "Journeys", asked: dict[str, Any], stage: str | None = None
) -> dict[str, Any]:
    """Measure one thing: `value, low, high, n, unit, too_few` and `trend`, a row a month.

    asked   as in `plan/kpis.yaml`: `many`, `of` with `share` and `when`, `score` or `middle`
    stage   the stage that `here` and `later` in it are about
    value   None where there is nobody to speak of
    """
    edges = months(journeys)
    column = f"stage:{journeys.model.digest}"
    names = [one.id for one in journeys.model.stages]
    here = names.index(stage) if stage in names else -1

    def chosen(said: dict[str, Any]) -> Chosen:
        kinds = said.get("kind", ())
        of = said.get("stage")
        places = {"here": (here,), "later": tuple(range(here + 1, len(names)))}
        return Chosen(
            (kinds,) if isinstance(kinds, str) else tuple(kinds),
            places[of] if of else None,
            bool(said.get("first")),
        )

    if "many" in asked:
        rows = chosen(asked["many"])
        counts = journeys.run(Share(rows, rows, "any", column, edges))
        return _many(journeys, counts[:, 0], edges)
    if "score" in asked:
        return _table(journeys.run(Score(edges)), edges, _score, "score")
    if "middle" in asked:
        return _middle(journeys, asked["middle"], edges)
    counts = journeys.run(
        Share(chosen(asked["of"]), chosen(asked["share"]), asked.get("when", "any"), column, edges)
    )
    return _table(counts, edges, _share, "share")


def _share(counts: Counts) -> tuple[float, float, float]:
    n, hits = int(counts[0]), int(counts[1])
    return (hits / n, *wilson(hits, n))


def _score(counts: Counts) -> tuple[float, float, float]:
    """Promoters less detractors, of 100, with the normal interval of a difference within one n."""
    n, up, down = (int(count) for count in counts)
    score = (up - down) / n
    half = Z * ((up + down) / n - score**2) ** 0.5 / n**0.5
    return 100 * score, 100 * max(-1.0, score - half), 100 * min(1.0, score + half)


def _row(n: int, values: tuple[float, float, float] | None) -> dict[str, Any]:
    value, low, high = values or (None, None, None)
    return {"value": value, "low": low, "high": high, "n": n, "too_few": n < FEW}


def _table(counts: Counts, edges: tuple[int, ...], tell: Any, unit: str) -> dict[str, Any]:
    def row(some: Counts) -> dict[str, Any]:
        return _row(int(some[0]), tell(some) if some[0] else None)

    trend = [{"month": _name(edge), **row(some)} for edge, some in zip(edges, counts, strict=True)]
    return {**row(counts.sum(axis=0)), "unit": unit, "trend": trend}


def _many(journeys: "Journeys", counts: Counts, edges: tuple[int, ...]) -> dict[str, Any]:
    begin = journeys.since if journeys.since is not None else edges[0]
    size = max(DAY, journeys.end - begin) / MONTH

    def row(n: int, length: float) -> dict[str, Any]:
        low, high = poisson(n)
        return _row(n, (n / length, low / length, high / length))

    # A month that is only partly in the period would mislead as a rate: it shows its people.
    trend = [{"month": _name(at), **row(int(n), 1.0)} for at, n in zip(edges, counts, strict=True)]
    return {**row(int(counts.sum()), size), "unit": "people", "trend": trend}


def _middle(journeys: "Journeys", what: str, edges: tuple[int, ...]) -> dict[str, Any]:
    currency, code = _currency(journeys) if what == "worth" else (None, -1)
    found = journeys.run(Middle(what, code))
    size = 100 if what == "worth" else DAY

    def row(some: Counts) -> dict[str, Any]:
        people = int(some[:, 2].sum())
        if not len(some):
            return _row(0, None)
        middle, low, high = median(np.sort(some[:, 1]), people)
        return _row(people, (middle / size, low / size, high / size))

    month = _month(found[:, 0], edges)
    trend = [{"month": _name(edge), **row(found[month == i])} for i, edge in enumerate(edges)]
    unit = "money" if what == "worth" else "days"
    return {**row(found), "unit": unit, "currency": currency, "trend": trend}


def _currency(journeys: "Journeys") -> tuple[str | None, int]:
    """The currency of most purchases: amounts of several are never added or compared."""
    from .tally import Tally

    known = journeys.words["currency"]
    if not known:
        return None, -1
    counts = journeys.run(Tally("currency", len(known)))
    most = int(np.argmax(counts[:, 0]))
    return known[most], most


def _name(edge: int) -> str:
    return datetime.fromtimestamp(edge / 1e6, UTC).strftime("%Y-%m")
