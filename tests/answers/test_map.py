from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from drawing import journeys, pack
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei import UnknownNameError
from omvei.answers.moves import count_moves

SECOND = 1_000_000


def edges(result):
    return {(e["source"], e["target"]): e for e in result.to_json()["edges"]}


def test_a_step_leads_from_each_touchpoint_to_the_next_one_with_start_and_end(tmp_path):
    drawn = journeys(tmp_path, ann="search product_view purchase", bob="search search").map("kind")
    counts = {pair: (e["transitions"], e["people"]) for pair, e in edges(drawn).items()}
    assert counts == {
        ("(start)", "search"): (2, 2),
        ("search", "product_view"): (1, 1),
        ("product_view", "purchase"): (1, 1),
        ("purchase", "(end)"): (1, 1),
        ("search", "search"): (1, 1),
        ("search", "(end)"): (1, 1),
    }


def test_every_node_takes_in_as_much_as_it_gives_out(tmp_path):
    drawn = journeys(tmp_path, ann="a b a c", bob="c b b", eve="a", kinds=False).map("event")
    for node in ("a", "b", "c"):
        into = sum(e["transitions"] for (_, to), e in edges(drawn).items() if to == node)
        out = sum(e["transitions"] for (of, _), e in edges(drawn).items() if of == node)
        touchpoints = next(n for n in drawn.to_json()["nodes"] if n["id"] == node)["touchpoints"]
        assert into == out == touchpoints


def test_the_tail_is_gathered_in_other_which_says_what_it_hides(tmp_path):
    drawn = journeys(tmp_path, ann="a a a b b c d", kinds=False).map("event", nodes=3).to_json()
    assert drawn["other"] == {"names": 2, "touchpoints": 2}
    assert {n["id"]: n["touchpoints"] for n in drawn["nodes"]} == {
        "a": 3,
        "b": 2,
        "Other": 2,
        "(start)": 0,
        "(end)": 0,
    }


def test_the_goal_stands_to_the_right_of_what_leads_to_it(tmp_path):
    people = {f"p{i}": "search product_view purchase delivery" for i in range(6)}
    people |= {f"q{i}": "product_view search" for i in range(20)}
    drawn = journeys(tmp_path, **people).map("kind").to_json()
    order = [n["id"] for n in sorted(drawn["nodes"], key=lambda n: n["position"])]
    assert order[-2:] == ["delivery", "(end)"]
    assert order.index("search") < order.index("product_view") < order.index("purchase")


def test_the_goal_is_never_gathered_in_other(tmp_path):
    people = {f"p{i}": "search product_view guide_read" for i in range(9)}
    drawn = journeys(tmp_path, **people, ann="search purchase").map("kind", nodes=3).to_json()
    assert {n["id"] for n in drawn["nodes"]} == {"purchase", "search", "Other", "(start)", "(end)"}


def test_without_a_goal_there_is_no_rate(tmp_path):
    drawn = journeys(tmp_path, ann="search page_view").map("kind").to_json()
    assert drawn["goal"] is None
    assert all(edge["later"] is None for edge in drawn["edges"])


def test_people_not_watched_for_the_whole_horizon_do_not_count_as_not_buying(tmp_path):
    found = journeys(tmp_path, ann="search 5d purchase", bob="search", eve="95d search")
    nodes = {n["id"]: n for n in found.map("kind", horizon_days=10).to_json()["nodes"]}
    assert (nodes["search"]["people"], nodes["search"]["later"]["people"]) == (3, 2)
    assert nodes["search"]["later"]["converted"] == 1


def test_a_silence_is_a_visit_to_the_rest_stage_but_no_touchpoint(tmp_path):
    found = journeys(tmp_path, ann="search 120d guide_read").lens("hankins").map("stage").to_json()
    nodes = {n["id"]: (n["people"], n["touchpoints"]) for n in found["nodes"]}
    assert nodes["no_need"] == (1, 0)
    assert ("no_need", "trigger") in {(e["source"], e["target"]) for e in found["edges"]}


def test_the_view_is_stages_where_a_lens_was_chosen(tmp_path):
    shop = journeys(tmp_path, ann="search purchase")
    assert shop.map().to_json()["by"] == "kind"
    told = shop.lens("hankins").map().to_json()
    assert (told["by"], told["lens"]) == ("stage", "hankins")
    assert shop.findings().to_json()["findings"]


def test_an_unknown_view_is_named_with_the_near_ones(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'channel'"):
        journeys(tmp_path, ann="search").map("chanel")


def test_the_running_example_has_its_sixteen_transitions(data, tmp_path):
    import omvei

    workspace = omvei.init(tmp_path)
    workspace.take(data("process_logs/running-example.xes"))
    found = edges(workspace.journeys.map("event"))
    told = data("process_logs/running-example_dfg.csv").read_text().splitlines()[1:]
    expected = {}
    for line in told:
        source, target, count, _, middle = line.split(",")
        expected[source, target] = (int(count), float(middle))
    between = {k: v for k, v in found.items() if "(start)" not in k and "(end)" not in k}
    assert {k: (e["transitions"], e["median_gap_seconds"]) for k, e in between.items()} == expected
    assert found["(start)", "register request"]["transitions"] == 6
    assert found["pay compensation", "(end)"]["transitions"] == 3
    assert found["reject request", "(end)"]["transitions"] == 3


def plain(lines, goals, times, nodes, horizon, end):
    """The map by its definition, for one list of journeys: as plainly as it can be said."""
    node = defaultdict(
        lambda: [0] * 8
    )  # touchpoints, people, at risk, later, to and after the goal
    move = defaultdict(lambda: [0] * 6)
    gaps = defaultdict(list)

    def buys(row, from_row, goal, time):
        return any(goal[k] and time[k] - time[row] <= horizon for k in range(from_row, len(goal)))

    for codes, goal, time in zip(lines, goals, times, strict=True):
        if not codes:
            continue
        path = [nodes, *codes, nodes + 1]
        for place in set(codes):
            first = codes.index(place)
            risk = time[first] + horizon <= end
            node[place][1] += 1
            node[place][2] += risk
            node[place][3] += risk and buys(first, first + 1, goal, time)
        reached = goal.index(True) if True in goal else None
        for row, place in enumerate(codes):
            node[place][0] += 1
            if reached is not None and row <= reached:
                node[place][4] += 800 if row == reached else 800 * row // reached
                node[place][5] += 1
            elif reached is not None:
                node[place][6] += 800 + 200 * (row - reached) // (len(codes) - 1 - reached)
                node[place][7] += 1
            if row:
                gaps[codes[row - 1], place].append(time[row] - time[row - 1])
        taken = list(pairwise(path))
        for pair in set(taken):
            move[pair][0] += taken.count(pair)
            move[pair][1] += 1
            first = taken.index(pair)  # the row that the move leads to
            if pair[1] != nodes + 1:
                risk = time[first] + horizon <= end
                move[pair][2] += risk
                move[pair][3] += risk and buys(first, first + 1, goal, time)
        for place in set(codes[:-1]):
            row = codes.index(place) + 1
            risk = time[row] + horizon <= end
            move[place, codes[row]][4] += risk
            move[place, codes[row]][5] += risk and buys(row, row, goal, time)
    return node, move, gaps


STEP = st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 5))
LINES = st.lists(st.lists(STEP, max_size=7), min_size=1, max_size=6)


@settings(deadline=None)  # the first call compiles
@given(LINES, st.integers(0, 8), st.integers(0, 30), st.integers(0, 6))
def test_the_kernel_agrees_with_the_plain_definition_however_people_are_split(
    lines, horizon, end, cut
):
    codes = [[step[0] for step in line] for line in lines]
    goals = [[step[1] for step in line] for line in lines]
    times = [np.cumsum([step[2] for step in line]).tolist() for line in lines]

    def count(part):
        starts, packed = pack(codes[part])
        return count_moves(
            np.array(starts),
            np.array(pack(times[part])[1], np.int64),
            np.array(packed, np.int32),
            np.ones(len(packed), np.bool_),
            np.array(pack(goals[part])[1], np.bool_),
            4,
            horizon,
            end,
        )

    node, move, begin, gap, converted = count(slice(None))
    parts = [count(slice(cut)), count(slice(cut, None))]
    assert (node == parts[0][0] + parts[1][0]).all()
    assert (move == parts[0][1] + parts[1][1]).all()

    told_node, told_move, told_gaps = plain(codes, goals, times, 4, horizon, end)
    for place in range(4):
        assert node[place, [0, 1, 6, 7, 8, 9, 10, 11]].tolist() == told_node[place]
    for a, b in np.ndindex(6, 6):
        assert move[a, b].tolist() == told_move[a, b]
    for pair, told in told_gaps.items():
        at = pair[0] * 6 + pair[1]
        assert sorted(gap[begin[at] : begin[at + 1]].tolist()) == sorted(told)
    assert sum(map(len, told_gaps.values())) == len(gap)
    assert converted == sum(map(any, goals))
