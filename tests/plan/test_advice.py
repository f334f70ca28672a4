"""Advice: what speaks for each row, what comes first, and what is never said."""

import shutil

import pytest
from drawing import journeys

import omvei
from omvei import lenses
from omvei.language import LANGUAGES, words
from omvei.lenses.lens import PARTS
from omvei.plan.actions import actions
from omvei.plan.advice import A_STAGE, BRING, FIRST, JUDGED, MOST, NEAREST, advice, sentences
from omvei.plan.kpis import kpis, role, seen_kinds, suits
from omvei.plan.plan import Plan, Row
from omvei.simulate import simulate
from omvei.touchpoints.vocabulary import codes

CAUSES = (
    "because",
    "leads to a",
    "makes people",
    "increases",
    "effect",
    "fordi",
    "därför",
    "fører til at",
)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    made = simulate(30_000, seed=7).write(folder)
    workspace = omvei.init(folder / "workspace")
    shutil.copytree(made["definitions"], workspace.path / "definitions", dirs_exist_ok=True)
    workspace.take(made["events"])
    return workspace.journeys


@pytest.fixture(scope="module")
def rows(simulated):
    return advice(simulated).to_json()["rows"]


def part(row):
    return role(lenses.load(row["lens"]), row["stage"])


def drawn(folder, line, many=40):
    return journeys(folder, **{f"p{number}": line for number in range(many)})


def test_the_stage_nearest_the_purchase_comes_first(rows):
    assert (rows[0]["action"], rows[0]["stage"]) == ("leak", "decision")
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    order = [NEAREST.index(part(row)) for row in rows]
    assert order == sorted(order)


def test_there_are_at_most_seven_and_no_stage_crowds_out_the_others(rows):
    assert 4 <= len(rows) <= MOST
    parts = [part(row) for row in rows]
    assert max(map(parts.count, parts)) <= A_STAGE
    assert {"decide", "consider", "keep", "discover"} <= set(parts)


def test_the_leak_is_that_of_the_leaks(simulated, rows):
    stages = {row["stage"]: row for row in simulated.lens("five_stage").leaks().to_json()["stages"]}
    for row in rows:
        if row["action"] == "leak":
            of = stages[row["stage"]]
            assert row["evidence"]["count"] == of["left"] - of["customers"]
            assert row["evidence"]["n"] == of["people"]


def test_the_placebo_channel_and_advertisements_shown_are_never_recommended(simulated):
    mapped = simulated.touchpoints().to_json()["rows"]
    never = {row["id"] for row in mapped if row["reason"] in ("shown", "nearer", "purchase")}
    assert "Affiliates" in {row["id"] for row in mapped}  # the planted channel that changes nobody
    for row in actions(simulated, seen_kinds(simulated)):  # whether or not it is among the seven
        assert "Affiliates" not in str(row)
        if row["action"] in ("invest", "path"):
            led_to = row["values"].get("c", row["values"]["b"])
            assert led_to["id"] not in never


def test_every_row_has_its_evidence_and_a_measure_that_may_judge_it(rows):
    for row in rows:
        told = row["evidence"]
        assert told["n"] >= 10
        assert told["low"] <= told["value"] <= told["high"]
        assert row["href"].startswith("/")
        assert suits(kpis()[row["kpi"]], lenses.load(row["lens"]), row["stage"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_is_said_in_every_language_and_never_as_a_cause(rows, language):
    for row in rows:
        for sentence in sentences(row, words(language)):
            assert "{" not in sentence
            assert not any(cause in sentence.lower() for cause in CAUSES)


def test_every_action_and_what_to_bring_has_its_sentences_in_every_language():
    for language in LANGUAGES:
        said = words(language)
        assert all(said.has(f"advised.{one}{end}") for one in FIRST for end in ("", ".why"))


def test_every_part_of_a_journey_is_judged_by_its_own_measure():
    assert set(JUDGED) == set(NEAREST) == set(PARTS)
    assert all(of in kpis()[kpi].serves for of, kpi in JUDGED.items())


def test_what_can_be_brought_in_is_told_by_known_kinds():
    assert {kind for told_by in BRING.values() for kind in told_by} <= set(codes())


def test_without_data_it_says_what_to_bring_in():
    said = advice(None).to_json()
    assert said["rows"] == []
    assert {"visits", "orders", "plan"} <= {one["what"] for one in said["bring"]}


def test_nothing_is_said_of_a_handful_of_people(tmp_path):
    said = advice(journeys(tmp_path, ann="search product_view", bob="search . purchase")).to_json()
    assert said["rows"] == []
    assert "orders" not in {one["what"] for one in said["bring"]}


def test_those_who_bought_again_are_those_of_the_repeat_rate(tmp_path):
    shop = drawn(tmp_path, "search purchase 20d purchase")
    again = next(r for r in advice(shop).to_json()["rows"] if r["action"] == "repeat")
    assert (again["evidence"]["count"], again["evidence"]["n"]) == (40, 40)
    assert again["measure"]["value"] == 1.0


def planned(target, kpi="conversion_rate"):
    model = lenses.load("five_stage")
    return Plan(model, (Row("decision", kpi=kpi, target=target),))


def test_a_stage_whose_plan_is_on_target_steps_back(simulated):
    first = advice(simulated, planned(0.01)).to_json()["rows"]
    assert first[0]["stage"] != "decision"
    assert [row["planned"] for row in first if row["stage"] == "decision"] != [None]
    assert all(row["planned"] for row in first if row["stage"] == "decision")


def test_a_plan_far_from_its_target_is_among_the_advice(simulated):
    said = advice(simulated, planned(0.9)).to_json()["rows"]
    row = next(row for row in said if row["action"] == "plan")
    assert (row["stage"], row["kpi"], row["planned"]) == ("decision", "conversion_rate", False)
    assert "90%" in sentences(row, words("en"))[1]
