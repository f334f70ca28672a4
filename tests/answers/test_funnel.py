from datetime import timedelta
from itertools import permutations

import numpy as np
import pytest
from drawing import journeys, pack
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei import OmveiError, UnknownNameError
from omvei.answers.funnel import reach, reach_any


def people(found, steps, **options):
    return [step["people"] for step in found.funnel(steps, **options).to_json()["steps"]]


def test_counts_people_who_reach_each_step_in_order(tmp_path):
    shop = journeys(tmp_path, ann="visit cart buy", bob="visit cart", eve="cart visit", kinds=False)
    assert people(shop, ["visit", "cart", "buy"]) == [3, 2, 1]


def test_a_repeated_step_needs_two_events(tmp_path):
    assert people(
        journeys(tmp_path, ann="visit visit", bob="visit", kinds=False), ["visit"] * 2
    ) == [2, 1]


def test_within_counts_from_the_first_step(tmp_path):
    shop = journeys(tmp_path, ann="visit . cart . buy", kinds=False)
    assert people(shop, ["visit", "cart", "buy"], within=timedelta(hours=3)) == [1, 1, 0]


def test_strict_allows_nothing_between(tmp_path):
    shop = journeys(tmp_path, ann="visit look buy", bob="visit buy", kinds=False)
    assert people(shop, ["visit", "buy"], order="strict") == [2, 1]


def test_any_order_still_needs_every_step_before(tmp_path):
    shop = journeys(tmp_path, ann="buy visit cart", bob="cart buy", kinds=False)
    assert people(shop, ["visit", "cart", "buy"], order="any") == [1, 1, 1]


def test_the_rate_is_a_share_of_step_one_with_an_interval(tmp_path):
    shop = journeys(tmp_path, **{f"p{i}": "a b" if i < 3 else "a" for i in range(7)}, kinds=False)
    step = shop.funnel(["a", "b"]).to_json()["steps"][1]
    assert step["rate"] == 3 / 7
    assert [round(step[k], 4) for k in ("low", "high")] == [0.1582, 0.7495]
    assert (step["lost"], step["median_seconds"], step["too_few"]) == (4, 3600.0, True)


def test_an_unknown_step_is_named_with_the_near_ones(tmp_path):
    with pytest.raises(UnknownNameError, match=r"No event named 'vist' .* Did you mean 'visit'\?"):
        journeys(tmp_path, ann="visit", kinds=False).funnel(["vist"])


def depth(codes, times, steps, within, order):
    """How many of `steps` a person reaches: the definition, as plainly as it can be said."""
    if order == 2:
        for k in range(len(steps), 0, -1):
            wanted = steps[:k]
            rows = [i for i, code in enumerate(codes) if code in steps]
            if not rows:
                return 0
            inside = [
                i
                for i in range(len(codes))
                if 0 <= times[i] - times[rows[0]] <= within and i >= rows[0]
            ]
            if any(
                len(set(chosen)) == k
                for chosen in permutations(inside, k)
                if all(codes[i] == step for i, step in zip(chosen, wanted, strict=True))
            ):
                return k
        return 0
    if steps[0] not in codes:
        return 0
    row = entered = codes.index(steps[0])
    reached = 1
    for step in steps[1:]:
        later = [
            i
            for i in range(row + 1, len(codes))
            if codes[i] == step
            and times[i] - times[entered] <= within
            and (order == 0 or i == row + 1)
        ]
        if not later:
            break
        row, reached = later[0], reached + 1
    return reached


STEP = st.tuples(st.integers(0, 2), st.integers(0, 3))


@settings(deadline=None)  # the first call compiles
@given(
    st.lists(st.lists(STEP, max_size=5), max_size=5),
    st.lists(st.integers(0, 2), min_size=1, max_size=3),
    st.integers(0, 8),
    st.integers(0, 2),
)
def test_the_kernel_agrees_with_the_plain_definition(lines, steps, within, order):
    codes = [[step[0] for step in line] for line in lines]
    times = [np.cumsum([step[1] for step in line]).tolist() for line in lines]
    starts, packed = pack(codes)
    rows = (np.array(starts), np.array(pack(times)[1], np.int64), np.array(packed, np.int32))
    wanted = np.array(steps, np.int32)
    found, last, reached, waits = (
        reach_any(*rows, wanted, within) if order == 2 else reach(*rows, wanted, within, order == 1)
    )
    told = [depth(c, t, steps, within, order) for c, t in zip(codes, times, strict=True)]
    assert found.tolist() == [n for n in told if n]
    owner = [person for person, line in enumerate(codes) for _ in line]
    assert [owner[row] for row in last] == [person for person, n in enumerate(told) if n]
    assert [packed[row] for row in last] == [steps[n - 1] for n in told if n] or order == 2
    assert reached.tolist() == [sum(n > k for n in told) for k in range(len(steps))]
    if order < 2:  # from step 1 to the last step, the waits of each person add up
        spent = sum(int(waits[k, : reached[k]].sum()) for k in range(1, len(steps)))
        entered = [t[c.index(steps[0])] for c, t, n in zip(codes, times, told, strict=True) if n]
        assert spent == sum(rows[1][last].tolist()) - sum(entered)


def test_more_steps_than_there_are_bits_are_refused(tmp_path):
    shop = journeys(tmp_path, ann="visit " * 64, kinds=False)
    assert people(shop, ["visit"] * 63)[-1] == 1
    with pytest.raises(OmveiError, match=r"has 63 steps at most; this has 64\."):
        shop.funnel(["visit"] * 64)


def test_the_people_who_dropped_off_are_those_the_funnel_lost(tmp_path):
    shop = journeys(tmp_path, ann="a b c", bob="a b", eve="a x", kim="x", lou="b a", kinds=False)
    steps = ["a", "b", "c"]
    told = shop.funnel(steps).to_json()["steps"]
    for after in (1, 2):
        listed = shop.dropped(steps, after).to_json()
        assert listed["n"] == len(listed["rows"]) == told[after]["lost"]
    assert shop.dropped(steps, 3).to_json()["n"] == told[2]["people"]
    with pytest.raises(OmveiError, match="There is no step 4"):
        shop.dropped(steps, 4)
