"""Paths with counts that another tool made: what was on them, and the most taken."""

from starlette.requests import Request
from starlette.responses import Response

from omvei.errors import NothingToAnswerError
from omvei.web.asking import workspace
from omvei.web.showing import as_json, show, wants_json

LISTED = 25
"""Paths that are shown; the JSON has a hundred."""


def paths(request: Request) -> Response:
    """Show the newest table of paths; without one, how to get the file."""
    here = workspace(request)
    try:
        said = here.paths().to_json()
    except NothingToAnswerError as error:
        said = {"answer": "paths", "n": 0, "nothing": str(error)}
    if wants_json(request):
        return as_json(said)
    return show(
        request, "paths.html", said=said, listed=LISTED, simulated=here.simulated,
        json="/data/paths.json",
    )  # fmt: skip
