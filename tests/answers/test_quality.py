import json

import omvei

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
    assert found["shared"] == [{"kind": "anonymous_id", "value": "family", "refused": 2}]
    assert found["largest"][0]["identifiers"] == 2
    assert {row["kind"]: row["identifiers"] for row in found["kinds"]} == {
        "user_id": 3,
        "anonymous_id": 1,
    }
    assert {row["identifiers"]: row["people"] for row in found["sizes"]} == {2: 3}
