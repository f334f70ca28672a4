import numpy as np
from drawing import pack
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.touchpoints import visits

LINES = st.lists(
    st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(-1, 2)), max_size=8),
    max_size=6,
)


def packed(lines):
    times = [np.cumsum([step[0] for step in line]).tolist() for line in lines]
    starts, flat = pack([list(line) for line in lines])
    return np.array(starts), np.array(pack(times)[1], np.int64), flat, times


@settings(deadline=None)  # the first call compiles
@given(LINES, st.integers(1, 4))
def test_a_gap_of_at_least_the_threshold_starts_a_visit(lines, threshold):
    starts, time, _, times = packed(lines)
    session, gap = visits.visits(starts, time, threshold)
    told, gaps = [], []
    for line in times:
        number = 0
        for row, now in enumerate(line):
            since = now - line[row - 1] if row else -1
            number += row == 0 or since >= threshold
            told.append(number)
            gaps.append(since)
    assert session.tolist() == told
    assert gap.tolist() == gaps


@settings(deadline=None)
@given(LINES)
def test_purchases_before_and_what_was_seen_before(lines):
    starts, _, flat, _ = packed(lines)
    before = visits.purchases_before(starts, np.array([s[1] for s in flat], np.bool_))
    place = np.repeat(np.arange(len(lines), dtype=np.int32), np.diff(starts))
    seen = visits.seen_before(place, np.array([s[2] for s in flat], np.int32))
    assert before.tolist() == [
        sum(s[1] for s in line[:k]) for line in lines for k in range(len(line))
    ]
    assert seen.tolist() == [
        s[2] >= 0 and s[2] in [t[2] for t in line[:k]] for line in lines for k, s in enumerate(line)
    ]


@settings(deadline=None)
@given(LINES)
def test_a_page_without_a_channel_has_that_of_its_visit(lines):
    starts, time, flat, _ = packed(lines)
    session, _ = visits.visits(starts, time, 3)
    channel = np.array([s[2] for s in flat], np.int16)
    browsed = np.array([s[1] for s in flat], np.bool_)
    found = visits.carry_channel(starts, session, channel, browsed, 8, 9)
    told = []
    for person in range(len(lines)):
        rows = range(starts[person], starts[person + 1])
        for row in rows:
            earlier = [
                channel[k]
                for k in rows
                if k < row and session[k] == session[row] and browsed[k] and channel[k] >= 0
            ]
            told.append(
                channel[row]
                if channel[row] >= 0
                else earlier[-1]
                if earlier
                else 8
                if browsed[row]
                else 9
            )
    assert found.tolist() == told


def test_the_latest_verdict_counts_until_the_next_purchase():
    starts, bought = np.array([0, 6]), np.array([0, 0, 0, 1, 0, 0], np.bool_)
    bad = np.array([0, 1, 0, 0, 0, 0], np.bool_)
    rating = np.array([500, -1, 900, -1, -1, 300], np.int16)
    scale = np.array([5, 0, 10, 0, 0, 5], np.int16)
    assert visits.verdicts(starts, bought, bad, rating, scale).tolist() == [100, 0, 90, 90, -1, 50]
