"""XES logs are read as a stream."""

import json
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei import sources
from omvei.errors import SourceError, UnknownFormatError, UnknownNameError

LOG = '<?xml version="1.0"?><log xes.version="1.0">{}</log>'
TRACE = '<trace><string key="concept:name" value="a"/>{}</trace>'
EVENT = (
    '<event><string key="concept:name" value="x"/>'
    '<date key="time:timestamp" value="2025-05-17T10:00:00Z"/></event>'
)


def test_a_trace_is_a_person_and_its_events_are_in_order(take, fixture):
    log = take(fixture("log.xes"))
    assert log.reading.source == "xes"
    (first,) = log.good
    attributes = json.loads(first.pop("attributes"))
    assert first == {
        "time": datetime(2025, 5, 17, 8, tzinfo=UTC),
        "event": "søknad",
        "person": "NA",
        "row": 1,
    }
    assert attributes == {
        "lifecycle:transition": "complete",
        "case:amount": 200,
        "case:amount/unit": "NOK",
    }


def test_bad_events_say_their_line(take, fixture):
    log = take(fixture("log.xes"))
    assert log.faults() == [
        (2, "time:timestamp", "not a time between 1900 and 2100"),
        (3, "concept:name", "the trace has no concept:name"),
    ]
    assert [row["text"] for row in log.bad] == ["i går, line 14", "line 20"]


def test_a_classifier_of_several_keys_is_mentioned_and_can_be_used(take, fixture):
    log = take(fixture("log.xes"))
    assert "--map event=concept:name+lifecycle:transition" in log.reading.notes[0]
    both = take(fixture("log.xes"), mapping={"event": "concept:name+lifecycle:transition"})
    assert both.column("event") == ["søknad complete"]


def test_only_the_event_can_be_mapped(take, fixture):
    with pytest.raises(UnknownNameError, match="There is: 'event'"):
        take(fixture("log.xes"), mapping={"person": "x"})


BOMB = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaa">]><log xes.version="1">&a;</log>'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (LOG.format(TRACE.format("<event>")), "breaks off or is wrong at line 1"),
        (LOG.format(TRACE.format(EVENT))[:-20], "breaks off or is wrong at line 1"),
        (LOG.format(""), "holds no events"),
        (LOG.format(TRACE.format("")), "holds no events"),
        (BOMB, "document type"),
        (LOG.format(TRACE.format("<list>" * 60 + "</list>" * 60)), "more than 50 deep"),
        (LOG.format("&nothing;"), "breaks off or is wrong"),
        ("<html><log/></html>", "not an XES log"),
        (
            '<?xml version="1.0" encoding="x-none"?><log xes.version="1"/>',
            "encoding is not known here",
        ),
        (
            '<?xml version="1.0" encoding="shift_jis"?><log xes.version="1"/>',
            "encoding is not known here",
        ),
        ("no markup, at all", "not an XES log"),
    ],
)
def test_a_log_that_is_wrong_is_refused_with_what_to_do(take, content, message):
    with pytest.raises(SourceError, match=message):
        take(content, source="xes")


def test_other_xml_is_not_recognised(take):
    with pytest.raises(UnknownFormatError):
        take("<rss><channel/></rss>")


def test_an_event_outside_a_trace_is_rejected(take):
    log = take(LOG.format(EVENT + TRACE.format(EVENT)))
    assert [row for row, _, _ in log.faults()] == [1]
    assert log.column("row") == [2]


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=6
)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(st.tuples(TEXT, TEXT), max_size=4), max_size=4))
def test_every_event_is_good_or_rejected(take, traces):
    def event(name, time):
        return (
            f'<event><string key="concept:name" value={quoteattr(name)}/>'
            f'<date key="time:timestamp" value={quoteattr(time)}/></event>'
        )

    inner = [TRACE.format("".join(event(*pair) for pair in trace)) for trace in traces]
    log = take(LOG.format(TRACE.format(EVENT) + "".join(inner)), source="xes")
    assert log.numbers == list(range(1, 2 + sum(map(len, traces))))


@pytest.mark.parametrize(
    ("name", "events", "people"),
    [
        ("running-example.xes", 42, 6),
        ("receipt.xes.gz", 8_577, 1_434),
        ("helpdesk.xes.gz", 21_348, 4_580),
        ("bpic2012.xes.gz", 262_200, 13_087),
    ],
)
def test_real_logs_are_read_whole(data, name, events, people):
    with sources.open_files(data(f"process_logs/{name}")) as files:
        ((_, path),) = files
        seen, persons = 0, set()
        for batch in sources.read(path).batches:
            assert batch["reason"].null_count == len(batch)
            seen += len(batch)
            persons.update(batch["person"].to_pylist())
    assert (seen, len(persons)) == (events, people)
