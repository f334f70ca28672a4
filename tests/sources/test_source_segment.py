"""Segment's calls are read, one by one or in batches."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei.errors import OmveiError, SourceError, UnknownNameError

GOOD = {
    "type": "track",
    "event": "Cart Viewed",
    "anonymousId": "a",
    "timestamp": "2025-05-17T10:00Z",
}


def calls(fixture):
    return [json.loads(line) for line in fixture("segment.jsonl").read_text("utf-8").splitlines()]


def test_a_page_call_says_where_and_from_where(take, fixture):
    assert take(fixture("segment.jsonl")).good[0] == {
        "event_id": "m1",
        "time": datetime(2025, 5, 17, 10, tzinfo=UTC),
        "event": "page",
        "kind": "page_view",
        "anonymous_id": "a1",
        "host": "fjell.example",
        "url": "https://fjell.example/telt?fbclid=9",
        "title": "Telt",
        "referrer": "https://www.google.com/",
        "user_agent": "Mozilla",
        "utm_source": "fb",
        "utm_medium": "social",
        "campaign": "vår",
        "click_id": "fbclid",
        "consent": "granted",
        "row": 1,
    }


def test_identify_joins_a_browser_a_user_and_a_hashed_address(take, fixture):
    who = take(fixture("segment.jsonl")).good[1]
    assert (who["event"], who["anonymous_id"], who["user_id"]) == ("identify", "a1", "7")
    assert len(who["email"]) == 32
    assert json.loads(who["attributes"]) == {"plan": "gull"}


def test_an_order_has_a_number_a_worth_and_a_product(take, fixture):
    order = take(fixture("segment.jsonl")).good[2]
    assert order["time"] == datetime(2025, 5, 17, 10, 2, tzinfo=UTC)
    assert (order["event"], order["order_id"]) == ("Order Completed", "A-1")
    assert (order["value"], order["currency"]) == (Decimal("1234.5"), "NOK")
    assert (order["product"], order["brand"], order["category"]) == ("Telt 3", "Fjell", "Telt")


def test_alias_joins_the_id_before_with_the_user(take, fixture):
    alias = take(fixture("segment.jsonl")).good[3]
    assert (alias["event"], alias["anonymous_id"], alias["user_id"]) == ("alias", "a0", "7")


def test_group_says_which_firm_a_person_acts_for(take, fixture):
    assert take(fixture("segment.jsonl")).good[4]["account"] == "firma"


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_says_the_same_as_lines(take, fixture, indent):
    array = take(json.dumps(calls(fixture), indent=indent))
    assert array.reading.source == "segment"
    assert array.good == take(fixture("segment.jsonl")).good


def test_batches_say_the_same_as_lines(take, fixture):
    every = calls(fixture)
    batches = [{"batch": every[:2], "sentAt": "x"}, {"batch": []}, {"batch": every[2:]}]
    batched = take("\n".join(map(json.dumps, batches)))
    assert batched.good == take(fixture("segment.jsonl")).good


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("{", None, "not JSON, or cut off"),
        ("[]", None, "expected a JSON object"),
        (json.dumps(GOOD | {"type": "dance"}), "type", "expected one of track, page"),
        (json.dumps({"anonymousId": "a"}), "type", "expected one of track, page"),
        (json.dumps(GOOD | {"timestamp": None}), "timestamp", "no time"),
        (json.dumps(GOOD | {"timestamp": "now"}), "timestamp", "not a time between"),
        (json.dumps(GOOD | {"event": None}), "event", "a track call without an event name"),
        (json.dumps(GOOD | {"anonymousId": ""}), "userId", "nobody: neither anonymousId nor"),
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
def test_a_malformed_call_is_rejected_with_its_line(take, line, column, reason):
    read = take(f"{json.dumps(GOOD)}\n{line}\n")
    assert len(read.good) == 1
    ((row, at, why),) = read.faults()
    assert (row, at) == (2, column)
    assert why.startswith(reason)


def test_other_json_is_refused(take):
    with pytest.raises(SourceError, match="holds no calls"):
        take('{"a": 1}\n', source="segment")


def test_nothing_can_be_mapped(take):
    with pytest.raises(UnknownNameError):
        take(json.dumps(GOOD), mapping={"person": "userId"})


PARTS = (
    st.none()
    | st.integers()
    | st.text(max_size=5)
    | st.dictionaries(st.text(max_size=3), st.integers())
)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.dictionaries(st.sampled_from([*GOOD, "context", "properties", "traits"]), PARTS),
        max_size=8,
    )
)
def test_every_call_is_good_or_rejected(take, rows):
    read = take("\n".join(map(json.dumps, [GOOD, *rows])), source="segment")
    assert read.numbers == list(range(1, len(rows) + 2))


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 300), st.binary(max_size=5))
def test_a_file_damaged_anywhere_gives_rows_or_an_error_of_ours(take, place, noise):
    text = json.dumps([GOOD, GOOD]).encode()
    try:
        take(text[:place] + noise + text[place + 2 :], source="segment")
    except OmveiError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
