"""Orders as Shopify exports them are purchases and returns."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei.errors import OmveiError, SourceError, UnknownNameError

HEAD = (
    "Name,Email,Financial Status,Created at,Total,Currency,Cancelled at,Refunded Amount,"
    "Lineitem name"
)
GOOD = "#1,a@b.no,paid,2025-05-17 10:00:00 +0200,10.00,NOK,,0.00,Telt"


def test_an_order_is_one_purchase_with_the_totals_of_its_first_row(take, fixture):
    shop = take(fixture("shopify.csv"))
    assert shop.reading.source == "shopify"
    first = shop.good[0]
    assert len(first.pop("email")) == len(first.pop("phone")) == 32
    said = json.loads(first.pop("attributes"))
    assert first == {
        "event_id": "5001:order_paid",
        "time": datetime(2025, 5, 17, 8, 1, 59, tzinfo=UTC),
        "event": "order_paid",
        "order_id": "#1001",
        "product": "Telt 3",
        "brand": "Fjell",
        "value": Decimal("2599"),
        "currency": "NOK",
        "status": "paid",
        "row": 2,
    }
    assert said["items"] == [
        {"name": "Telt 3", "quantity": "1", "price": "2000.00", "sku": "T3"},
        {"name": "Plugg", "quantity": "2", "price": "250.00", "sku": "P1"},
    ]


def test_each_order_says_what_became_of_it(take, fixture):
    shop = take(fixture("shopify.csv"))
    told = [(row["order_id"], row["event"], row.get("value"), row["currency"]) for row in shop.good]
    assert told == [
        ("#1001", "order_paid", Decimal(2599), "NOK"),
        ("#1002", "order_paid", Decimal(800), "SEK"),
        ("#1002", "order_returned", Decimal(800), "SEK"),
        ("#1003", "order_paid", Decimal(300), "DKK"),
        ("#1003", "order_returned", Decimal(50), "DKK"),
        ("#1004", "order_unpaid", None, "EUR"),
    ]
    assert shop.bad == []


def test_a_cancelled_order_is_given_back_when_it_was_cancelled(take, fixture):
    back = take(fixture("shopify.csv")).good[2]
    assert back["time"] == datetime(2025, 6, 3, 6, tzinfo=UTC)


def test_an_order_at_the_counter_is_of_the_store(take, fixture):
    assert take(fixture("shopify.csv")).column("channel") == [
        None,
        None,
        None,
        "Store",
        "Store",
        None,
    ]


def test_an_unpaid_order_says_what_it_would_have_been_worth(take, fixture):
    assert json.loads(take(fixture("shopify.csv")).good[-1]["attributes"])["unpaid"] == 40


def test_no_name_or_address_is_kept(take, fixture):
    kept = " ".join(take(fixture("shopify.csv")).column("attributes"))
    assert not [word for word in ("Nordmann", "Storgata", "91234567", "@") if word in kept]


def test_paid_at_may_be_the_time(take, fixture):
    shop = take(fixture("shopify.csv"), mapping={"time": "Paid at"}, source="shopify")
    assert shop.good[0]["time"] == datetime(2025, 5, 17, 8, 2, 11, tzinfo=UTC)
    assert shop.faults() == [(7, "Paid at", "no time")]


def test_a_column_that_is_not_there_cannot_be_the_time(take):
    with pytest.raises(UnknownNameError, match="No column named 'Paid'"):
        take(f"{HEAD}\n{GOOD}\n", mapping={"time": "Paid"}, source="shopify")


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (GOOD.replace("#1", ""), "Name", "no order number"),
        (
            GOOD.replace("#1", "#2").replace("2025-05-17 10:00:00 +0200", ""),
            "Created at",
            "no time",
        ),
        (GOOD.replace("#1", "#2").replace("2025", "25-13"), "Created at", "not a time between"),
        (GOOD.replace("#1", "#2").replace("2025", "1025"), "Created at", "not a time between"),
        (GOOD.replace("#1", "#2").replace("10.00", "ten"), "Total", "not an amount"),
        (GOOD.replace("#1", "#2").replace("0.00,T", "all,T"), "Refunded Amount", "not an amount"),
        (GOOD.replace("#1", "#2").replace(",,0", ",soon,0"), "Cancelled at", "not a time between"),
        (GOOD + ",more", None, "expected 9 columns, found 10"),
        ("#2,a@b.no", None, "expected 9 columns, found 2"),
        (GOOD.replace("#1", "#2") + "\udcff", None, "not text in UTF-8"),
    ],
)
def test_a_malformed_order_is_rejected_with_its_line(take, line, column, reason):
    pad = "".join(f"{GOOD.replace('#1', f'#{n}')}ø\n" for n in range(10, 40))
    text = f"{HEAD}\n{pad}{line}\n".encode("utf-8", "surrogateescape")
    read = take(text, source="shopify")
    assert len(read.good) == 30
    ((row, at, why),) = read.faults()
    assert (row, at) == (32, column)
    assert why.startswith(reason)


def test_a_table_without_order_numbers_is_refused(take):
    with pytest.raises(SourceError, match="no column for the order's number"):
        take("Email,Created at\na@b.no,2025-01-01\n", source="shopify")


def test_other_files_are_refused(take):
    with pytest.raises(SourceError, match="is not a table as Shopify exports it"):
        take('{"Name": "#1"}\n', source="shopify")


LINES = st.lists(
    st.tuples(st.sampled_from(["#1", "#2", "#3", ""]), st.sampled_from(["", "5", "x"]))
)


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LINES)
def test_every_order_is_good_or_rejected_and_once(take, lines):
    rows = [f"{number},,paid,2025-01-01,{total},NOK,,,x" for number, total in lines]
    try:
        read = take("\n".join([HEAD, *rows, "#9,,paid,2025-01-01,1,NOK,,,x"]), source="shopify")
    except OmveiError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
        return
    numbers = [number for number, _ in [*lines, ("#9", "1")]]
    starts = [
        place + 2
        for place, number in enumerate(numbers)
        if not number or place == 0 or numbers[place - 1] != number
    ]
    assert read.numbers == starts


def test_an_order_that_crosses_two_stretches_of_the_file_is_one(take, monkeypatch):
    monkeypatch.setattr("omvei.sources.delimited.BLOCK", 256)
    items = "\n".join([GOOD] + [f"#1,a@b.no,,,,,,,Item {n}" for n in range(50)])
    read = take(f"{HEAD}\n{GOOD.replace('#1', '#0')}\n{items}\n{GOOD.replace('#1', '#2')}\n")
    assert read.column("order_id") == ["#0", "#1", "#2"]
    assert len(json.loads(read.good[1]["attributes"])["items"]) == 51
