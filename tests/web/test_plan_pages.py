"""The pages of the plan: proposed with two clicks, changed, guarded, undone."""

import re

import pytest
from web.conftest import client, write_shop

import omvei
from omvei.language import LANGUAGES
from omvei.plan import plan as plans


def sent(pages, address, shown="/plan", **values):
    token = re.search(r'name="token" value="([^"]+)"', pages.get(shown).text)[1]
    return pages.post(address, data={"token": token, **values})


@pytest.fixture
def planned(empty):
    pages = client(empty)
    assert sent(pages, "/plan/new", model="stdc", business="web_shop").status_code == 200
    return pages


def test_an_empty_workspace_leads_to_the_plan(empty):
    assert 'href="/plan"' in client(empty).get("/").text
    assert "Make a plan" in client(empty).get("/plan").text


@pytest.mark.parametrize(
    ("language", "word"),
    [("nb", "nettbutikk"), ("sv", "E-butik"), ("da", "Webshop"), ("en", "Web shop")],
)
def test_a_plan_is_proposed_in_the_words_of_the_reader(empty, language, word):
    pages = client(empty)
    pages.headers["accept-language"] = language
    assert word.lower() in pages.get("/plan").text.lower()
    sent(pages, "/plan/new", model="five_stage", business="web_shop")
    proposed = plans.propose("five_stage", "web_shop")
    shown = pages.get("/plan").text
    assert all(row.content in shown for row in proposed.read(language))
    for reader in LANGUAGES:  # whoever else opens it reads it in their own
        pages.headers["accept-language"] = reader
        read = pages.get("/plan").text
        assert all(row.content in read for row in proposed.read(reader))


def test_a_change_is_kept_and_can_be_undone_and_done_again(planned, empty):
    sent(planned, "/plan/rows/2", kpi="conversion_rate", target="22 %", goal="They <buy>")
    assert plans.load(empty).rows[2].target == 0.22
    assert "They &lt;buy&gt;" in planned.get("/plan").text
    sent(planned, "/plan/back", way="undo")
    assert plans.load(empty).rows[2].target is None
    sent(planned, "/plan/back", way="redo")
    assert plans.load(empty).rows[2].target == 0.22


def test_the_guard_refuses_and_says_why(planned, empty):
    answer = sent(planned, "/plan/rows/0", kpi="conversion_rate")
    assert answer.status_code == 400
    assert "Buy rate is no measure of See" in answer.text
    assert plans.load(empty).rows[0].kpi == "new_people"


@pytest.mark.parametrize("values", [{"target": "many"}, {"review": "soon"}, {"goal": "x" * 501}])
def test_what_cannot_stand_in_a_plan_is_told_and_nothing_is_changed(planned, empty, values):
    before = plans.load(empty)
    assert sent(planned, "/plan/rows/1", **values).status_code == 400
    assert plans.load(empty) == before


def test_a_row_that_is_not_there_and_a_form_without_token_are_refused(planned):
    assert sent(planned, "/plan/rows/9").status_code == 404
    assert planned.post("/plan/new", data={"model": "stdc"}).status_code == 403


def test_a_broken_plan_is_told_on_its_page(empty):
    (empty / "definitions").mkdir(exist_ok=True)
    (empty / "definitions" / "plan.yaml").write_text("model: stdc\nrows: 3\n")
    assert "line 2" in client(empty).get("/plan").text


def test_the_plan_is_a_table_without_small_groups(tmp_path):
    workspace = omvei.init(tmp_path / "w")
    workspace.take(write_shop(tmp_path / "shop.csv", 12))
    pages = client(workspace.path)
    assert pages.get("/plan.csv").status_code == 404
    sent(pages, "/plan/new", model="stdc", business="web_shop")
    told = pages.get("/plan.csv?period=all").content.decode("utf-8-sig").splitlines()
    assert told[0].startswith("Stage,What the stage is for,")
    rows = pages.get("/plan.json?period=all").json()["rows"]
    small = [0 < row["n"] < 10 for row in rows]
    assert any(small)
    assert ["under 10" in line for line in told[1:]] == small


def test_the_page_shows_the_numbers_of_the_answer(tmp_path):
    workspace = omvei.init(tmp_path / "w")
    workspace.take(write_shop(tmp_path / "shop.csv", 120))
    pages = client(workspace.path)
    sent(pages, "/plan/new", model="stdc", business="web_shop")
    rows = pages.get("/plan.json?period=all").json()["rows"]
    leaks = pages.get("/leaks.json?lens=stdc&period=all").json()["stages"]
    do = next(row for row in leaks if row["stage"] == "do")
    assert (rows[2]["n"], rows[2]["value"]) == (do["people"], do["bought"] / do["people"])
