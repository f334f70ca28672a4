"""The measurement plan: proposed, checked, guarded, and beside the data."""

import pytest
import yaml
from drawing import journeys

import omvei
from omvei import keeping, lenses
from omvei.errors import DefinitionError, OmveiError, UnknownNameError
from omvei.language import LANGUAGES
from omvei.plan import plan as plans
from omvei.plan.kpis import ROLES, kpis, refusal, role, suited
from omvei.plan.scorecard import scorecard
from omvei.touchpoints.vocabulary import kinds


def checked(tmp_path, said):
    file = tmp_path / "plan.yaml"
    file.write_text(said if isinstance(said, str) else yaml.safe_dump(said), "utf-8")
    return plans.check(keeping.read(file))


@pytest.mark.parametrize("model", lenses.names())
@pytest.mark.parametrize("business", list(plans.businesses()))
def test_every_proposal_can_be_written_and_read(tmp_path, model, business):
    omvei.init(tmp_path / "w")
    for language in LANGUAGES:
        plan = plans.propose(model, business, language)
        plans.save(tmp_path / "w", plan)
        assert plans.load(tmp_path / "w") == plan
        assert all(row.goal and row.content and row.kpi for row in plan.rows)


def test_every_measure_is_told_in_every_language_and_counted_from_known_kinds():
    for kpi in kpis().values():
        assert set(kpi.label) == set(kpi.definition) == set(LANGUAGES)
        assert set(kpi.events) <= set(kinds())
        assert set(kpi.serves) <= set(ROLES)


def test_every_stage_with_a_part_in_the_journey_has_a_measure():
    for name in lenses.names():
        model = lenses.load(name)
        assert all(suited(model, stage.id) for stage in model.stages if role(model, stage.id))


def test_a_video_for_those_who_are_not_buying_is_not_judged_by_sales():
    why = refusal(kpis()["conversion_rate"], lenses.load("stdc"), "see")
    assert why["serves"] == ["do"]
    assert "new_people" in why["instead"]
    assert refusal(kpis()["conversion_rate"], lenses.load("stdc"), "do") is None


def test_the_guard_gives_its_reason_with_the_line(tmp_path):
    with pytest.raises(DefinitionError, match=r"line 4: Buy rate is no measure of See"):
        checked(tmp_path, "model: stdc\nrows:\n- stage: see\n  kpi: conversion_rate\n")


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("- a\n", "a plan is `model:`"),
        ("model: nothing\n", "No model named"),
        ("model: stdc\nrow: []\n", "line 2: 'row' is not one of"),
        ("model: stdc\nrows: 3\n", "rows is a list"),
        ("model: stdc\nrows:\n- goal: x\n", "line 3: a row needs `stage:`"),
        ("model: stdc\nrows:\n- {stage: do, kpi: sales}\n", "No measure named 'sales'"),
        ("model: stdc\nrows:\n- {stage: do, target: many}\n", "is not a target"),
        ("model: stdc\nrows:\n- {stage: do, target: -3}\n", "is not a target"),
        ("model: stdc\nrows:\n- {stage: do, review: soon}\n", "is not a day"),
        ("model: stdc\nrows:\n- {stage: do, goal: [a]}\n", "is a text"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_cure(tmp_path, said, problem):
    with pytest.raises(DefinitionError) as told:
        checked(tmp_path, said)
    assert problem in str(told.value)


def test_a_business_that_is_not_there_is_told():
    with pytest.raises(UnknownNameError, match="web_shop"):
        plans.propose("stdc", "web_shp")
    with pytest.raises(OmveiError):
        plans.number("1e400")


def test_without_data_every_row_says_what_would_make_it_visible():
    rows = scorecard(plans.propose("stdc", "web_shop"), None).to_dicts()
    assert {row["status"] for row in rows} == {"not_observed"}
    assert rows[-1]["missing"] == ["purchase"]


def test_what_was_never_recorded_is_not_zero(tmp_path):
    shop = journeys(tmp_path, ann="search purchase", bo="search purchase")
    plan = plans.Plan(
        lenses.load("five_stage"), (plans.Row("advocacy", kpi="referral_rate", target=0.1),)
    )
    row = scorecard(plan, shop).to_dicts()[0]
    assert row["value"] is None
    assert row["status"] == "not_observed"
    assert "referral_sent" in row["missing"]


def test_a_target_is_reached_or_not_only_with_people_enough(tmp_path):
    drawn = {f"p{i}": "product_view purchase" if i % 2 else "price_view" for i in range(40)}
    shop = journeys(tmp_path, **drawn)
    plan = plans.Plan(
        lenses.load("stdc"),
        (
            plans.Row("do", kpi="conversion_rate", target=0.5),
            plans.Row("do", kpi="conversion_rate", target=0.6),
            plans.Row("do", kpi="conversion_rate", target=0.9),
            plans.Row("care", kpi="repeat_rate", target=0.9),
        ),
    )
    rows = scorecard(plan, shop).to_dicts()
    assert [row["status"] for row in rows] == ["on_target", "near", "far", "too_few"]
    assert [row["n"] for row in rows] == [40, 40, 40, 20]
