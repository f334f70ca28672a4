"""A person is deleted, and removed from the disk, in the app."""

import errno
import re

import pytest
from web.conftest import client, write_shop
from web.test_import import ended, token

import omvei
from omvei.language import LANGUAGES


@pytest.fixture
def shop(tmp_path):
    workspace = omvei.init(tmp_path / "w")
    workspace.take(write_shop(tmp_path / "shop.csv", 12))
    return workspace


def send(pages, address, **said):
    """Send a form, and wait for the work it starts: its state, and its page."""
    answer = pages.post(address, data={"token": token(pages), **said}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    return ended(pages, place.rpartition("/")[2]), pages.get(place).text


def test_a_person_is_deleted_and_then_removed_from_the_disk(shop):
    pages = client(shop.path)
    page = pages.get("/people/u1").text
    (asking,) = re.findall(r'href="(/data/delete\?person=\w+)"', page)
    asked = pages.get(asking).text
    assert "6 rows of events in 1 imported file" in asked
    assert "It cannot be undone" in asked
    assert shop.find("u1") is not None
    person = asking.partition("=")[2]
    state, page = send(pages, "/data/delete", person=person)
    assert (state["state"], state["kind"]) == ("done", "delete")
    assert "out of every answer" in page
    assert shop.find("u1") is None
    assert pages.get("/people/u1").status_code == 404
    assert "1 identifier of deleted people is still on the disk" in pages.get("/data").text
    assert pages.get("/data/purge.json").json() == {"answer": "purge", "identifiers": 1}
    (shop.path / "inbox").mkdir()
    (shop.path / "inbox" / "later.csv").write_text("person,time,event\n")
    state, page = send(pages, "/data/purge")
    assert (state["state"], state["kind"]) == ("done", "purge")
    assert "1 identifier of deleted people is off the disk" in page
    assert "1 file lies in the inbox" in page
    assert "still on the disk" not in pages.get("/data").text


def test_nothing_is_deleted_without_the_form_s_token_or_for_somebody_unknown(shop):
    pages = client(shop.path)
    assert pages.post("/data/delete", data={"person": "u1"}).status_code == 403
    assert pages.post("/data/purge", data={}).status_code == 403
    assert pages.get("/data/delete?person=nobody").status_code == 404
    assert shop.find("u1") is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_every_language(shop, language):
    pages = client(shop.path)
    for address in ("/data/delete?person=u1", "/data/purge"):
        page = pages.get(address, headers={"accept-language": language})
        assert page.status_code == 200
        assert not re.search(r"\b(delete|purge)\.(?!json)\w+", page.text)


def test_a_full_disk_is_told_in_the_reader_s_language(shop, tmp_path, monkeypatch):
    from omvei.events.table import Facts

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    pages = client(shop.path)
    file = write_shop(tmp_path / "more.csv", 20)
    with file.open("rb") as sent:
        answer = pages.post("/data/upload", data={"token": token(pages)}, files={"file": sent})
    key = str(answer.url).rpartition("/")[2]
    monkeypatch.setattr(Facts, "append", full)
    pages.post(f"/data/import/{key}", data={"token": token(pages)})
    assert ended(pages, key)["state"] == "failed"
    page = pages.get(f"/data/progress/{key}", headers={"accept-language": "nb"}).text
    assert "Disken er full" in page
    assert "Ingenting er mistet" in page
    monkeypatch.setattr("omvei.web.jobs.Jobs.keep", full)
    for language, said in (("sv", "Disken är full"), ("da", "Disken er fuld")):
        with file.open("rb") as sent:
            answer = pages.post(
                "/data/upload", data={"token": token(pages)}, files={"file": sent},
                headers={"accept-language": language},
            )  # fmt: skip
        assert answer.status_code == 507
        assert said in answer.text
