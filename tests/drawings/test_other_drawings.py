"""Traces, funnels, leaks and findings as pictures and sentences."""

import re

import pytest

from omvei import drawings
from omvei.drawings import funnel, leaks, trace
from omvei.drawings.words import sentence
from omvei.language import words


def row(n, kind, stage, **more):
    return {
        "time": f"2025-03-{n + 1:02d}T10:00:00Z", "session": n, "new_session": True, "cycle": 0,
        "channel": "Email", "kind": kind, "event": kind, "content": None, "query": None,
        "query_class": None, "product": None, "value": None, "gap_seconds": 86_400.0 if n else None,
        "loop": None, "stages": {"five_stage": stage},
        "why": {"kind": "email", "value": "a1b2", "source": "table", "file": "a.csv", "row": n},
        **more,
    }  # fmt: skip


@pytest.fixture
def journey():
    rows = [
        row(0, "search", "awareness", query="beste <telt>"),
        row(1, "product_view", "consideration"),
        row(2, "guide_read", "awareness", loop="back"),
        row(3, "purchase", "decision", value=499.5),
    ]
    return {
        "answer": "trace", "person": "k3f9", "customer": True, "identifiers": [], "n": 1,
        "touchpoints": 4, "sessions": 4, "purchases": 1, "value": 499.5, "currency": "NOK",
        "first": rows[0]["time"], "last": rows[-1]["time"], "days": 3.0, "rows": rows,
    }  # fmt: skip


def test_a_timeline_has_every_touchpoint_with_its_reason(journey):
    html = trace.timeline(journey, words("en"), "five_stage")
    assert html.count("<time") == 4
    assert html.count("Why is this theirs?") == 4
    assert "beste &lt;telt&gt;" in html
    assert "NOK499.50" in html


def test_pauses_stand_between_visits(journey):
    assert trace.timeline(journey, words("nb"), "five_stage").count("1 dag senere") == 3


def test_the_line_is_dashed_where_it_leads_back(journey):
    svg = trace.line(journey, words("en"), "five_stage")
    assert len(re.findall('class="way back"', svg)) == 1
    assert len(re.findall('class="way on"', svg)) == 2


def test_one_touchpoint_makes_no_line(journey):
    journey["rows"] = journey["rows"][:1]
    assert trace.line(journey, words("en"), "five_stage") == ""


def steps(*people):
    few = people[0] < 30
    return {
        "answer": "funnel", "by": "kind", "lens": None, "within_seconds": 86_400.0,
        "order": "ordered", "n": people[0],
        "steps": [
            {
                "step": kind, "people": n, "rate": n / people[0], "low": 0.1, "high": 0.3,
                "lost": (people[i - 1] if i else n) - n, "median_seconds": 7200.0, "too_few": few,
            }
            for i, (kind, n) in enumerate(zip(("search", "purchase"), people, strict=True))
        ],
    }  # fmt: skip


def test_a_funnel_shows_people_shares_and_intervals():
    html = funnel.draw(steps(200, 50), words("en"))
    assert "25%" in html
    assert "most likely between 10% and 30%" in html
    assert "150" in html


def test_under_thirty_people_a_funnel_shows_counts_only():
    html = funnel.draw(steps(29, 5), words("en"))
    assert "%" not in re.sub(r'"[^"]*"', "", html)
    assert "Only 29 people here" in html


def test_leaks_tell_the_silent_from_those_still_on_their_way():
    stage = {
        "people": 100, "left": 40, "open": 10, "customers": 3, "bought": 20, "rate": 0.4,
        "low": 0.31, "high": 0.5, "too_few": False,
    }  # fmt: skip
    said = {
        "answer": "leaks", "lens": "five_stage", "quiet_days": 30.0, "n": 100,
        "stages": [{"stage": "consideration", **stage}], "transitions": [],
    }  # fmt: skip
    html = leaks.draw(said, words("en"))
    assert '<rect class="open" x="50" width="10"' in html
    assert '<rect class="left" x="60" width="40"' in html
    assert "3 of them customers" in html


def test_a_finding_names_its_nodes_in_the_language_of_the_reader():
    finding = {
        "key": "finding.path",
        "values": {
            "n": 1000, "a": {"by": "kind", "id": "search"}, "b": {"by": "stage", "id": "decision"},
            "x": 45, "y": 26, "lens": "five_stage",
        },
    }  # fmt: skip
    assert sentence(finding, words("nb")) == (
        "Av 1\xa0000 der første steg fra Søk førte til Beslutning, kjøpte 45 av 100 senere."
        " Ellers 26 av 100."
    )


def test_every_answer_with_a_drawing_makes_a_page(journey):
    for answer in (journey, steps(200, 50)):
        assert drawings.page(answer, "nb").startswith("<!doctype html>")
        assert "<style>" in drawings.draw(answer)
