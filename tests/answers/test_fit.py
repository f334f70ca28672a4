"""Which models fit the data, and how well."""

from itertools import groupby, pairwise

import drawing
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei import UnknownNameError, lenses

KEEP = [name for name in lenses.names() if lenses.load(name).carrier == "keep"]
"""The models whose stages are those of the touchpoints: no silence, no purchase cycles."""
PEOPLE = {
    "ann": "search category_view review_read add_to_cart purchase 10d delivery 20d review_written",
    "bob": "ad_view search 120d search add_to_cart purchase 100d search purchase",
    "eva": "ad_view product_view product_view",
}
KINDS = ["search", "product_view", "purchase", "review_written", "email_open", "ad_view", "return"]

some = st.lists(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return drawing.journeys(tmp_path_factory.mktemp("fit"), **PEOPLE)


def plainly(seen, people):
    """Touchpoints and those placed, moves and those allowed, and stages with anybody."""
    touchpoints = placed = moves = good = 0
    met = set()
    for person in people:
        rows = seen.explain(person).to_json()["rows"]
        touchpoints += len(rows)
        placed += sum(row["rule"] is not None for row in rows)
        way = [stage for stage, _ in groupby(r["stage"] for r in rows if r["stage"])]
        met |= set(way)
        moves += len(way[1:])
        good += sum(move in seen.model.moves for move in pairwise(way))
    return touchpoints, placed, moves, good, len(met)


@settings(max_examples=4, deadline=None)
@given(lines=some)
def test_a_fit_is_what_counting_by_hand_gives(lines, tmp_path_factory):
    told = {f"p{place}": " ".join(line) for place, line in enumerate(lines)}
    shop = drawing.journeys(tmp_path_factory.mktemp("drawn"), **told)
    for row in shop.fit(*KEEP).to_json()["models"]:
        touchpoints, placed, moves, good, seen = plainly(shop.lens(row["lens"]), told)
        assert (row["placed"]["of"], row["placed"]["count"]) == (touchpoints, placed)
        assert (row["fit_moves"]["of"], row["fit_moves"]["count"]) == (moves, good)
        assert row["seen"] == seen == row["stages"] - len(row["empty"])
        shares = [placed / touchpoints, good / moves if moves else 1, seen / row["stages"]]
        assert row["weakest"] == pytest.approx(min(shares))


@pytest.mark.parametrize("name", lenses.names())
def test_a_fit_is_that_of_the_models_numbers(shop, name):
    (row,) = shop.fit(name).to_json()["models"]
    numbers = shop.lens(name).numbers().to_json()
    assert row["placed"] == numbers["placed"]
    assert row["fit_moves"] == numbers["fit_moves"]
    assert row["empty"] == [each["stage"] for each in numbers["stages"] if not each["people"]]


def test_the_models_are_counted_together_as_each_alone(shop):
    together = {row["lens"]: row for row in shop.fit().to_json()["models"]}
    assert set(together) == set(lenses.names())
    for name, row in together.items():
        assert shop.fit(name).to_json()["models"] == [row]


def test_three_people_are_too_few_to_say_which_model_fits_best(shop):
    told = shop.fit().to_json()
    assert (told["n"], told["best"], told["alike"]) == (3, None, [])
    assert all(row["too_few"] for row in told["models"])


def test_visitors_who_never_buy_leave_the_coarsest_model_nearly_empty(tmp_path):
    people = {f"p{n}": "search product_view search product_view" for n in range(30)}
    told = drawing.journeys(tmp_path, **people).fit("lemon_verhoef", "funnel", "hankins").to_json()
    fits = {row["lens"]: row for row in told["models"]}
    assert fits["lemon_verhoef"]["weakest"] == pytest.approx(1 / 3)
    assert fits["lemon_verhoef"]["empty"] == ["purchase", "post_purchase"]
    assert told["models"] == sorted(told["models"], key=lambda row: -row["weakest"])
    assert told["best"] == told["models"][0]["lens"] != "lemon_verhoef"


def test_a_period_without_touchpoints_fits_nothing(shop):
    told = shop.between("2001-01-01", "2001-01-02").fit().to_json()
    assert (told["n"], told["best"]) == (0, None)
    assert {row["weakest"] for row in told["models"]} == {None}


def test_a_model_of_ones_own_is_beside_the_others(shop, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "id: stdc\nname: Mine\ncarrier: keep\nstages: [{id: all}]\n"
        "rules: [{stage: all, when: {kind: search}}]\n"
    )
    rows = shop.fit("stdc", str(file)).to_json()["models"]
    assert {row["lens"]: row["stages"] for row in rows} == {"stdc": 4, str(file): 1}


def test_a_model_that_is_not_there_is_named(shop):
    with pytest.raises(UnknownNameError, match="hankins"):
        shop.fit("hankin")
