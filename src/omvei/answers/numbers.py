"""The numbers of any model: how well it fits, and how people wind through its stages.

fit_moves         share of the moves between stages that the model allows
fit_journeys      share of journeys with only such moves; `fit_moving` of those that move at all
placed            share of touchpoints that one of the model's rules places
reentries         returns to a stage, for each person
direction_changes changes between forward and backward, for each person
windingness       moves made over the fewest allowed ones; 1 is straight
entropy           bits of surprise in the next stage, -sum(p log2 p), the mean over all moves

Forward, backward, skips and direction changes need stages in an order, so a model whose shape has
none gives no value for them. The words are defined in `ways`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from ..lenses.catching import by_rule
from ..result import Result
from .bootstrap import interval
from .dwell import median_of
from .figures import DAY, Counts, Figure, Joined, Partial, part, per, sums
from .gaps import each
from .intervals import FEW, rate
from .map import walk
from .matrix import counted
from .tally import tally
from .ways import NEW, Ways

if TYPE_CHECKING:
    from ..journeys import Journeys

ORDERED = ("line", "line_back", "ordered_free")
"""Shapes whose stages stand in an order that forward and backward speak of."""
IN_ORDER = ("forward", "backward", "skip", "direction_changes")


@dataclass(frozen=True)
class Caught(Joined):
    """The analysis: touchpoints that each rule catches, and the people of it."""

    column: str
    rules: int

    def empty(self) -> Partial:
        """Nobody."""
        return {"placed": np.zeros(6, np.int64), "rule": np.zeros((self.rules, 2), np.int64)}

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        rule = block[self.column].astype(np.int32)
        kept = rule != NOWHERE
        rule[~kept] = -1
        before = np.append(0, np.cumsum(kept))
        return {
            "placed": sums(np.diff(before[block.starts]), np.diff(block.starts)),
            "rule": tally(block.starts, rule, self.rules)[:-1],
        }

    def finish(self, kept: Partial) -> Partial:
        """As counted."""
        return kept


def caught(journeys: "Journeys") -> Partial:
    """What the rules of the journeys' model catch: `placed` (see `figures.sums`) and `rule`,
    (rules, 2) touchpoints and people by rule.
    """
    rules = by_rule(journeys.model)
    found: Partial = journeys.lens(rules).run(Caught(f"stage:{rules.digest}", len(rules.rules)))
    return found


def numbers(journeys: "Journeys") -> Result:
    """The numbers that every model has.

    Figures (see `figures`): `fit_moves, fit_journeys, fit_moving, placed, forward, backward, skip,
    reentries, direction_changes, windingness, entropy`. Parts: `alternations` (`between` two
    stages, `moves` either way), `returns` (`stage, times, people`, and `question, channel,
    content, product`: how often something of the kind was new to the person then, `nothing`: how
    often nothing was) and `stages`: `stage, people, entries, reentries, returned` (people),
    `starts, current, deepest` (people whose first, latest and furthest stage it is; the furthest
    of their latest purchase cycle), `stay_days` (median) with `stay_low, stay_high` (None: not
    reached), `entropy`, `progression` (rate: were further on later), `leak` (rate: left for good
    without a purchase, with this as their last stage), `too_few`.

    With `between(until=day)` it says where people stood on that day.

    Raises `NothingToAnswerError` where there is no data.
    """
    model = journeys.model
    place, _, _ = walk(journeys, "stage", 0)
    kept = journeys.run(Ways(place, model, journeys.end))
    size = len(model.stages)
    nobody = {
        "stage": np.zeros((size, 7), np.int64),
        "new": np.zeros((size, len(NEW) + 1), np.int64),
        **{name: np.zeros(size, np.int64) for name in ("current", "deepest")},
        "stays": {},
    }
    kept = nobody | kept
    found, _ = counted(journeys)
    ordered = model.facts.get("shape") in ORDERED
    figures = _figures(kept, ordered)
    figures["placed"] = part("placed", caught(journeys)["placed"], "touchpoints")
    between = found.count.sum(axis=-1)[:size, :size]
    drawn = found.weighted.sum(axis=-1)[:, :size, :size]
    bits, mean = surprise(between)
    low, high = interval(np.array([surprise(one)[1] for one in drawn], np.float64))
    people = int(kept["stage"][:, 0].max(initial=0))
    figures["entropy"] = _mean_bits(mean, low, high, int(between.sum() - np.trace(between)), people)
    return Result(
        "numbers",
        journeys.meaning(found.everybody) | {"lens": model.id, "ordered": ordered} | figures,
        {
            "alternations": _alternations(model, between),
            "returns": _returns(model, kept),
            "stages": _stages(journeys, kept, bits, ordered),
        },
    )


def _figures(kept: Partial, ordered: bool) -> dict[str, Figure]:
    none = np.zeros(6, np.int64)
    told: dict[str, Figure] = {}
    for name in ("fit_moves", "forward", "backward", "skip"):
        told[name] = part(name, kept.get(name, none), "moves")
    for name in ("fit_journeys", "fit_moving"):
        told[name] = part(name, kept.get(name, none), "journeys")
    for name in ("reentries", "direction_changes"):
        told[name] = per(name, kept.get(name, none), "people")
    winding = per("windingness", kept.get("windingness", none), "journeys")
    for key in ("value", "low", "high"):
        if winding[key] is not None:
            winding[key] = winding[key] / 1000
    told["windingness"] = winding | {"count": None}
    if not ordered:
        for name in IN_ORDER:
            told[name] |= dict.fromkeys(("value", "low", "high", "count"))
    return told


def surprise(moves: Counts) -> tuple[NDArray[np.float64], float | None]:
    """The entropy of the next stage, in bits, from each stage, and their mean over all moves.

    moves  (stages, stages); staying is no move

    >>> bits, mean = surprise(np.array([[5, 2, 2], [4, 0, 0], [0, 0, 0]]))
    >>> bits.tolist(), mean
    ([1.0, 0.0, 0.0], 0.5)
    """
    away = np.where(np.eye(len(moves), dtype=bool), 0, moves).astype(np.float64)
    out = away.sum(axis=1)
    share = away / np.where(out > 0, out, 1.0)[:, None]
    bits = np.abs(-(share * np.log2(np.where(share > 0, share, 1.0))).sum(axis=1))
    return bits, float((bits * out).sum() / out.sum()) if out.sum() else None


def _mean_bits(
    value: float | None, low: float | None, high: float | None, moves: int, people: int
) -> Figure:
    return {
        "name": "entropy",
        "form": "per",
        "value": value,
        "low": low,
        "high": high,
        "count": None,
        "of": moves,
        "people": people,
        "unit": "bits",
        "label": "observed",
        "too_few": people < FEW,
    }


def _alternations(model: Any, moves: Counts) -> list[dict[str, Any]]:
    ids = [stage.id for stage in model.stages]
    rows = [
        {"between": [ids[a], ids[b]], "moves": int(moves[a, b] + moves[b, a])}
        for a in range(len(ids))
        for b in range(a + 1, len(ids))
        if moves[a, b] + moves[b, a]
    ]
    return sorted(rows, key=lambda row: (-int(row["moves"]), row["between"]))


def _returns(model: Any, kept: Partial) -> list[dict[str, Any]]:
    rows = []
    for stage, counts, new in zip(model.stages, kept["stage"], kept["new"], strict=True):
        if counts[2]:
            told = {"stage": stage.id, "times": int(counts[2]), "people": int(counts[3])}
            rows.append(told | dict(zip((*NEW, "nothing"), new.tolist(), strict=True)))
    return sorted(rows, key=lambda row: -int(row["times"]))


def _stages(
    journeys: "Journeys", kept: Partial, bits: NDArray[np.float64], ordered: bool
) -> list[dict[str, Any]]:
    left = {row["stage"]: row for row in journeys.leaks().to_json()["stages"]}
    stays = each(kept["stays"], lambda code, all_: median_of(all_, int(kept["stage"][code, 0])))
    rows = []
    for code, stage in enumerate(journeys.model.stages):
        people, entries, again, returned, starts, _, further = (int(n) for n in kept["stage"][code])
        days = [
            time / DAY if time is not None else None for time in stays.get(code, (None, None, None))
        ]
        gone = left.get(stage.id)
        rows.append(
            {
                "stage": stage.id,
                "people": people,
                "entries": entries,
                "reentries": again,
                "returned": returned,
                "starts": starts,
                "current": int(kept["current"][code]),
                "deepest": int(kept["deepest"][code]) if ordered else None,
                "stay_days": days[0],
                "stay_low": days[1],
                "stay_high": days[2],
                "entropy": float(bits[code]),
                "progression": rate(further, people) if ordered else None,
                "leak": rate(gone["left"] - gone["customers"], gone["people"]) if gone else None,
                "too_few": people < FEW,
            }
        )
    return rows
