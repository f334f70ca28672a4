"""One model's page: its drawing, what it asks and the numbers that answer, and what to do."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei import lenses
from omvei.drawings import models as drawing
from omvei.drawings.models import tables
from omvei.errors import OmveiError
from omvei.language import Words
from omvei.web.asking import PERIODS, ask, model_of
from omvei.web.showing import address, as_json, said, show, wants_json

Said = dict[str, Any]
SET = ("care_min_purchases", "satisfied")
"""The parameters that a reader may set on the page."""


def model(request: Request) -> Response:
    """Show a model; `?care_min_purchases=2` sets a parameter that it has."""
    name = request.path_params["name"]
    lens = model_of(request, name)
    asked = ask(request)
    given = _given(request, lens)
    own = asked.journeys.lens(name, **given).own().to_json()
    if wants_json(request):
        return as_json(own)
    t = said(request)
    kept = {**asked.query, **given}
    told = {row["name"]: row | tables.figure(row, t, own["currency"]) for row in own["figures"]}
    questions = [
        {
            "asked": question.asked.get(t.language) or question.asked.get("en", ""),
            "figures": [told[each] for each in question.figures if each in told],
        }
        for question in lens.questions
    ]
    answered = {each for question in lens.questions for each in question.figures}

    def people(row: Mapping[str, Any]) -> str:
        """Where a part of the drawing leads: the people behind it."""
        if "open" in row:
            return "#reached"  # nested counts are no list of the map
        ends = {"node": row.get("stage"), "source": row.get("source"), "target": row.get("target")}
        return address("/people", {**asked.query, "by": "stage", "lens": name, **ends})

    return show(
        request, "model.html", asked=asked, own=own, lens=lens, name=name, questions=questions,
        rest=[row for key, row in told.items() if key not in answered],
        stages=_stages(lens, t, told), model_svg=drawing.draw(own, t, people),
        special_svg=_chances(asked, name, given, t)
        + "".join(
            part(own, t)
            for part in (
                tables.reached, tables.routes, tables.cycles, tables.over_time, tables.cues,
            )
        ),
        tables_svg=tables.stages(own, t) + tables.moves(own, t), periods=PERIODS,
        settable={key: own["parameters"][key] for key in SET if key in own["parameters"]},
        kept=kept, simulated=asked.workspace.simulated,
        json=address(f"/models/{name}.json", kept),
    )  # fmt: skip


def _chances(asked: Any, name: str, given: dict[str, float], t: Words) -> str:
    """The chance of a purchase from each stage: asked of the hexagon, whose lines are chances."""
    own = asked.journeys.goal is not None and name == "hankins"
    return tables.chances(asked.journeys.lens(name, **given).matrix().to_json(), t) if own else ""


def _given(request: Request, lens: lenses.Lens) -> dict[str, float]:
    """The parameters of the model that the address sets."""
    found = {}
    for key in SET:
        said_ = request.query_params.get(key, "").replace(",", ".")
        if not said_ or key not in lens.parameters:
            continue
        try:
            number = float(said_)
        except ValueError:
            raise OmveiError(f"{key} needs a number, not {said_!r}. Write it as 2.") from None
        if not 0 <= number <= 100:
            raise OmveiError(f"{key} needs a number from 0 to 100, not {said_}.")
        if number != lens.parameters[key]:
            found[key] = int(number) if number == int(number) else number
    return found


def _stages(lens: lenses.Lens, t: Words, told: dict[str, Said]) -> list[Said]:
    """Each stage with what the customer thinks, and content, channels and measures for it."""
    return [
        {
            "id": stage.id,
            "name": t.stage_named(lens.id, stage.id),
            "thought": t.of_stage(lens.id, stage.id, "thought"),
            "goal": t.of_stage(lens.id, stage.id, "goal"),
            "content": t.of_stage(lens.id, stage.id, "content"),
            "channels": [t.channel(channel) for channel in stage.channels],
            "measures": [
                {"name": t(f"measure.{kpi}") if t.has(f"measure.{kpi}") else kpi,
                 "value": told[kpi]["value"] if kpi in told else ""}
                for kpi in stage.kpis
            ],
        }
        for stage in lens.stages
    ]  # fmt: skip
