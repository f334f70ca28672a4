"""Influence: compared in the same situation, and never overlapping with what came after."""

from bisect import bisect_right

import numpy as np
import pytest
from drawing import journeys
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.answers.influence import AWAY, VISITS, _gather, compared, count_moments
from omvei.lenses.rules import DAY

HOUR = DAY // 24


def rows_of(shop, by="kind"):
    return {row["id"]: row for row in shop.touchpoints().to_json()["rows"] if row["by"] == by}


def plainly(people, stages, horizon, end, arrivals):
    """The moments by their definition: `{(situation, code): (n, on)}`, situation as a tuple."""
    found = {}
    for line in people:
        met = set()
        for i, row in enumerate(line):
            if row["code"] < 0 or row["time"] + horizon > end:
                continue
            if arrivals and any(
                r["visit"] == row["visit"] and r["code"] >= 0 and r["time"] + horizon <= end
                for r in line[:i]
            ):
                continue
            before = line[i - 1]["stage"] if i else -1
            starts = i == 0 or line[i - 1]["visit"] != row["visit"]
            away = (
                0
                if not starts
                else len(AWAY)
                if i == 0
                else bisect_right(list(AWAY), row["time"] - line[i - 1]["time"])
            )
            near = any(r["intent"] and r["bought"] == row["bought"] for r in line[:i])
            number = max(g for g, first in enumerate(VISITS) if first <= row["visit"])
            place = (before, row["stage"], number, row["bought"] > 0, away, near)
            if place in met:
                continue
            met.add(place)
            on = any(
                (r["stage"] > row["stage"] or r["goal"]) and r["time"] - row["time"] <= horizon
                for r in line[i + 1 :]
            )
            n, y = found.get((place, row["code"]), (0, 0))
            found[place, row["code"]] = n + 1, y + on
    return found


STEP = st.tuples(
    st.integers(-1, 2),  # code
    st.integers(-1, 2),  # stage
    st.sampled_from([0, 1, 30, 200, 800]),  # hours since the row before
    st.booleans(),  # intent
    st.integers(0, 5).map(lambda x: x == 0),  # goal
)


def written(line):
    time, visit, bought, found = 0, 1, 0, []
    for i, (code, stage, hours, intent, goal) in enumerate(line):
        time += hours * HOUR
        visit += i > 0 and hours > 0
        found.append(
            {"code": code, "stage": stage, "time": time, "visit": visit, "bought": bought,
             "intent": intent, "goal": goal}
        )  # fmt: skip
        bought += goal
    return found


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(STEP, min_size=1, max_size=7), max_size=6), st.booleans())
def test_the_kernel_agrees_with_the_plain_definition(lines, arrivals):
    people = [written(line) for line in lines]
    flat = [row for line in people for row in line]
    column = lambda name, kind: np.array([row[name] for row in flat], kind)  # noqa: E731
    key, on, shared = count_moments(
        np.cumsum([0, *map(len, people)]).astype(np.int64),
        column("time", np.int64), column("code", np.int32), column("stage", np.int64),
        column("visit", np.int32), column("bought", np.int32), column("intent", np.bool_),
        column("goal", np.bool_), arrivals, 3, 3, 30 * DAY, 90 * DAY, VISITS, AWAY,
    )  # fmt: skip
    counted = _gather(key, np.ones(len(key), np.int64), on.astype(np.int64))
    told = {}
    for k, n, y in zip(counted["key"], counted["n"], counted["on"], strict=True):
        place, code = divmod(int(k), 3)
        place, near = divmod(place, 2)
        place, away = divmod(place, len(AWAY) + 1)
        place, bought = divmod(place, 2)
        place, number = divmod(place, len(VISITS))
        before, stage = divmod(place, 4)
        told[(before - 1, stage - 1, number, bool(bought), away, bool(near)), code] = (n, y)
    assert told == plainly(people, 3, 30 * DAY, 90 * DAY, arrivals)
    assert shared[:, 0].sum() == len(key)


def test_the_difference_over_one_situation_is_that_of_the_shares():
    one = compared(*(np.array([x]) for x in (30, 100, 20, 100)), 1.0)
    assert one["difference"] == pytest.approx(0.1)
    # a single large table: Sato's variance is p1 q1 / n1 + p0 q0 / n0, up to 1 / n
    assert one["error"] == pytest.approx((0.3 * 0.7 / 100 + 0.2 * 0.8 / 100) ** 0.5, rel=0.02)


def test_the_difference_over_two_situations_is_the_mantel_haenszel_one():
    told = compared(np.array([8, 3]), np.array([10, 10]), np.array([30, 1]), np.array([60, 40]), 1)
    a, b = 10 * 60 / 70, 10 * 40 / 50
    expected = ((0.8 - 0.5) * a + (0.3 - 1 / 40) * b) / (a + b)
    assert told["difference"] == pytest.approx(expected)


def test_people_with_many_moments_count_as_one():
    table = [np.array([x]) for x in (30, 100, 20, 100)]
    once, often = compared(*table, 1.0), compared(*table, 4.0)
    assert often["error"] == pytest.approx(2 * once["error"])


def shop(tmp_path, guide, page, n=60):
    """`n` people who begin with a guide, and `n` with a category page; so many of each go on."""
    people = {
        f"{kind}{i}": f"{kind}" + (" 2d price_view" if i < went else "") + " 80d search"
        for kind, went in (("guide_read", guide), ("category_view", page))
        for i in range(n)
    }
    return journeys(tmp_path, **people, late="300d search")


def test_what_clearly_more_people_go_on_from_is_worth_investing_in(tmp_path):
    row = rows_of(shop(tmp_path, 50, 10))["guide_read"]
    assert row["trust"] == pytest.approx(40 / 60)
    assert (row["advice"], row["reason"]) == ("invest", "more")
    assert row["low"] < row["trust"] < row["high"]


def test_what_may_be_chance_is_kept(tmp_path):
    row = rows_of(shop(tmp_path, 24, 20))["guide_read"]
    assert (row["advice"], row["reason"]) == ("keep", "unclear")


def test_who_had_a_cart_before_explains_why_more_buy(tmp_path):
    ready = {f"r{i}": "add_to_cart 3d faq_view 1h purchase 80d search" for i in range(60)}
    ready = {who: line.replace(" 1h", "") for who, line in ready.items()}
    other = {f"o{i}": "price_view 3d review_read 80d search" for i in range(60)}
    row = rows_of(journeys(tmp_path, **ready, **other, late="300d search"))["faq_view"]
    assert row["advice"] == "keep"


def test_a_touchpoint_met_by_few_says_too_few(tmp_path):
    row = rows_of(shop(tmp_path, 9, 1, n=10))["guide_read"]
    assert row["too_few"]
    assert (row["advice"], row["reason"]) == ("keep", "few")


def test_what_the_firm_sends_is_not_compared(tmp_path):
    people = {f"p{i}": "email_received 2d price_view purchase" for i in range(50)}
    row = rows_of(journeys(tmp_path, **people, late="300d search"))["email_received"]
    assert (row["trust"], row["reason"]) == (None, "shown")


def test_having_met_something_only_because_one_stayed_longer_gives_no_trust(tmp_path):
    """Immortal time: a thing that happens at random, later, to those who are still here."""
    luck = np.random.default_rng(3)
    people = {}
    for i in range(400):
        line = []
        for _ in range(12):
            line.append(str(luck.choice(["guide_read", "category_view", "download"])))
            if luck.random() < 0.15:
                line.append("price_view")
                break
            line.append("3d")
        people[f"p{i}"] = " ".join(line)
    found = rows_of(journeys(tmp_path, **people, late="300d search"))
    for kind in ("guide_read", "category_view", "download"):
        assert found[kind]["reason"] == "unclear"
        assert abs(found[kind]["trust"]) < 0.08
