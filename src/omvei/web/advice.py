"""Advice: what to do next, what speaks for it, and how to judge it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei.errors import NothingToAnswerError
from omvei.language import Words
from omvei.plan import plan as plans
from omvei.plan.advice import COUNTED, elsewhere, leads, sentences
from omvei.plan.advice import advice as answer_of
from omvei.plan.kpis import kpis
from omvei.web.asking import PERIODS, Asked, ask, workspace
from omvei.web.showing import address, as_json, said, show, wants_json


def answer(request: Request) -> tuple[Asked | None, dict[str, Any]]:
    """The advice; without data, what to bring in."""
    try:
        asked = ask(request)
    except NothingToAnswerError:
        asked = None
    plan = plans.load(workspace(request).path)
    return asked, answer_of(asked.journeys if asked else None, plan).to_json()


def advice(request: Request) -> Response:
    """Show the advice."""
    here = workspace(request)
    asked, found = answer(request)
    if wants_json(request):
        return as_json(found)
    t = said(request)
    period = asked.query if asked else {}
    lens = request.query_params.get("lens")
    kept = {**period, "lens": lens} if lens else period
    rows = [
        {
            **row,
            "href": _within(row["href"], period),
            "said": sentences(row, t),
            "also": elsewhere(row, t),
        }
        for row in found["rows"]
    ]
    return show(
        request, "advice.html", rows=rows, lead=leads(found, t), bring=found["bring"],
        asked=asked, periods=PERIODS, kept=kept, kpis=kpis(), number=Words.measured,
        counted=COUNTED, simulated=here.simulated, json=address("/advice.json", kept),
    )  # fmt: skip


def _within(href: str, period: dict[str, Any]) -> str:
    """Add the period, so that the numbers behind a row are those of the row."""
    extra = address("", period).lstrip("?")
    return href + ("&" if "?" in href else "?") + extra if extra else href
