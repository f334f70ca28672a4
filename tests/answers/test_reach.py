"""Whom work reached: the counts are those of a plain walk over each person's touchpoints."""

import numpy as np
from drawing import block
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei import lenses
from omvei.answers.reach import Reach, Work
from omvei.touchpoints.vocabulary import codes

HOUR = 3_600_000_000
DAY = 24 * HOUR
GOAL = codes()["purchase"]
KINDS = ("search", "product_view", "purchase")


def drawn(lines, campaigns):
    """A block of people whose touchpoints carry these campaigns, in turn."""
    found = block(lenses.load("five_stage"), *lines)
    found._columns["campaign"] = np.array(campaigns[: found.rows], np.int32)
    return found


def oracle(found, reach):
    """The same counts, said as plainly as can be."""
    groups = [[0] * 5 for _ in reach.groups]
    pairs = [[0] * 5 for _ in reach.pairs]
    for person in range(found.people):
        rows = range(found.starts[person], found.starts[person + 1])
        met, risk, later = {}, {}, {}
        for group, works in enumerate(reach.groups):
            own = [
                row
                for row in rows
                if any(
                    work.first <= found["time"][row] < work.last
                    and (work.campaigns is None or found["campaign"][row] in work.campaigns)
                    for work in works
                )
            ]
            met[group] = bool(own)
            if not own:
                continue
            first = found["time"][own[0]]
            risk[group] = first + reach.horizon <= reach.end
            later[group] = risk[group] and any(
                found["kind"][row] == GOAL and found["time"][row] <= first + reach.horizon
                for row in rows
                if row > own[0]
            )
            visits = len({found["session"][row] for row in own})
            told = (1, len(own), visits, risk[group], later[group])
            groups[group] = [a + b for a, b in zip(groups[group], told, strict=True)]
        for pair, (a, b) in enumerate(reach.pairs):
            both = met[a] and met[b]
            told = (
                both,
                not both and risk.get(a, False),
                not both and later.get(a, False),
                not both and risk.get(b, False),
                not both and later.get(b, False),
            )
            pairs[pair] = [x + y for x, y in zip(pairs[pair], told, strict=True)]
    return groups, pairs


journeys = st.lists(
    st.lists(st.sampled_from([*KINDS, ".", "2d"]), min_size=1, max_size=8).map(
        lambda words: " ".join([*words, "search"])
    ),
    min_size=1,
    max_size=5,
)
works = st.builds(
    lambda first, days, campaigns: Work(first * DAY, (first + days) * DAY, campaigns=campaigns),
    st.integers(0, 6),
    st.integers(1, 9),
    st.one_of(st.none(), st.lists(st.integers(0, 2), max_size=2).map(tuple)),
)


@settings(max_examples=80, deadline=None)
@given(
    journeys,
    st.lists(st.integers(-1, 2), min_size=60, max_size=60),
    st.lists(st.lists(works, min_size=1, max_size=2).map(tuple), min_size=2, max_size=3),
    st.integers(1, 60),
    st.integers(0, 12),
)
def test_the_counts_are_those_of_a_plain_walk(lines, campaigns, groups, horizon, end):
    found = drawn(lines, campaigns)
    reach = Reach(tuple(groups), ((0, 1),), GOAL, horizon * HOUR, end * DAY)
    kept = reach.scan(found)
    assert (kept["groups"].tolist(), kept["pairs"].tolist()) == oracle(found, reach)


def test_a_goal_before_the_work_was_met_is_none_of_its_own():
    found = drawn(["purchase search", "search purchase"], [-1, 0, 0, -1])
    reach = Reach(((Work(0, DAY, campaigns=(0,)),),), (), GOAL, DAY, 9 * DAY)
    assert reach.scan(found)["groups"].tolist() == [[2, 2, 2, 2, 1]]


def test_who_met_both_is_in_neither():
    found = drawn(["search search purchase", "search purchase"], [0, 1, -1, 0, -1])
    works = tuple((Work(0, DAY, campaigns=(code,)),) for code in (0, 1))
    reach = Reach(works, ((0, 1),), GOAL, DAY, 9 * DAY)
    assert reach.scan(found)["pairs"].tolist() == [[1, 1, 1, 0, 0]]


def test_counts_of_two_parts_add():
    reach = Reach(((Work(0, 9 * DAY),),), (), GOAL, DAY, 9 * DAY)
    one, other = drawn(["search"], [0]), drawn(["search purchase"], [0, 0])
    merged = reach.merge(reach.scan(one), reach.scan(other))
    assert (
        merged["groups"] == reach.scan(drawn(["search", "search purchase"], [0] * 3))["groups"]
    ).all()
