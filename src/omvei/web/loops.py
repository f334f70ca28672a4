"""Loops, detours and shortcuts through a model, and what was new to those who came back."""

from starlette.requests import Request
from starlette.responses import Response

from omvei.drawings.rounds import rate
from omvei.web.asking import PERIODS, ask
from omvei.web.showing import address, as_json, show, wants_json

MOST = 15
"""Loops, and ways of each kind, that are shown; the JSON has all."""
KINDS = ("usual", "detour", "shortcut", "other")


def loops(request: Request) -> Response:
    """Show the ways round the straight one, the most taken first."""
    asked = ask(request)
    seen = asked.journeys.lens(asked.lens)
    answer = seen.loops().to_json()
    if wants_json(request):
        return as_json(answer)
    ways = {kind: [row for row in answer["ways"] if row["is"] == kind][:MOST] for kind in KINDS}
    kept = {**asked.query, "lens": asked.lens}
    return show(
        request, "loops.html", answer=answer, asked=asked, ways=ways, loops=answer["loops"][:MOST],
        returns=seen.numbers().to_json()["returns"], rate=rate, kept=kept,
        periods=PERIODS, simulated=asked.workspace.simulated,
        json=address("/models/loops.json", kept),
    )  # fmt: skip
