"""The page of the checklist: answered, undone, in the reader's language."""

import pytest
from web.conftest import client
from web.test_plan_pages import sent

from omvei.plan import checklist as lists


def answered(pages, **values):
    return sent(pages, "/checklist/own", shown="/checklist", **values)


def test_an_empty_workspace_can_be_answered_and_the_answer_is_undone(empty):
    pages = client(empty)
    shown = answered(pages, follow_up="not_yet").text
    assert lists.load(empty) == {"follow_up": "not_yet"}
    assert lists.questions()["follow_up"]["next"]["not_yet"]["en"] in shown
    sent(pages, "/checklist/back", shown="/checklist", way="undo")
    assert lists.load(empty) == {}
    sent(pages, "/checklist/back", shown="/checklist", way="redo")
    assert lists.load(empty) == {"follow_up": "not_yet"}


@pytest.mark.parametrize("language", ["nb", "sv", "da", "en"])
def test_the_questions_are_asked_in_the_words_of_the_reader(empty, language):
    pages = client(empty)
    pages.headers["accept-language"] = language
    shown = pages.get("/checklist").text
    assert all(question["ask"][language] in shown for question in lists.questions().values())


def test_an_answer_that_is_none_is_refused_and_nothing_is_changed(empty):
    pages = client(empty)
    assert answered(pages, steps="perhaps").status_code == 400
    assert lists.load(empty) == {}
    assert pages.post("/checklist/own", data={"steps": "pass"}).status_code == 403


def test_a_broken_file_is_told_on_the_page_with_its_line(empty):
    (empty / "definitions").mkdir(exist_ok=True)
    (empty / "definitions" / "checklist.yaml").write_text("steps: pass\nchoose: 3\n")
    assert "line 2: 3 is not one of pass" in client(empty).get("/checklist").text
    assert client(empty).get("/checklist.json").status_code == 400


def test_the_people_behind_an_answer_are_a_page_away(shop):
    pages = client(shop)
    rows = pages.get("/checklist.json?period=all").json()["rows"]
    assert any(row["behind"] for row in rows)
    assert 'href="/people?by=' in pages.get("/checklist?period=all").text
