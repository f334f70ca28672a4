"""The plan beside what the data say: `omvei plan show`, and the page of the plan."""

from typing import TYPE_CHECKING, Any

from ..answers.intervals import FEW
from ..result import Result
from .kpis import kpis, read_by, seen_kinds
from .plan import Plan

if TYPE_CHECKING:
    from ..journeys import Journeys

NEAR = 0.8
"""Nearly there: from this part of the target on."""

UNMEASURED: dict[str, Any] = {
    "value": None,
    "low": None,
    "high": None,
    "n": 0,
    "unit": None,
    "too_few": True,
    "trend": [],
    "missing": [],
}


def status(value: float | None, target: float | None, n: int, less: bool = False) -> str:
    """How far it is: on_target, near, far, too_few, no_target or not_observed.

    >>> status(8200, 9000, 900), status(0.31, 0.30, 900), status(0.06, 0.12, 900)
    ('near', 'on_target', 'far')
    >>> status(0.5, 0.4, 900, less=True), status(0.5, 0.4, 12), status(0.5, None, 900)
    ('near', 'too_few', 'no_target')
    """
    if value is None:
        return "not_observed"
    if n < FEW:
        return "too_few"
    if target is None:
        return "no_target"
    aim, got = (value, target) if less else (target, value)
    reached = got / aim if aim else 1.0
    return "on_target" if reached >= 1 else "near" if reached >= NEAR else "far"


def scorecard(plan: Plan, journeys: "Journeys | None", language: str = "en") -> Result:
    """The rows of a plan with where they stand.

    One part, `rows`: `stage, goal, group, content, channel, kpi, label, definition, events, target,
    value, low, high, n, unit, currency, status, trend, missing, note, review`. Without data every
    value is None and the status `not_observed`. `trend` holds `month, value, low, high, n,
    too_few`; the months of a share are those in which people were first counted, so late ones had
    less time.
    """
    seen: set[str] = set()
    if journeys is not None:
        journeys = journeys.lens(plan.model)
        seen = seen_kinds(journeys)
    rows = []
    for row in plan.read(language):
        kpi = kpis().get(row.kpi)
        found: dict[str, Any] = dict(UNMEASURED)
        if kpi is not None:
            found["missing"] = list(kpi.events)
            if journeys is not None:
                found = read_by(kpi.asked, journeys, row.stage, seen)
        rows.append(
            {
                "stage": row.stage,
                "goal": row.goal,
                "group": row.group,
                "content": row.content,
                "channel": row.channel,
                "kpi": row.kpi,
                "label": kpi.label[language] if kpi else "",
                "definition": kpi.definition[language] if kpi else "",
                "events": list(kpi.events) if kpi else [],
                "target": row.target,
                "currency": None,
                **found,
                "less": bool(kpi and kpi.less),
                "status": status(found["value"], row.target, found["n"], bool(kpi and kpi.less)),
                "note": row.note,
                "review": row.review,
            }
        )
    meaning: dict[str, Any] = {"n": 0, "unit": "people", "label": "observed", "window": None}
    if journeys is not None:
        meaning = journeys.meaning(journeys.summary().to_json()["people"])
    meaning |= {"model": plan.model.id, "business": plan.business or None}
    return Result("plan", meaning, {"rows": rows}, {plan.model.id: plan.model})
