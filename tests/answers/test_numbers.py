"""The numbers that every model has: ways, returns, stays and surprise."""

import math
from dataclasses import replace
from itertools import groupby, pairwise

import drawing
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei import lenses
from omvei.answers.dwell import median_stay
from omvei.answers.map import Walk
from omvei.answers.returning import Returned
from omvei.answers.ways import Ways, allowed, fewest, rounds, stays, turns_of_ways
from omvei.blocks.block import Block
from omvei.lenses.carrier import NOWHERE
from omvei.lenses.lens import Stage
from omvei.lenses.rules import DAY

PEOPLE = {
    "ann": "search category_view review_read add_to_cart purchase 10d delivery 20d review_written",
    "bob": "ad_view search ad_view search add_to_cart ad_view",
    "eva": "ad_view",
}
NONE = 3
MOVES = np.array([[0, 1, 0], [1, 0, 1], [0, 0, 0]], np.bool_)

people = st.lists(
    st.lists(st.tuples(st.integers(0, NONE), st.booleans()), max_size=7), min_size=1, max_size=4
)


def sequences(line, apart):
    """A person's sequences of stages, from (stage, whether it buys) a row."""
    cycles, cycle = [], 0
    for stage, buys in line:
        cycles.append((cycle if apart else 0, stage))
        cycle += buys
    for _, rows in groupby(cycles, key=lambda row: row[0]):
        yield [stage for stage, _ in groupby(s for _, s in rows if s != NONE)]


@settings(max_examples=60, deadline=None)
@given(people, st.booleans())
def test_ways_are_those_of_a_plain_reading(lines, apart):
    starts, rows = drawing.pack(lines)
    node = np.array([row[0] for row in rows], np.int32)
    cycle = np.concatenate(
        [np.cumsum([0, *(row[1] for row in line)])[: len(line)] for line in lines]
    ).astype(np.int32)
    person, way, first, _ = stays(np.array(starts), node, cycle, NONE, apart)
    told, again, further = turns_of_ways(
        person, way, node[first].astype(np.int64), MOVES, fewest(MOVES), len(lines)
    )
    wanted = np.zeros_like(told)
    returns, later = [], []
    for who, line in enumerate(lines):
        for way_ in sequences(line, apart):
            if not way_:
                continue
            moves = list(pairwise(way_))
            ups = [b > a for a, b in moves]
            good = sum(bool(MOVES[a, b]) for a, b in moves)
            least = int(fewest(MOVES)[way_[0], way_[-1]])
            wanted[who] += [
                len(moves),
                good,
                sum(ups),
                sum(b > a + 1 for a, b in moves),
                len(ups) - sum(ups),
                sum(a != b for a, b in pairwise(ups)),
                1,
                good == len(moves),
                bool(moves),
                math.floor(1000 * len(moves) / least + 0.5) if least > 0 else 0,
                least > 0,
                len(way_) - len(set(way_)),
            ]
            returns += [stage in way_[:place] for place, stage in enumerate(way_)]
            later += [any(s > stage for s in way_[place:]) for place, stage in enumerate(way_)]
    assert told.tolist() == wanted.tolist()
    assert again.tolist() == returns
    assert further.tolist() == later


@settings(max_examples=60, deadline=None)
@given(people, st.sampled_from(["keep", "current", "deepest"]), st.integers(1, 4), st.data())
def test_returns_in_one_pass_are_those_of_the_stays(lines, carrier, quiet, data):
    """Where silence leads to rest, and where each purchase cycle is a sequence of its own."""
    ids = ("a", "b", "c")
    rest, settled = data.draw(st.integers(0, 2)), data.draw(st.sets(st.integers(0, 2), max_size=2))
    lens = replace(
        lenses.load("stdc"),
        stages=tuple(Stage(name, {}) for name in ids),
        carrier=carrier,
        rest=rest,
        settled=tuple(settled - {rest}),
        parameters={"quiet_days": quiet},
        digest="x",
    )
    starts, rows = drawing.pack(lines)
    gaps = data.draw(st.lists(st.integers(0, 5), min_size=len(rows), max_size=len(rows)))
    time = np.concatenate([DAY * np.cumsum(gaps[a:b]) for a, b in pairwise(starts)] or [[]]).astype(
        np.int64
    )
    cycle = np.concatenate(
        [np.cumsum([0, *(row[1] for row in line)])[: len(line)] for line in lines]
    ).astype(np.int32)
    stage = np.array([NOWHERE if row[0] == NONE else row[0] for row in rows], np.uint8)
    held = {"time": time, "stage:x": stage, "purchases_before": cycle}
    block = Block(np.arange(len(lines)), np.array(starts), held.__getitem__)
    place = Walk("stage:x", np.arange(NONE + 1, dtype=np.int32), lens, int(time.max(initial=0)))

    walked, when, node, origin = place.rows(block)
    apart = carrier == "deepest"
    person, way, first, _ = stays(walked, node, rounds(cycle, origin), NONE, apart)
    here = node[first].astype(np.int64)
    _, again, _ = turns_of_ways(person, way, here, MOVES, fewest(MOVES), len(lines))
    for asked in range(NONE):
        returned = Returned(place, lens, asked)
        told, _ = returned.counted(block)
        assert told[:NONE, 0].tolist() == np.bincount(here, minlength=NONE).tolist()
        assert told[:NONE, 1].tolist() == np.bincount(here[again], minlength=NONE).tolist()
        assert not told[NONE:].any()
        hit = again & (here == asked)
        who, at = np.unique(person[hit], return_index=True)
        found = returned.passed(block)
        assert found[0].tolist() == who.tolist()
        assert found[1].tolist() == when[first[hit]][at].tolist()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return drawing.journeys(tmp_path_factory.mktemp("numbers"), **PEOPLE)


@pytest.fixture(scope="module")
def told(shop):
    return shop.lens("five_stage").numbers().to_json()


def test_moves_are_those_of_the_map(shop, told):
    edges = shop.lens("five_stage").map("stage").to_json()["edges"]
    ends = ("(start)", "(end)", "(no stage)")
    moved = sum(
        edge["transitions"]
        for edge in edges
        if edge["source"] != edge["target"] and not {edge["source"], edge["target"]} & {*ends}
    )
    assert told["fit_moves"]["of"] == moved == sum(r["moves"] for r in told["alternations"])


def test_every_person_stands_in_one_stage(told):
    assert sum(row["current"] for row in told["stages"]) == len(PEOPLE)
    assert sum(row["deepest"] for row in told["stages"]) == len(PEOPLE)
    assert sum(row["starts"] for row in told["stages"]) == len(PEOPLE)


def test_entries_are_people_and_returns(told):
    for row in told["stages"]:
        assert row["entries"] == row["people"] + row["reentries"]


def test_bob_who_goes_to_and_fro_turns_three_times(told):
    stages = {row["stage"]: row for row in told["stages"]}
    assert stages["awareness"]["reentries"] == 2
    assert stages["consideration"]["reentries"] == 1
    assert told["direction_changes"]["count"] == 3  # up, down, up, up, down


def test_a_return_says_what_was_new(tmp_path):
    """The channel is the same throughout, so only a product that was not met before is new."""
    shop = drawing.journeys(tmp_path, ann="search ad_view search")
    (row,) = shop.lens("five_stage").numbers().to_json()["returns"]
    assert (row["stage"], row["times"], row["product"], row["nothing"]) == (
        "consideration",
        1,
        0,
        1,
    )


def test_where_people_stood_on_a_day(shop):
    before = shop.between(until="2026-01-02").lens("five_stage").numbers().to_json()["stages"]
    after = shop.lens("five_stage").numbers().to_json()["stages"]

    def at(rows):
        return {r["stage"] for r in rows if r["current"]}

    assert "retention" in at(after)
    assert "retention" not in at(before)


def test_a_model_without_an_order_has_no_forward(shop):
    told = shop.lens("hankins").numbers().to_json()
    assert told["forward"]["value"] is told["direction_changes"]["value"] is None
    assert told["windingness"]["value"] >= 1
    assert {row["deepest"] for row in told["stages"]} == {None}


def test_what_no_rule_places_is_not_placed(tmp_path):
    shop = drawing.journeys(tmp_path, ann="search page_view other purchase")
    told = shop.lens("hankins").numbers().to_json()["placed"]
    on_map = shop.lens("hankins").map("stage").to_json()["nodes"]
    assert told["of"] == sum(node["touchpoints"] for node in on_map) == 4
    assert told["count"] < 4


def test_the_numbers_do_not_depend_on_the_blocks():
    lens = lenses.load("five_stage")
    whole = Ways(Walk(f"stage:{lens.digest}", np.arange(6, dtype=np.int32), lens, 10**15), lens, 0)
    block = drawing.block(lens, *PEOPLE.values())
    rows = block.rows
    for name in ("question", "channel", "content", "product"):
        block._columns[name] = np.zeros(rows, np.int32)
    once, parts = whole.scan(block), whole.empty()
    for place in range(block.people):
        parts = whole.merge(parts, whole.scan(block.alone(place)))
    once, parts = whole.finish(once), whole.finish(parts)
    for found in (once, parts):  # the order of what is gathered says nothing
        stays = found.pop("stays")
        found |= {str(stage): np.sort(np.concatenate(stays[stage])) for stage in stays}
    assert once.keys() == parts.keys()
    for name, values in once.items():
        assert values.tolist() == parts[name].tolist(), name


def test_the_allowed_moves_are_those_of_the_file():
    assert allowed(lenses.load("funnel")).sum() == len(lenses.load("funnel").moves)


def test_stays_that_still_go_on_make_the_median_longer():
    times = np.arange(1, 11)
    ended = median_stay(times, np.ones(10, bool), 10)
    still = median_stay(times, times < 6, 10)
    assert ended[0] == 5
    assert still[0] == 5
    assert median_stay(times, times < 5, 10)[0] is None


def test_the_interval_of_a_stay_is_that_of_a_known_example():
    """Freireich's 6-MP patients (Kaplan-Meier's classic): the median is 23 weeks, from 13 on."""
    weeks = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
    gone = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], bool)
    assert median_stay(weeks, gone, 21) == (23.0, 13.0, None)
