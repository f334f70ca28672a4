import json

import pytest

import omvei

PAGE = {"anonymous_id": "c1", "time": "2026-01-01T10:00:00Z", "event": "page_view"}
WEB = [
    {**PAGE, "url": "https://shop.example/?utm_source=google&utm_medium=cpc"},
    {**PAGE, "time": "2026-01-01T10:10:00Z", "event": "purchase", "order_id": "1001", "value": 90.0}
    | {"url": "https://shop.example/done"},
]
SHOP = """order_id,email,time,event,value,currency
#1001,ann@example.org,2026-01-01 10:11:00,order,100.00,NOK
#1002,ann@example.org,2026-01-09 12:00:00,order,50.00,NOK
"""


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "web.jsonl").write_text("\n".join(map(json.dumps, WEB)))
    (tmp_path / "shop.csv").write_text(SHOP)
    return omvei.init(tmp_path / "w")


@pytest.mark.parametrize("order", [("web.jsonl", "shop.csv"), ("shop.csv", "web.jsonl")])
def test_an_order_told_by_two_sources_is_one_purchase_in_its_visit_with_the_shops_value(
    shop, tmp_path, order
):
    for name in order:
        shop.take(tmp_path / name)
    told = shop.journeys.summary().to_json()
    assert {k: told[k] for k in ("events", "touchpoints", "merged", "purchases", "people")} == {
        "events": 4,
        "touchpoints": 3,
        "merged": 1,
        "purchases": 2,
        "people": 1,
    }
    rows = shop.journeys.trace("ann@example.org").to_json()["rows"]
    assert [(r["kind"], r["channel"], r["value"]) for r in rows] == [
        ("page_view", "Paid Search", None),
        ("purchase", "Paid Search", 100.0),
        ("purchase", "Unassigned", 50.0),
    ]


def test_answers_are_the_same_however_files_were_split_and_ordered(tmp_path):
    rows = [
        f"p{i % 7},2026-01-{1 + i % 28:02}T10:{i % 60:02}:00Z,{'abc'[i % 3]}\n" for i in range(60)
    ]
    found = []
    for turn, parts in enumerate(([rows], [rows[30:], rows[:30]], [rows[::2], rows[1::2]])):
        workspace = omvei.init(tmp_path / f"w{turn}")
        for number, part in enumerate(parts):
            path = tmp_path / f"{turn}-{number}.csv"
            path.write_text("person,time,event\n" + "".join(part))
            workspace.take(path)
        found.append(
            [workspace.journeys.map("event").to_json(), workspace.journeys.leaks().to_json()]
        )
    assert found[0] == found[1] == found[2]


def test_the_split_into_blocks_does_not_change_an_answer(tmp_path, monkeypatch):
    import omvei.blocks.build as built

    path = tmp_path / "a.csv"
    lines = [
        f"p{i % 50},2026-01-{1 + i % 28:02}T{i % 24:02}:00:00Z,{'abcd'[i * 7 % 4]}\n"
        for i in range(600)
    ]
    path.write_text("person,time,event\n" + "".join(lines))
    found, blocks = [], []
    for target in (400_000, 40):
        monkeypatch.setattr(built, "TARGET", target)
        workspace = omvei.init(tmp_path / f"w{target}")
        workspace.take(path)
        shop = workspace.journeys
        blocks.append(len(shop.build.blocks))
        found.append(
            [
                shop.map("event").to_json(),
                shop.leaks().to_json(),
                shop.summary().to_json(),
                shop.funnel(["a", "b"]).to_json(),
                shop.lens("hankins").map("stage").to_json(),
            ]
        )
    assert blocks[0] == 1 < blocks[1]
    assert found[0] == found[1]


def test_a_build_that_fails_leaves_the_old_state(tmp_path, monkeypatch):
    from omvei.blocks import manifest

    path = tmp_path / "a.csv"
    path.write_text("person,time,event\np1,2026-01-01T10:00:00Z,a\n")
    workspace = omvei.init(tmp_path / "w")
    workspace.take(path)
    before = workspace.journeys.summary().to_json()

    def fail(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(manifest, "commit", fail)
    path.write_text("person,time,event\np1,2026-01-01T10:00:00Z,a\np2,2026-01-01T10:00:00Z,a\n")
    with pytest.raises(omvei.FullDiskError, match="Nothing was lost"):
        workspace.take(path)
    assert workspace.journeys.summary().to_json()["touchpoints"] == before["touchpoints"]


def test_every_column_of_a_block_is_described_and_has_its_type(tmp_path):
    from omvei.blocks import layout
    from omvei.blocks.block import open_block

    path = tmp_path / "a.csv"
    path.write_text("person,time,event\np1,2026-01-01T10:00:00Z,a\n")
    workspace = omvei.init(tmp_path / "w")
    workspace.take(path)
    build = workspace.journeys.build
    block = open_block(build.folder, build.blocks[0]["block"])
    for held in layout.TOUCHPOINTS:
        assert block[held.name].dtype == held.type, held.name
        assert held.meaning


def test_a_workspace_without_data_says_what_to_do(tmp_path):
    with pytest.raises(omvei.NothingToAnswerError, match="omvei import FILE"):
        _ = omvei.init(tmp_path).journeys
    with pytest.raises(omvei.WorkspaceError, match="is not an Omvei workspace"):
        omvei.open(tmp_path / "elsewhere")


def test_an_order_of_two_people_is_one_purchase_of_each(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "user_id,time,event,order_id\nmum,2026-01-01T10:00:00Z,purchase,1001\n"
        "dad,2026-01-02T10:00:00Z,purchase,1001\ndad,2026-01-03T10:00:00Z,purchase,1001\n"
    )
    workspace = omvei.init(tmp_path / "w")
    workspace.take(path)
    told = workspace.journeys.summary().to_json()
    assert (told["people"], told["purchases"], told["merged"]) == (2, 2, 1)
