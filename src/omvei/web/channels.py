"""Channel choice: what the models say for each stage, and what the data says of each channel."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei import lenses
from omvei.answers.choice import LAGS
from omvei.errors import NothingToAnswerError
from omvei.web.asking import LENS, PERIODS, ask, workspace
from omvei.web.showing import address, as_json, show, wants_json

MODELS = ("five_stage", "stdc", "four_phase")
"""The models that say which channels serve a stage, and have a stage of being ready."""


def channels(request: Request) -> Response:
    """Show the channels for each stage; without data, what the model says alone."""
    here = workspace(request)
    named = request.query_params.get("lens") or LENS
    model = lenses.load(named if named in MODELS else LENS)
    answer: dict[str, Any]
    try:
        asked = ask(request)
        answer = asked.journeys.lens(model.id).choice().to_json()
    except NothingToAnswerError:
        asked = None
        answer = {"answer": "choice", "n": 0, "lens": model.id, "simulated": here.simulated}
    if wants_json(request):
        return as_json(answer)
    kept = {**(asked.query if asked else {}), "lens": model.id}
    return show(
        request, "channels.html", choice=answer, asked=asked, periods=PERIODS, model=model,
        models=MODELS, lags=LAGS, simulated=here.simulated, kept=kept,
        json=address("/channels.json", kept),
    )  # fmt: skip
