"""What people say of the firm, and whether anybody answered: by its plain definition."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
from drawing import pack
from hypothesis import given, settings
from hypothesis import strategies as st

import omvei
from omvei.answers.sharing import shared
from omvei.answers.statements import answered
from omvei.plan.advice import advice
from omvei.touchpoints.vocabulary import kinds

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def shop(folder, people):
    """People as lists of (day, kind, rating)."""
    rows = [
        {"person": who, "time": (START + timedelta(days=day)).isoformat(), "kind": kind,
         "event": kind} | ({} if rating is None else {"rating": rating})
        for who, told in people.items() for day, kind, rating in told
    ]  # fmt: skip
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    made = omvei.init(folder / "w")
    made.take(folder / "a.jsonl")
    return made.journeys


def test_stars_scores_and_complaints_say_how_well_people_speak(tmp_path):
    told = {
        "a": [(0, "review_written", 5), (1, "review_written", 3), (2, "review_written", 2)],
        "b": [(0, "survey", 8), (1, "survey", 5), (2, "survey", 4)],
        "c": [(0, "complaint", None), (1, "review_written", None), (2, "page_view", None)],
    }
    rows = {row["id"]: row for row in shop(tmp_path, told).statements().to_dicts()}

    def of(name):
        return [rows[name][key] for key in ("positive", "neutral", "negative")]

    assert of("review_written") == [1, 1, 1]  # one without stars says nothing
    assert of("survey") == [1, 1, 1]
    assert of("complaint") == [0, 0, 1]
    assert of(None) == [2, 2, 3]
    assert (rows[None]["statements"], rows[None]["people"]) == (7, 3)


def test_a_reply_answers_what_was_said_last_and_no_more(tmp_path):
    told = {
        "old": [(0, "complaint", None), (50, "review_written", 5), (51, "reply", None)],
        "quick": [(0, "review_written", 1), (2, "reply", None)],
        "never": [(3, "review_written", 1), (90, "page_view", None)],
    }
    answer = shop(tmp_path, told).statements().to_json()
    rows = {row["id"]: row for row in answer["rows"]}
    assert (rows["complaint"]["answered"], rows["complaint"]["negative_unanswered"]) == (0, 1)
    assert (rows["review_written"]["answered"], rows["review_written"]["statements"]) == (2, 3)
    assert answer["open"] == 2
    assert [(row["kind"], row["days"]) for row in answer["unanswered"]] == [
        ("review_written", 87.0), ("complaint", 90.0),
    ]  # fmt: skip


def test_those_still_waiting_lengthen_the_time_to_an_answer(tmp_path):
    told = {f"q{n}": [(0, "complaint", None), (1, "reply", None)] for n in range(4)}
    told |= {f"w{n}": [(0, "complaint", None)] for n in range(6)}
    told["end"] = [(60, "page_view", None)]
    row = shop(tmp_path, told).statements().to_dicts()[0]
    assert (row["answered"], row["rate"]) == (4, 0.4)
    assert row["days"]["value"] is None  # fewer than half were ever answered


def test_without_statements_there_is_nothing_to_say(tmp_path):
    answer = shop(tmp_path, {"a": [(0, "page_view", None), (1, "reply", None)]}).statements()
    assert (answer.to_json()["rows"], answer.meaning["open"]) == ([], 0)


def test_a_reply_moves_nobody_to_another_stage(tmp_path):
    told = {"a": [(0, "purchase", None), (9, "review_written", 5), (10, "reply", None)]}
    rows = shop(tmp_path, told).lens("five_stage").explain("a").to_dicts()
    assert [row["stage"] for row in rows][-2:] == ["advocacy", "advocacy"]


def test_only_what_a_kind_says_in_the_vocabulary_is_a_statement():
    says = {name: kind.says for name, kind in kinds().items() if kind.says}
    assert says == {"complaint": "bad", "survey": "score", "review_written": "stars"}
    assert [name for name, kind in kinds().items() if kind.answers] == ["reply"]


def plainly(rows):
    """How long each row of one person waited: each reply in turn takes what was said last."""
    wait = [-1] * len(rows)
    for at, (time, what) in enumerate(rows):
        open_ = [n for n in range(at) if rows[n][1] == "says" and wait[n] < 0]
        if what == "reply" and open_:
            last = rows[open_[-1]][0]
            # what stands between two statements of a moment has the same time
            for n in reversed(open_):
                if rows[n][0] == last:
                    wait[n] = time - last
    return wait


ROW = st.tuples(st.sampled_from([0, 1, 5]), st.sampled_from(["says", "reply", "other"]))


@settings(deadline=None)
@given(st.lists(st.lists(ROW, min_size=1, max_size=9), min_size=1, max_size=4), st.integers(0, 4))
def test_the_kernel_agrees_with_the_plain_definition_however_people_are_split(lines, cut):
    people = []
    for line in lines:
        at = np.cumsum([gap for gap, _ in line]).tolist()
        people.append([(time, what) for time, (_, what) in zip(at, line, strict=True)])

    def waits(part):
        starts, rows = pack(part)
        return answered(
            np.array(starts, np.int64),
            np.array([time for time, _ in rows], np.int64),
            np.array([what == "says" for _, what in rows], np.bool_),
            np.array([what == "reply" for _, what in rows], np.bool_),
        ).tolist()

    assert waits(people) == [wait for rows in people for wait in plainly(rows)]
    assert waits(people) == waits(people[:cut]) + waits(people[cut:])


def test_the_touchpoint_map_and_the_advice_say_the_same(tmp_path):
    told = {f"a{n}": [(0, "complaint", None), (9, "page_view", None)] for n in range(12)}
    told |= {f"b{n}": [(0, "review_written", 5), (2, "reply", None)] for n in range(40)}
    told |= {f"c{n}": [(0, "review_written", 1)] for n in range(3)}
    found = shop(tmp_path, told)
    rows = {row["id"]: row["said"] for row in found.touchpoints().to_dicts()}
    assert (rows["complaint"]["negative_unanswered"], rows["complaint"]["too_few"]) == (12, True)
    assert (rows["review_written"]["answered"], rows["review_written"]["statements"]) == (40, 43)
    assert rows["review_written"]["low"] < 40 / 43 < rows["review_written"]["high"]
    assert rows["page_view"] is None
    advised = {row["action"]: row for row in advice(found).to_dicts()}
    evidence = advised["reply"]["evidence"]
    assert (evidence["count"], evidence["n"], advised["reply"]["href"]) == (15, 15, "/statements")


def test_nobody_is_singled_out_in_what_is_passed_on(tmp_path):
    told = {f"c{n}": [(0, "review_written", 1)] for n in range(9)}
    said = shared(shop(tmp_path, told).statements().to_json())
    assert said["unanswered"] == []
    assert {row["statements"] for row in said["rows"]} == {None}
