"""The export of Google Analytics 4 to BigQuery is read; its reports are refused."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow.json
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei import sources
from omvei.errors import ReportRefusedError, SourceError, UnknownNameError

GOOD = {"event_name": "scroll", "event_timestamp": 1747469103000000, "user_pseudo_id": "1.2"}


def test_a_row_of_the_export_is_an_event(take, fixture):
    export = take(fixture("ga4.jsonl"))
    assert export.reading.source == "ga4"
    bought = export.good[2]
    assert len(bought.pop("event_id")) == 32
    attributes = json.loads(bought.pop("attributes"))
    assert bought == {
        "time": datetime(2025, 5, 17, 8, 6, 43, tzinfo=UTC),
        "event": "purchase",
        "user_id": "kari",
        "anonymous_id": "1.2",
        "order_id": "A-1",
        "session_id": "1.2.99",
        "host": "www.fjell.example",
        "url": "https://www.fjell.example/telt?utm_source=nyhet&gclid=x1",
        "title": "Telt",
        "utm_source": "nyhet",
        "click_id": "gclid",
        "value": Decimal("1234.5000"),
        "currency": "NOK",
        "consent": "granted",
        "row": 3,
    }
    assert attributes["engagement_time_msec"] == 1200
    assert attributes["geo"] == {"country": "Norway"}


def test_events_of_one_moment_follow_the_browsers_order(take, fixture):
    export = take(fixture("ga4.jsonl"))
    assert [(row["row"], row["event"]) for row in export.good[:2]] == [
        (1, "page_view"),
        (2, "view_item"),
    ]


def test_the_first_item_is_the_product(take, fixture):
    seen = take(fixture("ga4.jsonl")).good[1]
    assert (seen["product"], seen["brand"], seen["category"]) == ("Telt 3", "Fjell", "Telt")


def test_what_google_collected_goes_before_the_address(take, fixture):
    assert take(fixture("ga4.jsonl")).column("utm_source")[0] == "google"


def test_an_event_without_consent_has_nobody_and_is_kept(take, fixture):
    last = take(fixture("ga4.jsonl")).good[3]
    assert last["consent"] == "denied"
    assert "anonymous_id" not in last
    assert "order_id" not in last  # "(not set)" means none


def test_parquet_says_the_same_as_json_lines(take, fixture, tmp_path):
    path = tmp_path / "export.parquet"
    pq.write_table(pyarrow.json.read_json(fixture("ga4.jsonl")), path)
    lines, parquet = take(fixture("ga4.jsonl")), take(path)
    assert parquet.reading.source == "ga4"
    for one, other in zip(lines.good, parquet.good, strict=True):
        one.pop("attributes"), other.pop("attributes")
        assert one == other


def test_a_flattened_export_is_read_as_a_table(take):
    export = take(
        "name,timestamp,user_pseudo_id,param_ga_session_id,ecommerce_transaction_id\n"
        "purchase,2025-05-17 10:00:00,1.2,99,A-1\n"
    )
    assert export.reading.source == "ga4"
    row = export.good[0]
    assert (row["event"], row["anonymous_id"], row["order_id"]) == ("purchase", "1.2", "A-1")


@pytest.mark.parametrize("name", ["ga4_report.csv", "ga4_report_en.csv"])
def test_a_report_is_refused_with_the_way_to_the_export(take, fixture, name):
    for source in (None, "ga4"):
        with pytest.raises(ReportRefusedError, match=r"holds totals .* BigQuery"):
            take(fixture(name), source=source)


@pytest.mark.parametrize(
    "header",
    [
        "Standardkanalgrupp för session,Sessioner",
        "Primær kanalgruppe for session,Sessioner",
        "Kilde/medium for økt,Totalt antall brukere",
        "Event name,Event count",
    ],
)
def test_a_report_is_known_by_its_words_in_every_nordic_language(take, header):
    with pytest.raises(ReportRefusedError):
        take(header + "\nDirect,12\n")


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("{", None, "not JSON, or cut off"),
        ("[1]", None, "expected a JSON object"),
        ('"text"', None, "expected a JSON object"),
        (json.dumps(GOOD | {"event_timestamp": None}), "event_timestamp", "no time"),
        (json.dumps({"event_name": "a"}), "event_timestamp", "no time"),
        (json.dumps(GOOD | {"event_timestamp": "today"}), "event_timestamp", "not microseconds"),
        (json.dumps(GOOD | {"event_timestamp": 1747469103}), "event_timestamp", "not microseconds"),
        (json.dumps(GOOD | {"event_timestamp": 9**25}), "event_timestamp", "not microseconds"),
        (json.dumps(GOOD | {"event_name": ""}), "event_name", "no event name"),
        (json.dumps(GOOD | {"event_name": None}), "event_name", "no event name"),
    ],
)
def test_a_malformed_row_is_rejected_with_its_line(take, line, column, reason):
    export = take(f"{json.dumps(GOOD)}\n{line}\n")
    assert len(export.good) == 1
    ((row, at, why),) = export.faults()
    assert (row, at) == (2, column)
    assert why.startswith(reason)


def test_parts_of_an_odd_type_are_left_out(take):
    odd = GOOD | {"event_params": "none", "items": {"a": 1}, "ecommerce": []}
    assert take(json.dumps(odd)).good[0]["event"] == "scroll"


def test_other_json_is_refused(take):
    with pytest.raises(SourceError, match="no columns event_name and event_timestamp, but a"):
        take('{"a": 1}\n', source="ga4")


def test_nothing_can_be_mapped(take):
    with pytest.raises(UnknownNameError):
        take(json.dumps(GOOD), mapping={"person": "user_id"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.dictionaries(st.sampled_from([*GOOD, "event_params", "items", "geo"]), JSON), max_size=8
    )
)
def test_every_row_is_good_or_rejected(take, rows):
    export = take("\n".join(map(json.dumps, [GOOD, *rows])), source="ga4")
    assert export.numbers == list(range(1, len(rows) + 2))


def test_the_flattened_sample_is_read(take, data):
    export = take(data("ga4_export_fivetran/event_data.csv"))
    assert (export.reading.source, len(export.good), export.bad) == ("ga4", 6, [])
    assert sources.detect(data("ga4_export_fivetran/event_data.csv")) == "ga4"
