"""Ranks of gaps, found without putting all of them in order."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.answers.gaps import SMALL, _near, middle, quantiles, ranked
from omvei.answers.intervals import median

few = st.integers(0, 3)
"""So that many are equal."""
times = st.lists(st.one_of(few, st.integers(0, 10**6), st.integers(0, 2**61)), min_size=1)


@settings(deadline=None)  # the first call compiles
@given(times, st.data())
def test_what_stands_at_a_rank_is_what_stands_there_in_order(told, data):
    asked = data.draw(st.lists(st.integers(0, len(told) - 1), min_size=1, max_size=6))
    values = np.array(told, np.int64)
    assert ranked(values, asked) == [sorted(told)[rank] for rank in asked]
    assert values.tolist() == told  # they stay as they are


@settings(deadline=None)  # the first call compiles
@given(times, st.integers(0, 50))
def test_the_median_and_its_interval_are_those_of_sorted_values(told, people):
    values = np.array(told, np.int64)
    assert middle(values, people) == median(np.sort(values), people)
    assert quantiles(values, people)[:3] == middle(values, people)


def test_every_place_between_one_bin_and_the_next_is_told_apart():
    edges = sorted({2**power + more for power in range(62) for more in (-1, 0, 1)} - {-1})
    near, moved = _near(np.array(edges[::-1]), np.arange(len(edges)))
    assert np.sort(near)[moved].tolist() == edges


@settings(deadline=None)  # the first call compiles
@given(st.integers(0, 60), st.integers(0, 2**32), st.data())
def test_many_values_are_told_as_few_are(power, seed, data):
    values = np.random.default_rng(seed).integers(0, 2**power, SMALL + 1, endpoint=True)
    asked = data.draw(st.lists(st.integers(0, SMALL), min_size=1, max_size=6))
    assert ranked(values, asked) == np.sort(values)[asked].tolist()
