"""What the pages show, and that their numbers are those of the answers."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from web.conftest import client

import omvei
from omvei.language import words

ADDRESSES = [
    "/", "/map", "/map?by=channel", "/map?by=stage&lens=hankins", "/map?by=event",
    "/map?node=product_view", "/map?source=product_view&target=add_to_cart", "/map?follow=any",
    "/map?numbers=later", "/map?period=quarter", "/map?from=2025-03-01&to=2025-04-30",
    "/people", "/people?by=kind&node=search", "/people/u1", "/people/u1?lens=stdc",
    "/leaks", "/leaks?lens=funnel", "/funnel", "/funnel?by=stage", "/questions",
    "/plan", "/checklist", "/advice", "/plans", "/touchpoints", "/touchpoints?lens=stdc",
    "/content", "/channels", "/attribution", "/groups", "/campaigns",
    "/content?stage=decision&format=offer&channel=Email",
    "/funnel?by=kind&step=search&step=purchase&within=7d", "/data", "/data/rejected",
    "/data/sources", "/data/sources/meta-ads", "/data/sources/table",
    "/data/quality", "/data/identity", "/data/costs", "/data/costs?period=all", "/data/paths",
    "/models", "/models?show=full", "/models?from=2000-01-01&to=2000-01-02",
    "/models/cdj2009", "/models/messy_middle", "/models/stdc?care_min_purchases=2",
    "/models/compare", "/models/compare?a=stdc&b=hankins",
    "/models/compare?from=2000-01-01&to=2000-01-02",
    "/models/hankins?from=2000-01-01&to=2000-01-02", "/models/hankins",
    "/models/loops", "/models/loops?lens=hankins", "/models/stages", "/models/rounds",
    "/models/own", "/report",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_every_page_is_there_in_every_language(pages, address, language):
    answer = pages.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.text.count("<h1") == 1


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_shows_a_raw_key(pages, address):
    shown = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", pages.get(address).text)
    keys = [key for key in words("en").catalogue if "." in key and key in shown.split()]
    assert keys == []
    assert not re.search(r"{\w+}", shown)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_has_an_inline_style_or_script(pages, address):
    html = pages.get(address).text
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*src=)", html)


@pytest.mark.parametrize(
    "page",
    [
        "/start",
        "/map",
        "/people",
        "/people/u1",
        "/leaks",
        "/funnel",
        "/questions",
        "/touchpoints",
        "/plan",
        "/checklist",
        "/data",
        "/models",
        "/models/stdc",
        "/models/compare",
    ],
)
def test_every_page_has_its_json(pages, page):
    answer = pages.get(f"{page}.json")
    assert answer.status_code == 200
    assert answer.json()["answer"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_json_a_page_names_is_there(pages, address):
    href = re.search(r'application/json" href="([^"]+)"', pages.get(address).text)
    assert href
    assert pages.get(href[1].replace("&amp;", "&")).status_code == 200


def test_every_link_of_every_page_leads_somewhere(pages):
    links = set()
    for address in ADDRESSES:
        links |= set(re.findall(r'href="(/[^"#]*)"', pages.get(address).text))
    broken = [
        (link, answer.status_code)
        for link in sorted(links, key=lambda link: (len(link), link))[:200]
        if (answer := pages.get(link.replace("&amp;", "&"))).status_code != 200
    ]
    assert broken == []


def test_the_people_behind_a_path_are_as_many_as_on_the_map(pages):
    map = pages.get("/map.json?by=kind&period=all").json()
    for edge in map["edges"][:12]:
        found = pages.get(
            "/people.json",
            params={
                "by": "kind",
                "period": "all",
                "source": edge["source"],
                "target": edge["target"],
            },
        ).json()
        assert found["n"] == edge["people"]


def test_the_json_of_the_map_is_that_of_the_library(pages, shop):
    library = omvei.open(shop).journeys.map("kind").to_json()
    assert pages.get("/map.json?by=kind&period=all").json() == library


def test_fewer_places_gather_the_rest_in_others(pages):
    map = pages.get("/map.json?by=kind&nodes=4").json()
    named = [n["id"] for n in map["nodes"] if n["id"] not in ("(start)", "(end)", "Other")]
    assert len(named) <= 4
    assert map["other"]["names"] > 0
    assert "gathered in Others" in pages.get("/map?by=kind&nodes=4").text


def test_a_place_gathered_in_others_is_found_all_the_same(pages):
    answer = pages.get("/map?by=kind&nodes=4&node=review_written")
    assert answer.status_code == 200
    assert "Review written" in answer.text


def test_the_panel_alone_comes_as_a_fragment(pages):
    panel = pages.get("/map?node=search", headers={"x-fragment": "panel"}).text
    assert "<html" not in panel
    assert "Came from" in panel


def test_the_panel_of_a_path_compares_in_natural_frequencies(pages):
    panel = pages.get("/map?by=kind&source=product_view&target=review_read&period=all").text
    assert re.search(r"\d+ of 100, otherwise \d+", panel)
    assert "Association, not cause" in panel


def test_a_period_narrows_the_map(pages):
    whole = pages.get("/map.json?period=all").json()
    month = pages.get("/map.json?period=month").json()
    assert 0 < month["n"] < whole["n"]


def test_a_named_period_goes_before_dates_left_in_the_form(pages):
    named = pages.get("/map.json?period=month&from=2025-02-01&to=2025-08-30").json()
    assert named == pages.get("/map.json?period=month").json()
    dates = pages.get("/map.json?period=chosen&from=2025-03-01&to=2025-03-31").json()
    assert dates == pages.get("/map.json?from=2025-03-01&to=2025-03-31").json()


def test_an_identifier_may_hold_any_sign(pages):
    answer = pages.get("/people", params={"find": "a/b?c#d é"})
    assert answer.status_code == 404
    assert "a/b?c#d é" in answer.text


def test_a_period_with_nobody_says_so(pages):
    answer = pages.get("/map?from=2031-01-01&to=2031-02-01")
    assert answer.status_code == 200
    assert "Nothing in this period" in answer.text


def test_a_person_is_found_by_any_identifier(pages):
    answer = pages.get("/people?find=u1")
    assert answer.status_code == 200
    assert answer.text.count("<time") == len(pages.get("/people/u1.json").json()["rows"])


def test_a_finding_leads_to_a_page_with_its_number(pages):
    found = pages.get("/start.json").json()["findings"]
    path = next(f for f in found if f["key"] == "finding.path")
    query = parse_qs(urlsplit(path["href"]).query)
    assert {"source", "target"} <= query.keys()
    assert words("en").number(path["values"]["n"]) in pages.get(path["href"]).text


def test_without_data_every_page_shows_how_to_begin(empty):
    pages = client(empty)
    for address in ("/", "/map", "/people", "/leaks", "/funnel", "/questions"):
        answer = pages.get(address)
        assert answer.status_code == 200
        assert "Bring in a file" in answer.text


def test_with_few_people_no_page_shows_a_percentage(few):
    pages = client(few)
    for address in ("/map?by=kind", "/leaks", "/funnel", "/map?node=search"):
        html = pages.get(address).text
        shown = re.sub(r"<[^>]+>|\d+% of all steps", " ", html)
        assert not re.search(r"\d%", shown), address
    assert "Too few" in pages.get("/map?by=kind").text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nothing", 404),
        ("/people/nobody", 404),
        ("/map?node=nowhere", 404),
        ("/map?by=weather", 404),
        ("/map?lens=tarot", 404),
        ("/map?period=decade", 404),
        ("/map?nodes=1000", 404),
        ("/map?nodes=many", 404),
        ("/map?from=yesterday", 400),
        ("/funnel?by=kind&step=nothing", 404),
        ("/funnel?within=1w", 404),
        ("/data/preview/none", 200),
    ],
)
def test_a_wrong_address_gets_a_page_that_says_what_is_wrong(pages, address, status):
    answer = pages.get(address)
    assert answer.status_code == status
    assert answer.text.count("<h1") == 1


def test_a_wrong_address_of_json_gets_json(pages):
    answer = pages.get("/map.json?node=x&by=weather")
    assert answer.status_code == 404
    assert "weather" in answer.json()["error"]


def test_a_mistake_of_ours_is_told_without_its_innards(pages, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret innards")

    monkeypatch.setattr("omvei.web.leaks.ask", broken)
    answer = pages.get("/leaks")
    assert answer.status_code == 500
    assert "Something went wrong with us" in answer.text
    assert "innards" not in answer.text


def test_nodes_stay_where_they_were_when_a_filter_changes(pages):
    def places(html):
        wide = html.split('class="only-tall"')[0]
        return dict(re.findall(r'data-node="(\w+)"[^>]*transform="([^"]+)"', wide))

    whole = places(pages.get("/map?by=kind&period=all").text)
    month = places(pages.get("/map?by=kind&period=month").text)
    assert month
    assert month == {name: place for name, place in whole.items() if name in month}


def test_simulated_data_is_labelled_on_every_page(shop):
    mark = shop / "simulated"
    mark.touch()
    try:
        pages = client(shop)
        for address in (
            "/",
            "/map",
            "/people",
            "/people/u1",
            "/leaks",
            "/funnel",
            "/questions",
            "/data",
        ):
            assert "Simulated" in pages.get(address).text, address
    finally:
        mark.unlink()


def test_a_last_day_of_all_is_a_day(pages):
    assert pages.get("/map.json?to=9999-12-31").status_code == 200


def test_a_period_that_ends_before_it_begins_is_refused(pages):
    answer = pages.get("/map.json?from=2025-06-01&to=2025-01-01")
    assert answer.status_code == 400
    assert "before it begins" in answer.json()["error"]


@pytest.mark.parametrize("address", ["/map", "/leaks", "/funnel", "/questions"])
def test_a_period_without_data_says_so(pages, address):
    answer = pages.get(
        f"{address}?from=2030-01-01&to=2030-02-01", headers={"accept-language": "en"}
    )
    assert "Nothing in this period" in answer.text


def test_a_funnel_of_stages_follows_the_order_of_the_model(pages):
    steps = pages.get("/funnel.json?by=stage&lens=stdc").json()["steps"]
    order = [step["step"] for step in steps]
    assert order == sorted(order, key=["see", "think", "do", "care"].index)


def test_an_unusual_model_stands_in_its_place_in_the_switch(pages):
    text = pages.get("/leaks?lens=race", headers={"accept-language": "en"}).text
    assert '<summary class="chosen">RACE</summary>' in text


def test_a_model_asks_its_questions_and_answers_with_its_numbers(pages):
    html = pages.get("/models/cdj2009", headers={"accept-language": "nb"}).text
    assert "Går kjøperne i loop, eller leter de på nytt?" in html
    assert "Gjenkjøp uten ny vurdering" in html
    assert "McKinsey Quarterly, June 2009" in html


def test_see_is_never_judged_by_sales(pages):
    html = pages.get("/models/stdc", headers={"accept-language": "nb"}).text
    assert "skal aldri bedømmes etter salg" in html


@pytest.mark.parametrize(
    ("address", "status"),
    [("/models/nothing", 404), ("/models/stdc?care_min_purchases=many", 400),
     ("/models/stdc?care_min_purchases=-1", 400), ("/models/stdc?satisfied=1e9", 400),
     ("/models/stdc?period=never", 404), ("/models/stdc.yaml", 404),
     ("/models/stdc?care_min_purchases=nan", 400), ("/models/stdc?from=x", 400)],
)  # fmt: skip
def test_a_models_page_says_what_is_wrong_with_its_address(pages, address, status):
    answer = pages.get(address)
    assert answer.status_code == status
    assert "<h1" in answer.text
