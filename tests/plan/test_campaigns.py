"""Campaigns: whom they met, soft and hard conversions, the guard, and what they cost."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import omvei
from omvei.answers.campaigns import count_met, price
from omvei.cli import main
from omvei.errors import DefinitionError
from omvei.plan.campaigns import campaigns
from omvei.touchpoints.campaigns import FILE, load

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def shop(folder, people, *reports):
    """People drawn as lists of (day, kind, campaign)."""
    made = omvei.init(folder / "w")
    rows = [
        {"person": who, "time": (START + timedelta(days=day, minutes=n)).isoformat(),
         "event": kind, "kind": kind, "campaign": campaign}
        for who, told in people.items() for n, (day, kind, campaign) in enumerate(told)
    ]  # fmt: skip
    (folder / "events.jsonl").write_text("\n".join(map(json.dumps, rows)))
    made.take(folder / "events.jsonl")
    for number, report in enumerate(reports):
        (folder / f"report{number}.csv").write_text(report)
        made.take(folder / f"report{number}.csv")
    return made


def meant(made, text):
    (made.path / "definitions").mkdir(exist_ok=True)
    (made.path / "definitions" / FILE).write_text(text)


END = {"end": [(90, "purchase", None)]}
"""Somebody who is seen at the end, so that the others were observed for long."""


def rows_of(made, **asked):
    return {row["campaign"].lower(): row for row in campaigns(made.journeys, **asked).to_dicts()}


def test_soft_and_hard_conversions_stand_side_by_side(tmp_path):
    made = shop(
        tmp_path,
        {
            "new": [(0, "guide_read", "spring"), (1, "price_view", None)],
            "buyer": [(0, "search", None), (1, "guide_read", "spring"), (3, "purchase", None)],
            "still": [(0, "guide_read", "Spring"), (1, "guide_read", None)],
            "late": [(0, "guide_read", "spring"), (50, "price_view", None)],
            **END,
        },
    )
    row = rows_of(made)["spring"]
    assert (row["people"], row["new"]) == (4, 3)
    assert (row["soft"]["people"], row["soft"]["converted"]) == (4, 2)
    assert (row["hard"]["people"], row["hard"]["converted"]) == (4, 1)
    assert row["why"] == "unsaid"
    assert rows_of(made, horizon_days=60)["spring"]["soft"]["converted"] == 3


def test_who_was_not_observed_for_the_horizon_is_in_no_rate(tmp_path):
    made = shop(tmp_path, {"ann": [(0, "search", "x")], "bob": [(80, "search", "x")], **END})
    row = rows_of(made)["x"]
    assert (row["people"], row["soft"]["people"]) == (2, 1)


def many(kinds, days=(0, 1), name="x", n=40):
    return {
        f"{name}{i}": [(day, kind, c) for day, (kind, c) in zip(days, kinds, strict=True)]
        for i in range(n)
    }


def test_a_campaign_that_sells_to_people_who_are_not_there_yet_is_told_so(tmp_path):
    made = shop(tmp_path, {**many([("search", None), ("offer_view", "sale")]), **END})
    meant(made, "- campaign: sale\n  stage: decision\n")
    row = rows_of(made)["sale"]
    assert (row["there"]["converted"], row["earlier"], row["why"]) == (0, 40, "before")
    assert row["judge"] == "hard"


def test_a_campaign_for_an_early_stage_is_never_judged_by_sales(tmp_path):
    made = shop(tmp_path, {**many([("video_view", "film"), ("guide_read", None)]), **END})
    for model, stage in (("five_stage", "awareness"), ("stdc", "see"), ("four_phase", "awareness")):
        meant(made, f"- campaign: film\n  model: {model}\n  stage: {stage}\n")
        row = rows_of(made)["film"]
        assert (row["lens"], row["judge"], row["why"]) == (model, "soft", "soft")
        assert row["soft"]["converted"] == 40


def test_a_campaign_that_came_too_late_is_told_so(tmp_path):
    made = shop(tmp_path, {**many([("price_view", None), ("page_view", "film")]), **END})
    meant(made, "- campaign: fi*\n  stage: awareness\n")
    assert rows_of(made)["film"]["why"] == "beyond"


def test_only_the_days_of_the_campaign_count(tmp_path):
    people = {"ann": [(0, "search", "x")], "bob": [(20, "search", "x")], **END}
    made = shop(tmp_path, people)
    meant(made, "- campaign: x\n  stage: awareness\n  since: 2026-01-10\n  until: 2026-02-10\n")
    assert rows_of(made)["x"]["people"] == 1


REPORT = "Day,Campaign,Campaign type,Currency code,Clicks,Impr.,Cost\n" + (
    "2026-01-01,X,Search,NOK,3,30,100.00\n2026-01-05,X,Search,NOK,3,30,100.00\n"
)


def test_money_is_of_the_people_met_on_the_days_it_was_spent(tmp_path):
    people = {
        "ann": [(0, "guide_read", "x"), (1, "purchase", None)],
        "bob": [(1, "guide_read", "x"), (2, "price_view", None)],
        "eve": [(30, "guide_read", "x")],
        **END,
    }
    made = shop(tmp_path, people, REPORT)
    meant(made, "- campaign: x\n  stage: consideration\n")
    (cost,) = rows_of(made)["x"]["costs"]
    assert cost["cost"] == 200.0
    assert [cost[f"per_{what}"]["value"] for what in ("person", "soft", "hard")] == [100, 100, 200]
    money = made.journeys.choice().to_json()["money"]
    assert sum(row["meant"] for row in money) == sum(row["met"] for row in money) == 200.0
    assert {row["stage"]: row["meant"] for row in money}["consideration"] == 200.0


def test_the_price_of_nobody_is_not_said():
    assert price(10.0, 0) is None


WRONG = [
    ("a: 1", "expected a list"),
    ("- {stage: decision}", "needs `campaign:`"),
    ("- {campaign: x, stage: think}", "is not one of awareness"),
    ("- {campaign: x, model: nonsense}", "No model named"),
    ("- {campaign: x, since: soon}", "is not a day"),
    ("- {campaign: x, color: red}", "'color' is not one of"),
    ("- {campaign: x}\n- {campaign: X}", "line 2"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_mistake_is_told_with_its_line_and_cure(tmp_path, text, said):
    (tmp_path / FILE).write_text(text)
    from omvei import lenses

    with pytest.raises(DefinitionError, match="line") as error:
        load(tmp_path, lambda name: [stage.id for stage in lenses.load(name).stages])
    assert said in str(error.value)


def test_the_command_prints_a_table_and_json(tmp_path):
    made = shop(tmp_path, {**many([("search", "x"), ("guide_read", None)]), **END}, REPORT)
    run = CliRunner().invoke
    said = run(main, ["-w", str(made.path), "campaigns", "--json"])
    assert json.loads(said.stdout)["rows"][0]["people"] == 40
    assert "x" in run(main, ["-w", str(made.path), "campaigns"]).output


ROW = st.tuples(
    st.sampled_from([0, 1, 4, 9, 40]), st.integers(-1, 1), st.integers(-1, 3), st.booleans()
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(ROW, min_size=1, max_size=6), min_size=1, max_size=5), st.booleans())
def test_the_kernel_agrees_with_the_plain_definition(lines, rests):
    horizon, end, quiet, since, until = 10, 60, 8 if rests else 0, [0, 3], [100, 50]
    settled = np.array([False, False, False, True])
    people = []
    for line in lines:
        at, rows = 0, []
        for days, campaign, stage, goal in line:
            at += days
            rows.append(SimpleNamespace(time=at, campaign=campaign, stage=stage, goal=goal))
        people.append(rows)
    flat = [row for rows in people for row in rows]
    starts = np.cumsum([0, *map(len, people)]).astype(np.int64)
    held = [np.array([getattr(row, key) for row in flat]) for key in
            ("time", "campaign", "stage", "goal")]  # fmt: skip
    found = count_met(
        starts, held[0].astype(np.int64), held[1].astype(np.int32), held[2].astype(np.int64),
        held[3].astype(np.bool_), np.array(since, np.int64), np.array(until, np.int64), 4, 0,
        quiet, settled, horizon, end,
    )  # fmt: skip
    expected = np.zeros_like(found)
    for rows in people:
        for which in (0, 1):
            place = next(
                (i for i, r in enumerate(rows)
                 if r.campaign == which and since[which] <= r.time < until[which]), None,
            )  # fmt: skip
            if place is None:
                continue
            row, before = rows[place], -1
            if place:
                before = rows[place - 1].stage
                silent = quiet and row.time - rows[place - 1].time >= quiet
                if silent and (before < 0 or not settled[before]):
                    before = 0
                group = before if before >= 0 else 4
            else:
                group = 5 + (row.stage if row.stage >= 0 else 4)
            coming = [r for r in rows[place:] if r.time <= min(row.time + horizon, end)]
            hard = any(r.goal for r in coming)
            soft = hard or any(r.stage > max(before, row.stage) for r in coming if r is not row)
            followed = row.time + horizon <= end
            expected[which, group] += np.array(
                [1, followed, followed and soft, followed and hard, soft, hard]
            )
    assert found.tolist() == expected.tolist()
