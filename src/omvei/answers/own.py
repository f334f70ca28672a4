"""A model's own numbers: what its authors ask of the journeys, and where people stand in it.

Each model asks for figures of its own; they are worked out in a module a subject: `reached` (how
far people come), `consideration` (the set they choose from), `middle` (rounds), `cues` (what sways
them), `loyalty`, `waiting` (ready, but not yet), `flywheel`, `intent` (four audiences), `routes`,
and `buyers` (purchases and what follows them).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..result import Result
from ..touchpoints.vocabulary import codes
from . import consideration, flywheel, intent, loyalty, middle, reached, routes, waiting
from . import cues as bias
from .buyers import Buyers
from .figures import Figure, count, share, unseen
from .intervals import FEW
from .standing import standing
from .tally import Tally

if TYPE_CHECKING:
    from ..journeys import Journeys

Parts = dict[str, list[dict[str, Any]]]
Told = tuple[list[Figure], Parts]
Some = dict[str, Figure]

BOUGHT = (
    "conversion_rate",
    "checkout_abandonment",
    "customer_value",
    "repeat_rate",
    "referral_rate",
    "net_promoter_score",
)
RECOMMEND = (
    "conversion_rate",
    "checkout_abandonment",
    "repeat_rate",
    "referral_rate",
    "reviews_per_100_buyers",
    "referral_conversion",
    "net_promoter_score",
)
WHEEL = (
    "customers",
    "viral_coefficient",
    "repeat_rate",
    "cart_abandonment",
    "checkout_abandonment",
    "support_contacts_per_purchase",
    "returns_per_purchase",
    "complaints_per_purchase",
    "referral_rate",
    "net_promoter_score",
)


def _few(figures: Some, *names: str) -> list[Figure]:
    return [figures[name] for name in names if name in figures]


def _funnel(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
    order = buyers.get("mean_order_value")
    rows = reached.reached(journeys, order)
    first, last = rows[0]["people"], rows[-1]["people"]
    figures = [
        share("total_conversion", last, first),
        reached.fit(journeys),
        reached.visitor(rows, order),
        *_few(buyers, "order_value", "cart_abandonment", "checkout_abandonment"),
    ]
    return figures, {"reached": rows}


def _buying(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
    figures, over_time = consideration.sets(journeys, ("evaluation",))
    return figures, {"over_time": over_time}


def _four(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
    return [*waiting.waiting(journeys), *_few(buyers, "conversion_rate", "repeat_rate")], {}


def _five(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
    return _few(buyers, *RECOMMEND), {}


def _stdc(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
    asked = journeys.workspace.audience
    see = next(row for row in parts["stages"] if row["stage"] == "see")
    size = count("audience_size_see", asked or 0)
    size |= {"value": asked, "count": asked, "label": "given"}
    seen = share("audience_seen", see["people"], asked) if asked else share("audience_seen", 0, 0)
    return [size, seen, *intent.intents(journeys), *_few(buyers, *BOUGHT)], {}


def _middle(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
    sets, over_time = consideration.sets(journeys, ("exploration", "evaluation"))
    wanted = ("set_at_entry", "set_largest", "set_at_exit")
    figures = [*middle.loops(journeys), *(f for f in sets if f["name"] in wanted)]
    figures += _few(buyers, "negative_reviews_per_purchase")
    return figures, {"over_time": over_time, "cues": bias.cues(journeys)}


def _hankins(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
    rows = routes.routes(journeys)
    enough = next((i for i, row in enumerate(rows, 1) if row["covered"] >= routes.COVERED), 0)
    used = {(row["source"], row["target"]) for row in parts["moves"]}
    stages = {row["stage"]: row for row in parts["stages"]}
    into = [row for row in parts["moves"] if row["target"] == "purchase"]
    short = next((row["transitions"] for row in into if row["source"] == "trigger"), 0)
    people = sum(row["people"] for row in rows)
    woken = next((r["people"] for r in parts["moves"] if _is(r, "no_need", "trigger")), 0)
    regret = next((r["people"] for r in parts["moves"] if _is(r, "experience", "compare")), 0)
    everybody = sum(row["now"] for row in parts["stages"])
    all_lines = len(journeys.model.moves)
    figures = [
        share("share_at_rest", stages["no_need"]["now"], everybody),
        share("trigger_rate", woken, stages["no_need"]["people"]),
        share("shortcut_share", short, sum(row["transitions"] for row in into)),
        share("regret_share", regret, stages["experience"]["people"]),
        count("unused_lines", all_lines - len(used), "lines") | {"people": everybody},
        count("routes_to_80", enough, "routes") | {"people": people, "too_few": people < FEW},
    ]
    figures[2]["unit"] = "moves"
    return figures, {"routes": rows}


def _is(move: dict[str, Any], source: str, target: str) -> bool:
    return bool(move["source"] == source and move["target"] == target)


def _mckinsey(evaluation: str) -> Callable[["Journeys", Some, Parts], Told]:
    def told(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
        days = journeys.model.parameters.get("ics_days", 3)
        sets, _ = consideration.sets(journeys, (evaluation,), "brand", days)
        wanted = (
            "initial_set",
            "initial_set_inclusion",
            "set_largest",
            "set_added",
            "set_dropped",
            "late_entry_wins",
            "evaluation_days",
        )
        figures, cycles = loyalty.loyalty(journeys, evaluation)
        figures += [figure for figure in sets if figure["name"] in wanted]
        return [*figures, *_few(buyers, "repeat_rate", "referral_rate")], {"cycles": cycles}

    return told


def _flywheel(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
    return [*flywheel.flywheel(journeys, buyers), *_few(buyers, *WHEEL)], {}


def _aarrr(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
    people = sum(row["now"] for row in parts["stages"])
    figures = [share(f"reached_{row['stage']}", row["people"], people) for row in parts["stages"]]
    names = ("returning_7_days", "returning_30_days", "viral_coefficient", "customer_value")
    return [*figures, *_few(buyers, *names)], {}


def _race(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
    people = sum(row["now"] for row in parts["stages"])
    figures = [share(f"reached_{row['stage']}", row["people"], people) for row in parts["stages"]]
    return [*figures, *_few(buyers, "order_value", "repeat_rate", "referral_rate")], {}


def _lemon(journeys: "Journeys", buyers: Some, parts: Parts) -> Told:
    controlled = [
        row["owned"] | {"name": f"owned_{row['stage']}"} for row in parts["stages"] if row["owned"]
    ]
    return [*controlled, *_few(buyers, "conversion_rate", "repeat_rate")], {}


ONLY_WITH_PURCHASES = {
    "conversion_rate",
    "total_conversion",
    "cart_abandonment",
    "checkout_abandonment",
    "closure_rate",
    "left_share",
    "sold_to_new",
    "lost_before_delight",
    "reached_revenue",
    "reached_convert",
}
"""Figures that would say 0 or everybody where the data holds no purchases at all."""

ASK: dict[str, Callable[["Journeys", Some, Parts], Told]] = {
    "funnel": _funnel,
    "buying_process": _buying,
    "four_phase": _four,
    "five_stage": _five,
    "stdc": _stdc,
    "messy_middle": _middle,
    "hankins": _hankins,
    "cdj2009": _mckinsey("active_evaluation"),
    "cdj2010": _mckinsey("evaluate"),
    "flywheel": _flywheel,
    "aarrr": _aarrr,
    "race": _race,
    "lemon_verhoef": _lemon,
}
"""What each model that comes with Omvei asks; a model of one's own has its stages and moves."""


def own(journeys: "Journeys") -> Result:
    """The own numbers of the journeys' model.

    Parts: `stages` and `moves` (see `standing`); what the model has of `reached`, `over_time`,
    `cues`, `routes` and `cycles`, documented in their modules; and `figures` (see `figures`).

    Raises `NothingToAnswerError` where there is no data.
    """
    model = journeys.model
    stages, moves, people = standing(journeys)
    currency = usual(journeys)
    known = journeys.words["currency"]
    buyers = journeys.run(Buyers(known.index(currency) if currency else -1, journeys.end))
    figures: list[Figure] = _few(buyers, "conversion_rate", "repeat_rate")
    parts: Parts = {"stages": stages, "moves": moves}
    if people and model.id in ASK:
        figures, more = ASK[model.id](journeys, buyers, parts)
        parts |= more
    if not _sells(journeys):
        figures = [unseen(f) if f["name"] in ONLY_WITH_PURCHASES else f for f in figures]
    return Result(
        "own",
        journeys.meaning(people)
        | {"lens": model.id, "parameters": dict(model.parameters), "currency": currency},
        {**parts, "figures": figures},
    )


def _sells(journeys: "Journeys") -> bool:
    """Whether any purchase was ever seen here: without one, nobody knows how many buy."""
    code = codes()["purchase"]
    return bool(journeys.whole().run(Tally("kind", len(codes())))[code, 0])


def usual(journeys: "Journeys") -> str | None:
    """The currency of most touchpoints with an amount; None where there is none."""
    words = journeys.words["currency"]
    if not words:
        return None
    counted = journeys.run(Tally("currency", len(words)))[:-1, 0]
    return words[int(counted.argmax())]
