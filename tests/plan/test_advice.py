"""Advice: what speaks for each row, what comes first, and what is never said."""

import re
import shutil

import pytest
from click.testing import CliRunner
from drawing import journeys

import omvei
from omvei import lenses
from omvei.answers.last import last
from omvei.cli import main
from omvei.language import LANGUAGES, words
from omvei.lenses.lens import PARTS
from omvei.lenses.own import copy
from omvei.plan.actions import actions
from omvei.plan.advice import (
    A_STAGE,
    BRING,
    FIRST,
    JUDGED,
    MOST,
    NEAREST,
    OTHERS,
    advice,
    elsewhere,
    sentences,
)
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


def lost(many, further):
    """Forty who buy after the decision, `many` who stop in it, `further` who stop before it."""
    return {
        "late": "page_view 500d page_view",  # so that the others have been silent for long
        **{f"buyer{n}": "guide_read product_view add_to_cart purchase" for n in range(40)},
        **{f"near{n}": "guide_read product_view add_to_cart" for n in range(many)},
        **{f"far{n}": "guide_read" for n in range(further)},
    }


def test_the_stage_nearest_the_purchase_comes_first(tmp_path):
    said = advice(journeys(tmp_path, **lost(40, 40))).to_json()
    assert said["first"] == "nearest"
    assert [row["rank"] for row in said["rows"]] == list(range(1, len(said["rows"]) + 1))
    order = [NEAREST.index(part(row)) for row in said["rows"]]
    assert order == sorted(order)
    assert (said["rows"][0]["action"], said["rows"][0]["stage"]) == ("leak", "decision")


def test_the_data_say_otherwise_where_clearly_more_is_lost_further_away(tmp_path):
    said = advice(journeys(tmp_path, **lost(12, 900))).to_json()
    assert said["first"] == "leak"
    first, *others = said["rows"]
    assert (first["action"], first["stage"]) == ("leak", "consideration")
    assert [one["stage"] for one in first["others"]] == ["decision"]
    order = [NEAREST.index(part(row)) for row in others]
    assert order == sorted(order)


def test_the_planted_leak_leads(simulated, rows):
    """Most leave for good while they explore; there five stages have the consideration."""
    for model, stage in (("five_stage", "consideration"), ("messy_middle", "exploration")):
        said = advice(simulated.lens(model)).to_json()
        assert (said["first"], said["rows"][0]["stage"]) == ("leak", stage)
    assert rows == advice(simulated.lens("five_stage")).to_json()["rows"]


def test_there_are_at_most_seven_different_ones_and_no_stage_crowds_out_the_others(rows):
    assert 4 <= len(rows) <= MOST
    assert len({row["action"] for row in rows}) == len(rows)
    parts = [part(row) for row in rows]
    assert max(map(parts.count, parts)) <= A_STAGE
    assert {"decide", "consider", "keep", "discover"} <= set(parts)


def test_the_same_action_elsewhere_is_told_under_the_first(simulated, rows):
    every = list(actions(simulated.lens("five_stage"), seen_kinds(simulated)))
    for row in rows:
        same = [one for one in every if one["action"] == row["action"]]
        assert len(row["others"]) == min(OTHERS, len(same) - 1)
        assert len(row["others"]) + row["more"] == len(same) - 1
        told = [row, *row["others"]]
        assert len({str(one["values"]) for one in told}) == len(told)


def slowly(shop, model, quiet_days):
    """Where those who went silent were last, person by person."""
    found = {}
    for block in (opened() for opened in shop.blocks()):
        stages = block[f"stage:{model.digest}"]
        for person in range(block.people):
            first, stop = int(block.starts[person]), int(block.starts[person + 1])
            if first == stop or codes()["purchase"] in block["kind"][first:stop]:
                continue
            stage, content = int(stages[stop - 1]), int(block["content"][stop - 1])
            if (shop.end - block["time"][stop - 1]) / 86_400e6 < quiet_days:
                continue
            if stage < len(model.stages) and content >= 0:
                key = (model.stages[stage].id, shop.words["content"][content])
                found[key] = found.get(key, 0) + 1
    return found


@pytest.mark.parametrize("model", ["five_stage", "messy_middle"])
@pytest.mark.parametrize("quiet_days", [5, 40])
def test_where_people_were_last_is_counted_person_by_person(simulated, model, quiet_days):
    here = simulated.lens(model)
    slow = slowly(here, here.model, quiet_days)
    fast = last(here, quiet_days)
    assert fast
    for stage, told in fast.items():
        assert told["people"] == slow[stage, told["content"]]
        assert told["people"] == max(n for (s, _), n in slow.items() if s == stage)
    assert set(fast) == {stage for stage, _ in slow}


def test_a_model_of_ones_own_is_advised_by(simulated):
    folder = simulated.workspace.path
    file = copy(folder, "ours", "five_stage")
    try:
        shop = omvei.open(folder).journeys
        known = advice(shop.lens("five_stage")).to_json()["rows"]
        ours = advice(shop.lens("ours"))
        assert [(row["action"], row["stage"]) for row in ours.to_json()["rows"]] == [
            (row["action"], row["stage"]) for row in known
        ]
        assert {row["lens"] for row in ours.to_json()["rows"]} == {"ours"}
        no_parts = re.sub(r"(?m)^    part: .*\n", "", file.read_text()).replace(
            "en: Consideration", "en: Weighing"
        )
        file.write_text(no_parts)
        told = advice(omvei.open(folder).journeys.lens("ours"))
        first = told.to_json()["rows"][0]
        assert (first["action"], first["stage"], first["lens"]) == ("leak", "consideration", "ours")
        assert "Weighing" in told.sheet("en").html()
        ran = CliRunner().invoke(main, ["-w", str(folder), "advice", "--lens", "ours"])
        assert ran.exit_code == 0, ran.output
        assert "Weighing" in ran.output
    finally:
        file.unlink()


def test_the_leak_is_that_of_the_leaks(simulated, rows):
    stages = {row["stage"]: row for row in simulated.lens("five_stage").leaks().to_json()["stages"]}
    leak = next(row for row in rows if row["action"] == "leak")
    for row in (leak, *leak["others"]):
        of = stages[row["stage"]]
        assert row["evidence"]["count"] == of["left"] - of["customers"]
        assert row["evidence"]["n"] == of["people"]


def test_the_placebo_channel_and_advertisements_shown_are_never_recommended(simulated):
    mapped = simulated.touchpoints().to_json()["rows"]
    never = {row["id"] for row in mapped if row["reason"] in ("shown", "nearer", "purchase")}
    assert "Affiliates" in {row["id"] for row in mapped}  # the planted channel that changes nobody
    every = actions(simulated.lens("five_stage"), seen_kinds(simulated))
    for row in every:  # whether or not it is among the seven
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
        t = words(language)
        for sentence in (*sentences(row, t), *elsewhere(row, t)):
            assert "{" not in sentence
            assert not any(cause in sentence.lower() for cause in CAUSES)


def test_every_action_and_what_to_bring_has_its_sentences_in_every_language():
    for language in LANGUAGES:
        said = words(language)
        assert all(
            said.has(f"advised.{one}{end}") for one in FIRST for end in ("", ".why", ".other")
        )


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
    again = next(r for r in advice(shop).to_json()["rows"] if r["action"] == "record")
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
