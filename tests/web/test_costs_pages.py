"""The pages of costs and of another tool's paths show what the answers say."""

import re
from html import unescape

import pytest
from web.conftest import client, write_shop

import omvei

COSTS = (
    "date,platform,campaign,channel,cost,currency,clicks,impressions\n"
    "2025-03-01,a,spring,Email,100.50,NOK,7,70\n"
    "2025-04-01,a,spring,Email,200,NOK,8,80\n"
)
PATHS = "path,conversions,nulls\nPaid Search > Email,10,90\nEmail,1,4\n"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The pages of a shop that has costs and paths."""
    folder = tmp_path_factory.mktemp("told")
    workspace = omvei.init(folder / "workspace")
    workspace.take(write_shop(folder / "shop.csv", 12))
    for name, text in (("costs.csv", COSTS), ("paths.csv", PATHS)):
        (folder / name).write_text(text)
        workspace.take(folder / name)
    return client(workspace.path)


def read(pages, address):
    """The words of a page, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", pages.get(address).text)).split())


def test_the_costs_of_the_page_are_those_of_the_answer(told):
    assert told.get("/data/costs.json?period=all").json()["totals"][0]["cost"] == 300.5
    page = read(told, "/data/costs?period=all")
    assert "March 2025 NOK100.50 7 70" in page
    assert "April 2025 NOK200 8 80" in page
    assert "In all NOK300.50 15 150" in page


def test_what_no_visit_shows_is_a_dash(told):
    assert "spring E-mail NOK300.50 15 – – – – –" in read(told, "/data/costs?period=all")


def test_a_group_does_not_narrow_the_costs(told):
    everybody = told.get("/data/costs.json?period=all").json()
    assert told.get("/data/costs.json?period=all&consent=granted").json() == everybody


def test_a_path_has_its_rate_or_its_count_where_there_are_too_few(told):
    page = read(told, "/data/paths")
    assert "Paid search → E-mail 100 10 10% (6%–17%)" in page
    assert "E-mail 5 1 1 of 5" in page


def test_a_page_without_a_file_says_how_to_get_it(few, empty):
    for pages in (client(few), client(empty)):
        for address, source in (("costs", "google-ads"), ("paths", "paths")):
            assert f'href="/data/sources/{source}"' in pages.get(f"/data/{address}").text
            assert pages.get(f"/data/{address}.json").json()["nothing"]
