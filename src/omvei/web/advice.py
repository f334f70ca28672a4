"""Advice: what to do next, what speaks for it, and how to judge it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei.errors import NothingToAnswerError
from omvei.plan import plan as plans
from omvei.plan.advice import advice as answer_of
from omvei.plan.advice import sentences
from omvei.plan.kpis import kpis
from omvei.web.asking import PERIODS, ask, workspace
from omvei.web.plan import number
from omvei.web.showing import address, as_json, said, show, wants_json


def advice(request: Request) -> Response:
    """Show the advice; without data, what to bring in."""
    here = workspace(request)
    try:
        asked = ask(request)
    except NothingToAnswerError:
        asked = None
    answer: dict[str, Any] = answer_of(
        asked.journeys if asked else None, plans.load(here.path)
    ).to_json()
    if wants_json(request):
        return as_json(answer)
    t = said(request)
    kept = asked.query if asked else {}
    rows = [
        {**row, "href": _within(row["href"], kept), "said": sentences(row, t)}
        for row in answer["rows"]
    ]
    return show(
        request, "advice.html", rows=rows, bring=answer["bring"], asked=asked, periods=PERIODS,
        kpis=kpis(), number=number, simulated=here.simulated, json=address("/advice.json", kept),
    )  # fmt: skip


def _within(href: str, period: dict[str, Any]) -> str:
    """Add the period, so that the numbers behind a row are those of the row."""
    extra = address("", period).lstrip("?")
    return href + ("&" if "?" in href else "?") + extra if extra else href
