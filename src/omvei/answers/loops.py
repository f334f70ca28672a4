"""Loops, detours and shortcuts: the ways people really take round the straight one.

All are read from S, a person's stages with repeats collapsed, silences that lead to rest included
(see `ways`). S is followed with a thread, as in a labyrinth: the stages of the way so far, none
twice.

loop      when S comes back to a stage on the thread, the thread from there on, and back, is a
          loop, and the thread is wound up to that stage. `a b c b d` has the loop `b c b`,
          and `a b c b a` has two: `b c b`, then `a b a`.
way       the thread when a person first reaches the goal: how they came there, less the loops
usual     of the ways that begin at one stage, the one most people took
detour    a way with more stages than the usual one from the same stage
shortcut  a way with fewer; *other*: another way, as long as the usual one

`days` is the median time a loop took, from the first touchpoint of the stage it begins at to the
touchpoint that comes back; of a way, from its first touchpoint to the goal. `later` is the share of
people, observed for the whole horizon after they first closed the loop, who reached the goal within
it, and `value` what they bought then. Who loops has shown interest: that is an association.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..errors import NothingToAnswerError, OmveiError, UnknownNameError
from ..lenses.rules import DAY
from ..result import Result
from .figures import Partial
from .gaps import Gaps, by_move, each, quantiles, together
from .intervals import FEW, rate, wilson
from .map import Walk, reaching, walk
from .own import usual
from .people import listed
from .summary import Sizes
from .ways import stays

if TYPE_CHECKING:
    from ..journeys import Journeys

Counts = NDArray[np.int64]
MOST = 14
"""A way of so many stages and one more fits into a whole number of 64 bits."""


@njit(cache=True, nogil=True)
def threads(
    person: Counts, stage: Counts, first: Counts, reached: Counts, stages: int
) -> tuple[Counts, Counts, Counts, Counts, Counts]:
    """Follow every person's stays with a thread.

    person, stage, first  (stays,)  whose, which stage, its first row; a person's stay together
    reached  (people,)  the row where the person first reaches the goal; -1 for never

    returns
    loop, begin, close  (loops,)  the loop's stages as a number in base `stages` + 1, digits one
                        more than the stage; the stay it begins at; the stay that closes it
    way, start          (people,) the way to the goal in the same base, 0 for none; its first row
    """
    base = stages + 1
    loop, begin = np.empty(len(stage), np.int64), np.empty(len(stage), np.int64)
    close = np.empty(len(stage), np.int64)
    way, start = np.zeros(len(reached), np.int64), np.full(len(reached), -1, np.int64)
    thread, held = np.empty(stages, np.int64), np.empty(stages, np.int64)
    at = np.full(stages, -1, np.int64)
    found, length = 0, 0
    for stay in range(len(stage)):
        who = person[stay]
        if stay == 0 or person[stay - 1] != who:
            length = 0
            at[:] = -1
        s = stage[stay]
        if at[s] >= 0:
            number = np.int64(0)
            for place in range(at[s], length):
                number = number * base + thread[place] + 1
                if place > at[s]:
                    at[thread[place]] = -1
            loop[found], begin[found], close[found] = number * base + s + 1, held[at[s]], stay
            found += 1
            length = at[s] + 1
        else:
            thread[length], at[s] = s, length
            length += 1
        held[length - 1] = stay
        if reached[who] >= first[stay]:
            number = np.int64(0)
            for place in range(length):
                number = number * base + thread[place] + 1
            way[who] = number
            if start[who] < 0:
                start[who] = first[stay]
    return loop[:found], begin[:found], close[:found], way, start


@njit(cache=True, nogil=True)
def within(starts: Counts, time: Counts, who: Counts, until: Counts) -> Counts:
    """The first row of each person `who` later than `until`, or the row after their last."""
    found = np.empty(len(who), np.int64)
    for place in range(len(who)):
        first, stop = starts[who[place]], starts[who[place] + 1]
        own = time[first:stop]
        found[place] = first + np.searchsorted(own, until[place], side="right")
    return found


@dataclass(frozen=True)
class Followed:
    """A block's loops and ways, as the analyses below need them."""

    starts: Counts
    time: Counts
    person: Counts
    """(loops,) places of people."""
    loop: Counts
    begin: Counts
    """(loops,) the row where the loop begins, and the row that closes it."""
    close: Counts
    way: Counts
    start: Counts
    reached: Counts
    """(people,) rows, -1 for never."""
    bought: NDArray[np.bool_]
    """(rows,) whether the row reaches the goal."""
    origin: Counts


def follow(block: Block, walk: Walk, stages: int, goal: int) -> Followed:
    """The loops and ways of a block's people."""
    starts, time, node, origin = walk.rows(block)
    bought = reaching(block, origin, goal)
    reached = np.full(block.people, -1, np.int64)
    rows = np.flatnonzero(bought)[::-1]
    reached[np.searchsorted(starts, rows, side="right") - 1] = rows  # the first is written last
    person, _, first, _ = stays(starts, node, np.zeros(len(node), np.int32), stages, False)
    stage = node[first].astype(np.int64)
    loop, begin, close, way, start = threads(person, stage, first, reached, stages)
    return Followed(
        starts,
        time,
        person[close],
        loop,
        first[begin],
        first[close],
        way,
        start,
        reached,
        bought,
        origin,
    )


@dataclass(frozen=True)
class Loops:
    """The analysis: every loop with its time, each person's first of a kind, and the ways."""

    walk: Walk
    stages: int
    goal: int
    currency: int
    horizon: int
    end: int

    def empty(self) -> Partial:
        """Nobody."""
        return {"times": {}, "firsts": {}, "days": {}}

    def scan(self, block: Block) -> Partial:
        """Follow one block."""
        if not block.people:
            return self.empty()
        found = follow(block, self.walk, self.stages, self.goal)
        side = np.int64(1) << 32
        names, kinds = np.unique(found.loop, return_inverse=True)
        _, firsts = np.unique(found.person * side + kinds, return_index=True)
        closed, who = found.close[firsts], found.person[firsts]
        at = found.time[closed]
        counts = np.append(0, np.cumsum(found.bought))
        worth = np.zeros(len(found.time), np.int64)
        priced = found.bought.copy()
        priced[priced] = (block["currency"] == self.currency)[found.origin[found.bought]]
        worth[priced] = block["value"][found.origin[priced]]
        values = np.append(0, np.cumsum(worth))
        until = within(found.starts, found.time, who, at + self.horizon)
        risk = at + self.horizon <= self.end
        told = np.zeros((len(names), 4), np.int64)
        later = risk & (counts[until] > counts[closed + 1])
        value = np.where(risk, values[until] - values[closed + 1], 0)
        for place, some in enumerate((np.ones(len(firsts), np.int64), risk, later, value)):
            np.add.at(told[:, place], kinds[firsts], some)
        came = np.flatnonzero(found.way)
        ways, way = np.unique(found.way[came], return_inverse=True)
        return {
            "times": _named(names, kinds, found.time[found.close] - found.time[found.begin]),
            "firsts": dict(zip(names.tolist(), told, strict=True)),
            "days": _named(
                ways, way, found.time[found.reached[came]] - found.time[found.start[came]]
            ),
        }

    def merge(self, a: Partial, b: Partial) -> Partial:
        """Add what there is of each loop; gather the times."""
        firsts = a["firsts"] | {
            loop: a["firsts"].get(loop, 0) + told for loop, told in b["firsts"].items()
        }
        return {
            "times": together(a["times"], b["times"]),
            "firsts": firsts,
            "days": together(a["days"], b["days"]),
        }

    def finish(self, kept: Partial) -> Partial:
        """As gathered."""
        return kept


def _named(names: Counts, codes: Counts, times: Counts) -> Gaps:
    """Times by name, where each has the code of one."""
    return {int(names[code]): pieces for code, pieces in by_move(codes, times).items()}


def loops(journeys: "Journeys", *, horizon_days: int = 90) -> Result:
    """The loops, detours and shortcuts of these journeys under their model.

    Parts: `ways` (`way`, `is`: usual, detour, shortcut or other; `people`, `share` of those who
    reached the goal from the same first stage, with `low, high`; `days`; `too_few`) and `loops`
    (`loop`, `people, times`, `days` with `days_low, days_high`, `later` (rate), `value` (for each
    person at risk, in `currency`), `too_few`), the most taken first. The definitions are at the
    head of the module.

    Raises `OmveiError` for a model of more than 14 stages, `NothingToAnswerError` without data.
    """
    place, size, ids = _followable(journeys)
    goal, currency = journeys.goal_code, usual(journeys)
    money = journeys.words["currency"].index(currency) if currency else -1
    kept = journeys.run(Loops(place, size, goal, money, horizon_days * DAY, journeys.end))
    firsts = kept["firsts"]
    times = each(kept["times"], lambda loop, all_: (len(all_), *quantiles(all_, firsts[loop][0])))
    rows: list[dict[str, Any]] = []
    for number, (many, middle, low, high, _) in times.items():
        people, risk, later, value = (int(n) for n in firsts[number])
        rows.append(
            {
                "loop": told(number, ids),
                "people": people,
                "times": many,
                "days": middle / DAY,
                "days_low": low / DAY,
                "days_high": high / DAY,
                "later": rate(later, risk) if goal >= 0 else None,
                "value": value / 100 / risk if risk and currency else None,
                "too_few": people < FEW,
            }
        )
    rows.sort(key=lambda row: (-row["people"], -row["times"], row["loop"]))
    told_of = journeys.meaning(_everybody(journeys))
    return Result(
        "loops",
        told_of | {"lens": journeys.model.id, "horizon_days": horizon_days, "currency": currency},
        {"ways": _ways(kept, ids), "loops": rows},
    )


def _ways(kept: Partial, ids: list[str]) -> list[dict[str, Any]]:
    taken = each(kept["days"], lambda way, days: (len(days), quantiles(days, len(days))[0]))
    order = sorted(taken, key=lambda way: (-taken[way][0], way))
    ways = [(told(number, ids), *taken[number]) for number in order]
    best: dict[str, int] = {}
    all_: dict[str, int] = {}
    for way, n, _ in ways:
        best.setdefault(way[0], len(way))
        all_[way[0]] = all_.get(way[0], 0) + n
    rows: list[dict[str, Any]] = []
    seen: set[str] = set()
    for way, n, days in ways:
        length, of = best[way[0]], all_[way[0]]
        longer, shorter = len(way) > length, len(way) < length
        kind = "detour" if longer else "shortcut" if shorter else "other"
        low, high = wilson(n, of)
        rows.append(
            {
                "way": way,
                "is": kind if way[0] in seen else "usual",
                "people": n,
                "share": n / of,
                "low": low,
                "high": high,
                "days": days / DAY,
                "too_few": of < FEW,
            }
        )
        seen.add(way[0])
    return rows


def told(number: int, ids: list[str]) -> list[str]:
    """The stages of a loop or a way.

    >>> told(1 * 9 + 2 * 3 + 1, ["a", "b"])
    ['a', 'b', 'a']
    """
    base, found = len(ids) + 1, []
    while number:
        number, digit = divmod(number, base)
        found.append(ids[digit - 1])
    return found[::-1]


@dataclass(frozen=True)
class Looped:
    """The people who closed one loop, and when each first did (see `people.Listing`)."""

    walk: Walk
    stages: int
    number: int

    def passed(self, block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the people in the block, ascending, and microseconds."""
        found = follow(block, self.walk, self.stages, -1)
        hit = found.loop == self.number
        who, row = np.unique(found.person[hit], return_index=True)
        return who, found.time[found.close[hit]][row]


@dataclass(frozen=True)
class Took:
    """The people who came to the goal by one way, and when (see `people.Listing`)."""

    walk: Walk
    stages: int
    goal: int
    number: int

    def passed(self, block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the people in the block, ascending, and microseconds."""
        found = follow(block, self.walk, self.stages, self.goal)
        who = np.flatnonzero(found.way == self.number)
        return who, found.time[found.reached[who]]


def wayfarers(journeys: "Journeys", *way: str, limit: int = 100, offset: int = 0) -> Result:
    """The people who came to the goal by a way, given by its stages, the latest first; `at` is when
    they reached it.

    Raises `UnknownNameError` for a stage that is not there, `OmveiError` for what is no way.
    """
    place, size, ids = _followable(journeys)
    number = _number(way, ids)
    if not way or len(set(way)) != len(way):
        raise OmveiError(f"A way is stages, none twice, as in: {' '.join(ids[:2])}")
    asked = {"by": "stage", "node": None, "source": None, "target": None, "way": list(way)}
    return listed(journeys, Took(place, size, journeys.goal_code, number), asked, limit, offset)


def _number(stages: tuple[str, ...], ids: list[str]) -> int:
    """The stages of a loop or a way as one number, which `told` reads."""
    number = 0
    for stage in stages:
        if stage not in ids:
            raise UnknownNameError("stage", stage, ids)
        number = number * (len(ids) + 1) + ids.index(stage) + 1
    return number


def loopers(journeys: "Journeys", *loop: str, limit: int = 100, offset: int = 0) -> Result:
    """The people who closed a loop, given by its stages, the latest first; as `people` lists them.

    Raises `UnknownNameError` for a stage that is not there, `OmveiError` for what is no loop.
    """
    place, size, ids = _followable(journeys)
    number = _number(loop, ids)
    if len(loop) < 3 or loop[0] != loop[-1] or len(set(loop)) != len(loop) - 1:
        raise OmveiError(
            "A loop begins and ends at one stage, with others once each between, as in: "
            f"{ids[0]} {ids[-1]} {ids[0]}"
        )
    asked = {"by": "stage", "node": None, "source": None, "target": None, "loop": list(loop)}
    return listed(journeys, Looped(place, size, number), asked, limit, offset)


def _followable(journeys: "Journeys") -> tuple[Walk, int, list[str]]:
    ids = [stage.id for stage in journeys.model.stages]
    if len(ids) > MOST:
        raise OmveiError(f"Loops are followed through {MOST} stages at most; this has {len(ids)}.")
    place, _, _ = walk(journeys, "stage", 0)
    return place, len(ids), ids


def _everybody(journeys: "Journeys") -> int:
    n = int(journeys.run(Sizes())["people"])
    if not n:
        raise NothingToAnswerError("There is nobody in this period.")
    return n
