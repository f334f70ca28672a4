"""Planned journeys: made, changed and undone here, and the ways people went laid beside them."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omvei import keeping
from omvei.answers.tally import Tally
from omvei.drawings import planned as drawing
from omvei.errors import NothingToAnswerError, OmveiError, UnknownNameError
from omvei.planned import cjml, plan, steps
from omvei.touchpoints import by_hand, inventory
from omvei.touchpoints.channels import names as channels
from omvei.touchpoints.vocabulary import MACHINE, codes, kinds
from omvei.web.asking import PERIODS, Asked, ask, workspace
from omvei.web.guard import check_form
from omvei.web.showing import address, as_json, said, show, wants_json

SHOWN = 50
CHANGES = {
    "earlier": lambda said, place: steps.move(said, place, -1),
    "later": lambda said, place: steps.move(said, place, 1),
    "drop": steps.drop,
    "turn": steps.turn,
}
"""What the buttons of a step do to the plan."""


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
    return show(
        request, "plans.html", plans=rows, choices=choices(request, None), simulated=here.simulated,
        json="/plans.json",
    )  # fmt: skip


def answer(request: Request) -> dict[str, Any]:
    """A plan beside the ways people went. Raises `NothingToAnswerError` without data."""
    found: dict[str, Any] = ask(request).journeys.conform(request.path_params["plan"]).to_json()
    return found


def choices(request: Request, asked: Asked | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a step can be: touchpoints that people met, most of them first, the other kinds, and the
    firm's content. Each a heading and (word, label).
    """
    t, met = said(request), list[str]()
    if asked is not None:
        counts = asked.journeys.run(Tally("kind", len(codes())))[:-1, 1]
        met = [list(kinds())[code] for code in (-counts).argsort(kind="stable") if counts[code]]
    rest = [name for name in kinds() if name not in MACHINE and name not in met]
    folder = workspace(request).path / "definitions"
    pieces = inventory.load(folder)
    # a channel or a kind that was only described otherwise is no touchpoint of its own
    traced = {*kinds(), *channels()}
    written = [one.id for one in by_hand.load(folder) if one.id not in traced]
    found = [
        ("plans.met", [(n, f"{t.kind(n)} ({t.number(int(counts[codes()[n]]))})") for n in met]),
        ("plans.kinds", [(name, t.kind(name)) for name in rest]),
        ("plans.written", [(f"{steps.EVENT}{name}", name) for name in written]),
        ("plans.content", [(f"{steps.CONTENT}{one.name}", one.name) for one in pieces]),
    ]
    return [(heading, held) for heading, held in found if held]


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
        deviation=drawing.deviation, rate=drawing.rate, instead=drawing.instead,
        drawn=found.touchpoints, choices=choices(request, asked),
        conform_svg=drawing.draw(answer, t),
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
            made = {"name": title}
            for word in form.getlist("step"):
                if word:
                    made = steps.add(made, _step(request, str(word)))
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
    elif do != "save":
        try:
            keeping.write(file, _drawn(request, file, form, do), plan.check)
        except OmveiError as error:
            return _edit(request, file.read_text("utf-8"), str(error))
        return RedirectResponse(f"/plans/{file.stem}#draw", 303)
    else:
        text = str(form.get("text") or "").replace("\r\n", "\n")
        try:
            keeping.rewrite(file, text, plan.check)
        except OmveiError as error:
            return _edit(request, text, str(error))
    return RedirectResponse(f"/plans/{file.stem}" if file.exists() else "/plans", 303)


def _drawn(request: Request, file: Any, form: Any, do: str) -> dict[str, Any]:
    """The plan with a step more (`add`), or one changed (`earlier 2`: the second goes earlier)."""
    held: dict[str, Any] = keeping.read(file).said
    plan.check(keeping.read(file))
    what, _, place = do.partition(" ")
    if what == "add":
        one = _step(request, str(form.get("step") or ""), bool(form.get("optional")))
        at = str(form.get("place") or "")
        return steps.add(held, one, int(at) if at.isdigit() else None)
    if what not in CHANGES or not place.isdigit():
        raise OmveiError("That button is not one of this page. Load the page again.")
    changed: dict[str, Any] = CHANGES[what](held, int(place) - 1)
    return changed


def _step(request: Request, word: str, optional: bool = False) -> dict[str, Any]:
    label = said(request).kind(word) if word in kinds() else None
    return steps.step(word, label, optional=optional)


def _file(request: Request) -> Any:
    folder, name = workspace(request).path / "definitions", request.path_params["plan"]
    if name not in plan.names(folder):
        raise UnknownNameError("plan", name, plan.names(folder))
    return plan.file_of(folder, name)


def _steps(file: Any) -> tuple[plan.Planned, ...]:
    """The steps of the plan in the file; none of one that cannot be read."""
    try:
        return plan.check(keeping.read(file)).touchpoints
    except OmveiError:
        return ()


def _edit(request: Request, text: str, trouble: str) -> Response:
    """The plan's text with what is wrong in it."""
    file = _file(request)
    where = f"{file.parent}/"
    return show(
        request, "planned.html", 400 if trouble and request.method == "POST" else 200, conform=None,
        asked=None, drawn=_steps(file),
        choices=choices(request, None), name=file.stem, title=file.stem, text=text,
        trouble=trouble.replace(where, ""),
        can_undo=keeping.can_undo(file), can_redo=keeping.can_redo(file),
        simulated=workspace(request).simulated,
    )  # fmt: skip
