"""Attribution: the channels before a purchase, their order, and how rules divide it."""

from starlette.requests import Request
from starlette.responses import Response

from omvei.answers.attribution import ALL
from omvei.errors import NothingToAnswerError
from omvei.web.asking import PERIODS, ask
from omvei.web.showing import address, as_json, show, wants_json


def attribution(request: Request) -> Response:
    """Show the credit of each channel, where in the ways it was met, and the orders."""
    asked = ask(request)
    try:
        answer = asked.journeys.attribution().to_json()
    except NothingToAnswerError:
        if wants_json(request):
            raise
        answer = None
    if answer and wants_json(request):
        return as_json(answer)
    return show(
        request, "attribution.html", credit=answer, asked=asked, periods=PERIODS, rules=ALL,
        simulated=asked.workspace.simulated, json=address("/attribution.json", asked.query),
    )  # fmt: skip
