"""The measurement plan: a first proposal, the scorecard, changes with a way back."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omvei import keeping, lenses
from omvei.errors import OmveiError, UnknownNameError
from omvei.plan import plan as plans
from omvei.plan.kpis import kpis, refusal, seen_kinds, suits
from omvei.plan.scorecard import scorecard
from omvei.web.asking import PERIODS, ask, has_data, own_models, workspace
from omvei.web.guard import check_form
from omvei.web.showing import address, as_json, said, show, wants_json


def plan(request: Request) -> Response:
    """Show the plan with where it stands; without one, the form that proposes it."""
    return _shown(request)


def answer(request: Request) -> dict[str, Any]:
    """The plan beside what the data say. Raises `UnknownNameError` where there is none yet."""
    here, t = workspace(request), said(request)
    found = plans.load(here.path)
    if found is None:
        raise UnknownNameError("plan", request.url.path, [])
    journeys = ask(request).journeys if has_data(here) else None
    return scorecard(found, journeys, t.language).to_json()


async def new(request: Request) -> Response:
    """Put a proposal in the place of what there is."""
    form = await request.form()
    check_form(request, form.get("token"))
    here = workspace(request)
    seen = seen_kinds(here.journeys) if has_data(here) else None
    model, business = str(form.get("model")), str(form.get("business"))
    plans.save(here.path, plans.propose(model, business, seen, here.path))
    return RedirectResponse("/plan?saved=1", 303)


async def row(request: Request) -> Response:
    """Change one row; a measure that judges another stage's work is refused with the reason."""
    form = await request.form()
    check_form(request, form.get("token"))
    here, t = workspace(request), said(request)
    found, at = plans.load(here.path), int(request.path_params["row"])
    if found is None or at >= len(found.rows):
        raise UnknownNameError("row of the plan", str(at), [])
    old = found.rows[at]
    told = {key: str(form.get(key) or "").strip() for key in (*plans.TEXTS, "kpi", "review")}
    name = told["kpi"]
    if name and name not in kpis():
        raise UnknownNameError("measure", name, list(kpis()))
    why = refusal(kpis()[name], found.model, old.stage) if name else None
    if why:
        return _shown(request, 400, plans.guarded(why, found.model, t.language))
    try:
        target = plans.number(form.get("target"))
        rows = list(found.rows)
        rows[at] = found.changed(replace(old, target=target, **told), t.language)
        plans.save(here.path, replace(found, rows=tuple(rows)))
    except OmveiError as error:
        return _shown(request, 400, str(error))
    return RedirectResponse(f"/plan?saved=1#{quote(old.stage)}", 303)


async def back(request: Request) -> Response:
    """Undo the last change, or do it again."""
    form = await request.form()
    check_form(request, form.get("token"))
    file = plans.place(workspace(request).path)
    (keeping.redo if form.get("way") == "redo" else keeping.undo)(file)
    return RedirectResponse("/plan", 303)


def _shown(request: Request, status: int = 200, trouble: str = "") -> Response:
    here, t = workspace(request), said(request)
    file = plans.place(here.path)
    found, asked, journeys = None, None, None
    try:
        found = plans.load(here.path)
    except OmveiError as error:
        trouble = trouble or str(error)
    if has_data(here):
        asked = ask(request)
        journeys = asked.journeys
    card = None if found is None else scorecard(found, journeys, t.language).to_json()
    if wants_json(request):
        return as_json(card or {"answer": "plan", "n": 0, "rows": []}, status)
    context: dict[str, Any] = {
        "plan": card,
        "asked": asked,
        "trouble": trouble,
        "saved": bool(request.query_params.get("saved")) and not trouble,
        "periods": PERIODS,
        "models": [*lenses.names(), *own_models(request)],
        "businesses": plans.businesses(),
        "kpis": kpis(),
        "fitting": lambda kpi, stage: found is not None and suits(kpi, found.model, stage),
        "can_undo": keeping.can_undo(file),
        "can_redo": keeping.can_redo(file),
        "number": t.measured,
        "written": lambda value, unit: written(t, value, unit),
        "simulated": here.simulated,
        "kept": asked.query if asked else {},
        "json": address("/plan.json", asked.query if asked else {}),
    }
    return show(request, "plan.html", status, **context)


def written(t: Any, value: float | None, unit: str | None) -> str:
    """Write a target as it is filled in."""
    if value is None:
        return ""
    if unit == "share" or (unit is None and value <= 1):
        return f"{t.decimal(value * 100, 2)} %"
    return str(t.decimal(value, 2))
