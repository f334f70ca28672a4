"""Influence: do people who meet a touchpoint go on more often than others in the same situation?

A *situation* is the stage a person was in before, the stage they are in now, which visit of theirs
it is, whether they have bought, how long they had been away, and whether they were *near*: had put
something in the cart, asked for a quote or the like since their last purchase. Of everybody's
steps, the first in each situation is a *moment*: there the person met one touchpoint and not
another. To *go on* is to reach a later stage of the model, or the goal, within the horizon after
the moment; who was not observed for so long is left out. Exposure and outcome never overlap, so no
time is immortal (methods 11). Only steps that people take themselves are compared: who was *shown*
an advertisement or *sent* a mail was chosen, and who was not is nowhere in the data.

The difference between those who met the touchpoint and all others in the same situations is the
Mantel-Haenszel risk difference with Sato's variance (Biometrics 45, 1989), which holds for many
small situations too. Moments of one person count as one: the variance is multiplied by the mean
number of moments that a moment shares a person with.

A difference is *clear* if it holds for all compared touchpoints at once (Bonferroni). It is
*explained* where those who met the touchpoint had been near a purchase more often already (for a
difference downwards: less often): what we match by is then only the part of their intent that
shows. Only what is clear and not explained is `sure`; it is an association all the same.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from ..lenses.rules import DAY
from ..touchpoints.vocabulary import INITIATORS, codes, kinds
from .intervals import FEW, Z

Counts = NDArray[np.int64]

VISITS = np.array([1, 2, 3, 4, 5, 7, 10], np.int32)
"""Where each group of visits begins."""
AWAY = np.array([0, DAY, 7 * DAY, 30 * DAY], np.int64)
"""Where each group of absences before a visit begins, in microseconds; inside a visit is none."""
MORE = 1.2
"""How many times as often as others people must have been near for it to explain a difference."""
UNTAKEN = ("email_open", "unsubscribe", "churn", "declined", "purchase_competitor")
"""Kinds by which nobody comes or asks for anything."""


CUSTOMER = INITIATORS.index("customer")


def near() -> list[int]:
    """The codes of kinds next to a purchase: the cart, the checkout, a quote, the shop."""
    return [codes()[name] for name, kind in kinds().items() if kind.group == "intent"]


def situations(stages: int) -> int:
    """How many situations there are under a model of so many stages."""
    return (stages + 1) ** 2 * len(VISITS) * 2 * (len(AWAY) + 1) * 2


@njit(cache=True, nogil=True)
def count_moments(
    starts: Counts,
    time: Counts,
    code: NDArray[np.int32],
    stage: NDArray[np.int64],
    visit: NDArray[np.int32],
    bought: NDArray[np.int32],
    intent: NDArray[np.bool_],
    goal: NDArray[np.bool_],
    arrivals: bool,
    codes: int,
    stages: int,
    horizon: int,
    end: int,
    visit_groups: NDArray[np.int32],
    away_groups: Counts,
) -> tuple[Counts, NDArray[np.bool_], Counts]:
    """The moments of whole journeys.

    code     (rows,)  the touchpoint; -1 for a row that is not compared
    stage    (rows,)  -1 for none; bought (rows,) purchases before
    intent   (rows,)  whether the row is next to a purchase
    arrivals  compare only the first such row of each visit
    returns
    key     (moments,)  situation * codes + code; the situation's last digit is `near`
    on      (moments,)  whether the person went on
    shared  (codes, 2)  moments of each code; the sum over people of their moments squared
    """
    size = (stages + 1) ** 2 * len(visit_groups) * 2 * (len(away_groups) + 1) * 2
    met = np.full(size, -1, np.int64)
    key = np.empty(len(time), np.int64)
    on = np.empty(len(time), np.bool_)
    shared = np.zeros((codes, 2), np.int64)
    mine = np.zeros(codes, np.int64)
    coming = np.empty(stages + 1, np.int64)  # when each stage, and the goal, comes next
    when = np.empty(len(time), np.int64)  # when the person goes on after a row; -1 for never
    found = 0
    for person in range(len(starts) - 1):
        first, stop = starts[person], starts[person + 1]
        coming[:] = -1
        for row in range(stop - 1, first - 1, -1):
            soonest = np.int64(-1)
            for later in range(stage[row] + 1, stages + 1):
                if coming[later] >= 0 and (soonest < 0 or coming[later] < soonest):
                    soonest = coming[later]
            when[row] = soonest
            if stage[row] >= 0:
                coming[stage[row]] = time[row]
            if goal[row]:
                coming[stages] = time[row]
        began, near, cycle, taken = found, False, -1, -1
        for row in range(first, stop):
            was = near and bought[row] == cycle
            near, cycle = was or intent[row], bought[row]
            if code[row] < 0 or time[row] + horizon > end or (arrivals and visit[row] == taken):
                continue
            taken = visit[row]
            before = stage[row - 1] if row > first else -1
            arrives = row == first or visit[row] != visit[row - 1]
            away = 0
            if arrives and row > first:
                away = np.searchsorted(away_groups, time[row] - time[row - 1], side="right")
            elif arrives:
                away = len(away_groups)
            place = (before + 1) * (stages + 1) + stage[row] + 1
            number = np.searchsorted(visit_groups, visit[row], side="right") - 1
            place = place * len(visit_groups) + number
            place = place * 2 + (bought[row] > 0)
            place = place * (len(away_groups) + 1) + away
            place = place * 2 + was
            if met[place] == person:
                continue
            met[place] = person
            key[found] = place * codes + code[row]
            on[found] = when[row] >= 0 and when[row] - time[row] <= horizon
            mine[code[row]] += 1
            found += 1
        for moment in range(began, found):
            here = key[moment] % codes
            shared[here, 0] += mine[here]
            shared[here, 1] += mine[here] * mine[here]
            mine[here] = 0
    return key[:found], on[:found], shared


@dataclass(frozen=True)
class Influence:
    """The analysis: what came after each code of a column, compared with other codes."""

    column: str
    size: int
    stage: str
    """The column of the lens."""
    stages: int
    goal: int
    horizon: int
    end: int
    arrivals: bool = False
    """Compare only how visits began: for channels, which last a whole visit."""
    left_out: tuple[int, ...] = ()
    """Kinds that are not compared."""

    def empty(self) -> dict[str, Any]:
        """Nobody."""
        nothing = np.empty(0, np.int64)
        return {
            "key": nothing,
            "n": nothing,
            "on": nothing,
            "shared": np.zeros((self.size, 2), np.int64),
        }

    def codes(self, block: Block) -> NDArray[np.int32]:
        """The code of each row; -1 for one that is not compared."""
        return block[self.column].astype(np.int32)

    def scan(self, block: Block) -> dict[str, Any]:
        """Count one block."""
        kind = block["kind"]
        code = self.codes(block)
        code[(block["initiator"] != CUSTOMER) | np.isin(kind, self.left_out)] = -1
        stage = block[self.stage].astype(np.int64)
        stage[stage == NOWHERE] = -1
        key, on, shared = count_moments(
            block.starts,
            block["time"],
            code,
            stage,
            block["session"],
            block["purchases_before"],
            np.isin(kind, near()),
            kind == self.goal,
            self.arrivals,
            self.size,
            self.stages,
            self.horizon,
            self.end,
            VISITS,
            AWAY,
        )
        return {**_gather(key, np.ones(len(key), np.int64), on.astype(np.int64)), "shared": shared}

    def merge(self, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
        """Add what is in the same situation."""
        joined = [np.concatenate([a[name], b[name]]) for name in ("key", "n", "on")]
        return {**_gather(*joined), "shared": a["shared"] + b["shared"]}

    def finish(self, partial: dict[str, Any]) -> list[dict[str, Any] | None]:
        """One comparison a code, None where nothing can be compared."""
        where, code = partial["key"] // self.size, partial["key"] % self.size
        n, on = partial["n"], partial["on"]
        _, at = np.unique(where, return_inverse=True)
        whole = np.bincount(at, n).astype(np.int64), np.bincount(at, on).astype(np.int64)
        nearby = int(n[where % 2 == 1].sum())
        found: list[dict[str, Any] | None] = []
        for this in range(self.size):
            here = code == this
            moments, squares = (int(x) for x in partial["shared"][this])
            a, n1 = on[here], n[here]
            b, n0 = whole[1][at[here]] - a, whole[0][at[here]] - n1
            told = compared(a, n1, b, n0, squares / moments if moments else 1.0)
            if told is not None:
                close = where[here] % 2 == 1
                told["near"] = _near(int(n1[close].sum()), int(n1.sum()), nearby, int(n.sum()))
            found.append(told)
        sure = sum(told is not None and not told["too_few"] for told in found)
        for told in found:
            if told is not None:
                _judge(told, sure)
        return found


def _gather(key: Counts, n: Counts, on: Counts) -> dict[str, Counts]:
    """Add up the rows of the same key."""
    keys, at = np.unique(key, return_inverse=True)
    size = len(keys)
    return {
        "key": keys,
        "n": np.bincount(at, n, size).astype(np.int64),
        "on": np.bincount(at, on, size).astype(np.int64),
    }


def compared(a: Counts, n1: Counts, b: Counts, n0: Counts, alike: float) -> dict[str, Any] | None:
    """The Mantel-Haenszel difference of a/n1 and b/n0 over situations, with Sato's variance."""
    both = (n1 > 0) & (n0 > 0)
    if not both.any():
        return None
    a, n1, b, n0 = (x[both].astype(float) for x in (a, n1, b, n0))
    total = n1 + n0
    weight = n1 * n0 / total
    difference = float(((a * n0 - b * n1) / total).sum() / weight.sum())
    p = (n1**2 * b - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / total**2
    q = (a * (n0 - b) + b * (n1 - a)) / (2 * total)
    variance = float((difference * p.sum() + q.sum()) / weight.sum() ** 2)
    error = sqrt(max(variance, 0.0) * max(alike, 1.0))
    return {
        "people": int(n1.sum()),
        "went_on": int(a.sum()),
        "others": float((b / n0 * weight).sum() / weight.sum()),
        "difference": difference,
        "low": max(-1.0, difference - Z * error),
        "high": min(1.0, difference + Z * error),
        "error": error,
        "too_few": int(n1.sum()) < FEW,
    }


def _near(here: int, n1: int, all_: int, n: int) -> dict[str, Any]:
    """How many had been near, of those who met it and of all others: `share, others, sign`."""
    share, others = here / n1, (all_ - here) / (n - n1) if n > n1 else 0.0
    sign = int(share > MORE * others) - int(share * MORE < others)
    return {"share": share, "others": others, "sign": sign}


def _judge(told: dict[str, Any], looks: int) -> None:
    """Say which differences are clear, and which of them nothing we see explains: 1, -1 or 0."""
    far = NormalDist().inv_cdf(1 - 0.025 / max(looks, 1)) * told.pop("error")
    clear = not told["too_few"] and far < abs(told["difference"])
    sign = (1 if told["difference"] > 0 else -1) if clear else 0
    told |= {
        "looks": looks,
        "clear": sign,
        "explained": sign != 0 and told["near"]["sign"] == sign,
        "sure": sign if told["near"]["sign"] != sign else 0,
    }
