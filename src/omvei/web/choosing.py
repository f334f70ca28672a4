"""Which model should I use: what each is good for, and which of them fit the data."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei import lenses
from omvei.errors import NothingToAnswerError, UnknownNameError
from omvei.language import Words
from omvei.lenses.lens import SMALL_SHOP
from omvei.plan import rounds
from omvei.web.asking import PERIODS, USUAL_LENSES, ask, own_models, workspace
from omvei.web.compare import figure
from omvei.web.showing import address, as_json, said, show, wants_json

SHOW = ("simple", "full")
SIMPLE = 4
"""The most stages of a model that is shown as simple."""

Said = dict[str, Any]


def choosing(request: Request) -> Response:
    """Show the models with at most four stages, or all with `?show=full`; without data too."""
    shown = request.query_params.get("show") or SHOW[0]
    if shown not in SHOW:
        raise UnknownNameError("view", shown, SHOW)
    here, names = workspace(request), _names(shown, own_models(request))
    answer: Said
    try:
        asked = ask(request)
        answer = asked.journeys.fit(*names).to_json()
    except NothingToAnswerError:
        asked = None
        nothing: Said = {"n": 0, "best": None, "alike": [], "models": []}
        answer = {"answer": "fit", "simulated": here.simulated, **nothing}
    if wants_json(request):
        return as_json(answer)
    t = said(request)
    fits = {row["lens"]: row for row in answer["models"]} if answer["n"] else {}
    kept = {**(asked.query if asked else {}), "show": shown if shown != SHOW[0] else None}
    return show(
        request, "choosing.html", asked=asked, answer=answer, periods=PERIODS, shown=shown,
        choices=SHOW, simple=SIMPLE, kept=asked.query if asked else {},
        three=[_card(name, fits, t) for name in SMALL_SHOP],
        best=_card(answer["best"], fits, t) if answer["best"] else None,
        alike=[t.lens(name) for name in answer["alike"]],
        cards=[_card(name, fits, t) for name in fits or names],
        campaigns=_campaigns(t), simulated=here.simulated, json=address("/models.json", kept),
    )  # fmt: skip


def _campaigns(t: Words) -> Said:
    """The model that is about campaigns: it has no stages of people, so nothing to fit."""
    told = rounds.model()
    return {
        "name": told["name"][t.language],
        "good_for": told["good_for"][t.language],
        "parts": [part["label"][t.language] for part in told["parts"]],
    }


def _names(shown: str, own: dict[str, lenses.Lens]) -> list[str]:
    """The models to show, the usual ones first, the workspace's own last."""
    others = [name for name in lenses.names() if name not in USUAL_LENSES]
    return [
        name
        for name in (*USUAL_LENSES, *others, *own)
        if shown == "full" or len((own.get(name) or lenses.load(name)).stages) <= SIMPLE
    ]


def _card(name: str, fits: dict[str, Said], t: Words) -> Said:
    """A model in words; with data, also how it fits."""
    card: Said = {
        "name": name,
        "stages": [t.stage(name, stage) for stage in t.stages(name)],
        "good_for": t.good_for(name),
        "fit": [],
    }
    if row := fits.get(name):
        moves = {"value": t("models.any_move"), "sure": ""}
        seen = {"value": t("questions.few", x=row["seen"], n=row["stages"]), "sure": ""}
        card["fit"] = [
            {"name": t("models.placed"), **figure(row["placed"], t)},
            {"name": t("models.moves"), **(moves if row["free"] else figure(row["fit_moves"], t))},
            {"name": t("models.seen"), **seen},
        ]
        card["weakest"] = t.percent(row["weakest"])
        card["empty"] = [t.stage(name, stage) for stage in row["empty"]]
    return card
