"""Campaign rounds in the app: added, taken in, taken away, undone."""

import pytest
from web.conftest import client
from web.test_worksheets import send

import omvei
from omvei import keeping
from omvei.plan import rounds

PAGE = "/models/rounds"
EXPRESS = {"round": "1", "part": "express", "asset": "Guide", "from": "2025-03-01"}
FILE = "round,part,asset,channel,from\n2,amplify,Guide,Email,2025-05-01\n"


@pytest.fixture
def pages(shop):
    yield client(shop)
    keeping.remove(rounds.place(shop))


def test_a_record_is_added_shown_and_undone(pages, shop):
    send(pages, PAGE, **EXPRESS)
    assert "Guide" in pages.get(PAGE).text
    assert "<svg" in pages.get(PAGE).text
    assert pages.get(f"{PAGE}.json").json()["rounds"][0]["assets"] == 1
    send(pages, PAGE, do="undo")
    assert rounds.load(shop) == ()
    send(pages, PAGE, do="redo")
    assert len(rounds.load(shop)) == 1


def test_a_file_is_taken_in_and_a_record_taken_away(pages, shop):
    send(pages, PAGE, **EXPRESS)
    file = {"file": ("rounds.csv", FILE, "text/csv")}
    page = pages.get(PAGE).text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    pages.post(PAGE, data={"token": token, "do": "import"}, files=file)
    assert [one.round for one in rounds.load(shop)] == [1, 2]
    send(pages, PAGE, do="remove-0")
    assert [one.round for one in rounds.load(shop)] == [2]
    assert send(pages, PAGE, do="remove-7").status_code == 400


@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_a_mistake_is_told_and_what_was_filled_in_stays(pages, shop, language):
    pages.headers["accept-language"] = language
    told = send(pages, PAGE, **EXPRESS | {"part": "amplify", "asset": "Kept <b>"})
    assert told.status_code == 400
    assert "amplify needs channel" in told.text
    assert 'value="Kept &lt;b&gt;"' in told.text
    assert rounds.load(shop) == ()


def test_a_form_of_elsewhere_changes_nothing(pages, shop):
    assert pages.post(PAGE, data=EXPRESS).status_code == 403
    assert rounds.load(shop) == ()


def test_rounds_work_without_data(tmp_path):
    pages = client(omvei.init(tmp_path / "w").path)
    assert pages.get(PAGE).status_code == 200
    send(pages, PAGE, **EXPRESS)
    assert "<svg" in pages.get(PAGE).text
    assert pages.get(f"{PAGE}.json").json()["n"] == 0


def test_the_page_of_models_leads_to_the_model_of_campaigns(pages):
    assert 'href="/models/rounds' in pages.get("/models").text
