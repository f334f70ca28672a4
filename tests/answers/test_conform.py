"""Planned and actual: the alignment against a search in plain Python, and known answers."""

import heapq
import random
from collections import Counter
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from drawing import journeys
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.answers.aligning import AGAIN, DONE, FAILED, MISSING, MOVED, align, tables
from omvei.errors import DefinitionError, UnknownNameError
from omvei.keeping import write
from omvei.planned.plan import Condition, Plan, Planned, check, load


def plan_of(letters, optional="", repeat="", after=None):
    rows = []
    for place, letter in enumerate(letters):
        before = after[place] if after else ((place - 1,) if place else ())
        rows.append(
            Planned(letter, Condition((letter,)), tuple(before), optional=letter in optional,
                    repeat=letter in repeat)
        )  # fmt: skip
    return Plan("p", "P", tuple(rows))


def laid(plan, way, fails="", open_=False):
    ids = [one.id for one in plan.touchpoints]
    fits = [1 << ids.index(w) if w in ids else 0 for w in way]
    bad = [1 << ids.index(w.upper()) if w.upper() in ids and w in fails else 0 for w in way]
    table = tables(
        plan.states,
        [not one.optional for one in plan.touchpoints],
        [one.repeat for one in plan.touchpoints],
    )
    return align(np.array(fits, np.int64), np.array(bad, np.int64), table, open_)


def fitness(plan, way, **more):
    cost, needed, *_ = laid(plan, way, **more)
    return 1 - cost / (2 * (len(way) + needed))


def search(plan, way, open_):
    """Dijkstra over (place in the journey, set done): the definition of the least cost."""
    rows, tie = plan.touchpoints, count()
    edge, seen = [(0, next(tie), 0, frozenset())], set()
    while edge:
        cost, _, at, done = heapq.heappop(edge)
        if (at, done) in seen:
            continue
        seen.add((at, done))
        if at == len(way) and (open_ or len(done) == len(rows)):
            return cost
        for t, one in enumerate(rows):
            if t in done or not set(one.after) <= done:
                continue
            step = 0 if one.optional else 2
            heapq.heappush(edge, (cost + step, next(tie), at, done | {t}))
            if at < len(way) and way[at] == one.id:
                heapq.heappush(edge, (cost, next(tie), at + 1, done | {t}))
            elif at < len(way) and way[at].upper() == one.id:
                heapq.heappush(edge, (cost + 1, next(tie), at + 1, done | {t}))
        if at < len(way):
            again = any(rows[t].repeat and rows[t].id == way[at] for t in done)
            heapq.heappush(edge, (cost + (0 if again else 2), next(tie), at + 1, done))


@pytest.mark.parametrize(
    ("way", "fit"),
    [("ABCD", 1), ("ABD", 6 / 7), ("ABBCD", 8 / 9), ("ACBD", 0.75), ("XYZ", 0), ("", 0)],
)
def test_fitness_is_that_of_the_known_answers(way, fit):
    assert fitness(plan_of("ABCD"), way) == pytest.approx(fit)


AFTER = st.lists(st.sets(st.integers(0, 3), max_size=2), min_size=5, max_size=5)


@given(st.text("ABCDExab", max_size=9), AFTER, st.text("ABCDE", max_size=2),
       st.text("ABCDE", max_size=2), st.booleans())  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_the_cost_is_that_of_a_search(way, after, optional, repeat, open_):
    before = [{other for other in told if other < place} for place, told in enumerate(after)]
    plan = plan_of("ABCDE", optional, repeat, before)
    cost, needed, state, which, *_ = laid(plan, way, "ab", open_)
    assert cost == search(plan, way, open_)
    assert cost <= 2 * (len(way) + needed)
    assert set(which[state == AGAIN]) <= {plan.touchpoints.index(p) for p in plan.touchpoints
                                          if p.repeat}  # fmt: skip


@given(st.text("ABCDx", max_size=9))
@settings(max_examples=60, deadline=None)
def test_on_a_line_the_cost_is_that_of_the_longest_common_way(way):
    line = "ABCD"
    best = [[0] * (len(line) + 1) for _ in range(len(way) + 1)]
    for i, w in enumerate(way):
        for j, p in enumerate(line):
            best[i + 1][j + 1] = best[i][j] + 1 if w == p else max(best[i][j + 1], best[i + 1][j])
    assert laid(plan_of(line), way)[0] == 2 * (len(way) + len(line) - 2 * best[-1][-1])


def test_what_was_done_at_another_place_is_out_of_order_and_not_missing():
    _, _, state, _, fate, _ = laid(plan_of("ABCD"), "ACBD")
    assert (state == MOVED).sum() == 1
    assert MISSING not in fate


def test_what_failed_and_then_succeeded_is_kept_with_a_failure():
    cost, _, state, which, *_ = laid(plan_of("AB"), "AbB", "b")
    assert (cost, state.tolist(), which.tolist()) == (2, [1, FAILED, 1], [0, 1, 1])


def test_an_open_journey_misses_nothing_that_may_still_come():
    assert fitness(plan_of("ABCD"), "AB", open_=True) == 1
    assert fitness(plan_of("ABCD"), "AB") < 1


PLAN = {
    "name": "Way",
    "touchpoints": [
        {"id": "Search", "kind": "search"},
        {"id": "Page", "kind": "product_view", "repeat": True, "channel": "Email"},
        {"id": "Cart", "kind": "add_to_cart", "within": "2d", "fails": {"kind": "cart_remove"}},
        {"id": "Buy", "kind": "purchase"},
    ],
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    told = journeys(
        tmp_path_factory.mktemp("plans"),
        kept="search product_view product_view add_to_cart purchase 200d search",
        short="review_read search product_view add_to_cart 200d review_read",
        calls="search product_view support_contact add_to_cart purchase 90d support_contact",
        late="search product_view 3d add_to_cart purchase",
        swapped="search add_to_cart product_view purchase",
        failed="search product_view cart_remove add_to_cart purchase",
        under_way="300d search product_view",
        elsewhere="review_read",
    )
    write(told.workspace.path / "definitions" / "plans" / "way.yaml", PLAN, check)
    return told


def deviations(shop):
    rows = shop.conform("way").to_dicts()
    return {(r["deviation"], r["touchpoint"]): r["people"] for r in rows}


def test_each_person_has_their_deviation(shop):
    found = deviations(shop)
    assert found == {
        ("missing", "Buy"): 1,
        ("ad_hoc", "support_contact"): 1,
        ("late", "Cart"): 1,
        ("out_of_order", "Page"): 1,
        ("failing", "Cart"): 1,
        ("other_channel", "Page"): 7,
    }


def test_everybody_is_compared_under_way_or_without_the_plan(shop):
    said = shop.conform("way").to_json()
    assert (said["n"], said["without"], said["open"]) == (7, 1, 1)
    assert said["kept"] + said["deviating"] + said["open"] == said["n"]
    for row in said["touchpoints"]:
        fates = ("kept", "failing", "missing", "out_of_order", "waiting")
        assert sum(row[fate] for fate in fates) == said["n"]


def test_the_people_behind_a_deviation_are_as_many_as_it_says(shop):
    for (deviation, touchpoint), people in deviations(shop).items():
        assert shop.deviating("way", deviation, touchpoint).to_json()["n"] == people


def test_a_person_is_laid_beside_the_plan(shop):
    rows = shop.alongside("way", "short").to_dicts()
    assert [(r["planned"], r["state"]) for r in rows] == [
        ("Search", "done"), ("Page", "done"), ("Cart", "done"), ("Buy", "missing"),
    ]  # fmt: skip
    rows = shop.alongside("way", "under_way").to_dicts()
    assert [r["state"] for r in rows] == ["done", "done", "waiting", "waiting"]


def test_later_counts_only_those_who_can_be_followed(shop):
    said = shop.conform("way", horizon_days=30).to_dicts()
    call = next(r for r in said if r["deviation"] == "ad_hoc")
    assert call["later"]["people"] == 1
    assert call["later"]["converted"] == 0


def test_a_person_who_never_met_the_plan_is_not_compared(shop):
    with pytest.raises(UnknownNameError, match="never met"):
        shop.alongside("way", "elsewhere")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "expected `name:`"),
        ("name: x", "list of 1 to 60"),
        ("touchpoints: [{kind: search}]", "needs `id:`"),
        ("touchpoints: [{id: a, kind: serch}]", "no kind 'serch'"),
        ("touchpoints: [{id: a}]", "say what it is"),
        ("touchpoints: [{id: a, kind: search, within: soon}]", "not a duration"),
        ("touchpoints: [{id: a, kind: search, after: b}]", "does not stand above"),
        ("touchpoints: [{id: a, kind: search, optional: maybe}]", "true or false"),
        ("touchpoints: [{id: a, kind: search}, {id: a, kind: search}]", "here twice"),
        ("touchpoints: [{id: a, kind: search, chanel: x}]", "'chanel' is not one of"),
        ("case: visit\ntouchpoints: [{id: a, kind: search}]", "not one of cycle, person"),
        ("touchpoints: [{id: a, kind: search, initiator: me}]", "not one of customer"),
        ("touchpoints: [", "is not YAML"),
    ],
)
def test_a_mistake_in_a_plan_is_told_with_its_line(tmp_path, text, problem):
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(DefinitionError, match=problem):
        load(tmp_path, tmp_path / "bad.yaml")


def test_a_plan_that_leaves_all_order_open_is_refused(tmp_path):
    rows = [f"  - {{id: t{n}, kind: search, after: []}}" for n in range(12)]
    (tmp_path / "wide.yaml").write_text("touchpoints:\n" + "\n".join(rows))
    with pytest.raises(DefinitionError, match="in sequence"):
        load(tmp_path, tmp_path / "wide.yaml")


def plainly_instead(plan, way, ids):
    """What one person took instead of each missing step, from the alignment."""
    _, _, state, which, fate, _ = laid(plan, way)
    done = {int(t): row for row, t in enumerate(which) if t >= 0 and state[row] == DONE}
    found = {}
    for place, one in enumerate(plan.touchpoints):
        if fate[place] != MISSING:
            continue
        before = [done[other] for other in range(place) if other in done]
        rest = [w for row, w in enumerate(way) if row > max(before, default=-1)
                and state[row] != AGAIN]  # fmt: skip
        found[one.id] = ids[rest[0]] if rest else None
    return found


def test_what_people_took_instead_is_that_of_the_plain_definition(tmp_path):
    ids = {
        "A": "search",
        "B": "product_view",
        "C": "add_to_cart",
        "x": "page_view",
        "y": "faq_view",
    }
    luck = random.Random(5)
    ways = {f"p{n}": "".join(luck.choices("ABCxy", k=luck.randint(1, 6))) for n in range(80)}
    ways = {who: way for who, way in ways.items() if set(way) & set("ABC")}
    drawn = {who: " ".join(ids[w] for w in way) for who, way in ways.items()}
    shop = journeys(tmp_path, late="400d page_view", **drawn)
    plan = plan_of("ABC", repeat="A")
    real = Plan(
        "p", "P",
        tuple(replace(one, condition=Condition((ids[one.id],))) for one in plan.touchpoints),
    )  # fmt: skip
    expected = {letter: Counter() for letter in "ABC"}
    for way in ways.values():
        # the way is compared from its first to its last planned touchpoint; what follows is a rest
        first = min(way.index(w) for w in "ABC" if w in way)
        last = max(way.rindex(w) for w in "ABC" if w in way)
        for letter, kind in plainly_instead(plan, way[first : last + 1], ids).items():
            after = ids[way[last + 1]] if last + 1 < len(way) else None
            expected[letter][kind or after] += 1
    for row in shop.conform(real).to_json()["touchpoints"]:
        counts = {one["kind"]: one["converted"] for one in row["instead"]}
        assert counts == dict(expected[row["touchpoint"]])
        assert sum(counts.values()) == row["missing"]
        assert [one["people"] for one in row["instead"]] == [row["missing"]] * len(counts)


def test_a_step_of_a_kind_that_the_data_do_not_tell_of_is_not_observed_and_never_zero(tmp_path):
    shop = journeys(tmp_path, ann="search purchase", bob="search", cat="search search purchase")
    kinds = {"S": "search", "V": "store_pass", "P": "purchase"}
    plan = Plan(
        "p", "P",
        tuple(replace(one, condition=Condition((kinds[one.id],)))
              for one in plan_of("SVP", repeat="S").touchpoints),
    )  # fmt: skip
    told = shop.conform(plan).to_json()
    steps = {row["touchpoint"]: row for row in told["touchpoints"]}
    assert [steps[one]["observed"] for one in "SVP"] == [True, False, True]
    unseen = {name: steps["V"][name] for name in ("people", "kept", "missing", "rate", "took")}
    assert set(unseen.values()) == {None}
    assert "V" not in {row["touchpoint"] for row in told["deviations"]}
    without = replace(
        plan, touchpoints=(plan.touchpoints[0], replace(plan.touchpoints[2], after=(0,)))
    )
    assert told["fitness"] == shop.conform(without).to_json()["fitness"]
    states = [(row["planned"], row["state"]) for row in shop.alongside(plan, "ann").to_dicts()]
    assert states == [("S", "done"), ("V", "unseen"), ("P", "done")]
