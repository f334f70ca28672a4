"""Surveys and reviews: a row a respondent, a column a question, as forms and review sites export.

Four questions are known by their words, in `survey.yaml`: how they heard of the firm, whether they
would recommend it (0 to 10), how satisfied they are, and the stars of a review. Each answer is an
event of its own. What they heard from is a touchpoint that no tool saw; when it happened is not
known, so it stands at the time of the answer. A column with the time of the firm's reply makes one
more event, at that time. Other questions are not kept, and of an answer only its first 40 letters:
people write names in them.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from omvei.errors import SourceError
from omvei.events.schema import IDENTIFIERS
from omvei.sources.cells import Cells
from omvei.sources.columns import plain
from omvei.sources.head import Head, head
from omvei.sources.meaning import Habits, faults, habits, told
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import (
    CURE,
    cells_of,
    needed,
    recipe,
    recipe_fields,
    table_of,
    text_sql,
    understood,
)
from omvei.sources.rows import batches, fault_sql, quoted

NAME = "survey"
TITLE = "Survey or reviews (how they heard of you, recommendation, satisfaction, stars, replies)"
STATUS = "partly known"

NOTE = "When somebody heard of you is not known: it stands at the time of the answer."


def recognises(seen: Head) -> float:
    """Whether a table has a time, somebody, and a question that is known."""
    if seen.kind not in ("text", "parquet"):
        return 0.0
    columns = cells_of(seen).columns
    words = {plain(column) for column in columns}
    fields = recipe(NAME)["fields"]
    somebody = any(words & {*fields[field]} for field in IDENTIFIERS if field in fields)
    timed = words & {*fields["time"]}
    return 0.9 if timed and somebody and _questions(columns) else 0.0


def fields() -> tuple[str, ...]:
    """What a column can be said to hold: our fields, and each question that is known."""
    return recipe_fields(NAME, *recipe(NAME)["questions"])


def read(path: Path, options: Options) -> Reading:
    """Read a survey.

    Raises `SourceError` when the file is no table, has no time, nobody or no question that is
    known, and `UnknownNameError` for a mapping to something that is not there.
    """
    rule = recipe(NAME)
    cells = table_of(head(path), rule["title"])
    asked = {field: options.mapping[field] for field in options.mapping if field in rule["events"]}
    mapping = understood(cells, rule["fields"], options, fields())
    mapping = {field: value for field, value in mapping.items() if field not in asked}
    needed(cells, mapping, {"time": "the time of the answer"})
    if not {*IDENTIFIERS} & mapping.keys():
        raise SourceError(
            path,
            "has no column that tells one person from another.",
            "Ask for the e-mail address or the order number, or put it into the survey's link"
            " as a hidden field; then export again.",
        )
    questions = _questions([c for c in cells.columns if c not in mapping.values()])
    questions = {c: question for c, question in questions.items() if question not in asked}
    questions |= {column: question for question, column in asked.items() if column}
    if not questions:
        raise SourceError(
            path,
            f"asks no question that is known. The columns are: {', '.join(cells.columns[:40])}.",
            CURE,
        )
    habit = habits(cells, mapping)
    gone = [c for c in cells.columns if c not in {*mapping.values(), *questions}]
    notes = [*habit.notes, *([NOTE] if "heard" in questions.values() else [])]
    if gone:
        notes.append(f"Not kept: {', '.join(gone)}.")
    shown = mapping | {"event": "|".join(questions)}
    for question in rule["events"]:
        if held := [column for column, what in questions.items() if what == question]:
            shown[question] = "|".join(held)
    sql = _statement(cells, mapping, questions, habit)
    return Reading(NAME, path, shown, batches(cells.batches(), sql, options), (), tuple(notes))


def _questions(columns: Any) -> dict[str, str]:
    """Each column that asks something that is known, and which of the questions it is."""
    found = {}
    for column in columns:
        for question, patterns in recipe(NAME)["questions"].items():
            if any(re.search(pattern, column.lower()) for pattern in patterns):
                found[column] = question
                break
    return found


def _statement(
    cells: Cells, mapping: Mapping[str, str], questions: Mapping[str, str], habit: Habits
) -> str:
    """The statement: `lines` have their answers, `said` an answer or reply, `told` its meaning."""
    fields = {field: text_sql(cells, value) for field, value in mapping.items()}
    answers = " || ".join(_answers_sql(cells, column, what) for column, what in questions.items())
    replied = fields.pop("replied", "NULL::VARCHAR")
    answers += f""" || CASE WHEN {replied} IS NULL THEN []
        ELSE [{{event: 'replied', question: NULL::VARCHAR, answer: '–'}}] END"""
    means = told(fields, habit) | {"event": "said.event", "content": "said.question"}
    means["rating"] = """CASE said.event
        WHEN 'recommends' THEN TRY_CAST(said.score AS DOUBLE)
        WHEN 'reviewed' THEN TRY_CAST(said.score AS DOUBLE)
        WHEN 'satisfied' THEN TRY_CAST(said.score AS DOUBLE) * 2 END"""
    means["kind"] = f"""CASE said.event WHEN 'reviewed' THEN 'review_written'
        WHEN 'replied' THEN 'reply' WHEN 'heard_about_us' THEN {_heard_sql("kind")}
        ELSE 'survey' END"""
    means["channel"] = f"CASE WHEN said.event = 'heard_about_us' THEN {_heard_sql('channel')} END"
    means["attributes"] = """CASE WHEN said.event <> 'replied'
        THEN json_object('answer', said.answer)::VARCHAR END"""
    asked = next(iter(questions))
    top = "CASE said.event WHEN 'recommends' THEN 10 ELSE 5 END"
    return f"""
        WITH lines AS (
            SELECT "row#" AS "row", "bad#" AS bad, "text#" AS line,
                   {", ".join(f"{sql} AS {field}" for field, sql in fields.items())},
                   {replied} AS replied,
                   list_filter({answers}, lambda a: a.answer IS NOT NULL) AS answers
            FROM {cells.rows}
        ),
        unfolded AS (
            SELECT * EXCLUDE (answers), unnest(CASE WHEN len(answers) > 0 THEN answers
                ELSE [{{event: NULL::VARCHAR, question: NULL::VARCHAR, answer: NULL::VARCHAR}}] END
            ) AS given
            FROM lines
        ),
        said AS (
            SELECT * EXCLUDE (given, replied)
                   REPLACE (CASE given.event WHEN 'replied' THEN replied ELSE time END AS time),
                   given.event AS event, given.question AS question,
                   left(given.answer, 40) AS answer,
                   nullif(regexp_extract(given.answer, '^([0-9]{{1,2}})([^0-9]|$)', 1), '') AS score
            FROM unfolded
        ),
        told AS (
            SELECT said, said."row" AS "row",
                   {", ".join(f"{sql} AS {field}" for field, sql in means.items())}
            FROM said
        )
        SELECT * EXCLUDE (said), {
        fault_sql(
            *faults(fields, mapping),
            ("said.event IS NULL", asked, "no question is answered", "''"),
            (
                f"said.event IN ('recommends', 'satisfied', 'reviewed')"
                f" AND (rating IS NULL OR said.score::INT > {top})",
                asked,
                "not a score",
                "said.answer",
            ),
        )
    } FROM told
    """


def _answers_sql(cells: Cells, column: str, question: str) -> str:
    """The list of what one column answers: several choices are several answers."""
    event = recipe(NAME)["events"][question]
    text = text_sql(cells, column)
    parts = f"string_split_regex({text}, '[;,]')" if question == "heard" else f"[{text}]"
    one = f"{{event: {quoted(event)}, question: {quoted(column)}, answer: nullif(trim(p), '')}}"
    return f"coalesce(list_transform({parts}, lambda p: {one}), [])"


def _heard_sql(what: str) -> str:
    whens = " ".join(
        f"WHEN regexp_matches(lower(said.answer), {quoted(rule['words'])})"
        f" THEN {quoted(rule[what]) if what in rule else 'NULL'}"
        for rule in recipe(NAME)["heard"]
    )
    return f"CASE {whens} END"
