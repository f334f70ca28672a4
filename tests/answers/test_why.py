import json

import omvei


def workspace(folder, rows):
    file = folder / "log.jsonl"
    told = [
        {"time": f"2026-01-{day:02}T10:00:00Z", "event": "x"} | row
        for day, row in enumerate(rows, 1)
    ]
    file.write_text("\n".join(map(json.dumps, told)))
    made = omvei.init(folder / "w")
    made.take(file)
    return made.journeys


def test_each_join_names_the_event_that_made_it(tmp_path):
    shop = workspace(tmp_path, [
        {"anonymous_id": "c1"},
        {"event_id": "e2", "anonymous_id": "c1", "order_id": "1001"},
        {"event_id": "e3", "order_id": "#1001", "email": "ann@example.org"},
    ])  # fmt: skip
    told = shop.why("c1").to_json()
    assert [(j["strong"]["kind"], j["weak"]["kind"], j["event_id"]) for j in told["joins"]] == [
        ("order_id", "anonymous_id", "table:e2"), ("email", "order_id", "table:e3"),
    ]  # fmt: skip
    assert not any(join["refused"] for join in told["joins"])
    assert "ann@example.org" not in json.dumps(told)


def test_a_refused_join_is_told_too(tmp_path):
    shop = workspace(tmp_path, [
        {"anonymous_id": "family", "user_id": "mum"}, {"anonymous_id": "family", "user_id": "dad"},
    ])  # fmt: skip
    told = shop.why("dad").to_json()
    joins = {join["strong"]["value"]: join["refused"] for join in told["joins"]}
    assert joins == {"mum": False, "dad": True}  # the tablet is his for a time, and hers
