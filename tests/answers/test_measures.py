"""The numbers of the plan, against a slow reading of the same rows."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from drawing import journeys
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.answers.measures import WHEN, follow, measure

ROW = st.tuples(st.booleans(), st.booleans(), st.integers(1, 3), st.integers(0, 2))


def slow(people, when, months):
    """`follow`, as its definition reads."""
    counts = [[0, 0] for _ in range(months)]
    for rows in people:
        first = next((i for i, row in enumerate(rows) if row[0]), None)
        if first is None:
            continue
        later = [i for i, row in enumerate(rows) if row[1] and i > first]
        hit = {
            "any": any(row[1] for row in rows),
            "from": bool(later) or rows[first][1],
            "after": bool(later),
            "again": any(rows[i][2] != rows[first][2] for i in later),
            "never": not later,
            "before": any(row[1] for row in rows[:first]),
        }[when]
        counts[rows[first][3]][0] += 1
        counts[rows[first][3]][1] += hit
    return counts


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(ROW, max_size=6), max_size=5), st.sampled_from(WHEN))
def test_people_are_counted_as_the_definition_reads(people, when):
    rows = [row for person in people for row in person]
    starts = np.cumsum([0, *map(len, people)]).astype(np.int64)
    of, then = (np.array([row[i] for row in rows], np.bool_) for i in (0, 1))
    visit = np.array([row[2] for row in rows], np.int32)
    month = np.array([row[3] for row in rows], np.int64)
    found = follow(starts, month, of, then, visit, WHEN.index(when), 3)
    assert found.tolist() == slow(people, when, 3)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return journeys(
        tmp_path_factory.mktemp("measures"),
        ann="search product_view purchase 40d purchase",
        bo="product_view 40d product_view",
        cy="checkout_start purchase 5d survey",
        di="checkout_start 40d product_view",
    )


CASES = {
    "repeat": ({"of": {"kind": "purchase"}, "share": {"kind": "purchase"}, "when": "after"}, 1, 2),
    "left": (
        {"of": {"kind": "checkout_start"}, "share": {"kind": "purchase"}, "when": "never"}, 1, 2,
    ),
    "again": (
        {"of": {"kind": "product_view"}, "share": {"kind": "product_view"}, "when": "again"}, 1, 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_share_is_told_with_its_people(shop, name):
    asked, hits, n = CASES[name]
    found = measure(shop, asked)
    assert (found["value"], found["n"], found["too_few"]) == (hits / n, n, True)
    assert found["low"] < found["value"] < found["high"]


def test_the_months_add_up_to_the_whole(shop):
    found = measure(shop, CASES["again"][0])
    assert sum(month["n"] for month in found["trend"]) == found["n"]


def test_new_people_are_those_whose_first_touchpoint_falls_in_the_period(shop):
    later = shop.between("2026-02-01")
    assert measure(shop, {"many": {"first": True}})["n"] == 4
    assert measure(later, {"many": {"first": True}})["n"] == 0


def test_the_wait_is_told_of_those_who_began_in_the_period(shop):
    found = measure(shop, {"middle": "wait"})
    assert found["n"] == 2
    assert found["value"] == pytest.approx(1.5 / 24)  # two hours, and one


def test_who_bought_after_being_in_a_stage_is_the_number_of_the_leaks(shop):
    seen = shop.lens("stdc")
    asked = {"of": {"stage": "here"}, "share": {"kind": "purchase"}, "when": "from"}
    for row in seen.leaks().to_json()["stages"]:
        if row["stage"] != "(no stage)":
            found = measure(seen, asked, row["stage"])
            assert (found["n"], round(found["value"] * found["n"])) == (
                row["people"],
                row["bought"],
            )


def test_a_score_is_promoters_less_detractors_by_the_last_answer(tmp_path):
    import omvei

    start = datetime(2026, 1, 1, tzinfo=UTC)
    lines = ["user_id,time,event,rating"]
    for person, answers in enumerate([[10], [9, 3], [7], [2, 10], [0]]):
        lines += [
            f"u{person},{(start + timedelta(days=d)).isoformat()},survey,{answer}"
            for d, answer in enumerate(answers)
        ]
    (tmp_path / "answers.csv").write_text("\n".join(lines) + "\n")
    workspace = omvei.init(tmp_path / "w")
    workspace.take(tmp_path / "answers.csv")
    found = measure(workspace.journeys, {"score": "survey"})
    assert (found["value"], found["n"]) == (0.0, 5)  # 10 and 10 up; 3 and 0 down
