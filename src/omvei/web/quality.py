"""How far the data can be trusted: who is known, orders on both sides, what deserves a look."""

from starlette.requests import Request
from starlette.responses import Response

from omvei.web.asking import workspace
from omvei.web.showing import as_json, show, wants_json


def quality(request: Request) -> Response:
    """Show the quality of everything there is."""
    here = workspace(request)
    everybody = here.journeys  # whose is whose is asked of persons, whatever journeys are seen
    answer = everybody.quality().to_json()
    if wants_json(request):
        return as_json(answer)
    return show(
        request, "quality.html", quality=answer, consent=everybody.consent().to_json(),
        simulated=here.simulated,
        json="/data/quality.json",
    )  # fmt: skip
