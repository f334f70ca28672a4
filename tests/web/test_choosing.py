"""Which model should we use: the page of the models."""

import re

import pytest
from web.conftest import client

from omvei.language import LANGUAGES, words


def titles(html):
    """The models of people; the one of campaigns has a place of its own."""
    return [name for name in re.findall(r'<h3><a href="/models/(\w+)', html) if name != "rounds"]


def test_a_simple_look_has_models_of_at_most_four_stages_and_a_full_one_all(pages):
    simple, full = pages.get("/models").text, pages.get("/models?show=full").text
    assert len(set(titles(full))) == 13
    assert "hankins" not in titles(simple)
    assert {"stdc", "four_phase", "funnel"} <= set(titles(simple))


def test_the_three_for_a_small_shop_come_first(pages):
    assert titles(pages.get("/models").text)[:3] == ["stdc", "messy_middle", "lemon_verhoef"]


def test_the_model_that_fits_best_is_named_with_its_reason(pages):
    told = pages.get("/models.json?show=full&period=all").json()
    html = pages.get("/models?show=full&period=all").text
    t = words("en")
    assert t("models.best", model=t.lens(told["best"])) in html
    assert t.percent(told["models"][0]["weakest"]) in html
    assert titles(html)[3:] == [row["lens"] for row in told["models"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_model_says_what_it_is_good_for(pages, language):
    html = pages.get("/models?show=full", headers={"accept-language": language}).text
    for name in set(titles(html)):
        assert words(language).good_for(name) in html.replace("&#39;", "'")


def test_without_data_the_models_are_there_and_none_is_best(empty):
    pages = client(empty)
    html = pages.get("/models?show=full").text
    assert len(set(titles(html))) == 13
    assert words("en")("models.empty") in html
    assert pages.get("/models.json").json() == {
        "answer": "fit", "simulated": False, "n": 0, "best": None, "alike": [], "models": [],
    }  # fmt: skip


def test_a_dozen_people_are_too_few_and_shares_are_counts(few):
    html = client(few).get("/models?period=all").text
    assert words("en")("models.few", n=12) in html
    assert "fit-chip" not in html
    placed = html.split(words("en")("models.placed"))[1]
    assert re.match(r"</dt><dd><b>\d+ of \d+</b>", placed)


def test_a_look_that_is_not_there_is_refused(pages):
    assert pages.get("/models?show=half").status_code == 404
