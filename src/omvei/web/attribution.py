"""Attribution: the channels before a purchase, their order, and how rules divide it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei.answers.attribution import ALL
from omvei.errors import NothingToAnswerError
from omvei.web.asking import PERIODS, Asked, ask
from omvei.web.showing import address, as_json, show, wants_json


def answer(request: Request) -> tuple[Asked, dict[str, Any]]:
    """What each channel is given. Raises `NothingToAnswerError` before anybody bought."""
    asked = ask(request)
    return asked, asked.journeys.attribution().to_json()


def attribution(request: Request) -> Response:
    """Show the credit of each channel, where in the ways it was met, and the orders."""
    try:
        asked, credit = answer(request)
    except NothingToAnswerError:
        if wants_json(request):
            raise
        asked, credit = ask(request), {}
    if wants_json(request):
        return as_json(credit)
    return show(
        request, "attribution.html", credit=credit, asked=asked, periods=PERIODS, rules=ALL,
        simulated=asked.workspace.simulated, json=address("/attribution.json", asked.query),
    )  # fmt: skip
