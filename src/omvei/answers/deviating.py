"""Who deviates from a planned journey, and one person's way laid beside it, step by step."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UnknownNameError
from ..moment import moment
from ..people.names import name
from ..planned.plan import Plan
from ..result import Result
from ..touchpoints.vocabulary import kinds
from .aligning import AGAIN, DONE, EXTRA, FAILED, MOVED, align
from .conform import MILLION, TYPES, analysis, chosen, named
from .trace import ANY_IDENTIFIER, find

if TYPE_CHECKING:
    from ..journeys import Journeys

STATES = {EXTRA: "ad_hoc", DONE: "done", AGAIN: "again", FAILED: "failing", MOVED: "out_of_order"}


def deviating(
    journeys: "Journeys", plan: Plan | str, deviation: str, touchpoint: str, *, limit: int = 50,
    offset: int = 0,
) -> Result:  # fmt: skip
    """List the people behind one deviation, the worst fitness first.

    One row a person: `person, fitness, deviations` (how many different ones they have).

    Raises `UnknownNameError` for a deviation or touchpoint that is not of the plan.
    """
    plan = chosen(journeys, plan)
    if deviation not in TYPES:
        raise UnknownNameError("deviation", deviation, TYPES)
    ids = [one.id for one in plan.touchpoints]
    known = list(kinds()) if deviation == TYPES[5] else ids
    if touchpoint not in known:
        raise UnknownNameError("touchpoint", touchpoint, known)
    mark = TYPES.index(deviation) * len(ids) + known.index(touchpoint)
    found = journeys.run(analysis(journeys, plan, listed=mark))["listed"]
    rows = [
        {"person": name(who), "fitness": fit / MILLION, "deviations": count}
        for who, fit, count in found[offset : offset + limit]
    ]
    return Result(
        "deviating",
        journeys.meaning(len(found))
        | {
            "plan": plan.id,
            "deviation": deviation,
            "touchpoint": touchpoint,
            "shown": len(rows),
            "offset": offset,
        },
        {"rows": rows},
    )


def alongside(journeys: "Journeys", plan: Plan | str, person: str) -> Result:
    """Lay one person's way beside the plan: the data of the deviation diagram.

    One row a move, in order: `planned` (its touchpoint, or None for ad hoc), `kind`, `content`,
    `channel`, `time` (None where it is missing), `state` (done, again, failing, out_of_order,
    ad_hoc, missing, late, waiting, moved: done at another place, optional, unseen: the data do not
    tell of its kind), `other_channel`.

    Raises `UnknownNameError` for somebody who is not here, or whose way never meets the plan.
    """
    plan = chosen(journeys, plan)
    who = journeys.find(person)
    block = find(journeys, who) if who is not None else None
    if who is None or block is None:
        raise UnknownNameError("person", person, [], ANY_IDENTIFIER)
    asked = analysis(journeys, plan)
    block = asked.relevant(block)
    cases, _, marks, _ = asked.compared(block)
    if not block.people or cases[0, 0] < 0:
        raise UnknownNameError(
            "touchpoint of the plan", plan.name, [], "This person never met one: no way to compare."
        )
    first, last, open_ = int(cases[0, 0]), int(cases[0, 1]), bool(cases[0, 4])
    fits, fails, astray = asked.masks(block)
    _, _, state, which, _, moves = align(fits[first:last], fails[first:last], asked.tables(), open_)
    size, count = len(plan.touchpoints), last - first
    moved = {int(which[row]) for row in range(count) if state[row] == MOVED}
    words = journeys.words
    rows: list[dict[str, Any]] = []

    def skipped(t: int, otherwise: str) -> str:
        if t in asked.unseen:
            return "unseen"
        return "optional" if plan.touchpoints[t].optional else otherwise

    for row, t in (divmod(int(move), size + 1) for move in moves):
        if row == count:
            rows.append(_row(plan, t, "moved" if t in moved else skipped(t, "missing")))
            continue
        planned = int(which[row])
        word = STATES[int(state[row])]
        if word == "done" and marks[0, 3 * size + planned]:
            word = "late"
        at = first + row
        content = int(block["content"][at])
        rows.append(
            _row(plan, planned, word)
            | {
                "time": moment(int(block["time"][at])),
                "kind": words["kind"][block["kind"][at]],
                "content": words["content"][content] if content >= 0 else None,
                "channel": words["channel"][block["channel"][at]],
                "other_channel": planned >= 0 and bool(astray[at] >> planned & 1),
            }
        )
    seen = {int(move) % (size + 1) for move in moves} | moved
    for t in range(size):
        if t not in seen:
            rows.append(_row(plan, t, skipped(t, "waiting")))
    return Result(
        "alongside",
        journeys.meaning(1)
        | {
            "plan": plan.id,
            "name": plan.name,
            "person": name(who),
            "fitness": int(cases[0, 3] - cases[0, 2]) / int(cases[0, 3]),
            "open": open_,
            "deviations": [
                dict(zip(("deviation", "touchpoint"), named(plan, int(mark)), strict=True))
                for mark in np.flatnonzero(marks[0])
            ],
        },
        {"rows": rows},
    )


def _row(plan: Plan, t: int, state: str) -> dict[str, Any]:
    one = plan.touchpoints[t] if t >= 0 else None
    return {
        "planned": one.id if one else None,
        "phase": one.phase if one else None,
        "state": state,
        "time": None,
        "kind": None,
        "content": None,
        "channel": None,
        "other_channel": False,
    }
