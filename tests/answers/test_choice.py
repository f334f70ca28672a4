"""Channel choice: each number by its plain definition, and by people of the map."""

import pytest
from drawing import journeys
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.answers.choice import LAGS, Choice
from omvei.blocks.block import Block
from omvei.errors import UnknownNameError
from omvei.lenses.rules import DAY


def parts(shop, **asked):
    return shop.choice(**asked).to_json()


def test_ready_is_in_decision_seen_lately_and_not_just_bought(tmp_path):
    shop = journeys(
        tmp_path,
        ann="price_view",  # 100 days ago
        bob="100d price_view",
        eve="100d guide_read",
        kim="100d price_view purchase",
    )
    whole, *by_channel = shop.readiness().to_dicts()
    assert (whole["channel"], whole["people"], whole["converted"]) == (None, 3, 1)
    assert sum(row["people"] for row in by_channel) == 3
    assert shop.readiness().meaning["claim"] == 0.02


def test_who_was_only_sent_something_was_not_here(tmp_path):
    shop = journeys(tmp_path, ann="email_received", bob="price_view email_received")
    (whole, *_) = shop.readiness().to_dicts()
    assert (whole["people"], whole["converted"]) == (1, 1)


def test_a_model_without_such_a_stage_says_so(tmp_path):
    with pytest.raises(UnknownNameError, match="Choose a model that has one"):
        journeys(tmp_path, ann="search").lens("hankins").readiness()


def test_rate_and_share_by_visit_are_two_things(tmp_path):
    people = {f"a{i}": "page_view" for i in range(8)}
    shop = journeys(
        tmp_path, **people, one="purchase", two="page_view 2d purchase", three="page_view 2d search"
    )
    first, second = parts(shop)["visits"]
    assert (first["people"], first["converted"], first["share"]) == (11, 1, 0.5)
    assert (second["people"], second["converted"], second["share"]) == (2, 1, 0.5)
    assert second["rate"] > first["rate"]


def test_a_pool_leaves_out_who_bought_lately(tmp_path):
    shop = journeys(tmp_path, ann="price_view purchase", bob="price_view", eve="guide_read")
    pools = {row["stage"]: row["people"] for row in parts(shop)["pools"]}
    assert (pools["decision"], pools["consideration"]) == (1, 1)


def test_new_and_existing_customers_are_told_apart(tmp_path):
    shop = journeys(tmp_path, ann="purchase 3d purchase 3d purchase", bob="purchase")
    assert [row["purchases"] for row in parts(shop)["sales"]] == [2, 2]


def test_without_a_goal_nothing_is_said_of_it(tmp_path):
    found = parts(journeys(tmp_path, ann="page_view"))
    assert (found["visits"], found["sales"]) == ([], [])


STEP = st.tuples(st.integers(0, 2), st.sampled_from([0, 1, 5, 20, 60]), st.booleans())


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(STEP, min_size=1, max_size=5), max_size=5), st.integers(0, 5))
def test_the_goal_by_lag_agrees_with_the_plain_definition(lines, cut):
    import numpy as np

    end = 200 * DAY
    analysis = Choice("s", 3, 1, 3, 7, end, 30 * DAY)

    def timed(line):
        time, rows = 0, []
        for channel, days, goal in line:
            time += days * DAY
            rows.append((time, channel, goal))
        return rows

    people = [timed(line) for line in lines]

    def counted(part):
        flat = [row for line in part for row in line]
        zero = np.zeros(len(flat), np.int64)
        made = {
            "time": np.array([r[0] for r in flat], np.int64),
            "channel": np.array([r[1] for r in flat], np.int64),
            "kind": np.array([7 if r[2] else 0 for r in flat], np.int64),
            "s": zero.astype(np.uint8), "consent": zero, "session": zero + 1,
            "purchases_before": zero, "initiator": zero,
        }  # fmt: skip
        starts = np.cumsum([0, *map(len, part)]).astype(np.int64)
        return analysis.scan(Block(np.arange(len(part)), starts, made.__getitem__))

    found = analysis.merge(counted(people[:cut]), counted(people[cut:]))["lags"]
    for channel in range(3):
        expected = [0] * (len(LAGS) + 1)
        for line in people:
            first = next((i for i, row in enumerate(line) if row[1] == channel), None)
            if first is None or line[first][0] + 90 * DAY > end:
                continue
            expected[0] += 1
            lag = next((r[0] - line[first][0] for r in line[first:] if r[2]), None)
            for place, days in enumerate(LAGS, 1):
                expected[place] += lag is not None and lag <= days * DAY
        assert found[channel].tolist() == expected
