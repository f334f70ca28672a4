"""The checklist: the user's own answers beside what the data say, with a way back."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omvei import keeping
from omvei.answers.intervals import FEW
from omvei.errors import OmveiError
from omvei.plan import checklist as lists
from omvei.web.asking import PERIODS, Asked, ask, has_data, workspace
from omvei.web.guard import check_form
from omvei.web.showing import address, as_json, said, show, wants_json


def answer(request: Request) -> tuple[Asked | None, dict[str, Any]]:
    """The questions with both answers; without data, the user's own alone."""
    here, t = workspace(request), said(request)
    asked = ask(request) if has_data(here) else None
    journeys = asked.journeys if asked else None
    return asked, lists.checklist(here.path, journeys, t.language).to_json()


def checklist(request: Request) -> Response:
    """Show the questions; what is wrong in the file of the answers is told."""
    here = workspace(request)
    trouble, asked, found = "", None, None
    try:
        asked, found = answer(request)
    except OmveiError as error:
        if wants_json(request):
            raise
        trouble = str(error)
    if wants_json(request):
        return as_json(found or {})
    file = lists.place(here.path)
    query = asked.query if asked else {}
    return show(
        request, "checklist.html", checklist=found, asked=asked, trouble=trouble, periods=PERIODS,
        verdicts=lists.VERDICTS, questions=lists.questions(), few=FEW, kept=query,
        saved=bool(request.query_params.get("saved")) and not trouble,
        can_undo=keeping.can_undo(file), can_redo=keeping.can_redo(file),
        simulated=here.simulated, json=address("/checklist.json", query),
    )  # fmt: skip


async def own(request: Request) -> Response:
    """Keep the user's own answers; a question that is left open is in none of them."""
    form = await request.form()
    check_form(request, form.get("token"))
    told = {name: str(form.get(name) or "") for name in lists.questions()}
    lists.save(workspace(request).path, {name: one for name, one in told.items() if one})
    return RedirectResponse("/checklist?saved=1", 303)


async def back(request: Request) -> Response:
    """Undo the last change, or do it again."""
    form = await request.form()
    check_form(request, form.get("token"))
    file = lists.place(workspace(request).path)
    (keeping.redo if form.get("way") == "redo" else keeping.undo)(file)
    return RedirectResponse("/checklist", 303)
