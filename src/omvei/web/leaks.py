"""Where people are lost, stage by stage, through a model."""

from starlette.requests import Request
from starlette.responses import Response

from omvei.drawings import leaks as drawing
from omvei.web.asking import PERIODS, ask
from omvei.web.showing import address, as_json, said, show, wants_json


def leaks(request: Request) -> Response:
    """Show the leaks."""
    asked = ask(request)
    answer = asked.journeys.leaks().to_json()
    if wants_json(request):
        return as_json(answer)
    kept = {**asked.query, "lens": asked.lens}
    return show(
        request, "leaks.html", leaks=answer, asked=asked,
        periods=PERIODS, kept=kept, leaks_svg=drawing.draw(answer, said(request)),
        simulated=asked.workspace.simulated, json=address("/leaks.json", kept),
    )  # fmt: skip
