"""Advice: at most seven different things to do next, what speaks for each, how to judge it.

What serves the stage nearest the purchase comes first, since that is said to act fastest (entry D09
of the founding articles), unless the data say otherwise. They do where clearly more is lost in a
stage further away: where those who stopped there, had they bought as often as those who went on,
would have bought clearly more (the intervals do not meet). The plan does where its targets for a
stage are reached: that stage then steps back. Of a stage with too few people nothing is said.

What is the same thing to do in several places is one entry, with the first place named and the
others under it. No stage has more than two, so that those who bought, and those who hardly know the
firm, are not forgotten (B24, D11). It is a list of what to look into and to test; nothing in it is
a cause.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..language import Words
from ..lenses import Lens
from ..lenses import lens as lenses
from ..result import Result
from ..touchpoints.formats import formats
from .actions import LENS, Row, actions, made
from .kpis import kpis, read_by, role, seen_kinds, suited
from .plan import Plan
from .scorecard import scorecard

if TYPE_CHECKING:
    from ..journeys import Journeys

MOST = 7
A_STAGE = 2
"""Actions for one part of the journey, at most."""
OTHERS = 4
"""Other places of the same action that are named, at most."""
NEAREST = ("decide", "consider", "keep", "discover", "recommend")
"""The parts of a journey, the nearest to the purchase first."""
FIRST = (
    "leak", "rated", "reply", "drop", "fix", "plan", "question", "ready", "choose", "follow_up",
    "repeat", "record", "recommend", "invest", "path", "gap",
)  # fmt: skip
"""What is mended first, within a part of the journey; then what most people speak for."""
COUNTED = {"rated": ".ratings", "reply": ".statements"}
"""Actions whose evidence counts something else than people: the end of the sentence's key."""
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
NOTHING: dict[str, Any] = {
    "n": 0,
    "unit": "people",
    "label": "observed",
    "window": {"from": None, "to": None},
    "goal": None,
}


def advice(journeys: "Journeys | None", plan: Plan | None = None) -> Result:
    """What to do next, the first thing first; without data, what to bring in.

    The stages are those of the model the journeys are seen through, else of `five_stage`.

    Parts: `bring` (`what, href`: of visits, orders, searches, mail, answers and a plan, what is not
    there yet) and `rows`, at most seven: `rank, action, lens, stage, values` (of the sentences
    `advised.<action>` and `advised.<action>.why`), `evidence` (`count, n, value, low, high, unit,
    too_few`), `stake` (of a leak: what is lost there, in purchases, as above), `kpi` and `measure`
    (where it is now: `value, low, high, n, unit, too_few, missing`), `planned` (whether the plan
    for that part of the journey is on target; None where it does not say), `href`, `others` (the
    same in other places, at most four) and `more` (how many further places). `first` says what
    decides which comes first: `nearest`, `leak` or `plan`.
    """
    seen = seen_kinds(journeys) if journeys is not None else set[str]()
    bring = [
        {"what": what, "href": "/data/sources"}
        for what, told_by in BRING.items()
        if not seen & set(told_by)
    ]
    bring += [] if plan else [{"what": "plan", "href": "/plan"}]
    if journeys is None:
        return Result("advice", {**NOTHING, "first": None}, {"bring": bring, "rows": []})
    here = journeys if journeys.lens_name is not None else journeys.lens(LENS)
    models = {model.id: model for model in (here.model, lenses.load(LENS))}
    found = list(actions(here, seen))
    scored = scorecard(plan, journeys).to_json()["rows"] if plan else []
    if plan:
        models[plan.model.id] = plan.model
        found += [_behind(row, plan.model.id) for row in scored if row["status"] == "far"]
    for row in found:
        model = models[row["lens"]]
        row.setdefault("kpi", _judge(model, row["stage"]))
        row["part"] = role(model, row["stage"])
        row["near"] = _near(model, row["stage"])
    reached = _reached(plan, scored)
    rows, first = _ranked(found, reached)
    for row in rows:
        model = models[row["lens"]]
        told = read_by(kpis()[row["kpi"]].asked, journeys.lens(model), row["stage"], seen)
        row["measure"] = {key: value for key, value in told.items() if key != "trend"}
    n = journeys.summary().to_json()["people"]
    own = {name: model for name, model in models.items() if name not in lenses.names()}
    meaning = journeys.meaning(n) | {"first": first}
    return Result("advice", meaning, {"bring": bring, "rows": rows}, own)


def _judge(model: Lens, stage: str) -> str:
    """The measure that judges what is done for a stage."""
    part = role(model, stage)
    if part:
        return JUDGED[part]
    named = [kpi.id for kpi in suited(model, stage)]
    return "progression" if "progression" in named or not named else named[0]


def _near(model: Lens, stage: str) -> tuple[int, int]:
    """How near the purchase a stage is, the nearest first: by its part, then by its place."""
    part = role(model, stage)
    return (NEAREST.index(part) if part else len(NEAREST), -model.place(stage))


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


def worst(leaks: list[Row]) -> Row | None:
    """The leak to look into first: of those nearest first, the one that none of the others clearly
    outweighs. None for no leak.

    >>> near = {"stage": "do", "stake": {"value": 9, "low": 5, "high": 14}}
    >>> far = {"stage": "see", "stake": {"value": 20, "low": 15, "high": 26}}
    >>> worst([near, far])["stage"], worst([near, {**far, "stake": near["stake"]}])["stage"]
    ('see', 'do')
    """
    if not leaks:
        return None
    clearly = [row for row in leaks if row["stake"]["low"] > leaks[0]["stake"]["high"]]
    return worst(clearly) if clearly else leaks[0]


def _ranked(found: list[Row], reached: dict[str | None, bool]) -> tuple[list[Row], str | None]:
    """The first `MOST`, no action twice and no more than `A_STAGE` a part of the journey; and what
    decided which comes first."""

    def order(row: Row) -> tuple[Any, ...]:
        first = FIRST.index(row["action"])
        return (
            reached.get(row["part"], False),
            row["near"][0],
            first,
            row["near"][1],
            -row["evidence"]["count"],
            str(row["values"]),
        )

    found = sorted(found, key=order)
    leaks = [row for row in found if row["action"] == "leak"]
    lead = worst([row for row in leaks if not reached.get(row["part"], False)] or leaks)
    nearest = min(found, key=lambda row: row["near"], default=None)
    first = None
    if nearest is not None:
        first = "plan" if reached.get(nearest["part"], False) else "nearest"
    if lead is not None and (lead is not leaks[0] or lead["near"][0] > found[0]["near"][0]):
        found = [lead, *(row for row in found if row is not lead)]
        first = "leak"
    chosen: list[Row] = []
    taken: dict[str | None, int] = {}
    for row in found:
        if any(row["action"] == one["action"] for one in chosen):
            continue
        if len(chosen) < MOST and taken.get(row["part"], 0) < A_STAGE:
            taken[row["part"]] = taken.get(row["part"], 0) + 1
            others = [one for one in found if one["action"] == row["action"] and one is not row]
            keys = ("lens", "stage", "values", "evidence", "href")
            chosen.append(
                {
                    "rank": len(chosen) + 1,
                    **{key: value for key, value in row.items() if key not in ("part", "near")},
                    "stake": row.get("stake"),
                    "planned": reached.get(row["part"]),
                    "others": [{key: one[key] for key in keys} for one in others[:OTHERS]],
                    "more": len(others[OTHERS:]),
                }
            )
    return chosen, first


def sentences(row: Mapping[str, Any], words: Words) -> tuple[str, str]:
    """What to do and why, of one row of the advice, in the reader's language."""
    filled = _filled(row, words)
    key = f"advised.{row['action']}"
    at = f"{key}.at"
    what, why = (words(one, **filled) for one in (at if "p" in filled else key, f"{key}.why"))
    return what, f"{why} {words(f'{at}.why', **filled)}" if "p" in filled else why


def leads(said: Mapping[str, Any], words: Words) -> str:
    """Why what comes first does: one sentence; empty where there is nothing."""
    if not said["rows"]:
        return ""
    row = said["rows"][0]
    return words(f"advised.first.{said['first']}", a=words.stage(row["lens"], row["stage"]))


def elsewhere(row: Mapping[str, Any], words: Words) -> list[str]:
    """The other places of the same action, each in a few words."""
    key = f"advised.{row['action']}.other"
    said = [words(key, **_filled(one, words)) for one in row["others"]]
    return [*said, words("advised.more", n=row["more"])] if row["more"] else said


def _filled(row: Mapping[str, Any], words: Words) -> Row:
    return {name: _named(value, row["lens"], words) for name, value in row["values"].items()}


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
