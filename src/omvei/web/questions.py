"""The questions people ask: search words, their class, and what came after."""

from starlette.requests import Request
from starlette.responses import Response

from omvei.web.asking import PERIODS, ask
from omvei.web.showing import address, as_json, show, wants_json


def questions(request: Request) -> Response:
    """Show what people search for."""
    asked = ask(request)
    answer = asked.journeys.questions().to_json()
    if wants_json(request):
        return as_json(answer)
    return show(
        request, "questions.html", asked_for=answer, asked=asked, periods=PERIODS,
        seen=asked.journeys.summary().to_json()["people"],
        simulated=asked.workspace.simulated, json=address("/questions.json", asked.query),
    )  # fmt: skip
