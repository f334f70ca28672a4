"""Loops, detours and shortcuts, and the people who took them."""

import drawing
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.answers.loops import threads, told
from omvei.errors import OmveiError, UnknownNameError

PEOPLE = {
    "ann": "ad_view search add_to_cart search add_to_cart purchase",
    "bob": "ad_view search add_to_cart purchase",
    "eva": "ad_view add_to_cart purchase",
    "per": "ad_view search ad_view",
    "liv": "ad_view search ad_view search ad_view",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return drawing.journeys(tmp_path_factory.mktemp("loops"), **PEOPLE).lens("five_stage")


def plain(line):
    """The loops of a sequence without repeats in a row, as lists; and the thread at the end."""
    thread, found = [], []
    for stage in line:
        if stage in thread:
            place = thread.index(stage)
            found.append([*thread[place:], stage])
            thread = thread[: place + 1]
        else:
            thread.append(stage)
    return found, thread


lines = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=9), min_size=1, max_size=4)


@settings(max_examples=80, deadline=None)
@given(lines)
def test_loops_are_those_of_a_plain_thread(people):
    people = [[s for n, s in enumerate(line) if n == 0 or s != line[n - 1]] for line in people]
    starts, stage = drawing.pack(people)
    person = np.repeat(np.arange(len(people)), np.diff(starts))
    reached = np.array(starts[1:]) - 1
    loop, begin, close, way, start = threads(
        person, np.array(stage), np.arange(len(stage)), reached, 4
    )
    ids, wanted = list("abcd"), [plain(line) for line in people]
    named = [[ids[s] for s in one] for found, _ in wanted for one in found]
    assert [told(int(number), ids) for number in loop] == named
    assert [told(int(n), ids) for n in way] == [[ids[s] for s in thread] for _, thread in wanted]
    assert start.tolist() == starts[:-1]
    for first, last in zip(begin, close, strict=True):
        assert stage[first] == stage[last]
        assert person[first] == person[last]
        assert first < last


def test_a_return_to_consideration_is_a_loop_of_its_people(shop):
    rows = shop.loops().to_dicts()
    found = {tuple(row["loop"]): (row["people"], row["times"]) for row in rows}
    assert found[("consideration", "decision", "consideration")] == (1, 1)
    assert found[("awareness", "consideration", "awareness")] == (2, 3)


def test_the_people_of_a_loop_are_as_many_as_the_loop_says(shop):
    for row in shop.loops().to_dicts():
        listed = shop.loopers(*row["loop"])
        assert listed.meaning["n"] == len(listed.to_dicts()) == row["people"]


def test_every_buyer_has_one_way_to_the_goal(shop):
    ways = shop.loops().to_json()["ways"]
    assert sum(way["people"] for way in ways) == 3
    found = {tuple(way["way"]): (way["is"], way["people"]) for way in ways}
    assert found[("awareness", "consideration", "decision")] == ("usual", 2)
    assert found[("awareness", "decision")] == ("shortcut", 1)


def test_a_longer_way_than_the_usual_one_is_a_detour(tmp_path):
    turned = {"tor": "ad_view search add_to_cart purchase"}
    usual = {f"p{n}": "ad_view add_to_cart purchase" for n in range(3)}
    told_ = drawing.journeys(tmp_path, **usual, **turned).lens("five_stage").loops().to_json()
    assert {way["is"]: way["people"] for way in told_["ways"]} == {"usual": 3, "detour": 1}


def test_a_purchase_within_the_horizon_counts_and_one_after_it_does_not(tmp_path):
    shop = drawing.journeys(
        tmp_path,
        ann="ad_view search ad_view 10d purchase 300d page_view",
        bob="ad_view search ad_view 100d purchase 300d page_view",
        eva="ad_view search ad_view",
    ).lens("five_stage")
    row = next(r for r in shop.loops().to_dicts() if r["loop"][0] == "awareness" == r["loop"][-1])
    assert (row["people"], row["later"]["people"], row["later"]["converted"]) == (3, 3, 1)


def test_a_silence_that_leads_to_rest_is_in_the_loop(tmp_path):
    shop = drawing.journeys(tmp_path, ann="search 120d search").lens("hankins")
    (row,) = shop.loops().to_dicts()
    assert row["loop"] == ["trigger", "no_need", "trigger"]
    assert row["days"] == pytest.approx(120, abs=0.1)


@pytest.mark.parametrize(
    ("loop", "error"),
    [
        (("awareness", "nowhere", "awareness"), UnknownNameError),
        (("awareness", "decision"), OmveiError),
        (("awareness", "decision", "retention"), OmveiError),
        (("awareness",), OmveiError),
        ((), OmveiError),
    ],
)
def test_what_is_no_loop_is_refused(shop, loop, error):
    with pytest.raises(error):
        shop.loopers(*loop)
