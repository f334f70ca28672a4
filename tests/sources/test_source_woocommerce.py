"""Orders as the export plugins of WooCommerce write them are purchases and returns."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei.errors import OmveiError, SourceError

HEAD = "order_number,status,date,billing_email,order_total,order_currency,refunded_total"
GOOD = "1,completed,2025-05-17 10:00:00,a@b.no,10.00,NOK,0"


def test_an_order_is_one_purchase_however_many_rows_it_has(take, fixture):
    shop = take(fixture("woocommerce.csv"), timezone="Europe/Oslo")
    assert shop.reading.source == "woocommerce"
    first = shop.good[0]
    assert len(first.pop("email")) == len(first.pop("phone")) == 32
    said = json.loads(first.pop("attributes"))
    assert first == {
        "event_id": "1001:order_paid",
        "time": datetime(2025, 5, 17, 8, 1, tzinfo=UTC),
        "event": "order_paid",
        "order_id": "1001",
        "product": "Telt 3",
        "value": Decimal("2599.5"),
        "currency": "NOK",
        "status": "Completed",
        "row": 2,
    }
    assert [item["name"] for item in said["items"]] == ["Telt 3", "Plugg"]


def test_only_what_is_paid_for_is_a_purchase(take, fixture):
    shop = take(fixture("woocommerce.csv"))
    assert [(row["order_id"], row["event"], row.get("value")) for row in shop.good] == [
        ("1001", "order_paid", Decimal("2599.5")),
        ("1002", "order_paid", Decimal(800)),
        ("1002", "order_returned", Decimal(800)),
        ("1003", "order_unpaid", None),
        ("1004", "order_unpaid", None),
    ]


def test_no_name_or_note_is_kept(take, fixture):
    kept = " ".join(take(fixture("woocommerce.csv")).column("attributes"))
    assert not [word for word in ("Nordmann", "Ring", "91234567", "@") if word in kept]


@pytest.mark.parametrize(
    "text",
    [
        "order_id,order_number,order_date,status,order_total,order_currency,line_item_1\n"
        "7,1001,2025-05-17 10:00:00,wc-completed,50,NOK,name:Telt|product_id:1|quantity:1\n",
        "Date,Order #,Status,Customer,Product(s),Items sold,N. Revenue\n"
        "2025-05-17 10:00:00,1001,completed,Kari,Telt,1,50\n",
        "Order Number;Order Status;Order Date;Email (Billing);Order Total Amount;Item Name\n"
        "1001;Behandles;17.05.2025 10:00;a@b.no;50,00;Telt\n",
    ],
    ids=["import suite", "analytics", "advanced"],
)
def test_the_exports_of_several_plugins_are_found_and_read(take, text):
    shop = take(text)
    assert shop.reading.source == "woocommerce"
    (row,) = shop.good
    assert (row["event"], row["order_id"], row["value"]) == ("order_paid", "1001", Decimal(50))
    assert (row["product"], row["time"]) == ("Telt", datetime(2025, 5, 17, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (GOOD[1:], "order_number", "no order number"),
        (GOOD.replace("2025-05-17 10:00:00", ""), "date", "no time"),
        (GOOD.replace("2025-05-17", "someday"), "date", "not a time between"),
        (GOOD.replace("2025-05", "2025-15"), "date", "not a time between"),
        (GOOD.replace("2025", "3025"), "date", "not a time between"),
        (GOOD.replace("10.00", "free"), "order_total", "not an amount"),
        (GOOD.replace(",0", ",none"), "refunded_total", "not an amount"),
        (GOOD + ",x", None, "expected 7 columns, found 8"),
        ("1,completed", None, "expected 7 columns, found 2"),
        (GOOD + "\udcff", None, "not text in UTF-8"),
    ],
)
def test_a_malformed_order_is_rejected_with_its_line(take, line, column, reason):
    pad = "".join(f"{n}{GOOD[1:].replace('a@', 'å@')}\n" for n in range(10, 40))
    read = take(f"{HEAD}\n{pad}{line}\n".encode("utf-8", "surrogateescape"))
    assert read.reading.source == "woocommerce"
    assert len(read.good) == 30
    ((row, at, why),) = read.faults()
    assert (row, at) == (32, column)
    assert why.startswith(reason)


def test_orders_without_a_date_are_refused(take):
    with pytest.raises(SourceError, match="no column for the order's date"):
        take("Order Number,Order Status\n1,completed\n", source="woocommerce")


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 150), st.binary(max_size=5))
def test_a_file_damaged_anywhere_gives_rows_or_an_error_of_ours(take, place, noise):
    text = f"{HEAD}\n{GOOD}\n{GOOD}\n".encode()
    try:
        take(text[:place] + noise + text[place + 2 :], source="woocommerce")
    except OmveiError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
