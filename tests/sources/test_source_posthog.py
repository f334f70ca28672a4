"""PostHog's events are read, as JSON and as a table."""

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei.errors import OmveiError, SourceError, UnknownNameError

BROWSER = "0196dd2e-1111-7222-8333-444455556666"
GOOD = {
    "uuid": "e1",
    "event": "$pageview",
    "distinct_id": "u1",
    "timestamp": "2025-05-17T10:00:00Z",
    "properties": {},
}


def rows(fixture):
    return [json.loads(line) for line in fixture("posthog.jsonl").read_text("utf-8").splitlines()]


def table(found):
    """The same rows as a table with `properties` as text."""
    text = io.StringIO()
    out = csv.DictWriter(
        text, ["uuid", "event", "distinct_id", "timestamp", "person_id", "properties"]
    )
    out.writeheader()
    out.writerows(row | {"properties": json.dumps(row["properties"])} for row in found)
    return text.getvalue()


def test_a_page_view_says_where_and_from_where(take, fixture):
    events = take(fixture("posthog.jsonl"))
    assert events.reading.source == "posthog"
    assert events.good[0] == {
        "event_id": "e1",
        "time": datetime(2025, 5, 17, 10, 0, 0, 500_000, tzinfo=UTC),
        "event": "$pageview",
        "person": "p1",
        "anonymous_id": BROWSER,
        "session_id": "s1",
        "host": "fjell.example",
        "url": "https://fjell.example/telt?gclid=9",
        "title": "Telt",
        "referrer": "https://www.google.com/",
        "user_agent": "Mozilla",
        "utm_source": "google",
        "utm_medium": "cpc",
        "campaign": "vår",
        "click_id": "gclid",
        "attributes": '{"gclid":"9","plan":"gull"}',
        "row": 1,
    }


def test_identify_joins_a_browser_a_user_and_a_hashed_address(take, fixture):
    who = take(fixture("posthog.jsonl")).good[1]
    assert (who["event"], who["anonymous_id"], who["user_id"]) == ("$identify", BROWSER, "u7")
    assert len(who["email"]) == 32


def test_an_order_has_a_number_a_worth_and_a_product(take, fixture):
    order = take(fixture("posthog.jsonl")).good[2]
    assert (order["order_id"], order["value"], order["currency"]) == (
        "1001",
        Decimal("2599.5"),
        "NOK",
    )
    assert [order[name] for name in ("product", "brand", "category")] == ["Telt 3", "Fjell", "Telt"]


def test_an_alias_joins_the_id_before(take, fixture):
    alias = take(fixture("posthog.jsonl")).good[3]
    assert (alias["user_id"], alias["anonymous_id"]) == ("u7", "old-app-id")


def test_an_address_as_id_is_hashed(take, fixture):
    sent = take(fixture("posthog.jsonl")).good[4]
    assert len(sent["email"]) == 32
    assert not {"user_id", "anonymous_id"} & sent.keys()


def test_a_group_says_which_firm_and_a_direct_visit_has_no_referrer(take, fixture):
    group = take(fixture("posthog.jsonl")).good[5]
    assert group["account"] == "firma"
    assert "referrer" not in group


@pytest.mark.parametrize(
    ("known", "user", "browser"),
    [
        ({"distinct_id": "u1"}, "u1", None),
        ({"distinct_id": BROWSER}, None, BROWSER),
        ({"distinct_id": "x", "properties": {"$is_identified": False}}, None, "x"),
        ({"distinct_id": BROWSER, "properties": {"$is_identified": True}}, BROWSER, None),
        ({"distinct_id": "u1", "properties": {"$device_id": "d1"}}, "u1", "d1"),
        ({"distinct_id": "d1", "properties": {"$device_id": "d1"}}, None, "d1"),
    ],
)
def test_a_distinct_id_is_a_browser_until_somebody_logs_in(take, known, user, browser):
    (row,) = take(json.dumps(GOOD | known)).good
    assert (row.get("user_id"), row.get("anonymous_id")) == (user, browser)


def test_a_table_says_the_same_as_lines(take, fixture):
    lines, cells = take(fixture("posthog.jsonl")), take(table(rows(fixture)))
    assert cells.reading.source == "posthog"
    assert [row | {"row": 0} for row in cells.good] == [row | {"row": 0} for row in lines.good]


def test_parquet_says_the_same_as_lines(take, fixture, tmp_path):
    found = [row | {"properties": json.dumps(row["properties"])} for row in rows(fixture)]
    pq.write_table(pa.Table.from_pylist(found), tmp_path / "a.parquet")
    assert take(tmp_path / "a.parquet").good == take(fixture("posthog.jsonl")).good


def test_a_table_with_a_column_for_each_property_is_read(take):
    events = take(
        "uuid,event,timestamp,distinct_id,properties.$current_url,properties.order_id\n"
        "e1,$pageview,2025-05-17T10:00:00Z,u1,https://a.no/x,7\n"
    )
    assert events.reading.source == "posthog"
    (row,) = events.good
    assert (row["url"], row["host"], row["order_id"]) == ("https://a.no/x", "a.no", "7")


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("{", None, "not JSON, or cut off"),
        ("[]", None, "expected a JSON object"),
        ("7", None, "expected a JSON object"),
        (json.dumps(GOOD | {"event": ""}), "event", "no event name"),
        (json.dumps(GOOD | {"timestamp": None}), "timestamp", "no time"),
        (json.dumps(GOOD | {"timestamp": "now"}), "timestamp", "not a time between"),
        (json.dumps(GOOD | {"timestamp": "3025-01-01"}), "timestamp", "not a time between"),
        (json.dumps(GOOD | {"distinct_id": ""}), "distinct_id", "nobody: no identifier"),
        (
            json.dumps(GOOD | {"properties": {"revenue": "a lot"}}),
            "properties.revenue",
            "not an amount",
        ),
        (
            json.dumps(GOOD | {"properties": {"rating": "good"}}),
            "properties.rating",
            "not a number",
        ),
    ],
)
def test_a_malformed_event_is_rejected_with_its_line(take, line, column, reason):
    read = take(f"{json.dumps(GOOD)}\n{line}\n")
    assert len(read.good) == 1
    ((row, at, why),) = read.faults()
    assert (row, at) == (2, column)
    assert why.startswith(reason)


def test_other_json_is_refused(take):
    with pytest.raises(SourceError, match="holds no events"):
        take('{"a": 1}\n', source="posthog")


# The header of PostHog's own test of its export of all columns, with more properties.
ALL = (
    "event,*.uuid,*.event,*.properties.$current_url,*.properties.netto,*.timestamp,*.team_id,"
    "*.distinct_id,*.elements_chain,*.created_at\n"
    "$pageview,e1,$pageview,https://a.no/x,7.5,2025-05-17T10:00:00Z,1,u1,,2025-05-17T11:00:00Z\n"
)


def test_a_csv_of_all_columns_is_read_as_the_list_of_events_writes_it(take):
    events = take(ALL)
    assert events.reading.source == "posthog"
    (row,) = events.good
    assert (row["event"], row["event_id"], row["user_id"], row["host"]) == (
        "$pageview", "e1", "u1", "a.no",
    )  # fmt: skip
    assert row["time"] == datetime(2025, 5, 17, 10, tzinfo=UTC)
    assert "value" not in row
    assert events.reading.mapping["distinct_id"] == "*.distinct_id"


def test_a_property_of_one_s_own_is_said_to_be_the_value(take, fixture):
    (row,) = take(ALL, mapping={"value": "*.properties.netto"}).good
    assert row["value"] == Decimal("7.5")
    order = take(fixture("posthog.jsonl"), mapping={"category": "properties.plan"}).good[0]
    assert order["category"] == "gull"


def test_a_table_of_chosen_columns_is_said_who_it_is_about(take):
    text = (
        "event,person.name,url/screen,properties.$lib,timestamp\n"
        "$pageview,kari@example.no,https://a.no/,web,2025-05-17T10:00:00Z\n"
    )
    with pytest.raises(SourceError, match="holds no events"):
        take(text, source="posthog")
    events = take(text, mapping={"email": "person.name", "url": "url/screen"})
    assert events.reading.source == "posthog"
    (row,) = events.good
    assert (len(row["email"]), row["url"]) == (32, "https://a.no/")


def test_what_is_said_is_joined_taken_out_and_said_of_every_row(take):
    row = GOOD | {"day": "2026-03-01", "clock": "10:05", "properties": {"title": "x"}}
    (found,) = take(
        json.dumps(row), mapping={"time": "day+clock", "title": ""}, event="purchase"
    ).good
    assert found["time"] == datetime(2026, 3, 1, 10, 5, tzinfo=UTC)
    assert found["event"] == "purchase"
    assert "title" not in found


def test_a_fault_names_the_column_that_was_said(take):
    read = take(ALL, mapping={"value": "*.properties.$current_url"})
    assert [fault[1] for fault in read.faults()] == ["*.properties.$current_url"]


@pytest.mark.parametrize("mapping", [{"distinct": "event"}, {"value": "nowhere"}])
def test_what_is_not_there_cannot_be_said(take, mapping):
    with pytest.raises(UnknownNameError):
        take(json.dumps(GOOD), mapping=mapping)


@pytest.mark.parametrize("content", ["lines", "table", "all"])
def test_saying_what_was_guessed_changes_nothing(take, fixture, content):
    text = {"lines": fixture("posthog.jsonl"), "table": table(rows(fixture)), "all": ALL}[content]
    guessed = take(text)
    again = take(text, source="posthog", mapping=dict(guessed.reading.mapping))
    assert again.good == guessed.good


PARTS = (
    st.none()
    | st.integers()
    | st.text(max_size=5)
    | st.dictionaries(st.text(max_size=3), st.integers())
)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.dictionaries(st.sampled_from([*GOOD, "person"]), PARTS), max_size=8))
def test_every_event_is_good_or_rejected(take, found):
    read = take("\n".join(map(json.dumps, [GOOD, *found])), source="posthog")
    assert read.numbers == list(range(1, len(found) + 2))


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 250), st.binary(max_size=5))
def test_a_file_damaged_anywhere_gives_rows_or_an_error_of_ours(take, place, noise):
    text = json.dumps([GOOD, GOOD]).encode()
    try:
        take(text[:place] + noise + text[place + 2 :], source="posthog")
    except OmveiError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
