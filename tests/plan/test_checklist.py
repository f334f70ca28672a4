"""The checklist: a known truth for each verdict, and the user's own answers beside it."""

import json
from itertools import pairwise

import numpy as np
import pytest
import yaml
from drawing import journeys
from hypothesis import given, settings
from hypothesis import strategies as st

import omvei
from omvei import keeping
from omvei.answers.met import Met
from omvei.blocks.block import Block
from omvei.errors import DefinitionError
from omvei.language import LANGUAGES
from omvei.plan import checklist as lists
from omvei.plan.behind import behind
from omvei.touchpoints.vocabulary import kinds

PEOPLE = 40


def shop(tmp_path, *lines):
    """Forty people, by turns with each of the lines."""
    return journeys(tmp_path, **{f"p{i}": lines[i % len(lines)] for i in range(PEOPLE)})


def answered(found, question, language="en"):
    rows = lists.checklist(found.workspace.path, found, language).to_dicts()
    return next(row for row in rows if row["question"] == question)


@pytest.mark.parametrize(
    ("question", "lines", "verdict", "count"),
    [
        ("choose", ["guide_read purchase"], "pass", 40),
        ("choose", ["product_view purchase"] * 9 + ["guide_read purchase"], "not_yet", 4),
        ("choose", ["product_view purchase", "faq_view purchase"], "cannot_tell", 20),
        ("choose", ["add_to_cart purchase guide_read"], "not_yet", 0),
        ("choose", ["price_view purchase"], "cannot_tell", None),
        ("choose", ["product_view purchase"], "cannot_tell", None),
        ("follow_up", ["purchase followup_sent"], "pass", 40),
        ("follow_up", ["followup_sent purchase"], "not_yet", 0),
        ("follow_up", ["purchase"], "cannot_tell", None),
        ("follow_up", ["purchase email_received email_click"], "not_yet", 0),
        ("follow_up", ["email_open purchase", "purchase survey"] + ["purchase"] * 8, "not_yet", 4),
        ("recommend", ["purchase review_written", "purchase"], "pass", 20),
        ("recommend", ["review_written purchase"], "cannot_tell", 0),
        ("recommend", ["purchase"], "cannot_tell", None),
    ],
)
def test_what_was_drawn_is_what_is_told(tmp_path, question, lines, verdict, count):
    row = answered(shop(tmp_path, *lines), question)
    assert (row["verdict"], row["count"]) == (verdict, count)
    assert (row["n"] == PEOPLE) == (count is not None)


def test_nobody_recommends_of_many_is_not_yet(tmp_path):
    drawn = {f"p{i}": "purchase" for i in range(100)} | {"fan": "share"}
    row = answered(journeys(tmp_path, **drawn), "recommend")
    assert (row["verdict"], row["count"], row["n"]) == ("not_yet", 0, 100)


def test_why_it_cannot_be_told_is_said(tmp_path):
    few = journeys(tmp_path / "few", ann="purchase followup_sent")
    assert answered(few, "follow_up")["why"] == "few"
    assert "%" not in answered(few, "follow_up")["evidence"]
    half = shop(tmp_path / "half", "purchase followup_sent", "purchase")
    assert answered(half, "follow_up")["why"] == "close"
    assert answered(half, "follow_up")["evidence"].startswith("20 of 40 customers")
    assert "%" in answered(half, "follow_up")["evidence"]
    assert answered(half, "recommend")["missing"] == lists.questions()["recommend"]["share"]["kind"]


@pytest.mark.parametrize("question", ["choose", "follow_up", "recommend"])
def test_the_people_behind_an_answer_are_those_of_its_evidence(tmp_path, question):
    lines = ["guide_read purchase followup_sent share", "purchase guide_read survey", "purchase"]
    found = shop(tmp_path, *lines, "search")
    row = answered(found, question)
    met, unmet = (behind(found, question, one).meaning["n"] for one in (True, False))
    assert row["who"]
    assert (met, met + unmet) == (row["count"], row["n"])
    assert 0 < met < row["n"]


def test_who_bought_again_is_told_beside_the_follow_up(tmp_path):
    row = answered(shop(tmp_path, "purchase followup_sent 3d purchase", "purchase"), "follow_up")
    assert row["beside"] == 20
    assert "20 bought again." in row["evidence"]


def inventory(folder, *stages):
    said = [{"page": f"/p{i}", "format": "article", "stage": s} for i, s in enumerate(stages)]
    (folder / "definitions").mkdir(exist_ok=True)
    (folder / "definitions" / "content.yaml").write_text(yaml.safe_dump(said))


@pytest.mark.parametrize(
    ("stages", "verdict"),
    [
        (["awareness", "consideration", "retention", "decision"], "pass"),
        (["awareness", "consideration", "decision", "decision"], "not_yet"),
        (["awareness", "consideration", "retention", *["decision"] * 3], "pass"),
        (["awareness", "consideration", "retention", *["decision"] * 4], "not_yet"),
        (["awareness", "consideration", "retention", "advocacy", *["decision"] * 76], "not_yet"),
        ([], "cannot_tell"),
    ],
)
def test_content_is_counted_without_any_data(tmp_path, stages, verdict):
    here = omvei.init(tmp_path / "w")
    inventory(here.path, *stages)
    row = lists.checklist(here.path, None).to_dicts()[0]
    assert (row["question"], row["verdict"], row["n"]) == ("steps", verdict, len(stages))
    assert row["count"] in (None, sum(stage != "decision" for stage in stages))


def test_the_pages_that_every_shop_has_are_no_content_for_a_stage(tmp_path):
    assert answered(shop(tmp_path, "page_view product_view purchase"), "steps")["n"] == 0


def test_without_data_the_advice_follows_the_users_own_answer(tmp_path):
    here = omvei.init(tmp_path / "w")
    lists.save(here.path, {"follow_up": "not_yet", "meet": "pass"})
    rows = {row["question"]: row for row in lists.checklist(here.path, None).to_dicts()}
    for question, own in (("follow_up", "not_yet"), ("meet", "pass"), ("choose", None)):
        row, advice = rows[question], lists.questions()[question]["next"]
        assert (row["verdict"], row["why"], row["own"]) == ("cannot_tell", "no_data", own)
        assert row["next"] == advice[own or "cannot_tell"]["en"]


def test_with_data_both_answers_stand_side_by_side_and_the_data_give_the_advice(tmp_path):
    found = shop(tmp_path, "purchase followup_sent")
    lists.save(found.workspace.path, {"follow_up": "not_yet"})
    row = answered(found, "follow_up")
    assert (row["verdict"], row["own"], row["agree"]) == ("pass", "not_yet", False)
    assert row["next"] == lists.questions()["follow_up"]["next"]["pass"]["en"]


def test_the_users_own_answers_can_be_undone(tmp_path):
    here = omvei.init(tmp_path / "w")
    lists.save(here.path, {"steps": "pass"})
    lists.save(here.path, {"steps": "not_yet"})
    keeping.undo(lists.place(here.path))
    assert lists.load(here.path) == {"steps": "pass"}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("- a\n", "a line for each question"),
        ("steps: pass\nstep: pass\n", "line 2: No question named 'step'"),
        ("steps: yes\n", "line 1: True is not one of pass"),
        ("steps: [pass]\n", "is not one of pass"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_cure(tmp_path, said, problem):
    file = tmp_path / "checklist.yaml"
    file.write_text(said)
    with pytest.raises(DefinitionError) as told:
        lists.check(keeping.read(file))
    assert problem in str(told.value)


def test_every_question_is_told_in_every_language_from_known_kinds():
    for question in lists.questions().values():
        texts = [question["ask"], question["rule"], question["evidence"], question.get("and")]
        for text in [*texts, *question["next"].values()]:
            assert text is None or set(text) == set(LANGUAGES)
        assert set(question["next"]) == set(lists.VERDICTS)
        for part in ("of", "share"):
            kind = question.get(part, {}).get("kind", [])
            assert set([kind] if isinstance(kind, str) else kind) <= set(kinds())


def slowly(people, meant, decision, stages):
    """People who met content in a stage, and those for whom it mostly fitted, in plain Python."""
    met = fitted = 0
    for rows in people:
        hits = [
            meant[content] == before
            or (meant[content] == before + 1 and meant[content] != decision)
            for (before, _), (_, content) in pairwise(rows)
            if before < stages and content >= 0 and meant[content] >= 0
        ]
        met += bool(hits)
        fitted += bool(hits) and 2 * sum(hits) >= len(hits)
    return [met, fitted]


JOURNEYS = st.lists(
    st.lists(st.tuples(st.sampled_from([0, 1, 2, 255]), st.integers(-1, 3)), max_size=6),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(JOURNEYS, st.integers(0, 2))
def test_the_people_met_in_their_stage_are_those_a_slow_count_finds(people, decision):
    meant, stages = (0, 1, 2, -1), 3
    starts = np.cumsum([0, *(len(rows) for rows in people)]).astype(np.int64)
    flat = [row for rows in people for row in rows]
    columns = {
        "stage": np.array([row[0] for row in flat], np.uint8),
        "content": np.array([row[1] for row in flat], np.int32),
    }
    block = Block(np.arange(len(people), dtype=np.int64), starts, columns.__getitem__)
    found = Met("stage", meant, decision, stages).scan(block).tolist()
    assert found == slowly(people, meant, decision, stages)


def test_a_shop_whose_content_is_nearly_all_for_the_decision_passes_neither(tmp_path):
    pages = ["awareness", "consideration", "retention", "advocacy", *["decision"] * 76]
    rows = [
        {"person": f"p{n}", "time": f"2026-01-0{day}T12:00:00Z", "event": "page_view",
         "url": f"https://shop.example/p{4 + (n + day) % 76}"}
        for n in range(60) for day in range(1, 6)
    ]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    here = omvei.init(tmp_path / "w")
    inventory(here.path, *pages)
    here.take(tmp_path / "a.jsonl")
    told = {row["question"]: row for row in lists.checklist(here.path, here.journeys).to_dicts()}
    assert told["steps"]["verdict"] == "not_yet"
    assert (told["meet"]["verdict"], told["meet"]["why"]) == ("cannot_tell", "one_sided")
    assert (
        told["meet"]["count"] == told["meet"]["n"] == 60
    )  # all seem to be met, where they seem to be
