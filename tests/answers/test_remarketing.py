"""With and without remarketing: the plain definition, and a shop in which it does nothing."""

import shutil

import numpy as np
import pytest
from drawing import journeys, pack
from hypothesis import given, settings
from hypothesis import strategies as st

import omvei
from omvei.answers.remarketing import count_weeks
from omvei.simulate import simulate

GROUPS, VISITS = np.array([0, 3, 5], np.int64), np.array([1, 3], np.int32)
WEEK, LATELY, HORIZON, END = 7, 10, 14, 70
WHAT = ("own", "goal", "cart", "view", "mail")
ROW = st.tuples(st.sampled_from([0, 1, 4, 9]), st.sampled_from(WHAT), st.integers(-1, 2))


def plainly(rows):
    """The weeks of one person: (situation, reached, went on)."""
    found = []
    views = [time for time, what, _ in rows if what == "view"]
    for at in range(WEEK, END, WEEK):
        if at + WEEK + HORIZON > END or any(time < at for time in views):
            continue
        before = [n for n, (time, what, _) in enumerate(rows)
                  if time < at and what in ("own", "goal", "cart")]  # fmt: skip
        if not before:
            continue
        last = before[-1]
        time, what, stage = rows[last]
        if at - time > LATELY or stage < 0 or what == "goal":
            continue
        cycle = sum(row[1] == "goal" for row in rows[:last])
        near = any(
            rows[n][1] == "cart" and sum(r[1] == "goal" for r in rows[:n]) == cycle for n in before
        )
        on = [t for t, w, s in rows if at <= t < at + WEEK + HORIZON and (s > stage or w == "goal")]
        if any(t < at + WEEK for t in on):
            continue
        since = sum(at - time >= edge for edge in GROUPS) - 1
        visits = sum(last + 1 >= edge for edge in VISITS) - 1
        key = (((stage * 3 + since) * 2 + visits) * 2 + (cycle > 0)) * 2 + near
        found.append((key, any(at <= t < at + WEEK for t in views), bool(on)))
    return found


@settings(deadline=None)
@given(st.lists(st.lists(ROW, min_size=1, max_size=9), min_size=1, max_size=4), st.integers(0, 4))
def test_the_kernel_agrees_with_the_plain_definition_however_people_are_split(lines, cut):
    people = []
    for line in lines:
        at = np.cumsum([gap for gap, _, _ in line]).tolist()
        people.append([(time, *rest) for time, (_, *rest) in zip(at, line, strict=True)])

    def weeks(part):
        starts, rows = pack(part)
        visit = [n + 1 for person in part for n in range(len(person))]
        bought = [sum(r[1] == "goal" for r in person[:n]) for person in part
                  for n in range(len(person))]  # fmt: skip

        def flags(*names):
            return np.array([row[1] in names for row in rows], np.bool_)

        key, reached, on, _ = count_weeks(
            np.array(starts, np.int64), np.array([row[0] for row in rows], np.int64),
            np.array([row[2] for row in rows], np.int64), np.array(visit, np.int32),
            flags("own", "goal", "cart"), flags("view"), flags("cart"), flags("goal"),
            np.array(bought, np.int32), HORIZON, END, WEEK, LATELY, GROUPS, VISITS,
        )  # fmt: skip
        return list(zip(key.tolist(), reached.tolist(), on.tolist(), strict=True))

    assert weeks(people) == [week for person in people for week in plainly(person)]
    assert weeks(people) == weeks(people[:cut]) + weeks(people[cut:])


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    made = simulate(120_000, seed=7).write(folder)
    workspace = omvei.init(folder / "workspace")
    shutil.copytree(made["definitions"], workspace.path / "definitions", dirs_exist_ok=True)
    workspace.take(made["events"])
    return workspace.journeys


def test_advertisements_that_change_nothing_come_out_as_no_clear_difference(simulated):
    whole, *stages = simulated.lens("stdc").remarketing().to_dicts()
    assert whole["stage"] is None
    assert not whole["too_few"]
    assert whole["low"] < 0 < whole["high"]
    assert whole["difference"] == pytest.approx(whole["went_on"] - whole["others"])
    assert whole["people"] <= whole["reached"] == sum(row["reached"] for row in stages)
    seen = simulated.map("kind", nodes=99).to_json()["nodes"]
    assert whole["reached"] < next(n["people"] for n in seen if n["id"] == "remarketing_view")


def test_the_page_of_channels_says_the_same(simulated):
    here = simulated.lens("stdc")
    assert here.choice().to_json()["remarketing"] == here.remarketing().to_dicts()


def test_where_nobody_was_reached_nothing_is_said(tmp_path):
    assert journeys(tmp_path, ann="search 90d search").remarketing().to_dicts() == []
