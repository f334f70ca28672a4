"""Campaigns: what each was made for, whom it met, and what they did next."""

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei import keeping, lenses
from omvei.answers.campaigns import stages_of
from omvei.errors import NothingToAnswerError, OmveiError
from omvei.plan.campaigns import campaigns as answer_of
from omvei.touchpoints.campaigns import FILE, MODEL, check
from omvei.web import changing
from omvei.web.asking import PERIODS, Asked, ask, workspace
from omvei.web.showing import address, as_json, show, wants_json

MODELS = ("five_stage", "stdc", "four_phase")
"""The models whose stages the form offers; the file takes any."""
FIELDS = ("since", "until", "note")
FIRST = 15
"""Campaigns that are shown at once."""


def answer(request: Request) -> tuple[Asked | None, dict[str, Any]]:
    """The campaigns; without data there are none to speak of."""
    try:
        asked = ask(request)
        return asked, answer_of(asked.journeys).to_json()
    except NothingToAnswerError:
        simulated = workspace(request).simulated
        return None, {"answer": "campaigns", "n": 0, "rows": [], "simulated": simulated}


def campaigns(request: Request) -> Response:
    """Show the campaigns; without data, the form to write down what each is for."""
    here = workspace(request)
    file = here.path / "definitions" / FILE
    asked, found = answer(request)
    if wants_json(request):
        return as_json(found)
    written = keeping.read(file).said or []
    kept = asked.query if asked else {}
    return show(
        request, "campaigns.html", campaigns=found, asked=asked, periods=PERIODS, written=written,
        rows=found["rows"][:FIRST], more=max(0, len(found["rows"]) - FIRST),
        names=[row["campaign"] for row in found["rows"]], chosen=request.query_params.get("for"),
        models={name: [stage.id for stage in lenses.load(name).stages] for name in MODELS},
        model=MODEL, can_undo=keeping.can_undo(file), can_redo=keeping.can_redo(file),
        simulated=here.simulated, kept=kept, json=address("/campaigns.json", kept),
    )  # fmt: skip


async def change(request: Request) -> Response:
    """Write down what a campaign is for, take that away, or undo: what the button says."""
    stages = stages_of_all(request)

    def write(file: Path, form: Any, do: str) -> None:
        _write(file, form, do, stages)

    return await changing.change(request, FILE, write, "/campaigns")


def stages_of_all(request: Request) -> Any:
    """The stages of any model, with data or without."""
    try:
        return stages_of(workspace(request).journeys)
    except NothingToAnswerError:
        return lambda name: [stage.id for stage in lenses.load(name).stages]


def _write(file: Path, form: Any, do: str, stages: Any) -> None:
    name = str(form.get("campaign") or "").strip()
    if not name:
        raise OmveiError("A campaign needs its name. Go back and write one.")
    said = list(keeping.read(file).said or [])
    place = next((i for i, one in enumerate(said) if one["campaign"] == name), None)
    model, _, stage = str(form.get("stage") or "").partition(":")
    item: dict[str, Any] = {"campaign": name}
    if stage:
        item |= {"model": model, "stage": stage}
    item |= {key: text for key in FIELDS if (text := str(form.get(key) or "").strip())}
    # What stands first in the file holds, so a campaign of its own name goes before a pattern.
    if place is None:
        place = 0
        said.insert(0, item)
    said[place : place + 1] = [item] if do == "save" else []
    keeping.write(file, said or None, lambda page: check(page, stages))
