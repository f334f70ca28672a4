"""Surveys: where they heard of the firm, whether they recommend it, how satisfied they are."""

import json

import pytest

from omvei.errors import SourceError

HEAD = "Timestamp,Email,How did you hear about us?,How likely are you to recommend us?"
GOOD = "2026-01-05,a@b.no,Friends,9"


def test_each_answer_is_an_event_of_its_kind(take, fixture):
    told = take(fixture("survey.csv"))
    assert told.reading.source == "survey"
    assert [(row["row"], row["event"], row["kind"], row.get("rating")) for row in told.good] == [
        (2, "heard_about_us", "wom_exposure", None),
        (2, "heard_about_us", "social_view", None),
        (2, "recommends", "survey", 9.0),
        (2, "satisfied", "survey", 10.0),
        (3, "heard_about_us", "search", None),
        (3, "recommends", "survey", 10.0),
        (4, "heard_about_us", "review_read", None),
        (4, "satisfied", "survey", 6.0),
    ]
    assert told.good[4]["channel"] == "AI Assistant"


def test_what_the_user_should_know_is_said(take, fixture):
    notes = take(fixture("survey.csv")).reading.notes
    assert "time of the answer" in notes[0]
    assert notes[1] == "Not kept: Noe mer?."


def test_little_of_a_long_answer_is_kept(take):
    told = take(f'{HEAD}\n2026-01-05,a@b.no,"{"My friend said so. " * 9}",9\n')
    assert len(json.loads(told.good[0]["attributes"])["answer"]) <= 40
    assert "a@b.no" not in str(told.good)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("En venn", "wom_exposure"), ("Kollega", "wom_exposure"), ("En vän", "wom_exposure"),
        ("Copilot", "search"), ("Google", "search"), ("Søkte på nett", "search"),
        ("Annonse på TV", "ad_view"), ("Nyhedsbrev", "email_received"), ("TikTok", "social_view"),
        ("Gikk forbi", "store_pass"), ("Trustpilot", "review_read"), ("Husker ikke", "other"),
    ],
)  # fmt: skip
def test_an_answer_has_the_kind_that_its_words_say(take, answer, kind):
    assert take(f"{HEAD}\n2026-01-05,a@b.no,{answer},9\n").good[0]["kind"] == kind


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",a@b.no,Friends,9", "no time"),
        ("soon,a@b.no,Friends,9", "not a time between 1900 and 2100"),
        ("2026-01-05,,Friends,9", "nobody: no identifier is filled in"),
        ("2026-01-05,nobody,Friends,9", "nobody: no identifier is filled in"),
        ("2026-01-05,a@b.no,,", "no question is answered"),
        ("2026-01-05,a@b.no,,eleven", "not a score"),
        ("2026-01-05,a@b.no,,11", "not a score"),
        ("2026-01-05,a@b.no,,-1", "not a score"),
        ("2026-01-05,a@b.no,Friends", "expected 4 columns, found 3"),
        ("2026-01-05,a@b.no,Friends,9,9", "expected 4 columns, found 5"),
    ],
)
def test_an_answer_that_cannot_be_used_says_why(take, row, reason):
    told = take(f"{HEAD}\n{GOOD}\n{row}\n{GOOD}\n")
    assert {(fault[0], fault[2]) for fault in told.faults()} == {(3, reason)}
    assert len([one for one in told.good if one["row"] != 3]) == 4


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("Email,How did you hear about us?", "no column for the time"),
        ("Timestamp,How did you hear about us?", "tells one person from another"),
        ("Timestamp,Email,Anything else?", "asks no question that is known"),
    ],
)
def test_a_survey_that_lacks_something_is_refused(take, head, message):
    with pytest.raises(SourceError, match=message):
        take(f"{head}\n{','.join('1' * (head.count(',') + 1))}\n", source="survey")


REVIEWS = "Review Created (UTC),Reference Number,Review Stars,Company Reply Date (UTC)"


def test_a_review_and_the_reply_to_it_are_events_of_their_own_times(take):
    told = take(f"{REVIEWS}\n2026-01-05 10:00,1001,2,2026-01-07 12:00\n2026-01-06 09:00,1002,5,\n")
    assert told.reading.source == "survey"
    assert [
        (row["event"], row["kind"], row.get("rating"), str(row["time"])[:16], row["order_id"])
        for row in told.good
    ] == [
        ("reviewed", "review_written", 2.0, "2026-01-05 10:00", "1001"),
        ("replied", "reply", None, "2026-01-07 12:00", "1001"),
        ("reviewed", "review_written", 5.0, "2026-01-06 09:00", "1002"),
    ]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("Tidspunkt,E-post,Anmeldelse: antall stjerner,Svardato", "review_written"),
        ("Datum,E-post,Omdöme betyg,Svarsdatum", "review_written"),
        ("Dato,E-mail,Hvor tilfreds er du?,Vores svar", "survey"),
    ],
)
def test_a_reply_is_known_in_other_languages(take, head, kind):
    told = take(f"{head}\n2026-01-05,a@b.no,4,2026-01-06\n")
    assert [row["kind"] for row in told.good] == [kind, "reply"]


def test_a_reply_without_a_time_and_too_many_stars_are_refused(take):
    told = take(f"{REVIEWS}\n2026-01-05,1,6,\n2026-01-05,2,5,yes\n")
    assert {(fault[0], fault[2]) for fault in told.faults()} == {
        (2, "not a score"), (3, "not a time between 1900 and 2100"),
    }  # fmt: skip
