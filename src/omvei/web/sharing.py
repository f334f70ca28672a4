"""A worksheet as a file: the page's own answer, for the same journeys, in the reader's language."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei.sheets import FORMS, sheet, written
from omvei.web import (
    advice,
    attribution,
    campaigns,
    channels,
    checklist,
    content,
    groups,
    plan,
    plans,
    report,
    rounds,
    start,
    touchpoints,
)
from omvei.web.asking import own_models, workspace
from omvei.web.showing import said

Answer = Callable[[Request], dict[str, Any]]

PAGES: Mapping[str, Answer] = {
    "start": lambda request: start.whole(request),
    "report": lambda request: report.answer(request),
    "plan": lambda request: plan.answer(request),
    "checklist": lambda request: checklist.answer(request)[1],
    "advice": lambda request: advice.answer(request)[1],
    "content": lambda request: content.answer(request)[1],
    "touchpoints": lambda request: touchpoints.answer(request)[1],
    "campaigns": lambda request: campaigns.answer(request)[1],
    "channels": lambda request: channels.answer(request)[1],
    "attribution": lambda request: attribution.answer(request)[1],
    "groups": lambda request: groups.answer(request)[1],
    "models/rounds": lambda request: rounds.answer(request),
    "plans/{plan}": lambda request: plans.answer(request),
}
"""The pages that can be passed on, and what each answers."""


def file(request: Request) -> Response:
    """Give a page's worksheet as the file that its address ends with."""
    name, _, form = request.url.path.lstrip("/").rpartition(".")
    page = request.scope["route"].path.lstrip("/").rpartition(".")[0]
    made = sheet(PAGES[page](request), said(request).language, own_models(request))
    kept = "inline" if form in ("html", "png") else "attachment"
    saved = f"{workspace(request).path.name}-{name.replace('/', '-')}-{made.made}.{form}"
    plain = "".join(sign if sign.isascii() and sign not in '"\\' else "_" for sign in saved)
    return Response(
        written(made, form),
        media_type=FORMS[form],
        headers={"content-disposition": f'{kept}; filename="{plain}"'},
    )
