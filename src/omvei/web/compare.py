"""The same people under two models: how each fits, and where people stand in both."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei import lenses
from omvei.answers.intervals import FEW
from omvei.language import Words
from omvei.web.asking import PERIODS, ask, model_of, own_models
from omvei.web.showing import address, as_json, said, show, wants_json

USUAL = ("funnel", "messy_middle")
"""The firm's view and the customer's, where none is asked for."""
FIGURES = ("fit_moves", "placed", "reentries", "windingness", "entropy")


def compare(request: Request) -> Response:
    """Show two models beside each other, `?a=funnel&b=stdc`."""
    names = [request.query_params.get(key) or usual for key, usual in zip("ab", USUAL, strict=True)]
    for name in names:
        model_of(request, name)
    if names[0] == names[1]:  # a model beside itself says nothing: take the next one
        names[1] = next(name for name in USUAL if name != names[0])
    asked = ask(request)
    answer = asked.journeys.compare(*names).to_json()
    if wants_json(request):
        return as_json(answer)
    t = said(request)
    order = [_order(model_of(request, name)) for name in names]
    kept = {**asked.query, "a": names[0], "b": names[1]}
    return show(
        request, "compare.html", asked=asked, answer=answer, names=names,
        known=[*lenses.names(), *own_models(request)],
        figures=_figures(answer, t), rows=_rows(answer, order), few=FEW, periods=PERIODS,
        others=[stage for stage in order[1] if _used(answer, "other", stage)],
        simulated=asked.workspace.simulated, json=address("/models/compare.json", kept),
    )  # fmt: skip


def _figures(answer: dict[str, Any], t: Words) -> list[dict[str, Any]]:
    return [
        {"name": name, "values": [figure(row[name], t) for row in answer["models"]]}
        for name in FIGURES
    ]


def figure(told: dict[str, Any], t: Words) -> dict[str, str]:
    """A number in words, and how sure it is; under 30 people a share is so many of so many."""
    if told["value"] is None:
        return {"value": "–", "sure": ""}
    if told["form"] == "share" and told["too_few"]:
        return {"value": t("questions.few", x=told["count"], n=told["of"]), "sure": ""}

    def write(value: float) -> str:
        return t.percent(value) if told["form"] == "share" else t.decimal(value, 2)

    if told["low"] is None:
        return {"value": write(told["value"]), "sure": ""}
    sure = t("questions.between", low=write(told["low"]), high=write(told["high"]))
    return {"value": write(told["value"]), "sure": sure}


def _rows(answer: dict[str, Any], order: list[list[str]]) -> list[dict[str, Any]]:
    """One row a stage of the first model: its people, and the people in each stage of the other."""
    found = []
    for stage in order[0]:
        cells = {row["other"]: row for row in answer["pairs"] if row["stage"] == stage}
        if cells:
            people = sum(row["people"] for row in cells.values())
            most = max(cells.values(), key=lambda row: row["people"])["other"]
            found.append({"stage": stage, "people": people, "cells": cells, "most": most})
    return found


def _order(model: lenses.Lens) -> list[str]:
    return [*(stage.id for stage in model.stages), "(no stage)"]


def _used(answer: dict[str, Any], key: str, stage: str) -> bool:
    return any(row[key] == stage for row in answer["pairs"])
