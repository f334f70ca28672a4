"""Matomo's visits log is read action by action."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei.errors import OmveiError, SourceError, UnknownNameError

STEP = {"type": "action", "url": "https://a.no/x", "timestamp": 1747476000}
GOOD = {"idVisit": 1, "visitorId": "v", "actionDetails": [STEP]}


def visit(**step):
    return json.dumps(GOOD | {"actionDetails": [STEP | step]})


def test_the_first_action_says_how_the_visit_began(take, fixture):
    log = take(fixture("matomo.json"))
    assert log.reading.source == "matomo"
    first = log.good[0]
    assert json.loads(first.pop("attributes")) == {
        "referrerType": "search",
        "referrerName": "Google",
        "deviceType": "Desktop",
        "country": "Norway",
        "type": "action",
        "timeSpent": "30",
    }
    assert first == {
        "event_id": "1.501.0001",
        "time": datetime(2025, 5, 17, 10, tzinfo=UTC),
        "event": "action",
        "anonymous_id": "9f8e7d6c5b4a3210",
        "session_id": "501",
        "host": "fjell.example",
        "url": "https://Fjell.example/telt?gclid=9",
        "title": "Telt",
        "referrer": "https://www.google.com/",
        "click_id": "gclid",
        "query": "telt til fjellet",
        "currency": "NOK",
        "row": 1,
    }


def test_actions_are_called_by_their_type_or_their_name(take, fixture):
    log = take(fixture("matomo.json"))
    assert log.column("event") == [
        "action",
        "search",
        "product_view",
        "play",
        "action",
        "ecommerceOrder",
        "Bestilt",
    ]
    assert log.column("query")[1] == "lett telt"
    assert log.column("url")[1] == "https://Fjell.example/telt?gclid=9"
    assert log.column("product")[2] == "Telt 3"
    assert log.numbers == [1, 1, 1, 1, 2, 2, 2]


def test_an_order_has_a_number_a_worth_and_a_product(take, fixture):
    order = take(fixture("matomo.json")).good[5]
    assert (order["order_id"], order["value"], order["currency"]) == (
        "1001",
        Decimal("2599.5"),
        "NOK",
    )
    assert (order["product"], order["category"]) == ("Telt 3", "Telt")


def test_a_user_id_that_is_an_address_is_hashed(take, fixture):
    paid = take(fixture("matomo.json")).good[5]
    assert len(paid["email"]) == 32
    assert "user_id" not in paid


def test_a_campaign_is_said_once(take, fixture):
    log = take(fixture("matomo.json"))
    assert log.column("campaign")[4:] == ["vårbrev", None, None]
    assert [log.good[4][name] for name in ("utm_source", "utm_medium")] == ["brev", "email"]
    assert log.column("query")[4] is None


def test_lines_say_the_same_as_an_array(take, fixture):
    visits = json.loads(fixture("matomo.json").read_text("utf-8"))
    lines = take("\n".join(map(json.dumps, visits)))
    assert lines.reading.source == "matomo"
    assert lines.good == take(fixture("matomo.json")).good


def test_the_flattened_table_is_read_too(take):
    text = (
        "idVisit,visitorId,referrerUrl,actionDetails_0_type,actionDetails_0_url,"
        "actionDetails_0_timestamp,actionDetails_1_type,actionDetails_1_timestamp,"
        "actionDetails_1_orderId,actionDetails_1_revenue\n"
        "1,v1,https://www.google.com/,action,https://a.no/,1747476000,ecommerceOrder,1747476010,7,5.5\n"
        "2,v2,,action,https://a.no/b,1747476020,,,,\n"
    )
    log = take(text.encode("utf-16"))
    assert log.reading.source == "matomo"
    told = [(row["row"], row["event"], row["anonymous_id"]) for row in log.good]
    assert told == [(2, "action", "v1"), (2, "ecommerceOrder", "v1"), (3, "action", "v2")]
    assert log.good[1]["value"] == Decimal("5.5")


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("{", None, "not JSON, or cut off"),
        ("[]", None, "expected a JSON object"),
        (json.dumps(GOOD | {"actionDetails": []}), None, "a visit without actions"),
        (json.dumps(GOOD | {"actionDetails": "none"}), None, "a visit without actions"),
        (json.dumps(GOOD | {"actionDetails": [7]}), None, "expected an action as a JSON object"),
        (visit(type=None), "type", "an action without a type"),
        (visit(timestamp=None), "timestamp", "no time"),
        (visit(timestamp="soon"), "timestamp", "not a time between"),
        (visit(type="ecommerceOrder", revenue="much"), "revenue", "not an amount"),
        (json.dumps(GOOD | {"visitorId": ""}), "visitorId", "nobody: no identifier"),
    ],
)
def test_a_malformed_visit_is_rejected_with_its_line(take, line, column, reason):
    read = take(f"{json.dumps(GOOD)}\n{line}\n")
    assert len(read.good) == 1
    ((row, at, why),) = read.faults()
    assert (row, at) == (2, column)
    assert why.startswith(reason)


def test_a_report_without_visits_is_refused(take):
    with pytest.raises(SourceError, match=r"Live\.getLastVisitsDetails"):
        take('[{"label": "Telt", "nb_visits": 4}]', source="matomo")


def test_nothing_can_be_mapped(take):
    with pytest.raises(UnknownNameError):
        take(json.dumps(GOOD), mapping={"person": "visitorId"})


PARTS = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.none() | st.just(STEP))


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["idVisit", "visitorId", "actionDetails"]), PARTS),
        max_size=6,
    )
)
def test_every_action_is_good_or_rejected(take, rows):
    read = take("\n".join(map(json.dumps, [GOOD, *rows])), source="matomo")
    sizes = [row.get("actionDetails") for row in rows]
    sizes = [len(held) if isinstance(held, list) and held else 1 for held in sizes]
    assert read.numbers == [1, *(n + 2 for n, size in enumerate(sizes) for _ in range(size))]


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 200), st.binary(max_size=5))
def test_a_file_damaged_anywhere_gives_rows_or_an_error_of_ours(take, place, noise):
    text = json.dumps([GOOD, GOOD]).encode()
    try:
        take(text[:place] + noise + text[place + 2 :], source="matomo")
    except OmveiError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
