"""The matrix of a model, the chain that follows from it, and the bootstrap by person."""

from collections import Counter
from itertools import pairwise

import drawing
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei import lenses
from omvei.answers.bootstrap import REPLICATES, weighted, weights
from omvei.answers.chain import Chain, raised
from omvei.answers.map import Walk
from omvei.answers.matrix import Matrix, counted, moves_of_people
from omvei.errors import OmveiError, UnknownNameError
from omvei.touchpoints.vocabulary import codes

LENS = lenses.load("five_stage")
PEOPLE = {
    "ann": "search category_view review_read add_to_cart purchase delivery review_written",
    "bob": "ad_view search review_read search review_read purchase",
    "eva": "ad_view search",
    "per": "category_view add_to_cart category_view",
}
TOY = Chain(np.array([[0.2, 0.3, 0], [0.5, 0, 0], [0.6, 0.4, 0]]), np.array([0.3, 0.1, 0]))


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return drawing.journeys(tmp_path_factory.mktemp("matrix"), **PEOPLE).lens("five_stage")


lines = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=6), min_size=1, max_size=5
)


@settings(max_examples=60, deadline=None)
@given(lines)
def test_moves_are_those_of_a_plain_count(people):
    starts, rows = drawing.pack(people)
    node = np.array([row[0] for row in rows], np.int32)
    goal = np.array([row[1] for row in rows], np.bool_)
    place, cell, many, each, left, count = moves_of_people(np.array(starts), node, goal, 3, True)
    assert (count == np.bincount(cell, many, len(count))).all()
    bare = moves_of_people(np.array(starts), node, goal, 3, False)
    assert not len(bare[0])
    assert all((a == b).all() for a, b in zip(bare[3:], (each, left, count), strict=True))
    wanted, who, out = Counter(), Counter(), Counter()
    for person, line in enumerate(people):
        if not line:
            continue
        steps = [(3, False), *line, (4, False)]
        for (a, _), (b, reached) in pairwise(steps):
            wanted[person, (a * 5 + b) * 2 + reached] += 1
        who.update({(a, b) for (a, _), (b, _) in pairwise(steps)})
        out.update({a for (a, _), _ in pairwise(steps)})
    assert dict(zip(zip(place.tolist(), cell.tolist(), strict=True), many, strict=True)) == wanted
    assert {tuple(pair): each[tuple(pair)] for pair in np.argwhere(each).tolist()} == who
    assert {int(a): left[a] for a in np.flatnonzero(left)} == out


@settings(max_examples=40, deadline=None)
@given(lines)
def test_replicates_count_a_person_as_often_as_they_weigh(people):
    starts, rows = drawing.pack(people)
    node = np.array([row[0] for row in rows], np.int32)
    goal = np.array([row[1] for row in rows], np.bool_)
    ids = np.arange(100, 100 + len(people))
    place, cell, many, *_ = moves_of_people(np.array(starts), node, goal, 3, True)
    told = weighted(ids, place, cell, many, 50, 20)
    plain = np.zeros((50, 20), np.int64)
    for person, where, times in zip(place, cell, many, strict=True):
        plain[where] += times * weights(ids, 20)[person]
    assert (told == plain).all()


def test_weights_are_poisson_and_of_a_person_alone():
    drawn = weights(np.arange(4000), REPLICATES)
    assert drawn.mean() == pytest.approx(1, abs=0.01)
    assert drawn.var() == pytest.approx(1, abs=0.02)
    assert np.abs(np.corrcoef(drawn[:, :20], rowvar=False) - np.eye(20)).max() < 0.08
    assert (weights(np.array([3, 1]))[0] == drawn[3]).all()


def test_resampling_people_and_not_rows_gives_the_wider_error():
    """Methods 11: 200 people with 10 equal rows each vary as 200, not as 2000."""
    bought = np.arange(200) % 3 == 0
    ids, tens = np.arange(200), np.full(200, 10)
    told = weighted(ids, np.arange(200), bought.astype(np.int64), tens, 2)
    error = (told[1] / told.sum(axis=0)).std()
    assert error == pytest.approx(np.sqrt(1 / 3 * 2 / 3 / 200), rel=0.15)


def test_a_split_into_blocks_changes_nothing():
    block = drawing.block(LENS, *PEOPLE.values())
    whole = Matrix(
        Walk(f"stage:{LENS.digest}", np.arange(6, dtype=np.int32), LENS, 0), 6, codes()["purchase"]
    )
    told = whole.scan(block)
    parts = whole.empty()
    for place in range(block.people):
        parts = whole.merge(parts, whole.scan(block.alone(place)))
    assert all((told[key] == parts[key]).all() for key in ("count", "people", "left", "weighted"))


def test_every_count_is_the_maps(shop):
    on_map = {
        (edge["source"], edge["target"]): (edge["transitions"], edge["people"])
        for edge in shop.map("stage").to_json()["edges"]
    }
    rows = shop.matrix().to_dicts()
    assert {(row["from"], row["to"]): (row["count"], row["people"]) for row in rows} == on_map


def test_the_probabilities_out_of_a_stage_add_up_to_one_and_lie_in_their_intervals(shop):
    rows = shop.matrix().to_dicts()
    for stage in {row["from"] for row in rows}:
        assert sum(r["probability"] for r in rows if r["from"] == stage) == pytest.approx(1)
    assert all(0 <= row["low"] <= row["probability"] <= row["high"] <= 1 for row in rows)
    assert all(row["low"] < row["high"] for row in rows)


def test_chances_give_back_the_purchases_that_were_seen(shop):
    """Who comes in goes out, so starts and purchases times their chances are the purchases."""
    found, _ = counted(shop)
    chance, bought = Chain.of(found.count).chances(), found.count[:, :, 1].sum(axis=0)
    told = len(PEOPLE) * chance[-1] + (bought[:-1] * chance).sum()
    assert told == pytest.approx(bought.sum()) == 2
    stages = {row["stage"]: row["chance"] for row in shop.matrix().to_json()["stages"]}
    assert stages["(start)"] == chance[-1]


def test_known_numbers_of_a_chain_with_loops():
    assert TOY.chances() == pytest.approx([0.507692, 0.353846, 0.446154], abs=1e-6)
    assert TOY.returns()[:2] == pytest.approx([0.35, 0.1875], abs=1e-6)
    way, probability = TOY.best()
    assert (way, probability) == ([0], pytest.approx(0.18))


def test_steps_are_the_mean_length_of_the_walks_that_arrive():
    rng, walks = np.random.default_rng(5), []
    exits = np.column_stack([TOY.stay, TOY.goal])
    for _ in range(20_000):
        at, steps = 2, 0
        while at < 3:
            at, steps = int(np.searchsorted(exits[at].cumsum(), rng.random())), steps + 1
        if at == 3:
            walks.append(steps)
    assert TOY.steps()[2] == pytest.approx(np.mean(walks), rel=0.03)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=20, max_size=20), st.floats(0, 0.5))
def test_raising_one_line_is_what_changing_it_and_solving_again_gives(numbers, more):
    exits = np.array(numbers).reshape(4, 5)
    np.fill_diagonal(exits, 0)
    exits /= exits.sum(axis=1, keepdims=True) * 1.01
    exits[:, 3] = 0  # nothing leads back to the start
    chain = Chain(exits[:, :4], exits[:, 4])
    told, before = raised(chain, more), chain.chances()[3]
    for source, target in ((0, 1), (3, 2), (1, 0)):
        after = chain.changed(source, target, min(1.0, chain.stay[source, target] + more))
        assert told[source, target] == pytest.approx(after.chances()[3] - before, abs=1e-9)


def test_people_who_only_go_round_do_not_stop_the_chain():
    round_and_round = Chain(
        np.array([[0, 1.0, 0], [1.0, 0, 0], [0.5, 0, 0]]), np.array([0, 0, 0.5])
    )
    assert round_and_round.chances() == pytest.approx([0, 0, 0.5])


def test_a_line_changed_to_what_it_is_changes_nothing(shop):
    line = next(row for row in shop.matrix().to_json()["lines"] if row["from"] == "consideration")
    same = shop.what_if(line["from"], line["to"], line["probability"]).to_dicts()[0]
    assert same["change"] == pytest.approx(0, abs=1e-12)
    assert shop.what_if(line["from"], "(goal)", 1.0).to_dicts()[0]["change"] > 0


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (("nowhere", "decision", 0.5), UnknownNameError),
        (("decision", "nowhere", 0.5), UnknownNameError),
        (("decision", "decision", 0.5), OmveiError),
        (("decision", "awareness", 1.5), OmveiError),
    ],
)
def test_a_line_that_is_none_is_refused(shop, line, error):
    with pytest.raises(error):
        shop.what_if(*line)


def test_a_group_does_not_differ_from_itself(shop):
    told = shop.differ(shop)
    assert told.meaning["p"] is None
    assert {row["difference"] for row in told.to_dicts()} == {0.0}


def test_groups_that_go_other_ways_differ(tmp_path):
    ways = ("search add_to_cart purchase", "search ad_view add_to_cart purchase")
    turns = ("ad_view search ad_view search", "ad_view search add_to_cart")
    straight = {f"a{n}": ways[n % 4 == 0] for n in range(40)}
    around = {f"b{n}": turns[n % 4 == 0] for n in range(40)}
    shop = drawing.journeys(tmp_path, **straight, **around).lens("five_stage")
    told = shop.where(customer=True).differ(shop.where(customer=False))
    assert (told.meaning["n"], told.meaning["other_n"]) == (40, 40)
    assert told.meaning["p"] < 0.05
    ends = next(
        row for row in told.to_dicts() if (row["from"], row["to"]) == ("consideration", "(end)")
    )
    # of 40 buyers none ends there; of 30 + 30 + 10 moves out of consideration, 30 do
    assert (ends["first"], ends["second"]) == (0.0, 30 / 70)
    assert ends["low"] < ends["difference"] < ends["high"]


def test_two_models_cannot_be_compared_line_by_line(shop):
    with pytest.raises(OmveiError, match="different stages"):
        shop.differ(shop.lens("stdc"))
