"""Where people stand, and who came back: the same people that the numbers count."""

import drawing
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei import lenses
from omvei.answers.map import Walk
from omvei.answers.returning import Returned
from omvei.answers.whereabouts import Whereabouts
from omvei.errors import UnknownNameError

WORDS = ("search", "product_view", "price_view", "add_to_cart", "purchase", "review_written", "40d")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return drawing.journeys(
        tmp_path_factory.mktemp("stand"),
        ann="search product_view add_to_cart product_view",
        bob="ad_view search",
        eve="search add_to_cart purchase 100d search",
    )


@pytest.mark.parametrize("name", lenses.names())
def test_they_are_the_people_that_the_numbers_count(shop, name):
    seen = shop.lens(name)
    for row in seen.numbers().to_json()["stages"]:
        stage = row["stage"]
        assert seen.whereabouts(current=stage).to_json()["n"] == row["current"]
        assert seen.returning(stage).to_json()["n"] == row["returned"]
        if row["deepest"] is not None:
            assert seen.whereabouts(deepest=stage).to_json()["n"] == row["deepest"]


def test_on_a_day_it_is_what_was_known_then(shop):
    told = shop.lens("five_stage").between(until="2026-01-01T02:30").whereabouts().to_json()
    assert {row["current"] for row in told["rows"]} <= {"awareness", "consideration", "decision"}
    now = shop.lens("five_stage").whereabouts().to_json()
    assert [row["since"] for row in now["rows"]] == sorted(
        (row["since"] for row in now["rows"]), reverse=True
    )


def test_without_an_order_no_stage_is_deepest(shop):
    assert {row["deepest"] for row in shop.lens("stdc").whereabouts().to_dicts()} == {None}
    with pytest.raises(UnknownNameError, match="no order"):
        shop.lens("stdc").whereabouts(deepest="do")
    with pytest.raises(UnknownNameError):
        shop.lens("stdc").returning("nowhere")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(
            lambda words: " ".join([*words, "search"])
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_plain_walk_says_the_same(lines):
    """The latest stage, the furthest since the latest purchase, and stages met again."""
    lens = lenses.load("five_stage")
    ids = [stage.id for stage in lens.stages]
    block = drawing.block(lens, *lines)
    walk = Walk(
        f"stage:{lens.digest}", drawing.np.arange(len(ids) + 1, dtype="int32"), lens, 10**18
    )
    kept = Whereabouts(walk, lens).scan(block)
    told = dict(zip(kept["person?"].tolist(), kept["current?"].tolist(), strict=True))
    far = dict(zip(kept["person?"].tolist(), kept["deepest?"].tolist(), strict=True))
    for person in range(block.people):
        rows = range(block.starts[person], block.starts[person + 1])
        placed = [(int(block["stage"][r]), int(block["purchases_before"][r])) for r in rows]
        placed = [(stage, cycle) for stage, cycle in placed if stage < len(ids)]
        if not placed:
            assert person not in told
            continue
        assert told[person] == placed[-1][0]
        # A stay belongs to the cycle it ends in.
        stays = [list(placed[0])]
        for stage, cycle in placed[1:]:
            if stage == stays[-1][0]:
                stays[-1][1] = cycle
            else:
                stays.append([stage, cycle])
        latest = max(cycle for _, cycle in stays)
        assert far[person] == max(stage for stage, cycle in stays if cycle == latest)
        for code in range(len(ids)):
            back = [stage for stage, _ in stays].count(code) > 1
            assert (person in Returned(walk, lens, code).passed(block)[0].tolist()) == back
