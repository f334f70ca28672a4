import numpy as np
from drawing import journeys
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.answers.leaks import BINS, EDGES, LEFT_UNDER, WEIGHT, last_states, threshold


def stages(found):
    return {row["stage"]: row for row in found.to_json()["stages"]}


def test_a_journey_that_is_only_quiet_is_open_not_lost(tmp_path):
    shop = journeys(tmp_path, ann="guide_read", bob="100d guide_read")
    row = stages(shop.leaks(quiet_days=30))["consideration"]
    assert (row["people"], row["left"], row["open"]) == (2, 1, 1)


def test_a_later_touchpoint_opens_the_journey_again(tmp_path):
    shop = journeys(tmp_path, ann="guide_read 100d guide_read")
    assert stages(shop.leaks(quiet_days=30))["consideration"]["left"] == 0


def test_an_explicit_end_needs_no_silence(tmp_path):
    shop = journeys(tmp_path, ann="guide_read unsubscribe")
    assert stages(shop.leaks(quiet_days=30))["consideration"]["left"] == 1


def test_everybody_left_open_or_stands_somewhere_and_the_moves_say_the_same(tmp_path):
    shop = journeys(
        tmp_path,
        ann="search guide_read price_view",
        bob="ad_view 200d purchase delivery",
        eve="search",
    )
    found = shop.leaks().to_json()
    assert found["left"] + found["open"] == found["n"] == 3
    for part in ("stages", "transitions"):
        assert sum(row["left"] for row in found[part]) == found["left"]
        assert sum(row["open"] for row in found[part]) == found["open"]


def test_the_threshold_is_read_from_the_gaps(tmp_path):
    people = {f"p{i}": "search " + "10d search " * 3 for i in range(40)}
    found = journeys(tmp_path, **people, late="200d search").leaks().to_json()
    assert not found["quiet_given"]
    assert 10 < found["quiet_days"] < 11.5  # nobody came back after more than ten days and an hour


def kaplan_meier(closed, censored):
    """P(returns | silent since the beginning of a bin), plainly, from weighted gaps."""
    survival, at = [1.0], sum(closed) + sum(censored)
    for a, b in zip(closed, censored, strict=True):
        survival.append(survival[-1] * (1 - a / at if at else 1.0))
        at -= a + b
    return [(s - survival[-1]) / s if s > 0 else 0.0 for s in survival]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=BINS, max_size=BINS))
@settings(max_examples=30)
def test_the_threshold_agrees_with_a_plain_estimate(weights):
    gaps = np.array(weights, np.int64).T.copy()
    told = kaplan_meier(gaps[0].tolist(), gaps[1].tolist())
    found = threshold(gaps)
    assert all(p >= LEFT_UNDER - 1e-9 for p in told[:found])
    assert found == BINS - 1 or told[found] < LEFT_UNDER + 1e-9


@settings(deadline=None)  # the first call compiles
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 40)), max_size=6),
        max_size=6,
    ),
    st.integers(0, 6),
)
def test_the_kernel_agrees_with_the_plain_definition_however_people_are_split(lines, cut):
    end = 400 * EDGES[1]

    def count(part):
        flat = [step for line in part for step in line]
        starts = np.cumsum([0, *map(len, part)])
        time = (
            np.concatenate([np.cumsum([s[2] for s in line]) for line in part] or [[]]).astype(
                np.int64
            )
            * EDGES[1]
        )
        gap = (
            np.concatenate(
                [np.diff(np.cumsum([s[2] for s in line]), prepend=-1) for line in part] or [[]]
            ).astype(np.int64)
            * EDGES[1]
        )
        return last_states(
            starts.astype(np.int64),
            time,
            gap,
            np.array([s[0] for s in flat], np.int32),
            np.array([s[1] for s in flat], np.bool_),
            np.zeros(len(flat), np.bool_),
            EDGES,
            3,
            end,
            WEIGHT,
        )

    whole = count(lines)
    for a, b, c in zip(whole, count(lines[:cut]), count(lines[cut:]), strict=True):
        assert (a == b + c).all()
    _, last, reached = whole
    for stage in range(3):
        assert last[:, stage].sum() == sum(bool(line) and line[-1][0] == stage for line in lines)
        assert reached[stage, 0] == sum(any(s[0] == stage for s in line) for line in lines)
        assert reached[stage, 1] == sum(
            any(s[0] == stage and any(t[1] for t in line[k:]) for k, s in enumerate(line))
            for line in lines
        )
    assert last[..., 1].sum() == sum(any(s[1] for s in line) for line in lines)
