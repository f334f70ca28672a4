"""Every figure of a worksheet is the same figure on the map, in the funnel, in the leaks, in the
list of people and in their traces."""

import shutil

import pytest

import omvei
from omvei.plan import plan as plans
from omvei.simulate import simulate


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("same")
    made = simulate(12_000, seed=3).write(folder)
    workspace = omvei.init(folder / "workspace")
    shutil.copytree(made["definitions"], workspace.path / "definitions", dirs_exist_ok=True)
    workspace.take(made["events"])
    plans.save(workspace.path, plans.propose("five_stage", "web_shop"))
    return workspace


@pytest.fixture(scope="module")
def journeys(shop):
    return shop.journeys


@pytest.fixture(scope="module")
def summary(journeys):
    return journeys.summary().to_json()


@pytest.fixture(scope="module")
def leaks(journeys):
    return {row["stage"]: row for row in journeys.lens("five_stage").leaks().to_json()["stages"]}


def people_of(answer, part="nodes", name="id"):
    return {row[name]: row["people"] for row in answer.to_json()[part]}


@pytest.mark.parametrize("by", ["kind", "channel"])
def test_a_touchpoint_is_met_by_the_people_of_its_place_on_the_map(journeys, by):
    drawn = people_of(journeys.map(by, nodes=200))
    rows = [row for row in journeys.touchpoints().to_dicts() if row["by"] == by]
    assert len(rows) > 5
    assert {row["id"]: row["people"] for row in rows} == {
        row["id"]: drawn[row["id"]] for row in rows
    }


def test_they_are_the_people_of_the_list_and_their_traces_hold_it(journeys):
    rows = {row["id"]: row["people"] for row in journeys.touchpoints().to_dicts()}
    listed = journeys.people(by="kind", node="review_written", limit=1000, nodes=200).to_json()
    assert listed["n"] == rows["review_written"] == len(listed["rows"]) > 0
    for person in listed["rows"][:5]:
        kinds = [row["kind"] for row in journeys.trace(person["person"]).to_json()["rows"]]
        assert "review_written" in kinds


def test_people_in_a_stage_are_those_of_map_leaks_and_funnel(journeys, leaks):
    seen = journeys.lens("five_stage")
    content = people_of(journeys.content(), "stages", "stage")
    drawn = people_of(seen.map("stage"))
    for stage, people in content.items():
        there = leaks[stage]["people"] if stage in leaks else drawn.get(stage, 0)
        funnel = seen.funnel([stage], by="stage").to_json()["steps"][0]["people"]
        assert people == there == drawn.get(stage, 0) == funnel, stage


def test_a_piece_of_content_is_met_by_the_people_of_its_place_on_the_map(journeys):
    drawn = people_of(journeys.map("content", nodes=300))
    pieces = [row for row in journeys.content().to_json()["pieces"] if row["name"] in drawn]
    assert len(pieces) > 10
    for piece in pieces:
        assert piece["people"] == drawn[piece["name"]], piece["name"]


def test_the_plan_is_read_as_the_leaks_and_the_summary_are(shop, leaks, summary):
    rows = {row["stage"]: row for row in shop.scorecard().to_dicts()}
    decided = rows["decision"]
    assert decided["kpi"] == "conversion_rate"
    assert decided["n"] == leaks["decision"]["people"]
    assert decided["value"] == leaks["decision"]["bought"] / leaks["decision"]["people"]
    assert rows["retention"]["n"] == summary["customers"]


def test_the_checklist_asks_the_customers_of_the_summary(shop, journeys, summary):
    rows = {row["question"]: row for row in shop.checklist().to_dicts()}
    bought = journeys.funnel(["purchase"], by="kind").to_json()["steps"][0]["people"]
    assert rows["follow_up"]["n"] == rows["recommend"]["n"] == summary["customers"] == bought


def test_channel_choice_counts_the_purchases_of_the_summary(journeys, summary):
    choice = journeys.choice().to_json()
    assert sum(row["purchases"] for row in choice["sales"]) == summary["purchases"]
    assert sum(row["converted"] for row in choice["visits"]) <= summary["purchases"]
    alone = journeys.readiness().to_json()
    assert alone["rows"] == choice["readiness"]
    assert alone["n"] == alone["rows"][0]["people"]


def test_advice_rests_on_the_numbers_of_the_answers_it_names(shop, leaks, summary):
    rows = shop.advice().to_dicts()
    told = [row for row in rows if row["action"] == "leak"]
    assert told
    for row in told:
        leak = leaks[row["stage"]]
        assert row["evidence"]["n"] == leak["people"]
        assert row["evidence"]["count"] == leak["left"] - leak["customers"]
    again = next((row for row in rows if row["action"] == "repeat"), None)
    assert again is None or again["evidence"]["n"] == summary["customers"]


def test_the_start_page_and_the_month_are_made_of_the_same_answers(shop, journeys, summary):
    start = journeys.start().to_json()
    assert start["summary"] == summary
    assert start["findings"] == journeys.findings().to_dicts()
    month = shop.report("2025-06").to_json()
    part = journeys.between("2025-06-01", "2025-07-01")
    assert month["n"] == part.summary().to_json()["people"] == part.map().to_json()["n"]
