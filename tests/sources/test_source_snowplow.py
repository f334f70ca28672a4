"""Snowplow's enriched events are read, with a header and without."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei.errors import OmveiError, SourceError, UnknownNameError
from omvei.sources.recipe import recipe

HEAD = "event_id,collector_tstamp,derived_tstamp,domain_userid,user_id,event_name,tr_total"
GOOD = "e1,2025-05-17 10:00:00.1,,d1,u1,page_view,"


def bare(**cells):
    """A line of all columns without a header."""
    return "\t".join(str(cells.get(column, "")) for column in recipe("snowplow")["columns"])


def test_a_page_view_says_where_and_from_where(take, fixture):
    events = take(fixture("snowplow.csv"))
    assert events.reading.source == "snowplow"
    assert events.good[0] == {
        "event_id": "e1",
        "time": datetime(2025, 5, 17, 10, 0, 0, 500_000, tzinfo=UTC),
        "event": "page_view",
        "user_id": "u7",
        "anonymous_id": "d1",
        "session_id": "s1",
        "host": "fjell.example",
        "url": "https://fjell.example/telt?gclid=1",
        "title": "Telt",
        "referrer": "https://www.google.com/",
        "user_agent": "Mozilla",
        "utm_source": "google",
        "utm_medium": "cpc",
        "campaign": "vår",
        "click_id": "gclid",
        "attributes": '{"app_id":"shop"}',
        "row": 2,
    }


def test_events_are_called_by_what_they_say(take, fixture):
    assert take(fixture("snowplow.csv")).column("event") == [
        "page_view",
        "play",
        "transaction",
        "transaction",
        "screen_view",
        "consent_preferences",
    ]


def test_orders_are_read_from_columns_and_from_entities(take, fixture):
    events = take(fixture("snowplow.csv"))
    told = [[row.get(name) for name in ("order_id", "value", "currency")] for row in events.good]
    assert told[2:4] == [["1001", Decimal("2599.5"), "NOK"], ["1002", Decimal(800), "SEK"]]
    assert [events.good[2][name] for name in ("product", "brand", "category")] == [
        "Telt 3",
        "Fjell",
        "Telt",
    ]


def test_an_app_is_known_by_its_client_session(take, fixture):
    app = take(fixture("snowplow.csv")).good[4]
    assert (app["anonymous_id"], app["session_id"]) == ("a9", "x1")


def test_refusing_everything_is_consent_denied(take, fixture):
    assert take(fixture("snowplow.csv")).column("consent") == [None] * 5 + ["denied"]


def test_no_address_of_a_machine_is_kept(take, fixture):
    assert "203.0" not in json.dumps(take(fixture("snowplow.csv")).column("attributes"))


def test_labels_are_no_ids_of_users(take):
    labelled = take(f"{HEAD}\n{GOOD}\n{GOOD.replace('u1', 'a stray ping')}\n")
    assert labelled.column("user_id") == [None, None]
    assert "--map user_id=user_id" in labelled.reading.notes[0]
    asked = take(f"{HEAD}\n{GOOD}\n{GOOD.replace('u1', 'a b')}\n", mapping={"user_id": "user_id"})
    assert asked.column("user_id") == ["u1", "a b"]


def test_the_131_columns_need_no_header(take):
    product = {
        "schema": "iglu:com.snowplowanalytics.snowplow.ecommerce/product/jsonschema/1-0-0",
        "data": {"name": "Telt 3"},
    }
    action = {
        "schema": "iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/"
        "jsonschema/1-0-2",
        "data": {"type": "add_to_cart"},
    }
    known = {"collector_tstamp": "2025-05-17 10:00:00.000", "domain_userid": "d1"}
    lines = [
        bare(event="page_view", event_id="e1", page_url="https://a.no/x", **known),
        bare(
            event="unstruct",
            event_id="e2",
            contexts=json.dumps({"schema": "iglu:x", "data": [product]}),
            unstruct_event=json.dumps({"schema": "iglu:y", "data": action}),
            **known,
        ),
    ]
    events = take("\n".join(lines) + "\n")
    assert events.reading.source == "snowplow"
    told = [(row["row"], row["event_id"], row["event"], row.get("product")) for row in events.good]
    assert told == [(1, "e1", "page_view", None), (2, "e2", "add_to_cart", "Telt 3")]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (GOOD.replace("2025-05-17 10:00:00.1", ""), "derived_tstamp|collector_tstamp", "no time"),
        (GOOD.replace("2025-05", "2025-31"), "derived_tstamp|collector_tstamp", "not a time"),
        (GOOD.replace("2025", "1725"), "derived_tstamp|collector_tstamp", "not a time"),
        (GOOD.replace("2025-05-17", "noon"), "derived_tstamp|collector_tstamp", "not a time"),
        (GOOD.replace(".1,", ".1,x"), "derived_tstamp|collector_tstamp", "not a time"),
        (GOOD.replace("d1,u1", ","), "user_id", "nobody: no identifier"),
        (GOOD + "much", "tr_total", "not an amount"),
        (GOOD + ",x", None, "expected 7 columns, found 8"),
        ("e1", None, "expected 7 columns, found 1"),
        (GOOD.replace("page", "\udcff"), None, "not text in UTF-8"),
    ],
)
def test_a_malformed_event_is_rejected_with_its_line(take, line, column, reason):
    pad = f"{GOOD.replace('page', 'sæde')}\n" * 30
    read = take(f"{HEAD}\n{pad}{line}\n".encode("utf-8", "surrogateescape"))
    assert read.reading.source == "snowplow"
    assert len(read.good) == 30
    ((row, at, why),) = read.faults()
    assert (row, at) == (32, column)
    assert why.startswith(reason)


def test_entities_that_are_not_json_are_passed_over(take, fixture):
    text = fixture("snowplow.csv").read_text("utf-8").replace('"{""type"": ', '"{""type: ')
    assert take(text).column("event")[2] == "snowplow_ecommerce_action"


def test_a_table_without_visitors_is_refused(take):
    with pytest.raises(SourceError, match="no column for the visitor"):
        take("event_id,collector_tstamp\n1,2025-01-01\n", source="snowplow")


def test_a_column_that_is_not_there_cannot_be_mapped(take):
    with pytest.raises(UnknownNameError):
        take(f"{HEAD}\n{GOOD}\n", mapping={"url": "page"})


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(*[st.text(alphabet="d1-: ø{", max_size=6)] * 6), max_size=8))
def test_every_event_is_good_or_rejected(take, rows):
    lines = [",".join([f"e{n}", *row]) for n, row in enumerate(rows)]
    read = take("\n".join([HEAD, GOOD, *lines]), source="snowplow")
    assert read.numbers == list(range(2, len(rows) + 3))


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 150), st.binary(max_size=5))
def test_a_file_damaged_anywhere_gives_rows_or_an_error_of_ours(take, place, noise):
    text = f"{HEAD}\n{GOOD}\n{GOOD}\n".encode()
    try:
        take(text[:place] + noise + text[place + 2 :], source="snowplow")
    except OmveiError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
