"""Every key of an answer is explained on the page of the keys."""

import re
from pathlib import Path

import pytest

import omvei
from omvei import keeping, lenses
from omvei.groups.group import place
from omvei.plan.advice import advice
from omvei.plan.campaigns import campaigns
from omvei.plan.checklist import checklist
from omvei.plan.learning import learning
from omvei.plan.plan import propose
from omvei.plan.rounds import record
from omvei.plan.scorecard import scorecard
from omvei.planned.plan import Condition, Plan, Planned

PAGE = (Path(__file__).parents[1] / "docs" / "json.md").read_text("utf-8")
OPEN = ("values", "parameters", "when")
"""What holds keys of others: of sentences, and of a model's file."""
PLAN = Plan(
    "way",
    "Way",
    (Planned("a", Condition(("search",)), ()), Planned("b", Condition(("purchase",)), (0,))),
)
ROUND = {"round": 1, "asset": "A", "from": "2025-01-01", "to": "2025-06-01"}
ROUNDS = tuple(
    record({**ROUND, **more})
    for more in (
        {"part": "tailor", "variant": "tailored"},
        {"part": "tailor", "variant": "generic"},
        {"part": "amplify", "channel": "Direct"},
    )
)
KINDS = ("search", "product_view", "product_view", "purchase")
ANSWERS = {
    "summary": lambda shop: shop.summary(),
    "map": lambda shop: shop.map("kind"),
    "people": lambda shop: shop.people(),
    "trace": lambda shop: shop.trace("u1"),
    "orders": lambda shop: shop.orders(),
    "funnel": lambda shop: shop.funnel(["search", "purchase"], by="kind"),
    "leaks": lambda shop: shop.leaks(),
    **{f"own of {name}": lambda shop, name=name: shop.lens(name).own() for name in lenses.names()},
    "matrix": lambda shop: shop.lens("hankins").matrix(),
    "numbers": lambda shop: shop.lens("five_stage").numbers(),
    "loops": lambda shop: shop.lens("hankins").loops(),
    "loopers": lambda shop: shop.lens("hankins").loopers("explore", "compare", "explore"),
    "returning": lambda shop: shop.lens("stdc").returning("think"),
    "wayfarers": lambda shop: shop.lens("hankins").wayfarers("trigger", "explore"),
    "whereabouts": lambda shop: shop.lens("funnel").whereabouts(),
    "compare": lambda shop: shop.compare("funnel", "hankins"),
    "fit": lambda shop: shop.fit(),
    "catches": lambda shop: shop.lens("stdc").catches(),
    "explain": lambda shop: shop.lens("hankins").explain("u1"),
    "what_if": lambda shop: shop.lens("hankins").what_if("trigger", "explore", 0.5),
    "differ": lambda shop: shop.lens("hankins").differ(shop.lens("hankins")),
    "costs": lambda shop: shop.costs(),
    "attribution": lambda shop: shop.attribution(),
    "choice": lambda shop: shop.choice(),
    "campaigns": lambda shop: campaigns(shop),
    "remarketing": lambda shop: shop.remarketing(),
    "statements": lambda shop: shop.statements(),
    "handovers": lambda shop: shop.handovers(),
    "groups": lambda shop: shop.groups(),
    "readiness": lambda shop: shop.readiness(),
    "content": lambda shop: shop.content(),
    "touchpoints": lambda shop: shop.touchpoints(),
    "conform": lambda shop: shop.conform(PLAN),
    "alongside": lambda shop: shop.alongside(PLAN, "u1"),
    "findings": lambda shop: shop.findings(),
    "start": lambda shop: shop.start(),
    "report": lambda shop: shop.workspace.report(),
    "why": lambda shop: shop.why("u1"),
    "consent": lambda shop: shop.consent(),
    "quality": lambda shop: shop.quality(),
    "policies": lambda shop: shop.beside({"policy": shop}),
    "advice": lambda shop: advice(shop, propose("stdc", "web_shop")),
    "checklist": lambda shop: checklist(shop.workspace.path, shop),
    "rounds": lambda shop: learning(ROUNDS, shop),
    "plan": lambda shop: scorecard(propose("stdc", "web_shop"), shop),
}


def made(folder):
    """A shop of which every answer of `ANSWERS` can be asked."""
    rows = [
        f"u{person},2025-0{1 + person % 6}-1{person % 9}T1{hour}:00:00Z,{kind}"
        for person in range(40)
        for hour, kind in enumerate(KINDS[: 2 + person % 3])
    ]
    (folder / "shop.csv").write_text("\n".join(["user_id,time,event", *rows]))
    workspace = omvei.init(folder / "shop")
    workspace.take(folder / "shop.csv")
    (folder / "costs.csv").write_text("day,channel,cost,currency\n2025-01-10,Direct,5,NOK\n")
    workspace.take(folder / "costs.csv")
    keeping.write(place(workspace.path), {"all": {"name": "All", "who": [{"customer": False}]}})
    return workspace


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return made(tmp_path_factory.mktemp("keys")).journeys


def keys(said):
    """The keys of an object, of what is in it, and of the first row of a list."""
    if isinstance(said, list):
        return keys(said[0]) if said else set()
    if not isinstance(said, dict):
        return set()
    return set(said).union(*(keys(part) for key, part in said.items() if key not in OPEN))


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_key_of_an_answer_is_explained(shop, answer):
    explained = set(re.findall(r"`(\w+)`", PAGE)) | set(lenses.names())
    assert keys(ANSWERS[answer](shop).to_json()) - explained == set()
