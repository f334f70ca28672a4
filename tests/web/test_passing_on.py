"""Pages with tables give them as files: groups, rounds, attribution, planned journeys."""

import csv
import io

import pytest
from web.conftest import client, write_shop

import omvei
from omvei import keeping
from omvei.groups.group import place
from omvei.plan import rounds
from omvei.planned import plan
from omvei.sheets import FORMS

PAGES = ("/attribution", "/groups", "/models/rounds", "/plans/way")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("passing")
    workspace = omvei.init(folder / "w")
    workspace.take(write_shop(folder / "shop.csv", 120))
    keeping.write(place(workspace.path), {"buyers": {"name": "B", "who": [{"customer": True}]}})
    asked = {"round": 1, "part": "amplify", "asset": "A", "channel": "Direct", "from": "2025-01-01"}
    rounds.save(workspace.path, [rounds.record(asked)])
    steps = [{"id": "Search", "kind": "search"}, {"id": "Buy", "kind": "purchase"}]
    plan.keep(workspace.path / "definitions", "way", {"name": "Way", "touchpoints": steps})
    return workspace


@pytest.mark.parametrize("page", PAGES)
def test_a_page_offers_its_files_and_gives_them(shop, page):
    pages = client(shop.path)
    shown = pages.get(f"{page}?period=all").text
    for form, kind in FORMS.items():
        assert f'href="{page}.{form}?period=all"' in shown
        file = pages.get(f"{page}.{form}?period=all")
        assert (file.status_code, file.headers["content-type"]) == (200, kind)
        assert f"{page.strip('/').replace('/', '-')}-" in file.headers["content-disposition"]


def test_the_numbers_of_a_file_are_those_of_its_page(shop):
    pages = client(shop.path)
    told = pages.get("/groups.csv?period=all").content.decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(told)))[1]
    (kept,) = pages.get("/groups.json?period=all").json()["rows"]
    assert (row[0], int(row[1])) == ("B", kept["people"])
    assert float(row[2]) == pytest.approx(kept["share"], abs=1e-6)


def test_a_plan_that_is_not_there_has_no_files(shop):
    assert client(shop.path).get("/plans/nowhere.pdf").status_code == 404


def test_a_page_of_few_people_tells_of_none(tmp_path):
    workspace = omvei.init(tmp_path / "w")
    workspace.take(write_shop(tmp_path / "shop.csv", 6))
    keeping.write(place(workspace.path), {"buyers": {"name": "B", "who": [{"customer": True}]}})
    told = client(workspace.path).get("/groups.csv?period=all").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(told)))[1] == ["B", "under 10", "", ""]
