"""The target groups in the app: made, changed, undone, and chosen under Who on every page."""

import re

import pytest
from web.conftest import client
from web.test_pages import ADDRESSES
from web.test_worksheets import send

import omvei
from omvei.groups import group as kept

LOYAL = {"name": "Faste kunder", "kind0": "purchase", "do": "save"}


@pytest.fixture
def grouped(shop):
    """The shop with a group of buyers, taken away again afterwards."""
    pages = client(shop)
    send(pages, "/groups", **LOYAL)
    yield pages
    kept.place(shop).unlink(missing_ok=True)


@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_groups_can_be_made_without_data(empty, language):
    pages = client(empty)
    pages.headers["accept-language"] = language
    assert "Faste kunder" in send(pages, "/groups", **LOYAL).text
    assert list(kept.load(empty)) == ["faste_kunder"]
    send(pages, "/groups", do="start", group="nearly_there")
    send(pages, "/groups", do="undo")
    assert list(kept.load(empty)) == ["faste_kunder"]
    send(pages, "/groups", do="redo")
    send(pages, "/groups", do="remove", group="faste_kunder")
    assert list(kept.load(empty)) == ["nearly_there"]


def test_a_group_is_changed_with_the_form_it_was_made_with(empty):
    pages = client(empty)
    said = {"kind0": "guide_read", "at_least0": "2", "lately0": "30d", "did1": "did_not",
            "kind1": "purchase", "first": "Email", "now": "stdc:think", "consent": "granted",
            "customer": "no"}  # fmt: skip
    send(pages, "/groups", name="Readers", do="save", **said)
    before = kept.place(empty).read_text()
    form = pages.get("/groups?change=readers").text
    picked = dict(
        re.findall(r'<select name="(\w+)">(?:(?!</select>).)*?value="([^"]+)" selected', form, re.S)
    )
    typed = dict(re.findall(r'<input name="(\w+)"[^>]* value="([^"]*)"', form))
    send(pages, "/groups", group="readers", do="save", **{**picked, **typed})
    assert kept.place(empty).read_text() == before


@pytest.mark.parametrize(
    "form",
    [
        {"do": "save", "kind0": "purchase"},
        {"do": "save", "name": "Empty"},
        {"do": "save", "name": "x", "kind0": "nonsense"},
        {"do": "start", "group": "nonsense"},
        {"do": "text", "text": "a: {who: [{did: {kind: <b>}}]}"},
    ],
)
def test_what_cannot_be_a_group_changes_nothing(empty, form):
    answer = send(client(empty), "/groups", **form)
    assert answer.status_code in (400, 404)
    assert kept.load(empty) == {}
    assert "<b>}" not in answer.text


def test_a_mistake_in_the_file_is_shown_with_its_line_and_harms_no_other_page(shop):
    kept.place(shop).parent.mkdir(exist_ok=True)
    kept.place(shop).write_text("a:\n  who:\n    - did: {kind: nonsense}\n")
    pages = client(shop)
    try:
        assert "groups.yaml, line 3" in pages.get("/groups").text
        assert pages.get("/map").status_code == 200
        assert pages.get("/map?who=a").status_code == 400
    finally:
        kept.place(shop).unlink()


@pytest.mark.parametrize("address", [a for a in ADDRESSES if "2000-01" not in a])
def test_who_stays_in_the_address_of_every_page(grouped, address):
    answer = grouped.get(f"{address}{'&' if '?' in address else '?'}who=faste_kunder")
    assert answer.status_code == 200
    if "/data/costs" not in address and ("asked" in answer.text or 'name="period"' in answer.text):
        assert "Faste kunder" in answer.text  # costs are everybody's: no file says whom they met
        assert re.search(r'href="/map\?[^"]*who=faste_kunder', answer.text)


def test_the_numbers_of_a_page_are_those_of_the_group(grouped, shop):
    asked = omvei.open(shop).journeys.group("faste_kunder")
    everybody = omvei.open(shop).journeys
    for page, answer in (
        ("leaks", "leaks"),
        ("touchpoints", "touchpoints"),
        ("channels", "choice"),
    ):
        shown = grouped.get(f"/{page}.json?period=all&who=faste_kunder").json()
        assert shown == getattr(asked, answer)().to_json()
        assert shown != getattr(everybody, answer)().to_json()
    assert (
        grouped.get("/people.json?period=all&who=faste_kunder").json()["n"]
        == (grouped.get("/groups.json?period=all").json()["rows"][0]["people"])
    )
    assert grouped.get("/map?who=nobody").status_code == 404
