"""Models of one's own: begun as a copy, changed as text, checked and tried while they are written.

What is tried is not kept: a draft's stages are worked out and let go.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omvei import keeping, lenses
from omvei.errors import LensError, NothingToAnswerError, OmveiError, UnknownNameError
from omvei.lenses import own
from omvei.web.asking import ask, workspace
from omvei.web.changing import change as changed
from omvei.web.guard import check_form
from omvei.web.showing import as_json, show, wants_json

LONGEST = 200_000
"""Characters of a model's text, at most."""


def listing(request: Request) -> Response:
    """List the workspace's own models, and offer to begin one."""
    here = workspace(request)
    rows: list[dict[str, Any]] = []
    for name, file in own.files(here.path).items():
        wrong = own.check(file)
        rows.append({"name": name, "mistakes": len(wrong)})
    if wants_json(request):
        return as_json({"answer": "own_models", "models": rows})
    return show(
        request, "mine.html", rows=rows, sources=[*lenses.names(), *own.usable(here.path)],
        simulated=here.simulated, json="/models/own.json",
    )  # fmt: skip


async def make(request: Request) -> Response:
    """Begin a model as a copy of another."""
    form = await request.form()
    check_form(request, form.get("token"))
    name = "_".join(str(form.get("name") or "").lower().split())
    own.copy(workspace(request).path, name, str(form.get("source") or ""))
    return RedirectResponse(f"/models/own/{name}", 303)


def one(request: Request) -> Response:
    """Show a model's text, what is wrong in it, and what its rules catch."""
    return _shown(request, _file(request).read_text("utf-8"))


async def change(request: Request) -> Response:
    """Save the text, try it, undo, redo or remove: what the button says."""
    file, form = _file(request), await request.form()
    said = _said(form)
    if form.get("do") == "try":
        check_form(request, form.get("token"))
        return _shown(request, said)
    try:
        answer = await changed(
            request, f"lenses/{file.name}", _write, f"/models/own/{file.stem}?saved=1"
        )
    except LensError:
        return _shown(request, said, 400)
    if not file.exists():
        return RedirectResponse("/models/own", 303)
    return answer


async def attempt(request: Request) -> Response:
    """What the rules of an unsaved text catch: a piece of the page."""
    form = await request.form()
    check_form(request, form.get("token"))
    _file(request)
    return _shown(request, _said(form), template="_catches.html")


def _write(file: Path, form: Any, do: str) -> None:
    if do == "remove":
        keeping.remove(file)
        return
    text = _said(form)
    if len(text) > LONGEST:
        raise OmveiError(f"A model is at most {LONGEST} signs long.")
    # An example that the rules see otherwise is told and does not hinder; what cannot be read does.
    lenses.lens.read(text, str(file))
    keeping.rewrite(file, text)


def _said(form: Any) -> str:
    return str(form.get("text") or "").replace("\r\n", "\n")


def _file(request: Request) -> Path:
    name, known = request.path_params["name"], own.files(workspace(request).path)
    if name not in known:
        raise UnknownNameError("model", name, list(known))
    return known[name]


def _shown(
    request: Request, text: str, status: int = 200, template: str = "mine_one.html"
) -> Response:
    file, here = _file(request), workspace(request)
    wrong = own.mistakes(text, file)
    answer: dict[str, Any] | None = None
    try:
        draft = replace(lenses.lens.read(text, str(file)), id=file.stem, draft=True)
        asked = ask(request)
        answer = asked.journeys.lens(draft).catches().to_json()
    except (LensError, NothingToAnswerError):
        pass  # what is wrong stands in `wrong`; without data there is nothing to catch
    mistakes = [{"line": one.line, "problem": one.problem} for one in wrong]
    if wants_json(request):
        return as_json({"answer": "own_model", "mistakes": mistakes, "catches": answer}, status)
    rules = answer["rules"] if answer else []
    placed = answer["placed"] if answer else None
    return show(
        request, template, status, name=file.stem, text=text, mistakes=mistakes, rules=rules,
        placed=placed, fallen=placed["of"] - placed["count"] if placed else 0, answer=answer,
        saved=bool(request.query_params.get("saved")), can_undo=keeping.can_undo(file),
        can_redo=keeping.can_redo(file), simulated=here.simulated,
        json=f"/models/own/{file.stem}.json",
    )  # fmt: skip
