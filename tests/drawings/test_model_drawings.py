"""Each model's drawing is the one its book has, in every language, and says what the table says."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from drawing import journeys

from omvei import lenses
from omvei.answers.sharing import shared
from omvei.drawings import draw as picture
from omvei.drawings import models, page
from omvei.drawings.models import tables
from omvei.language import LANGUAGES, words

ROUND = "ad_view search category_view product_view review_read product_view add_to_cart"
BUYER = f"{ROUND} checkout_start purchase delivery"
WAYS = [
    f"{BUYER} email_open purchase review_written referral_sent referral_converted share",
    f"{BUYER} 100d search review_read price_view purchase support_contact",
    f"{BUYER} complaint 3d content_read 100d category_view",
    f"{ROUND} 120d price_view guide_read",
    "purchase",
    "search guide_read 100d search",
]


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    people = {f"p{i}": WAYS[i % len(WAYS)] for i in range(36)}
    found = journeys(folder, **people)
    return {name: found.lens(name).own().to_json() for name in lenses.names()}


def svgs(own, language="en"):
    """The drawings of an answer, by shape."""
    html = models.draw(own, words(language))
    return {
        shape: ET.fromstring(svg)
        for shape, svg in re.findall(r'class="only-(wide|tall)">(<svg.*?</svg>)</div>', html, re.S)
    }


def found(svg, look):
    return [e for e in svg.iter() if look in (e.get("class") or "").split()]


DRAWN = [name for name in lenses.names() if name != "five_stage"]


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_has_a_title_a_description_and_two_shapes(own, name):
    drawn = svgs(own[name])
    assert set(drawn) == {"wide", "tall"}
    for svg in drawn.values():
        named = {e.get("id"): e.text for e in svg.iter() if e.get("id")}
        assert named[svg.get("aria-labelledby")] == words("en").lens(name)
        assert len(named[svg.get("aria-describedby")]) > 30


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_stands_outside_the_drawing(own, name, language):
    for svg in svgs(own[name], language).values():
        width, height = map(float, svg.get("viewBox").split()[2:])
        for text in svg.iter("text"):
            big = {"big": 9.6, "huge": 17, "small": 6.2, "count": 6.8}
            letter = big.get((text.get("class") or "").split(" ")[0], 7.4)
            wide = len(text.text or "") * letter
            x, y = float(text.get("x")), float(text.get("y"))
            left = x - {"start": 0, "end": wide}.get(text.get("text-anchor"), wide / 2)
            assert left >= -6, (text.text, left)
            assert left + wide <= width + 6, (text.text, left + wide)
            assert 0 < y < height, text.text


@pytest.mark.parametrize("name", lenses.names())
def test_every_part_of_a_drawing_leads_to_its_row(own, name):
    html = picture(own[name])
    ids = set(re.findall(r'id="(own-[^"]+)"', html))
    links = set(re.findall(r'href="#(own-[^"]+)"', html))
    assert links
    assert links <= ids


@pytest.mark.parametrize("name", lenses.names())
def test_the_table_has_every_stage_and_every_move(own, name):
    html = tables.stages(own[name], words("en")) + tables.moves(own[name], words("en"))
    rows = len(own[name]["stages"]) + len(own[name]["moves"])
    assert html.count("<tr id=") == rows


def test_the_funnel_has_a_band_a_stage_and_says_who_falls_out(own):
    wide = svgs(own["funnel"])["wide"]
    widths = [
        float(band.get("d")[1:].split("L")[1].split()[0])
        - float(band.get("d")[1:].split("L")[0].split()[0])
        for band in found(wide, "outline")
    ]
    assert len(widths) == 4
    assert widths == sorted(widths, reverse=True)
    lost = [row["lost"] for row in own["funnel"]["reached"] if row["lost"]]
    assert len(found(wide, "lost")) == len(lost)


def test_four_audiences_overlap_and_see_reaches_beyond(own):
    circles = found(svgs(own["stdc"])["wide"], "audience")
    spans = [(float(c.get("cx")), float(c.get("r"))) for c in circles]
    assert len(spans) == 4
    for (x, r), (z, s) in pairwise(spans):
        assert z - x < r + s
    assert len(found(svgs(own["stdc"])["wide"], "beyond")) == 1


def test_the_middle_is_one_loop_of_two_lobes_on_a_ground_of_exposure(own):
    wide = svgs(own["messy_middle"])["wide"]
    assert len(found(wide, "lobe")) == 2
    assert len(found(wide, "backdrop")) == 1
    assert len(found(wide, "bypass")) == 1


def test_the_hexagon_has_six_nodes_and_thirty_lines(own):
    for svg in svgs(own["hankins"]).values():
        assert len(found(svg, "disc")) == 6
        assert len(found(svg, "flow")) + len(found(svg, "unused")) == 30


def test_the_loyalty_loop_lies_inside_the_ring(own):
    for name, rings in (("cdj2009", 1), ("cdj2010", 2)):
        wide = svgs(own[name])["wide"]
        assert len(found(wide, "ring")) == rings
        assert found(wide, "loyalty")
        assert any("Loyalty loop" in (e.text or "") for e in wide.iter("text"))


def test_the_wheel_has_three_parts_and_brakes_where_people_are_lost(own):
    wide = svgs(own["flywheel"])["wide"]
    assert len(found(wide, "sector")) == 3
    assert len(found(wide, "brake")) == 2
    assert found(wide, "through")


def test_the_five_stages_stay_a_table_with_what_the_customer_thinks(own):
    html = models.draw(own["five_stage"], words("sv"))
    assert html.count("<tr") == 6
    for thought in ("Det här känner jag igen", "Vem ska jag välja", "Jag vill tipsa andra"):
        assert thought in html


def test_race_begins_with_a_plan_that_leaves_no_trace(own):
    wide = svgs(own["race"])["wide"]
    assert len(found(wide, "sector")) == 4
    assert any(e.text == "leaves no trace" for e in wide.iter("text"))


@pytest.mark.parametrize("name", lenses.names())
def test_a_model_is_drawn_where_nobody_is_left_to_show(own, name):
    assert page(shared(own[name], least=1000))


def test_a_figure_is_said_with_what_it_was_counted_from():
    told = {
        "name": "repeat_rate", "form": "share", "value": 0.25, "low": 0.2, "high": 0.3,
        "count": 25, "of": 100, "people": 100, "unit": "people", "label": "observed",
        "too_few": False,
    }  # fmt: skip
    said = tables.figure(told, words("en"))
    assert said["value"] == "25%"
    assert said["of"] == "25 of 100 people"
    assert said["sure"] == "most likely between 20% and 30%"
    few = tables.figure(told | {"too_few": True, "count": 2, "of": 8}, words("en"))
    assert few["value"] == "2 of 8 people"
    unseen = tables.figure(told | {"value": None}, words("nb"))
    assert unseen["value"] == "ser vi ikke her"
