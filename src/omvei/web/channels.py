"""Channel choice: what the models say for each stage, and what the data says of each channel."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei import lenses
from omvei.answers.choice import LAGS
from omvei.errors import NothingToAnswerError
from omvei.web.asking import LENS, PERIODS, Asked, ask, workspace
from omvei.web.showing import address, as_json, show, wants_json

MODELS = ("five_stage", "stdc", "four_phase")
"""The models that say which channels serve a stage, and have a stage of being ready."""


def answer(request: Request) -> tuple[Asked | None, dict[str, Any]]:
    """What the data say of each channel; without data, which model is asked for alone."""
    named = request.query_params.get("lens") or LENS
    model = named if named in MODELS else LENS
    try:
        asked = ask(request)
        return asked, asked.journeys.lens(model).choice().to_json()
    except NothingToAnswerError:
        simulated = workspace(request).simulated
        return None, {"answer": "choice", "n": 0, "lens": model, "simulated": simulated}


def channels(request: Request) -> Response:
    """Show the channels for each stage."""
    here = workspace(request)
    asked, choice = answer(request)
    if wants_json(request):
        return as_json(choice)
    model = lenses.load(choice["lens"])
    kept = {**(asked.query if asked else {}), "lens": model.id}
    return show(
        request, "channels.html", choice=choice, asked=asked, periods=PERIODS, model=model,
        models=MODELS, lags=LAGS, simulated=here.simulated, kept=kept,
        json=address("/channels.json", kept),
    )  # fmt: skip
