"""What is appended tells what a build from scratch tells."""

import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import omvei
from omvei.blocks import manifest
from omvei.workspace import leftovers

HEAD = "event_id,time,event,kind,user_id,email,anonymous_id,order_id,value,consent,user_agent,url\n"
KINDS = ("page_view", "search", "add_to_cart", "purchase", "review_read", "support_contact")
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def row(number, day, person, device, kind, order=0, told="url", consent=""):
    """One event: `person` 0 is nobody who logged in; an order may be told by the shop alone."""
    return {
        "event_id": f"e{number}",
        "time": f"2026-{1 + day // 28:02}-{1 + day % 28:02}T{number % 24:02}:{number * 7 % 60:02}",
        "event": KINDS[kind],
        "kind": KINDS[kind],
        "user_id": f"u{person}" if person and number % 3 else "",
        "email": f"m{person}@example.org" if person and number % 3 != 1 else "",
        "anonymous_id": f"c{device}" if device else "",
        "order_id": str(1000 + order) if order and kind == 3 else "",
        "value": "99.00" if kind == 3 else "",
        "consent": consent,
        "user_agent": ROBOT if told == "robot" else "",
        "url": "/a/b" if told != "shop" else "",
    }


rows = st.builds(
    row,
    number=st.integers(0, 40),
    day=st.integers(0, 300),
    person=st.integers(0, 4),
    device=st.integers(1, 6),
    kind=st.integers(0, 5),
    order=st.integers(0, 4),
    told=st.sampled_from(["url", "url", "shop", "robot"]),
    consent=st.sampled_from(["", "granted", "denied"]),
)
exports = st.lists(st.lists(rows, min_size=1, max_size=8), min_size=2, max_size=5)


def write(path, table):
    lines = [",".join(line.values()) for line in table]
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines))
    return path


def told(workspace):
    """Every answer that there is something to say about."""
    shop = omvei.open(workspace.path).journeys
    answers = [
        shop.summary(),
        shop.map("kind"),
        shop.map("channel"),
        shop.lens("hankins").map("stage"),
        shop.between("2026-02-01", "2026-08-01").map("event"),
        shop.leaks(),
        shop.funnel(["page_view", "purchase"], by="kind"),
        shop.people(),
        shop.quality(),
        shop.findings(),
        shop.questions(),
    ]
    for person in shop.people().to_json()["rows"]:
        answers += [shop.trace(person["person"]), shop.why(person["person"])]
    return [json.loads(json.dumps(answer.to_json())) for answer in answers]


def from_scratch(workspace):
    shutil.rmtree(workspace.path / "journeys")
    shutil.rmtree(workspace.path / "people")
    omvei.open(workspace.path).build()
    return told(workspace)


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(exports=exports)
def test_answers_after_appends_are_those_of_a_build_from_scratch(tmp_path_factory, exports):
    folder = tmp_path_factory.mktemp("append")
    workspace = omvei.init(folder / "w")
    for number, table in enumerate(exports):
        workspace.take(write(folder / f"{number}.csv", table))
    if workspace.journeys.people().to_json()["rows"]:
        assert told(workspace) == from_scratch(workspace)


@pytest.fixture
def shop(tmp_path):
    """Two people who were never seen together, and a robot."""
    workspace = omvei.init(tmp_path / "w")
    table = [row(1, 1, 1, 1, 0), row(2, 2, 1, 1, 3, 1), row(9, 3, 2, 2, 1), row(5, 4, 3, 3, 0)]
    workspace.take(write(tmp_path / "first.csv", [*table, row(6, 5, 0, 4, 0, told="robot")]))
    return workspace


def test_only_the_people_of_new_events_are_built_again(shop, tmp_path):
    before = shop.journeys.build
    shop.take(write(tmp_path / "late.csv", [row(7, 0, 1, 1, 1)]))
    build = shop.journeys.build
    assert build.folder != before.folder
    assert {block["folder"] for block in before.blocks} < {b["folder"] for b in build.blocks}
    assert [block["people"] for block in build.blocks if block["live"]] == [2]
    assert [b["people"] for b in build.blocks if b["folder"] == build.folder.name] == [1]
    assert shop.journeys.trace("c1").to_json()["rows"][0]["kind"] == "search"
    assert told(shop) == from_scratch(shop)


def test_a_late_event_can_make_two_people_one(shop, tmp_path):
    one, other = shop.find("c1"), shop.find("c2")
    assert one != other
    shop.take(write(tmp_path / "join.csv", [row(3, 9, 1, 2, 0)]))
    assert shop.find("c2") == shop.find("c1")
    assert told(shop) == from_scratch(shop)


def test_a_copy_that_came_later_changes_nothing_or_takes_the_firsts_place(shop, tmp_path):
    before = shop.journeys.map("kind").to_json()
    for turn in range(3):  # the copy with the smaller hash of its file stays, and that is chance
        table = [row(1, 1, 1, 1, 0), row(9, 3, 2, 2, 1)]
        file = write(tmp_path / f"again{turn}.csv", table)
        file.write_text(file.read_text() + "\n" * turn)
        (done,) = shop.take(file)
        assert done["duplicates"] == 2
        assert shop.journeys.map("kind").to_json() == before
    assert told(shop) == from_scratch(shop)


def test_a_new_host_of_ones_own_builds_everything_again(shop, tmp_path):
    lines = (
        "anonymous_id,time,event,host,referrer\n",
        "c9,2026-03-01,page_view,shop.example,https://blog.example/\n",
    )
    (tmp_path / "host.csv").write_text("".join(lines))
    shop.take(tmp_path / "host.csv")
    first = shop.journeys.trace("c9").to_json()["rows"][0]
    assert first["channel"] == "Referral"
    (tmp_path / "own.csv").write_text(lines[0] + "c8,2026-03-02,page_view,blog.example,\n")
    shop.take(tmp_path / "own.csv")
    first = shop.journeys.trace("c9").to_json()["rows"][0]
    assert first["channel"] == "Unassigned"
    assert told(shop) == from_scratch(shop)


def test_a_file_that_is_taken_out_again_leaves_what_was_before(shop, tmp_path):
    before = told(shop)
    shop.take(write(tmp_path / "join.csv", [row(3, 9, 1, 2, 0), row(8, 9, 4, 6, 3, 2)]))
    assert told(shop) != before
    shop.undo("join.csv")
    assert told(shop) == before


def test_a_reader_that_opened_the_state_before_reads_on(shop, tmp_path):
    journeys = shop.journeys
    before = journeys.map("kind").to_json()
    shop.take(write(tmp_path / "late.csv", [row(7, 0, 1, 1, 1)]))
    assert journeys.map("kind").to_json() == before


def test_the_state_before_keeps_its_files_until_another_build(tmp_path):
    workspace = omvei.init(tmp_path / "w")
    (tmp_path / "a.csv").write_text("user_id,time,event\nann,2026-01-01T10:00:00Z,search\n")
    workspace.take(tmp_path / "a.csv")
    for _ in range(3):
        before = workspace.journeys
        workspace.build()
        leftovers.sweep(workspace)
        now, old = manifest.newest(workspace.path / "journeys")
        assert (old.folder, old.people_version) == (
            before.build.folder,
            before.build.people_version,
        )
        assert now.people_version == old.people_version + 1
        assert before.quality().to_json()["people"] == 1
        assert before.trace("ann").to_json()["touchpoints"] == 1


def test_compacting_changes_no_answer_and_leaves_no_dead_rows(shop, tmp_path):
    assert not shop.compact()
    shop.take(write(tmp_path / "late.csv", [row(7, 0, 1, 1, 1)]))
    before = told(shop)
    assert shop.compact()
    assert told(shop) == before
    assert not any(block["live"] for block in shop.journeys.build.blocks)


def test_after_many_appends_everything_is_laid_out_anew(shop, tmp_path, monkeypatch):
    from omvei.blocks import append

    monkeypatch.setattr(append, "LAYERS", 1)
    for number in (7, 8):
        shop.take(write(tmp_path / f"{number}.csv", [row(number, 0, 1, 1, 1)]))
    assert len(shop.journeys.build.settings["layers"]) == 1


def test_a_damaged_bitmap_of_the_living_is_found(shop, tmp_path):
    shop.take(write(tmp_path / "late.csv", [row(7, 0, 1, 1, 1)]))
    before = shop.journeys.map("kind").to_json()
    (file,) = (shop.path / "journeys").rglob("*.live")
    file.write_bytes(b"")
    with pytest.raises(omvei.DamagedError):
        shop.journeys.map("kind")
    assert shop.verify()["rebuilt"]
    assert shop.journeys.map("kind").to_json() == before


def test_an_append_reads_the_new_files_alone(shop, tmp_path):
    shop.take(write(tmp_path / "late.csv", [row(7, 0, 1, 1, 1)]), build=False)
    old = shop.imports()[0]["file"]
    for part, (file, _) in shop.events.parts().items():
        if file == old:  # nobody looks into it
            (shop.path / "events" / part).write_bytes(b"")
    shop.renew()
    assert shop.journeys.trace("c1").to_json()["rows"][0]["kind"] == "search"
    assert shop.find("c1") == shop.find("u1")
