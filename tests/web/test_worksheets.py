"""The worksheets in the app: filled in, changed and undone, with data and without."""

import re

import pytest
from web.conftest import client

from omvei.touchpoints import by_hand, inventory


def send(pages, address, **form):
    """Send a form of the page at `address`, with the token it gives."""
    token = re.search(r'name="token" value="([^"]+)"', pages.get(address).text)
    assert token
    return pages.post(address, data={"token": token[1], **form}, follow_redirects=True)


@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_the_touchpoint_map_works_without_data(empty, language):
    answer = client(empty).get("/touchpoints", headers={"accept-language": language})
    assert answer.status_code == 200
    assert "<form" in answer.text


def test_a_touchpoint_is_written_down_changed_and_undone(empty):
    pages, file = client(empty), empty / "definitions"
    fair = {"id": "Trade fair", "ownership": "partner", "stages": "awareness", "do": "save"}
    assert "Trade fair" in send(pages, "/touchpoints", **fair).text
    send(pages, "/touchpoints", **{**fair, "ownership": "owned"})
    assert [one.ownership for one in by_hand.load(file)] == ["owned"]
    send(pages, "/touchpoints", do="undo")
    assert [one.ownership for one in by_hand.load(file)] == ["partner"]
    send(pages, "/touchpoints", do="redo")
    send(pages, "/touchpoints", id="Trade fair", do="remove")
    assert by_hand.load(file) == []


@pytest.mark.parametrize(
    "form",
    [
        {"id": " "},
        {"id": "x", "ownership": "mine"},
        {},
        {"id": "<script>", "ownership": "<b>"},
    ],
)
def test_what_cannot_be_written_down_changes_nothing(empty, form):
    answer = send(client(empty), "/touchpoints", do="save", **form)
    assert answer.status_code == 400
    assert by_hand.load(empty / "definitions") == []
    assert "<script>" not in re.sub(r"<script [^>]*src=[^>]*>", "", answer.text)


def test_a_form_from_elsewhere_is_refused(empty):
    assert client(empty).post("/touchpoints", data={"id": "x"}).status_code == 403


def test_the_touchpoint_map_of_the_page_is_that_of_the_map(pages):
    rows = pages.get("/touchpoints.json?period=all").json()["rows"]
    drawn = pages.get("/map.json?by=kind&period=all").json()["nodes"]
    assert {row["id"]: row["people"] for row in rows if row["by"] == "kind"} == {
        node["id"]: node["people"] for node in drawn if node["touchpoints"]
    }


@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_the_content_map_says_what_is_missing_without_data(empty, language):
    answer = client(empty).get("/content", headers={"accept-language": language})
    assert answer.status_code == 200
    assert answer.text.count('class="missing"') > 15


def test_a_missing_cell_leads_to_a_form_that_is_filled_in(empty):
    pages = client(empty)
    href = re.search(r'class="missing" href="([^"]*format=guide[^"]*)"', pages.get("/content").text)
    assert href
    form = pages.get(href[1].replace("&amp;", "&").partition("#")[0]).text
    assert '<option value="guide" selected>' in form
    assert '<option value="consideration" selected>' in form


def test_content_is_written_down_changed_and_undone(empty):
    pages, folder = client(empty), empty / "definitions"
    guide = {"page": "/guide", "format": "guide", "channels": "Email", "do": "save"}
    assert "/guide" in send(pages, "/content", **guide).text
    send(pages, "/content", **{**guide, "title": "How to choose", "updated": "2026-03-01"})
    assert [piece.name for piece in inventory.load(folder)] == ["How to choose"]
    send(pages, "/content", do="undo")
    assert [piece.name for piece in inventory.load(folder)] == ["/guide"]
    send(pages, "/content", page="/guide", do="remove")
    assert inventory.load(folder) == []


@pytest.mark.parametrize(
    "form", [{}, {"page": "x", "stage": "sale"}, {"page": "x", "updated": "soon"}]
)
def test_content_that_cannot_be_written_down_changes_nothing(empty, form):
    assert send(client(empty), "/content", do="save", **form).status_code == 400
    assert inventory.load(empty / "definitions") == []


@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_the_channels_of_the_model_are_there_without_data(empty, language):
    answer = client(empty).get("/channels", headers={"accept-language": language})
    assert answer.status_code == 200
    assert answer.text.count("<tr>") > 5


def upload(pages, name, raw):
    token = re.search(r'name="token" value="([^"]+)"', pages.get("/content").text)[1]
    return pages.post(
        "/content/file", data={"token": token}, files={"file": (name, raw)}, follow_redirects=True
    )


SITEMAP = (
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://example.org/'
    b"guider/velg-telt</loc></url><url><loc>https://example.org/om-oss</loc></url></urlset>"
)


def test_a_sitemap_is_sent_on_the_page_of_the_content_map(empty):
    pages = client(empty)
    done = upload(pages, "sitemap.xml", SITEMAP)
    assert "2 pages added, 0 were known already." in done.text
    assert {piece["page"] for piece in pages.get("/content.json").json()["pieces"]} == {
        "/guider/velg-telt",
        "/om-oss",
    }
    again = upload(pages, "sitemap.xml", SITEMAP)
    assert "0 pages added, 2 were known already." in again.text


def test_a_file_that_is_no_sitemap_is_refused_on_the_page(empty):
    done = upload(client(empty), "letter.txt", b"Dear customer")
    assert done.status_code == 400
    assert "letter.txt" in done.text or "page" in done.text
    assert 'role="alert"' in done.text
    assert "/tmp" not in done.text
