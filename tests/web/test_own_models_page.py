"""Models of one's own in the app: begun, tried, saved, undone, and met in every picker."""

import shutil

import pytest
from web.conftest import client
from web.test_worksheets import send

import omvei
from omvei import lenses
from omvei.lenses import own

PAGE = "/models/own"


@pytest.fixture
def pages(shop):
    """The pages of a shop with a model of its own, `our_way`."""
    pages = client(shop)
    send(pages, PAGE, name="Our way", source="hankins")
    yield pages
    shutil.rmtree(shop / own.FOLDER)


def text(shop):
    return own.files(shop)["our_way"].read_text()


def test_a_copy_is_listed_and_called_by_its_own_name(pages):
    assert "Our way" in pages.get(PAGE).text
    assert pages.get(f"{PAGE}.json").json()["models"] == [{"name": "our_way", "mistakes": 0}]


@pytest.mark.parametrize(
    "address",
    [
        "/models/our_way", "/map?by=stage&lens=our_way", "/models/compare?a=funnel&b=our_way",
        "/funnel?by=stage&lens=our_way", "/leaks?lens=our_way", "/touchpoints?lens=our_way",
        "/people?by=stage&lens=our_way&node=explore", "/people/u1?lens=our_way",
        "/models?show=full",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_page_of_models_has_it(pages, address, language):
    answer = pages.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    assert "our_way" in answer.text
    assert "Our way" in answer.text or address.startswith("/people")


def test_a_worksheet_through_it_is_passed_on(pages):
    answer = pages.get("/touchpoints.html?lens=our_way")
    assert answer.status_code == 200
    assert pages.get("/touchpoints.pdf?lens=our_way").content.startswith(b"%PDF")


def test_it_sees_people_as_the_model_it_is_a_copy_of(pages):
    mine = pages.get("/models/our_way.json").json()["stages"]
    assert [row["people"] for row in mine] == [
        row["people"] for row in pages.get("/models/hankins.json").json()["stages"]
    ]


def test_what_each_rule_catches_adds_up_with_what_falls_through(pages, shop):
    said = pages.get(f"{PAGE}/our_way.json").json()["catches"]
    caught = sum(rule["touchpoints"] for rule in said["rules"])
    assert caught == said["placed"]["count"]
    assert said["placed"]["of"] == omvei.open(shop).journeys.summary().to_json()["touchpoints"]


def test_a_draft_is_tried_and_nothing_is_kept(pages, shop):
    before = text(shop)
    stored = set((shop / "journeys").rglob("*.stage"))
    fewer = before.replace("quiet_days: 90", "quiet_days: 30")
    assert fewer != before
    for way in (f"{PAGE}/our_way/try", f"{PAGE}/our_way"):
        token = pages.get(f"{PAGE}/our_way").text.partition('name="token" value="')[2]
        form = {"token": token.partition('"')[0], "text": fewer, "do": "try"}
        told = pages.post(way, data=form)
        assert told.status_code == 200
        assert "<meter" in told.text
    assert text(shop) == before
    assert len(set((shop / "journeys").rglob("*.stage")) - stored) <= 1  # that of what is saved


def test_a_mistake_is_told_with_its_line_and_nothing_is_changed(pages, shop):
    before = text(shop)
    told = send(pages, f"{PAGE}/our_way", text=before.replace("carrier: current", "carrier: x"))
    assert told.status_code == 400
    line = before.splitlines().index("carrier: current") + 1
    assert "carrier &#39;x&#39; is not one of" in told.text or "carrier" in told.text
    assert text(shop) == before
    assert line > 1


def test_a_change_is_saved_undone_and_done_again(pages, shop):
    before = text(shop)
    send(pages, f"{PAGE}/our_way", text=before.replace("name: Our way", "name: Nordic way"))
    assert "Nordic way" in pages.get(PAGE).text
    send(pages, f"{PAGE}/our_way", do="undo")
    assert text(shop) == before
    send(pages, f"{PAGE}/our_way", do="redo")
    assert "Nordic way" in text(shop)
    send(pages, f"{PAGE}/our_way", do="remove")
    assert own.files(shop) == {}


def test_a_model_with_a_mistake_hinders_nothing_else(pages, shop):
    own.files(shop)["our_way"].write_text("id: [")
    assert pages.get("/models").status_code == 200
    assert "Line" in pages.get(f"{PAGE}/our_way").text
    assert pages.get("/models/our_way").status_code == 404


@pytest.mark.parametrize("name", ["", "stdc", "../up", "our way"])
def test_a_name_that_cannot_be_one_is_refused_in_words(pages, name):
    answer = send(pages, PAGE, name=name, source="stdc")
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_a_model_is_written_without_data(tmp_path):
    pages = client(omvei.init(tmp_path / "w").path)
    assert send(pages, PAGE, name="ours", source="stdc").status_code == 200
    assert pages.get(f"{PAGE}/ours").text.count("<meter") == 0


def test_the_name_of_the_file_is_the_models(tmp_path):
    own.copy(tmp_path, "ours", "stdc")
    file = own.files(tmp_path)["ours"]
    file.write_text(file.read_text().replace("id: ours", "id: theirs"))
    assert own.usable(tmp_path)["ours"].id == "ours"
    assert lenses.load(file).id == "theirs"
