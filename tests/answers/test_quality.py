import json
import statistics
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import omvei
from omvei.people.changes import sudden

WEB = [
    {
        "anonymous_id": f"c{n}",
        "order_id": str(1000 + n),
        "url": "https://shop.example/done",
        "event": "purchase",
    }
    for n in range(10)
]
SHOP = [
    {"email": f"p{n}@example.org", "order_id": f"#{1000 + n}", "event": "order"} for n in range(8)
]


def told(folder, rows):
    file = folder / "log.jsonl"
    file.write_text("\n".join(json.dumps({"time": "2026-01-01T10:00:00Z"} | row) for row in rows))
    made = omvei.init(folder / "w")
    made.take(file)
    return made.journeys.quality().to_json()


def test_the_match_rate_counts_web_orders_that_the_shop_knows(tmp_path):
    found = told(
        tmp_path, [*WEB, *SHOP, {"email": "x@example.org", "order_id": "#77", "event": "order"}]
    )
    orders = found["orders"]
    assert {k: orders[k] for k in ("web", "shop", "matched", "only_web", "only_shop")} == {
        "web": 10, "shop": 9, "matched": 8, "only_web": 2, "only_shop": 1,
    }  # fmt: skip
    assert orders["match_rate"]["rate"] == 0.8
    assert (orders["unmatched_web"], orders["unmatched_shop"]) == (["1008", "1009"], ["77"])
    assert found["known"]["converted"] == 9


def test_shared_devices_and_large_clusters_are_told(tmp_path):
    family = [
        {"anonymous_id": "family", "user_id": user, "event": "x", "time": f"2026-01-0{day}"}
        for day, user in enumerate(("mum", "dad", "kid"), 1)
    ]
    found = told(tmp_path, family)
    assert found["shared"] == [
        {"kind": "anonymous_id", "value": "family", "refused": 2, "reason": "limit user_id"}
    ]
    assert found["largest"][0]["identifiers"] == 2
    assert {row["kind"]: row["identifiers"] for row in found["kinds"]} == {
        "user_id": 3,
        "anonymous_id": 1,
    }
    assert {row["identifiers"]: row["people"] for row in found["sizes"]} == {2: 3}


def test_the_totals_of_web_and_shop_are_explained_line_by_line(tmp_path):
    sums = [  # order, web, shop
        (1, 100, 100), (2, 80, 100), (3, 50, 99), (4, 60, 109), (5, 70, 119), (6, 90, 81),
        (7, 40, None), (8, None, 30), (9, 10, 17),
    ]  # fmt: skip
    rows = []
    for order, web, shop in sums:
        said = {"order_id": str(order), "currency": "NOK", "event": "purchase"}
        if web is not None:
            rows.append(said | {"anonymous_id": f"c{order}", "url": "https://s.no/x", "value": web})
        if shop is not None:
            rows.append(said | {"email": f"p{order}@example.org", "value": shop})
    found = told(tmp_path, rows)
    lines = {row["line"]: (row["orders"], row["value"]) for row in found["lines"]}
    assert lines == {
        "web": (8, 500.0), "only_web": (1, -40.0), "only_shop": (1, 30.0), "vat": (1, 20.0),
        "delivery": (3, 147.0), "discount": (1, -9.0), "unknown": (1, 7.0), "shop": (8, 655.0),
    }  # fmt: skip
    values = [row["value"] for row in found["lines"]]
    assert sum(values[:-1]) == values[-1]
    assert (found["orders"]["compared"], found["orders"]["equal"]) == (7, 1)
    assert {row["order_id"]: row["reason"] for row in found["differences"]}["9"] == "unknown"


def test_sudden_days_and_spellings_are_told(tmp_path):
    def day(n):
        return (datetime(2026, 1, 1, 12) + timedelta(days=n)).isoformat()

    rows = [
        {"user_id": f"U{n}" if n == 3 else f"u{n}", "event": f"e{n}", "time": day(at)}
        for at in range(40)
        for n in range(25 if at != 35 else 100)
    ]
    rows += [{"user_id": "u3", "event": "more", "time": day(0)}]
    found = told(tmp_path, rows)
    assert [(row["day"], row["events"], row["usual"]) for row in found["changes"]] == [
        ("2026-02-05", 100, 25)
    ]
    assert found["folded"] == [{"kind": "user_id", "value": "u3", "spellings": ["U3", "u3"]}]
    assert found["alone"]["converted"] == 0


def plain(counts):
    """The rule of sudden days, day by day."""
    found = []
    for place in range(28, len(counts)):
        before = sorted(counts[place - 28 : place])
        usual = statistics.median(before)
        spread = statistics.median(abs(count - usual) for count in before)
        spread = max(1.4826 * spread, usual**0.5)
        away = counts[place] - usual
        back = [counts[place - days] - usual for days in range(6, 36) if days <= place]
        known = any(other * away > 0 and abs(other) >= abs(away) / 2 for other in back)
        if usual and abs(away) > 6 * spread and abs(away) > 19 and not known:
            found.append(place)
    return found


@given(st.lists(st.integers(0, 300), min_size=30, max_size=60))
def test_the_rule_of_sudden_days_is_the_plain_definition(counts):
    first = date(2026, 1, 1)
    counts = [1, *counts, 1]  # a day with events at both ends
    days = [first + timedelta(days=n) for n in range(len(counts))]
    found = [date.fromisoformat(row["day"]) for row in sudden(days, counts)]
    assert [(day - first).days for day in found] == plain(counts)


@pytest.mark.parametrize("every", [7, 14, 30])
def test_a_newsletter_that_goes_out_again_and_again_is_no_change(every):
    first = date(2026, 1, 1)
    counts = [400 if day % every == 3 else 30 for day in range(100)]
    days = [first + timedelta(days=n) for n in range(100)]
    assert sudden(days, counts) == []
    counts[70] = 2000
    assert [row["events"] for row in sudden(days, counts)] == [2000]


def test_every_order_that_differs_is_told_with_a_reason(tmp_path):
    """30 orders that only the shop knows, and one of each other kind: none is left out."""

    def order(number, day, web=None, shop=None, **more):
        said = {"order_id": number, "event": "purchase", "time": f"2026-01-{day:02}T10:00:00Z"}
        if web is not None:
            yield said | {"anonymous_id": f"c{number}", "url": "https://s.no/x", "value": web}
        if shop is not None:
            yield said | more | {"email": f"p{number}@example.org", "value": shop}

    slow = {str(100 + n): "unmeasured" for n in range(30)}
    rows = [row for number in slow for row in order(number, 15, shop=50)]
    for number, reason, told in (
        ("1", None, order("1", 10, web=100, shop=100)),
        ("2", "vat", order("2", 10, web=80, shop=100)),
        ("3", "unlisted", order("3", 15, web=10)),
        ("4", "before_web", order("4", 9, shop=10)),
        ("5", "after_web", order("5", 21, shop=10)),
        ("6", None, order("6", 20, web=10, shop=10)),
        ("7", "test", order("TEST-7", 15, shop=10)),
        ("8", "cancelled", order("8", 15, shop=10, status="Cancelled")),
        ("9", "after_shop", order("9", 25, web=10)),
    ):
        rows += told
        slow |= {number: reason} if reason else {}
    slow["5"] = "unmeasured"  # order 9 makes the web's days go on to the 25th
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    made = omvei.init(tmp_path / "w")
    made.take(file)
    found = made.journeys.orders().to_json()
    assert {row["order_id"]: row["reason"] for row in found["rows"]} == slow
    assert found["n"] == len(slow) == sum(row["orders"] for row in found["reasons"])
    quality = made.journeys.quality().to_json()["orders"]
    only = [row["known"] for row in found["rows"]]
    assert (only.count("web"), only.count("shop")) == (quality["only_web"], quality["only_shop"])
