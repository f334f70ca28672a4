"""What was planted in the simulated shop comes out of the worksheets, whatever the seed."""

import shutil

import pytest

import omvei
from omvei.plan.advice import advice
from omvei.plan.checklist import checklist
from omvei.plan.plan import propose
from omvei.plan.scorecard import scorecard
from omvei.simulate import simulate
from omvei.simulate.behaviour import Behaviour, load

PLANTED = {
    "explore": {"explore": 0.95, "evaluate": 0.2},
    "evaluate": {"explore": 0.3, "evaluate": 0.95},
}
"""Where most people are made to leave for good, and the chances there."""
SEEN = {"explore": "exploration", "evaluate": "evaluation"}
"""The hidden stages, by the names of the messy middle."""
SEEDS = (3, 4)


def shop(folder, behaviour=None, **asked):
    made = simulate(behaviour=behaviour, **asked)
    files = made.write(folder / "files")
    workspace = omvei.init(folder / "workspace")
    shutil.copytree(files["definitions"], workspace.path / "definitions", dirs_exist_ok=True)
    workspace.take(files["events"])
    return made.truth, workspace.journeys


@pytest.fixture(scope="module")
def shops(tmp_path_factory):
    """A shop for each planted leak and each seed: the truth and the journeys."""
    found = {}
    for stage, leaks in PLANTED.items():
        rules = load().rules
        behaviour = Behaviour({**rules, "leaks": {**rules["leaks"], **leaks}})
        for seed in SEEDS:
            folder = tmp_path_factory.mktemp(f"{stage}{seed}")
            found[stage, seed] = shop(folder, behaviour, events=20_000, seed=seed)
    return found


def leaks(journeys):
    return journeys.lens("messy_middle").leaks().to_json()["stages"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_planted_leak_leads_the_list(shops, seed):
    truth, journeys = shops["explore", seed]
    left = truth["happened"]["people_left_for_good"]
    assert max(left, key=left.get) == "explore"
    assert leaks(journeys)[0]["stage"] == SEEN["explore"]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("planted", PLANTED)
def test_the_planted_leak_leads_the_advice_wherever_it_is(shops, planted, seed):
    _, journeys = shops[planted, seed]
    first = advice(journeys.lens("messy_middle")).to_json()["rows"][0]
    assert (first["action"], first["stage"]) == ("leak", SEEN[planted])


@pytest.mark.parametrize("seed", SEEDS)
def test_where_the_leak_is_moved_its_share_moves_beyond_its_interval(shops, seed):
    here, there = ({row["stage"]: row for row in leaks(shops[stage, seed][1])} for stage in PLANTED)
    assert here["exploration"]["low"] > there["exploration"]["high"]
    assert there["evaluation"]["low"] > here["evaluation"]["high"]


def test_the_placebo_is_never_to_be_invested_in(shops):
    for truth, journeys in shops.values():
        placebo = truth["placebo"]["channel"]
        rows = {row["id"]: row for row in journeys.touchpoints().to_dicts()}
        assert rows[placebo]["advice"] != "invest"
        advised = advice(journeys).to_json()["rows"]
        assert placebo not in str(advised)


def test_three_hundred_orders_fill_every_worksheet(tmp_path):
    truth, journeys = shop(tmp_path, orders=300)
    assert truth["orders"] == 300
    plan = propose("five_stage", "web_shop")
    card = scorecard(plan, journeys).to_json()["rows"]
    assert {row["status"] for row in card} <= {"no_target", "too_few"}
    assert sum(row["value"] is not None for row in card) >= 4
    listed = checklist(journeys.workspace.path, journeys).to_dicts()
    assert [row["question"] for row in listed if row["n"] == 0] == []
    assert {row["verdict"] for row in listed} > {"pass"}  # it tells one from the other
    advised = advice(journeys, plan).to_json()["rows"]
    assert 4 <= len(advised) <= 7
    assert len({row["stage"] for row in advised}) >= 3
    held = journeys.content().to_json()
    assert any(row["gap"] for row in held["rows"])
    assert all(row["people"] for row in held["stages"])
    choice = journeys.choice().to_json()
    assert choice["readiness"][0]["people"] >= 30
    assert sum(row["purchases"] for row in choice["sales"]) == 300
    assert {row["advice"] for row in journeys.touchpoints().to_dicts()} >= {"keep"}
