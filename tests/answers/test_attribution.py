"""Credit by rule and channel, the removal effect, and the orders of channels."""

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import pairwise

import drawing
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omvei
from omvei.answers.attribution import ALL, Attribution
from omvei.answers.credit import DECAY, NO, OPEN, RULES, WHOLE, YES, divide, ways
from omvei.answers.removal import divided, moves, removal
from omvei.answers.variants import busiest, counted
from omvei.lenses.rules import DAY

KNOWN = {  # methods 1.2 and 1.3: first, last, linear, removal effect, credit by it
    "alpha": (6308, 8447, 7574.719, 0.558399, 5344.948),
    "beta": (2831, 989, 2083.500, 0.264039, 2527.352),
    "delta": (1, 5, 1.725, 0.000482, 4.614),
    "epsilon": (99, 531, 272.170, 0.062639, 599.571),
    "eta": (3164, 4167, 3539.951, 0.349026, 3340.847),
    "gamma": (165, 92, 121.042, 0.017880, 171.145),
    "iota": (4606, 3355, 3857.096, 0.405835, 3884.615),
    "kappa": (74, 230, 137.964, 0.028663, 274.363),
    "lambda": (902, 1207, 1035.258, 0.134022, 1282.847),
    "mi": (2, 2, 2.222, 0.000180, 1.722),
    "theta": (1606, 653, 1022.801, 0.206010, 1971.913),
    "zeta": (27, 107, 136.552, 0.039811, 381.063),
}

GREEK = list(KNOWN)


def packed(paths):
    """`first, met, when, person, end, reached` of (channels, days before, end) for each way."""
    first = np.cumsum([0, *(len(path[0]) for path in paths)])
    met = np.array([code for path in paths for code in path[0]], np.int64)
    when = np.array([-days * DAY for path in paths for days in path[1]], np.int64)
    end = np.array([path[2] for path in paths], np.int8)
    return first, met, when, np.arange(len(paths)), end, np.zeros(len(paths), np.int64)


def plain(channels, days):
    """The credit of one way by each rule: (rule, channel) -> share."""
    told, many = defaultdict(Fraction), len(channels)
    known = [at for at, code in enumerate(channels) if code != 0]
    told["first", channels[0]] += 1
    told["last", channels[-1]] += 1
    told["known", channels[known[-1] if known else -1]] += 1
    weights = [Fraction(int(DECAY[min(day, len(DECAY) - 1)])) for day in days]
    for at, code in enumerate(channels):
        told["linear", code] += Fraction(1, many)
        told["decay", code] += weights[at] / sum(weights)
        if many <= 2:
            told["ends", code] += Fraction(1, many)
        elif at in (0, many - 1):
            told["ends", code] += Fraction(2, 5)
        else:
            told["ends", code] += Fraction(1, 5) / (many - 2)
    for code in set(channels):
        told["once", code] += Fraction(1, len(set(channels)))
    return told


one_way = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), min_size=1, max_size=8)


@settings(max_examples=80, deadline=None)
@given(st.lists(one_way, min_size=1, max_size=4))
def test_each_rule_divides_as_a_plain_count_does(lines):
    paths = [
        ([c for c, _ in line], sorted((d for _, d in line), reverse=True), YES) for line in lines
    ]
    first, met, when, _, end, reached = packed(paths)
    whose, cell, units = divide(first, met, when, end, reached, 0, 4, DECAY)
    told, wanted = Counter(), defaultdict(Fraction)
    for way, where, many in zip(whose.tolist(), cell.tolist(), units.tolist(), strict=True):
        told[way, RULES[where // 4], where % 4] += many
    for way, (channels, days, _) in enumerate(paths):
        for (rule, code), share in plain(channels, days).items():
            wanted[way, rule, code] = share * WHOLE
    for key in told.keys() | wanted.keys():
        assert abs(told[key] - wanted[key]) <= 8, key
    for way in range(len(paths)):
        for rule in RULES:
            assert sum(n for (w, r, _), n in told.items() if (w, r) == (way, rule)) == WHOLE


rows = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 1), st.booleans(), st.booleans(), st.integers(0, 9)
    ),
    max_size=9,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(rows, min_size=1, max_size=4))
def test_ways_are_those_of_a_plain_walk(people):
    wanted, lines = [], []
    for who, line in enumerate(people):
        clock, visit, taken, now = 0, 1, 0, []
        walked = []
        for channel, new, came, goal, gap in line:
            clock, visit = clock + gap, visit + new
            walked.append((clock, channel, visit, came, goal))
            if came and channel != 3 and visit != taken:  # nobody knows how a visit by 3 began
                taken = visit
                now.append((channel, clock))
            if goal:
                wanted.append((who, now, YES, clock))
                now = []
        if now:
            wanted.append((who, now, OPEN if now[-1][1] > 20 else NO, -1))
        lines.append(walked)
    starts, flat = drawing.pack(lines)
    time, *columns = [
        np.array([row[place] for row in flat], kind)
        for place, kind in enumerate((np.int64, np.int16, np.int32, np.int8, np.int16))
    ]
    first, met, begun, person, end, reached = ways(np.array(starts), time, *columns, 1, 3, 1, 20)
    when = time[begun]
    found = [
        (
            person[way],
            list(zip(met[a:b].tolist(), when[a:b].tolist(), strict=True)),
            end[way],
            reached[way],
        )
        for way, (a, b) in enumerate(pairwise(first))
    ]
    assert found == wanted


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 2), max_size=5), st.sampled_from((NO, YES, OPEN))),
        min_size=1,
        max_size=6,
    )
)
def test_moves_and_orders_are_those_of_a_plain_count(told):
    first, met, _, _, end, _ = packed([(c, [0] * len(c), e) for c, e in told])
    lines, whose, line = moves(first, met, end, 3, True)
    wanted, orders = Counter(), Counter()
    for who, (channels, became) in enumerate(told):
        kept = [c for at, c in enumerate(channels) if not at or channels[at - 1] != c]
        if kept:
            orders[tuple(kept), became] += 1
        if kept and became != OPEN:
            steps = [3, *kept, 3 if became == YES else 4]
            wanted.update((who, a * 5 + b) for a, b in pairwise(steps))
    assert Counter(zip(whose.tolist(), line.tolist(), strict=True)) == wanted
    assert Counter({n: many for n, many in enumerate(lines.tolist()) if many}) == Counter(line)
    assert moves(first, met, end, 3, False)[0].tolist() == lines.tolist()
    kept = counted(first, met, end, np.arange(len(end)))
    sums = Counter()
    for (_, became), many in orders.items():
        sums[became] += many
    assert kept["counts"].sum(axis=0).tolist() == [sums[NO], sums[YES], sums[OPEN]]
    assert len(kept["one"]) == len({order for order, _ in orders})
    assert (np.diff(kept["counts"][busiest(kept, 99)].sum(axis=1)) <= 0).all()


def test_bryls_toys():
    toy = np.zeros((4, 4), np.int64)  # two channels, with loops (methods 1.3, toy 2)
    toy[2, 0], toy[2, 1] = 60, 40
    toy[0] = [20, 30, 30, 20]
    toy[1] = [50, 0, 10, 40]
    assert removal(toy) == pytest.approx([0.910345, 0.495690], abs=1e-6)


def test_removal_of_a_channel_is_the_share_that_a_chain_without_it_loses():
    chance = np.random.default_rng(7)
    lines = chance.integers(1, 30, (6, 6))
    lines[:, 5] += 1
    lines[4, 4], lines[4, 5] = 0, 0
    shares = lines[:5].astype(float)
    np.fill_diagonal(shares, 0)
    lines[:5, :5] = shares[:, :5]
    shares /= shares.sum(axis=1, keepdims=True)

    def bought(without=None):
        at = np.zeros(5)
        at[4], total = 1.0, 0.0
        for _ in range(3000):
            total += (at * np.where(np.arange(5) == 4, 0, shares[:, 4])).sum()
            at = at @ np.where(np.arange(5)[None, :] == 4, 0, shares[:, :5])
            if without is not None:
                at[without] = 0
        return total

    assert removal(lines) == pytest.approx([1 - bought(c) / bought() for c in range(4)], abs=1e-9)


def test_the_known_answers_of_path_data(data):
    paths = []
    for line in data("pathdata/PathData.csv").read_text().splitlines()[1:]:
        path, conversions, _, nulls = line.split(",")
        codes = [GREEK.index(step) for step in path.split(" > ")]
        told = [0] * len(codes)
        paths += [(codes, told, YES)] * int(conversions) + [(codes, told, NO)] * int(nulls)
    first, met, when, _, end, reached = packed(paths)
    _, cell, units = divide(first, met, when, end, reached, -1, 12, DECAY)
    credit = np.bincount(cell, units, 12 * len(RULES)).reshape(len(RULES), 12) / WHOLE
    line = moves(first, met, end, 12, False)[0].reshape(14, 14)
    effect, share = removal(line), divided(line)
    for code, name in enumerate(GREEK):
        wanted = KNOWN[name]
        told = [credit[RULES.index(rule), code] for rule in ("first", "last", "linear")]
        assert told == pytest.approx(wanted[:3], abs=6e-4)
        assert effect[code] == pytest.approx(wanted[3], abs=1e-6)
        assert share[code] == pytest.approx(wanted[4], abs=2e-3)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("credit")
    lines = ["user_id,time,event,kind,channel"]
    for person in range(60):
        for day, channel in enumerate(("Email", "Direct", "Display")[: 1 + person % 3]):
            lines.append(f"u{person},2025-0{1 + day}-0{1 + person % 9},x,page_view,{channel}")
        if person % 4 == 0:
            lines.append(f"u{person},2025-06-01,bought,purchase,Unassigned")
    (folder / "shop.csv").write_text("\n".join(lines))
    workspace = omvei.init(folder / "w")
    workspace.take(folder / "shop.csv")
    return workspace.journeys


def test_an_answer_adds_up(shop):
    told = shop.attribution().to_json()
    assert told["ways"] == told["reached"] + told["ended"] + told["open"]
    assert (told["reached"], told["untouched"]) == (15, 0)
    for place in range(len(ALL)):
        assert sum(row["credit"][place]["purchases"] for row in told["rows"]) == pytest.approx(15)
    for row in told["rows"]:
        assert all(each["low"] <= each["share"] <= each["high"] for each in row["credit"])
    assert {row["channel"] for row in told["rows"]} == {"Email", "Direct", "Display"}
    first = {row["channel"]: row["credit"][0]["purchases"] for row in told["rows"]}
    assert first == {"Email": 15, "Direct": 0, "Display": 0}


def test_every_way_is_in_one_order(shop):
    told = shop.attribution(many=99).to_json()
    assert sum(row["ways"] for row in told["orders"]) == told["ways"] - told["untouched"]
    assert ["Email", "Direct", "Display"] in [row["order"] for row in told["orders"]]


def test_a_split_into_blocks_changes_nothing(shop):
    names = shop.words["channel"]
    analysis = Attribution(len(names), 0, -1, shop.goal_code, shop.end, 5, 20)
    (opened,) = (block() for block in shop.blocks())
    whole, parts = analysis.scan(opened), analysis.empty()
    for place in reversed(range(opened.people)):
        parts = analysis.merge(parts, analysis.scan(opened.alone(place)))
    for name in ("credit", "moves", "credits", "movings", "roles", "ends"):
        assert (whole[name] == parts[name]).all()
    assert all((whole["orders"][n] == parts["orders"][n]).all() for n in whole["orders"])


def test_without_a_goal_there_is_nothing_to_divide(tmp_path):
    shop = drawing.journeys(tmp_path, ann="search product_view")
    with pytest.raises(omvei.NothingToAnswerError, match="nothing to divide"):
        shop.attribution()
