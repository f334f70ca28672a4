"""Planned journeys: made, changed and undone here, and the ways people went laid beside them."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omvei import keeping
from omvei.drawings import planned as drawing
from omvei.errors import NothingToAnswerError, OmveiError, UnknownNameError
from omvei.planned import cjml, plan
from omvei.touchpoints.vocabulary import MACHINE, kinds
from omvei.web.asking import PERIODS, ask, workspace
from omvei.web.guard import check_form
from omvei.web.showing import address, as_json, said, show, wants_json

STEPS = 8
"""Steps that the form of a new plan has; more are written in the file."""
SHOWN = 50


def plans(request: Request) -> Response:
    """List the plans, and offer to make one."""
    here = workspace(request)
    folder = here.path / "definitions"
    rows = []
    for name in plan.names(folder):
        try:
            found = plan.load(folder, name)
            rows.append(
                {
                    "plan": name,
                    "name": found.name,
                    "touchpoints": len(found.touchpoints),
                    "error": "",
                }
            )
        except OmveiError as error:
            rows.append({"plan": name, "name": name, "touchpoints": 0, "error": str(error)})
    if wants_json(request):
        return as_json({"answer": "plans", "plans": rows})
    known = [name for name in kinds() if name not in MACHINE]
    return show(
        request, "plans.html", plans=rows, kinds=known, steps=STEPS, simulated=here.simulated,
        json="/plans.json",
    )  # fmt: skip


def answer(request: Request) -> dict[str, Any]:
    """A plan beside the ways people went. Raises `NothingToAnswerError` without data."""
    found: dict[str, Any] = ask(request).journeys.conform(request.path_params["plan"]).to_json()
    return found


def one(request: Request) -> Response:
    """Show a plan: what became of each step, the deviations, and its text to change."""
    here, name = workspace(request), request.path_params["plan"]
    file = _file(request)
    try:
        found = plan.load(file.parent.parent, name)
    except UnknownNameError:
        raise
    except OmveiError as error:
        if wants_json(request):
            raise
        return _edit(request, file.read_text("utf-8"), str(error))
    try:
        asked = ask(request)
        answer = asked.journeys.conform(found).to_json()
    except NothingToAnswerError:
        if wants_json(request):
            raise
        return _edit(request, file.read_text("utf-8"), "")
    if wants_json(request):
        return as_json(answer)
    t = said(request)
    return show(
        request, "planned.html", conform=answer, asked=asked, periods=PERIODS, kept=asked.query,
        name=name, title=found.name, text=file.read_text("utf-8"), trouble="",
        can_undo=keeping.can_undo(file), can_redo=keeping.can_redo(file),
        deviation=drawing.deviation, rate=drawing.rate, conform_svg=drawing.draw(answer, t),
        simulated=here.simulated, json=address(f"/plans/{name}.json", asked.query),
    )  # fmt: skip


def people(request: Request) -> Response:
    """List the people behind a deviation."""
    asked, name = ask(request), request.path_params["plan"]
    query = request.query_params
    offset = max(0, int(query["offset"])) if query.get("offset", "").isdigit() else 0
    which = {key: query.get(key, "") for key in ("deviation", "touchpoint")}
    answer = asked.journeys.deviating(name, **which, limit=SHOWN, offset=offset).to_json()
    if wants_json(request):
        return as_json(answer)
    kept = {**asked.query, **which}
    return show(
        request, "deviating.html", deviating=answer, asked=asked, name=name, kept=kept, step=SHOWN,
        offset=offset, title=drawing.deviation(answer, said(request)),
        simulated=asked.workspace.simulated, json=address(f"/plans/{name}/people.json", kept),
    )  # fmt: skip


def person(request: Request) -> Response:
    """Show one person's way beside the plan."""
    asked, name = ask(request), request.path_params["plan"]
    answer = asked.journeys.alongside(name, request.path_params["person"]).to_json()
    if wants_json(request):
        return as_json(answer)
    return show(
        request, "alongside.html", alongside=answer, asked=asked, name=name,
        diagram_svg=drawing.draw_person(answer, said(request)),
        simulated=asked.workspace.simulated,
        json=address(f"/plans/{name}/person/{answer['person']}.json", asked.query),
    )  # fmt: skip


def exported(request: Request) -> Response:
    """Give a plan as CJML."""
    file = _file(request)
    found = plan.load(file.parent.parent, request.path_params["plan"])
    return Response(cjml.write(found), media_type="application/xml")


async def make(request: Request) -> Response:
    """Make a plan: of chosen steps, of one person's way, or of a CJML file."""
    async with request.form(max_files=1) as form:
        check_form(request, form.get("token"))
        here = workspace(request)
        title = str(form.get("name") or "").strip()
        name = "_".join("".join(c if c.isalnum() else " " for c in title.lower()).split())[:60]
        sent = form.get("file")
        if isinstance(sent, UploadFile) and sent.filename:
            made = cjml.read((await sent.read()).decode("utf-8", "replace"))
        elif who := str(form.get("person") or "").strip():
            made = plan.observed(title, here.journeys.trace(who).to_dicts())
        else:
            chosen = list(dict.fromkeys(str(kind) for kind in form.getlist("step") if kind))
            words = said(request)
            rows = [{"id": words.kind(kind), "kind": kind} for kind in chosen]
            made = {"name": title, "touchpoints": rows}
        if not name:
            raise OmveiError("A plan needs a name. Go back and write one.")
        plan.keep(here.path / "definitions", name, {**made, "name": title})
    return RedirectResponse(f"/plans/{name}", 303)


async def change(request: Request) -> Response:
    """Save the text of a plan, undo, redo, or remove it: what the button says."""
    form = await request.form()
    check_form(request, form.get("token"))
    file, do = _file(request), str(form.get("do", "save"))
    if do == "undo":
        keeping.undo(file)
    elif do == "redo":
        keeping.redo(file)
    elif do == "remove":
        keeping.remove(file)
    else:
        text = str(form.get("text") or "").replace("\r\n", "\n")
        try:
            keeping.rewrite(file, text, plan.check)
        except OmveiError as error:
            return _edit(request, text, str(error))
    return RedirectResponse(f"/plans/{file.stem}" if file.exists() else "/plans", 303)


def _file(request: Request) -> Any:
    folder, name = workspace(request).path / "definitions", request.path_params["plan"]
    if name not in plan.names(folder):
        raise UnknownNameError("plan", name, plan.names(folder))
    return plan.file_of(folder, name)


def _edit(request: Request, text: str, trouble: str) -> Response:
    """The plan's text with what is wrong in it."""
    file = _file(request)
    where = f"{file.parent}/"
    return show(
        request, "planned.html", 400 if trouble and request.method == "POST" else 200, conform=None,
        asked=None, name=file.stem, title=file.stem, text=text, trouble=trouble.replace(where, ""),
        can_undo=keeping.can_undo(file), can_redo=keeping.can_redo(file),
        simulated=workspace(request).simulated,
    )  # fmt: skip
