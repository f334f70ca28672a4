"""What advertising cost, beside the visits and the buyers who came that way."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei.errors import NothingToAnswerError
from omvei.web.asking import FARTHEST, PERIODS, Asked, ask, workspace
from omvei.web.showing import address, as_json, show, wants_json

SOURCES = ("google-ads", "meta-ads", "costs")
"""The files that hold costs."""
LISTED = 60
"""Campaigns and days that are shown; the JSON has all."""


def costs(request: Request) -> Response:
    """Show the costs of a period; without any, how to get the file."""
    asked, said = _answer(request)
    if wants_json(request):
        return as_json(said)
    when = ("period", "from", "to")
    kept = {name: value for name, value in asked.query.items() if name in when} if asked else {}
    return show(
        request, "costs.html", said=said, when=asked, periods=PERIODS, sources=SOURCES,
        listed=LISTED, simulated=workspace(request).simulated,
        json=address("/data/costs.json", kept),
    )  # fmt: skip


def _answer(request: Request) -> tuple[Asked | None, dict[str, Any]]:
    """The answer for everybody: the costs of a group are not known; and why there is none."""
    asked = None
    try:
        asked = ask(request)
        seen = asked.workspace.journeys
        if asked.period != "all":
            seen = seen.between(asked.first, min(asked.last, FARTHEST) + timedelta(days=1))
        return asked, seen.costs().to_json()
    except NothingToAnswerError as error:
        return asked, {"answer": "costs", "n": 0, "nothing": str(error)}
