import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.people.graph import join

EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14)
KINDS = st.lists(st.sampled_from([-1, 0, 1]), min_size=8, max_size=8)
TIMES = st.lists(st.integers(0, 9), min_size=8, max_size=8)
MOST, SPAN = (1, 2), (0, 4)
"""A person holds one of the first kind, ever, and two of the second within four ticks."""


def joined(edges, kinds=(-1,) * 8, times=(0,) * 8, most=MOST, span=SPAN):
    left, right = (np.array([e[side] for e in edges], np.int32) for side in (0, 1))
    person, refused = join(
        left, right, np.array(kinds, np.int8), np.array(times), np.array(most), np.array(span)
    )
    return person.tolist(), refused.tolist()


def plain(edges, kinds, times):
    """Merge sets edge by edge; refuse a merge after which somebody would hold too many."""
    groups = [{node} for node in range(8)]
    refused = []
    for a, b in edges:
        left, right = (next(g for g in groups if node in g) for node in (a, b))
        passed = -1
        for which in reversed(range(2)) if left is not right else ():
            told = sorted(times[n] for n in left | right if kinds[n] == which)
            meet = all(any(kinds[n] == which for n in side) for side in (left, right))
            many = any(
                not SPAN[which] or late - early < SPAN[which]
                for early, late in zip(told, told[MOST[which] :], strict=False)
            )
            passed = which if meet and many else passed
        refused.append(passed)
        if left is not right and passed < 0:
            groups.remove(right)
            left |= right
    return [min(next(g for g in groups if node in g)) for node in range(8)], refused


@settings(deadline=None)  # the first call compiles
@given(EDGES, KINDS, TIMES)
def test_agrees_with_merging_sets(edges, kinds, times):
    assert joined(edges, kinds, times) == plain(edges, kinds, times)


@settings(deadline=None)
@given(EDGES, st.permutations(range(14)))
def test_without_limits_the_order_of_edges_does_not_matter(edges, order):
    shuffled = [edges[k] for k in order if k < len(edges)]
    assert joined(edges)[0] == joined(shuffled)[0]


@settings(deadline=None)
@given(EDGES, st.tuples(st.integers(0, 7), st.integers(0, 7)))
def test_without_limits_an_edge_never_splits_and_without_it_nothing_grows(edges, more):
    before, after = joined(edges)[0], joined([*edges, more])[0]
    together = {(a, b) for a in range(8) for b in range(8) if before[a] == before[b]}
    assert all(after[a] == after[b] for a, b in together)


def test_taking_an_edge_away_may_split():
    assert joined([(0, 1), (1, 2)])[0][:3] == [0, 0, 0]
    assert joined([(0, 1)])[0][:3] == [0, 0, 2]


def test_more_browsers_than_a_month_allows_are_not_joined_but_over_years_they_are():
    edges, kinds = [(0, 1), (0, 2), (0, 3)], [-1, 1, 1, 1, -1, -1, -1, -1]
    assert joined(edges, kinds, [0, 0, 1, 3, 0, 0, 0, 0])[1] == [-1, -1, 1]
    assert joined(edges, kinds, [0, 0, 2, 4, 0, 0, 0, 0])[1] == [-1, -1, -1]
