"""The measurement plan: proposed, checked, guarded, and beside the data."""

from dataclasses import replace

import pytest
import yaml
from drawing import journeys

import omvei
from omvei import keeping, lenses
from omvei.errors import DefinitionError, OmveiError, UnknownNameError
from omvei.language import LANGUAGES
from omvei.lenses.lens import PARTS
from omvei.lenses.own import copy
from omvei.plan import plan as plans
from omvei.plan.kpis import kpis, refusal, role, suited
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
    plan = plans.propose(model, business)
    plans.save(tmp_path / "w", plan)
    assert plans.load(tmp_path / "w") == plan
    for language in LANGUAGES:
        read = plan.read(language)
        assert all(row.goal and row.content and row.kpi for row in read)


def test_a_proposal_is_read_in_the_language_of_whoever_opens_it_and_own_words_stay(tmp_path):
    omvei.init(tmp_path / "w")
    plan = plans.propose("stdc", "web_shop")
    row = replace(plan.read("nb")[2], goal="Mine ord", note="Kari")
    changed = plan.changed(row, "nb")
    assert (changed.goal, changed.group, changed.content) == ("Mine ord", None, None)
    plans.save(tmp_path / "w", replace(plan, rows=(*plan.rows[:2], changed, *plan.rows[3:])))
    told = (tmp_path / "w" / "definitions" / "plan.yaml").read_text("utf-8")
    assert "Mine ord" in told
    assert "produktsider" not in told  # what nobody changed is not written in one language
    for language in LANGUAGES:
        shown = plans.load(tmp_path / "w").read(language)[2]
        assert (shown.goal, shown.note) == ("Mine ord", "Kari")
        assert shown.content == plans.businesses()["web_shop"]["content"]["decide"][language]


def test_words_that_were_taken_away_stay_away(tmp_path):
    omvei.init(tmp_path / "w")
    plan = plans.propose("stdc", "web_shop")
    row = plan.changed(replace(plan.read("sv")[0], group=""), "sv")
    plans.save(tmp_path / "w", replace(plan, rows=(row,)))
    assert plans.load(tmp_path / "w").read("da")[0].group == ""


def test_a_plan_without_a_kind_of_business_says_what_its_rows_say(tmp_path):
    plan = checked(tmp_path, "model: stdc\nrows:\n- {stage: do, goal: They buy}\n")
    assert plan.read("da")[0].goal == "They buy"
    assert plan.read("da")[0].content == ""
    assert plan.changed(plan.read("da")[0], "da") == plan.rows[0]


OWN = """\
id: ours
name: {en: Ours}
carrier: keep
rest: {stage: away}
stages:
  - {id: away, label: {en: Away}}
  - {id: looking, label: {en: Looking, nb: Ser seg om}, goal: {en: find us}, kpis: [new_people]}
  - {id: choosing, label: {en: Choosing}}
rules:
  - {stage: choosing, when: {kind: [product_view, purchase]}}
  - {stage: looking, when: {kind: search}}
moves: all
"""


def test_a_plan_by_a_model_of_ones_own(tmp_path):
    shop = journeys(tmp_path, **{f"p{n}": "search product_view purchase" for n in range(40)})
    folder = shop.workspace.path
    models = folder / "definitions" / "lenses"
    models.mkdir(parents=True, exist_ok=True)
    (models / "ours.yaml").write_text(OWN)
    plan = plans.propose("ours", "web_shop", folder=folder)
    assert [(row.stage, row.kpi) for row in plan.rows] == [
        ("looking", "new_people"),
        ("choosing", "progression"),
    ]  # a rest needs no effort
    plans.save(folder, plan)
    assert plans.load(folder) == plan
    assert [row.goal for row in plan.read("nb")] == ["find us", ""]
    card = scorecard(plans.load(folder), shop)
    assert card.to_dicts()[0]["n"] == 40
    assert "Ser seg om" in card.sheet("nb").html()
    with_parts = OWN.replace("id: choosing", "id: choosing, part: decide")
    (models / "ours.yaml").write_text(with_parts)
    plan = plans.propose("ours", "web_shop", folder=folder)
    assert [(row.stage, row.kpi) for row in plan.rows] == [("choosing", "conversion_rate")]
    content = plans.businesses()["web_shop"]["content"]["decide"]["sv"]
    assert plan.read("sv")[0].content == content


def test_a_copy_of_a_model_is_planned_as_the_model(tmp_path):
    workspace = omvei.init(tmp_path / "w")
    copy(workspace.path, "ours", "stdc")
    ours, known = (plans.propose(m, "web_shop", folder=workspace.path) for m in ("ours", "stdc"))
    assert ours.rows == known.rows
    assert ours.read("da") == known.read("da")


def test_every_measure_is_told_in_every_language_and_counted_from_known_kinds():
    for kpi in kpis().values():
        assert set(kpi.label) == set(kpi.definition) == set(LANGUAGES)
        assert set(kpi.events) <= set(kinds())
        assert set(kpi.serves) <= set(PARTS)


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
