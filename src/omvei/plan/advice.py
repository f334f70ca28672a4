"""Advice: at most seven things to do next, each with what speaks for it and how to judge it.

What serves the stage nearest the purchase comes first, since that is said to act fastest (entry D09
of the founding articles), unless the data says otherwise: of a stage with too few people nothing is
said, and a stage whose plan is on target steps back. No stage has more than two, so that those who
bought, and those who hardly know the firm, are not forgotten (B24, D11). It is a list of what to
look into and to test; nothing in it is a cause.
"""

from typing import TYPE_CHECKING, Any

from ..language import Words
from ..lenses import lens as lenses
from ..result import Result
from ..touchpoints.formats import formats
from .actions import LENS, Row, actions, made
from .kpis import kpis, read_by, role, seen_kinds
from .plan import Plan
from .scorecard import scorecard

if TYPE_CHECKING:
    from ..journeys import Journeys

MOST = 7
A_STAGE = 2
"""Actions for one part of the journey, at most."""
NEAREST = ("decide", "consider", "keep", "discover", "recommend")
"""The parts of a journey, the nearest to the purchase first."""
FIRST = (
    "leak", "rated", "drop", "fix", "plan", "question", "ready", "repeat", "invest", "path", "gap",
)  # fmt: skip
"""What is mended first, within a part of the journey; then what most people speak for."""
JUDGED = {
    "discover": "progression",
    "consider": "progression",
    "decide": "conversion_rate",
    "keep": "repeat_rate",
    "recommend": "referral_rate",
}
"""The measure of what is done for a part of the journey; the guard allows each."""
BRING = {
    "visits": ("page_view", "product_view", "content_read", "category_view"),
    "orders": ("purchase",),
    "searches": ("search",),
    "mail": ("email_open", "email_click", "email_received"),
    "answers": ("survey", "review_written"),
}
"""What a firm can bring in, and the kinds of touchpoint that tell that it did."""


def advice(journeys: "Journeys | None", plan: Plan | None = None) -> Result:
    """What to do next, the first thing first; without data, what to bring in.

    Parts: `bring` (`what, href`: of visits, orders, searches, mail, answers and a plan, what is not
    there yet) and `rows`, at most seven: `rank, action, lens, stage, values` (of the sentences
    `advised.<action>` and `advised.<action>.why`), `evidence` (`count, n, value, low, high, unit,
    too_few`), `kpi` and `measure` (where it is now: `value, low, high, n, unit, too_few, missing`),
    `planned` (whether the plan for that part of the journey is on target; None where it does not
    say) and `href`.
    """
    seen = seen_kinds(journeys) if journeys is not None else set[str]()
    bring = [
        {"what": what, "href": "/data/sources"}
        for what, told_by in BRING.items()
        if not seen & set(told_by)
    ]
    bring += [] if plan else [{"what": "plan", "href": "/plan"}]
    if journeys is None:
        return Result("advice", NOTHING, {"bring": bring, "rows": []})
    found = [_with_measure(row) for row in actions(journeys, seen)]
    scored = scorecard(plan, journeys).to_json()["rows"] if plan else []
    found += [_behind(row, plan.model.id) for row in scored if plan and row["status"] == "far"]
    reached = _reached(plan, scored)
    rows = _ranked(found, reached)
    for row in rows:
        told = read_by(kpis()[row["kpi"]].asked, journeys.lens(row["lens"]), row["stage"], seen)
        row["measure"] = {key: value for key, value in told.items() if key != "trend"}
    n = journeys.summary().to_json()["people"]
    return Result("advice", journeys.meaning(n), {"bring": bring, "rows": rows})


NOTHING: dict[str, Any] = {
    "n": 0,
    "unit": "people",
    "label": "observed",
    "window": {"from": None, "to": None},
    "goal": None,
}


def _with_measure(row: Row) -> Row:
    part = role(lenses.load(LENS), row["stage"])
    return {"lens": LENS, **row, "kpi": JUDGED[part or "decide"]}


def _behind(row: Row, model: str) -> Row:
    """A row of the plan that is far from its target."""
    told = {key: row[key] for key in ("n", "value", "low", "high", "unit", "too_few")}
    aim = {"by": row["unit"], "id": row["target"]}
    now = {"by": row["unit"], "id": row["value"]}
    named = {"by": "kpi", "id": row["kpi"]}
    made_of = made(
        "plan", row["stage"], {"count": row["n"], **told}, "/plan", b=named, x=now, y=aim
    )
    return {"lens": model, **made_of, "kpi": row["kpi"]}


def _reached(plan: Plan | None, scored: list[Row]) -> dict[str | None, bool]:
    """For each part of the journey that has a target: whether all of its targets are reached."""
    found: dict[str | None, bool] = {}
    for row in scored:
        if plan and row["status"] in ("on_target", "near", "far"):
            part = role(plan.model, row["stage"])
            found[part] = found.get(part, True) and row["status"] == "on_target"
    return found


def _ranked(found: list[Row], reached: dict[str | None, bool]) -> list[Row]:
    """The first `MOST`, no more than `A_STAGE` a part of the journey, and no action twice there."""

    def order(row: Row) -> tuple[Any, ...]:
        part = role(lenses.load(row["lens"]), row["stage"])
        near = NEAREST.index(part) if part else len(NEAREST)
        first = FIRST.index(row["action"])
        return reached.get(part, False), near, first, -row["evidence"]["count"], str(row["values"])

    chosen: list[Row] = []
    taken: dict[str | None, list[str]] = {}
    for row in sorted(found, key=order):
        part = role(lenses.load(row["lens"]), row["stage"])
        done = taken.setdefault(part, [])
        if len(chosen) < MOST and len(done) < A_STAGE and row["action"] not in done:
            done.append(row["action"])
            chosen.append({"rank": len(chosen) + 1, **row, "planned": reached.get(part)})
    return chosen


def sentences(row: Row, words: Words) -> tuple[str, str]:
    """What to do and why, of one row of the advice, in the reader's language."""
    filled = {name: _named(value, row["lens"], words) for name, value in row["values"].items()}
    key = f"advised.{row['action']}"
    return words(key, **filled), words(f"{key}.why", **filled)


def _named(value: Any, lens: str, words: Words) -> Any:
    if not isinstance(value, dict):
        return value
    by, name = value["by"], value["id"]
    if by == "format":
        return formats()[name].labels[words.language]
    if by == "kpi":
        return kpis()[name].label[words.language]
    if by == "share":
        return words.percent(name)
    return words.label(by, name, lens) if isinstance(name, str) else words.decimal(name)
