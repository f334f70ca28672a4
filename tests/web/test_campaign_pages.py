"""Campaigns in the app: what each was made for is written down, changed and undone."""

import pytest
from web.conftest import client
from web.test_worksheets import send

from omvei import keeping
from omvei.touchpoints.campaigns import FILE


@pytest.mark.parametrize("language", ["en", "nb", "sv", "da"])
def test_what_a_campaign_is_for_is_written_down_without_data(empty, language):
    pages, file = client(empty), empty / "definitions" / FILE
    pages.headers["accept-language"] = language
    film = {"campaign": "film-*", "stage": "stdc:see", "since": "2026-01-01", "do": "save"}
    assert "film-*" in send(pages, "/campaigns", **film).text
    send(pages, "/campaigns", **{**film, "stage": "stdc:think"})
    assert [one["stage"] for one in keeping.read(file).said] == ["think"]
    send(pages, "/campaigns", do="undo")
    assert [one["stage"] for one in keeping.read(file).said] == ["see"]
    send(pages, "/campaigns", campaign="film-*", do="remove")
    assert keeping.read(file).said is None


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"campaign": "x", "stage": "stdc:decision"},
        {"campaign": "x", "stage": "nonsense:see"},
        {"campaign": "x", "since": "soon"},
        {"campaign": "<script>", "until": "<b>"},
    ],
)
def test_what_cannot_be_written_down_changes_nothing(empty, form):
    answer = send(client(empty), "/campaigns", do="save", **form)
    assert answer.status_code in (400, 404)
    assert not (empty / "definitions" / FILE).exists()
