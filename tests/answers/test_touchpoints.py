"""The touchpoint map: the people of the map, what is written by hand, and the planted truths."""

import shutil

import pytest
from drawing import journeys

import omvei
from omvei.errors import DefinitionError
from omvei.simulate import simulate
from omvei.touchpoints import channels
from omvei.touchpoints.by_hand import FILE
from omvei.touchpoints.owners import owners
from omvei.touchpoints.vocabulary import OWNERSHIPS


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    made = simulate(60_000, seed=7).write(folder)
    workspace = omvei.init(folder / "workspace")
    shutil.copytree(made["definitions"], workspace.path / "definitions", dirs_exist_ok=True)
    workspace.take(made["events"])
    return workspace.journeys


def written(shop, text):
    (shop.workspace.path / "definitions" / FILE).write_text(text, "utf-8")
    return {row["id"]: row for row in shop.touchpoints().to_json()["rows"]}


def test_every_channel_has_an_owner():
    assert set(owners()) == set(channels.names())
    assert {owner.owner for owner in owners().values()} <= set(OWNERSHIPS)


@pytest.mark.parametrize("by", ["channel", "kind"])
def test_the_people_are_those_of_the_map(simulated, by):
    drawn = {node["id"]: node for node in simulated.map(by, nodes=99).to_json()["nodes"]}
    rows = [row for row in simulated.touchpoints().to_json()["rows"] if row["by"] == by]
    assert rows
    for row in rows:
        node = drawn[row["id"]]
        assert (row["people"], row["touchpoints"]) == (node["people"], node["touchpoints"])


def test_the_people_in_a_stage_are_at_most_those_of_the_stage(simulated):
    drawn = {node["id"]: node["people"] for node in simulated.map("stage").to_json()["nodes"]}
    for row in simulated.touchpoints().to_json()["rows"]:
        assert all(people <= drawn[stage] for stage, people in row["people_by_stage"].items())


def test_the_placebo_is_never_invest_though_more_of_its_people_buy(simulated):
    rows = {row["id"]: row for row in simulated.touchpoints().to_json()["rows"]}
    placebo = rows["Affiliates"]
    assert placebo["went_on"] > placebo["others"]  # a path would praise it
    assert placebo["near"]["share"] > 2 * placebo["near"]["others"]  # they had a cart already
    assert placebo["advice"] != "invest"


def test_advertisements_seen_change_nothing_and_are_never_invest(simulated):
    rows = {row["id"]: row for row in simulated.touchpoints().to_json()["rows"]}
    for name in ("ad_view", "remarketing_view", "Display"):
        assert rows[name]["advice"] != "invest"


def test_the_price_of_a_visit_is_no_price_of_the_pages_seen_in_it(simulated):
    rows = simulated.touchpoints().to_json()["rows"]
    assert {row["by"] for row in rows if row["cost"]} == {"channel"}


def test_the_whole_of_what_is_controlled_is_the_sum_of_its_stages(simulated):
    whole, *stages = simulated.touchpoints().to_json()["control"]
    for name in ("touchpoints", "owned", "partner", "customer", "independent", "push"):
        assert whole[name] == sum(row[name] for row in stages)
    assert whole["touchpoints"] == simulated.summary().to_json()["touchpoints"]


def test_what_is_controlled_is_what_a_trace_says(tmp_path):
    shop = journeys(tmp_path, ann="search page_view review_read purchase delivery")
    told = [row["controlled"] for row in shop.trace("ann").to_dicts()]
    assert shop.touchpoints().to_json()["control"][0]["owned"] == sum(told) == 2


def test_one_channel_has_no_entropy(tmp_path):
    assert journeys(tmp_path, ann="page_view page_view").touchpoints().meaning["entropy"] == 0


def test_a_touchpoint_without_data_is_added_by_hand(tmp_path):
    rows = written(
        journeys(tmp_path, ann="search"),
        "- {id: Trade fair, ownership: partner, push: true, stages: [awareness], note: January}\n",
    )
    fair = rows["Trade fair"]
    assert (fair["by_hand"], fair["controlled"], fair["trust"]) == (True, False, None)
    assert (fair["stages"], fair["reason"]) == (["awareness"], "unseen")


def test_what_a_firm_says_of_a_touchpoint_holds(tmp_path):
    rows = written(journeys(tmp_path, ann="search"), "- {id: search, ownership: partner}\n")
    assert rows["search"]["ownership"] == "partner"
    assert not rows["search"]["by_hand"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("id: x\n", "expected a list"),
        ("- {name: x}\n", "needs `id:`"),
        ("- {id: x, owner: me}\n", "'owner' is not one of"),
        ("- {id: x, ownership: mine}\n", "'mine' is not one of"),
        ("- {id: x, push: sometimes}\n", "true or false"),
        ("- {id: x, stages: awareness}\n", "stages is a list"),
        ("- [\n", "is not YAML"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(tmp_path, text, problem):
    with pytest.raises(DefinitionError, match=r"line [12]:") as told:
        written(journeys(tmp_path, ann="search"), text)
    assert problem in str(told.value)
