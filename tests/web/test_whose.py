"""Whose journeys a page shows: persons' or companies', everybody's or those of who consented."""

import csv
import re
import shutil
import time

import pytest
from click.testing import CliRunner
from web.conftest import client

import omvei
from omvei.cli import main
from omvei.language import LANGUAGES, words
from omvei.sheets import sheet, written

PAGES = (
    "/", "/map", "/people", "/funnel", "/leaks", "/touchpoints", "/channels", "/questions",
    "/models", "/models/five_stage", "/models/compare", "/models/loops", "/models/stages",
    "/models/rounds", "/content", "/plan", "/checklist", "/advice",
    "/groups", "/attribution", "/campaigns", "/plans", "/data", "/data/quality", "/data/identity",
)  # fmt: skip


@pytest.fixture(scope="module")
def firms(tmp_path_factory):
    """40 companies of three people each, of whom the first alone said yes."""
    folder = tmp_path_factory.mktemp("firms")
    with (folder / "log.csv").open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["user_id", "time", "event", "company", "consent"])
        for firm in range(40):
            for person in range(3):
                said = ("yes", "no", "")[person]
                for day, event in enumerate(("search", "product_view", "purchase")[: 3 - person]):
                    at = f"2025-0{1 + firm % 9}-{1 + day:02}"
                    rows.writerow([f"u{firm}-{person}", at, event, f"Firma {firm} AS", said])
    workspace = omvei.init(folder / "workspace")
    workspace.take(folder / "log.csv")
    workspace.view("account")
    return workspace.path


def number(pages, address):
    return pages.get(address).json()["n"]


def test_companies_travel_where_they_are_asked_for(firms):
    pages = client(firms)
    assert number(pages, "/map.json?period=all") == 120
    assert number(pages, "/map.json?period=all&unit=account") == 40
    assert number(pages, "/funnel.json?period=all&unit=account") == 40


def test_only_people_who_consented_where_they_are_asked_for(firms):
    pages = client(firms)
    assert number(pages, "/map.json?period=all&consent=granted") == 40
    assert number(pages, "/map.json?period=all&consent=denied") == 40
    assert pages.get("/map?consent=perhaps").status_code == 404


@pytest.mark.parametrize("asked", ["unit=account", "consent=granted"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_for_them(firms, page, asked):
    seen = client(firms).get(f"{page}?period=all&{asked}")
    assert seen.status_code == 200


@pytest.mark.parametrize(
    ("language", "companies", "people"),
    [
        ("en", "companies", "people"),
        ("nb", "bedrifter", "personer"),
        ("sv", "företag", "personer"),
        ("da", "virksomheder", "personer"),
    ],
)
def test_companies_are_called_so_in_every_language(firms, language, companies, people):
    pages = client(firms)
    for page in ("/map", "/funnel", "/leaks", "/people", "/models/loops"):
        asked = {"accept-language": language}
        told = pages.get(f"{page}?period=all&unit=account", headers=asked).text
        head = told.partition("<h1")[2].partition("</main>")[0]
        assert companies in head.lower(), page
        assert people not in re.sub(r"<[^>]*>", " ", head), page
        assert people in pages.get(f"{page}?period=all", headers=asked).text.lower(), page


PERSONS = {
    "nb": r"\b(personer?|personene|nye folk)\b",
    "sv": r"\b(personer?|personerna)\b",
    "da": r"\b(personer?|personerne)\b",
    "en": r"\b(people|persons?)\b",
}
"""Words of persons, which no worksheet of companies has; but for what a firm wrote itself."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_worksheets_of_companies_speak_of_companies(firms, language):
    companies = omvei.open(firms).journeys.unit("account")
    answers = (
        companies.touchpoints, companies.content, companies.choice, companies.readiness,
        companies.attribution, companies.start,
    )  # fmt: skip
    heads = ""
    for answer in answers:
        text = written(sheet(answer().to_json(), language), "csv").decode()
        assert re.findall(PERSONS[language], text, re.IGNORECASE) == []
        heads += text
    assert words(language, unit="accounts")("people") in heads


def test_the_terminal_speaks_of_companies_too(firms):
    for answer in ("touchpoints", "attribution", "map", "summary", "statements", "leaks", "people"):
        asked = ["-w", str(firms), "--unit", "account", answer]
        done = CliRunner().invoke(main, asked, env={"COLUMNS": "200"})
        assert done.exit_code == 0, done.output
        assert "companies" in done.output
        assert not re.search(r"\b(people|persons?)\b", done.output), done.output


def test_companies_are_put_together_behind_a_progress_page(firms):
    pages = client(firms)
    views = omvei.open(firms).path / "views"
    aside = views.with_name("aside")
    views.rename(aside)
    try:
        asked = "/map?period=all&unit=account"
        sent = pages.get(asked, follow_redirects=False)
        assert (sent.status_code, "/data/progress/" in sent.headers["location"]) == (303, True)
        for _ in range(600):
            told = pages.get(sent.headers["location"], follow_redirects=False)
            if told.status_code == 303:
                break
            assert "Putting the journeys of companies together" in told.text
            time.sleep(0.05)
        assert told.headers["location"] == asked
        assert "Journeys of companies." in pages.get(asked, follow_redirects=False).text
    finally:
        shutil.rmtree(aside)


def test_every_sentence_about_companies_is_one_about_people_too():
    for language in LANGUAGES:
        catalogue = words(language).catalogue
        for key in (key for key in catalogue if key.endswith("@account")):
            usual, firms = catalogue[key.partition("@")[0]], catalogue[key]
            assert re.findall(r"{\w+}", str(usual)) == re.findall(r"{\w+}", str(firms)), key
            assert isinstance(usual, str) == isinstance(firms, str), key


def test_a_page_says_whose_journeys_it_shows_and_keeps_to_them(firms):
    pages = client(firms)
    seen = pages.get("/map?period=all&unit=account&consent=granted").text
    assert "Journeys of companies." in seen
    assert "Only people who said yes to measurement." in seen
    assert "consent=granted&amp;unit=account" in seen
    assert "Journeys of companies." not in pages.get("/map?period=all").text


def test_a_company_is_followed_as_one(firms):
    pages = client(firms)
    company = pages.get("/people.json?period=all&unit=account").json()["rows"][0]["person"]
    seen = pages.get(f"/people/{company}?unit=account")
    assert seen.status_code == 200
    assert "Firma" in seen.text


def test_data_without_companies_or_consent_offers_neither(shop):
    seen = client(shop).get("/map").text
    assert 'name="unit"' not in seen
    assert 'name="consent"' not in seen


@pytest.mark.parametrize("page", ["/funnel", "/leaks"])
def test_a_page_of_those_who_consented_says_what_the_others_could_change(firms, page):
    pages = client(firms)
    told = pages.get(f"{page}.json?period=all&by=kind&consent=granted").json()
    assert told["others"] == 80
    assert (
        "80 people who did not say yes"
        in pages.get(f"{page}?period=all&by=kind&consent=granted").text
    )
    assert "did not say yes" not in pages.get(f"{page}?period=all&by=kind").text
