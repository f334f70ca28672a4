import io
import json
import zlib

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import omvei
from omvei.cli import main

HEAD = "user_id,email,anonymous_id,order_id,time,event,url\n"
ANN = [
    "u-ann-77,ann.berg@example.org,cookie-ann-1,,2026-01-01T10:00,page_view,/a?q=anns-own-words",
    ",,cookie-ann-1,,2026-01-02T10:00,page_view,/b",
    ",ann.berg@example.org,,9900771,2026-01-03T10:00,purchase,",
]
BO = [
    "u-bo-88,,cookie-bo-2,,2026-01-01T10:00,page_view,/a",
    "u-bo-88,,cookie-bo-2,9900881,2026-01-05T10:00,purchase,/b",
]
# Bo's event that carries Ann's address: two user ids are never one person, so it stays Bo's
MIXED = "u-bo-88,ann.berg@example.org,cookie-bo-2,,2026-02-01T10:00,page_view,/c"
TRACES = ("u-ann-77", "ann.berg", "cookie-ann-1", "9900771", "anns-own-words")


@pytest.fixture
def shop(tmp_path):
    workspace = omvei.init(tmp_path / "w")
    for name, lines in (("one.csv", [*ANN, *BO]), ("two.csv", [*ANN[:2], MIXED])):
        (tmp_path / name).write_text(HEAD + "".join(f"{line}\n" for line in lines))
        workspace.take(tmp_path / name)
    return workspace


def contents(file):
    """What a file says: Parquet page by page, anything else as it is and unpacked."""
    data = file.read_bytes()
    yield data
    if data[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(data))
        yield repr(table.to_pylist()).encode()
        yield repr(pq.read_metadata(io.BytesIO(data)).to_dict()).encode()
    if data[:2] == b"\x1f\x8b":
        yield zlib.decompress(data, 31)


def found(workspace, *texts):
    """The files of a workspace, logs included, that hold one of the texts."""
    return sorted(
        {
            str(file.relative_to(workspace.path))
            for file in workspace.path.rglob("*")
            if file.is_file()
            for said in contents(file)
            for text in texts
            if text.encode() in said
        }
    )


def traces(workspace):
    hashed = workspace.words("ann.berg@example.org")["email"]
    return found(workspace, *TRACES, hashed)


def test_a_deleted_person_is_out_of_every_answer_at_once(shop):
    assert traces(shop)
    told = shop.delete("ann.berg@example.org")
    assert (told["rows"], told["files"]) == (5, 2)
    shop = omvei.open(shop.path)
    journeys = shop.journeys
    summary = journeys.summary().to_json()
    assert (summary["people"], summary["touchpoints"], summary["deleted"]) == (1, 3, 5)
    assert summary["duplicates"] == 0
    for who in ("u-ann-77", "ann.berg@example.org", "cookie-ann-1", "9900771", told["person"]):
        assert shop.find(who) is None
        with pytest.raises(omvei.UnknownNameError):
            journeys.trace(who)
    orders = journeys.quality().to_json()["orders"]
    assert orders["unmatched_shop"] == []
    assert len(journeys.trace("u-bo-88").to_json()["rows"]) == 3


def test_after_a_deletion_answers_are_those_of_a_build_without_the_person(shop):
    shop.delete("9900771")
    before = [shop.journeys.map().to_json(), shop.journeys.quality().to_json()]
    shop.build()
    assert [shop.journeys.map().to_json(), shop.journeys.quality().to_json()] == before
    shop.purge()
    assert [shop.journeys.map().to_json(), shop.journeys.quality().to_json()] == before
    assert shop.verify()["damaged"] == []


def test_after_a_purge_no_file_holds_anything_of_a_deleted_person(shop):
    shop.delete("cookie-ann-1")
    shop.purge()
    assert traces(shop) == []
    assert found(shop, "u-bo-88")
    assert len(shop.journeys.trace("u-bo-88").to_json()["rows"]) == 3


def test_a_deleted_person_does_not_come_back_with_an_old_export(shop, tmp_path):
    shop.delete("u-ann-77")
    shop.purge()
    (tmp_path / "again.csv").write_text(HEAD + "".join(f"{line}\n" for line in [*ANN, *BO, MIXED]))
    (done,) = shop.take(tmp_path / "again.csv")
    assert (done["rows"], done["deleted"], done["duplicates"]) == (6, 3, 3)
    assert shop.find("ann.berg@example.org") is None
    assert traces(shop) == []
    (tmp_path / "only.csv").write_text(HEAD + "".join(f"{line}\n" for line in ANN))
    (done,) = shop.take(tmp_path / "only.csv")
    assert (done["rows"], done["deleted"], done["events"]) == (3, 3, 0)
    assert shop.journeys.summary().to_json()["people"] == 1


def test_a_rejected_row_that_names_a_deleted_person_loses_its_text(shop, tmp_path):
    bad = "u-ann-77,ann.berg@example.org,,,never,page_view,"
    (tmp_path / "bad.csv").write_text(HEAD + f"{bad}\n{BO[0]}\n")
    shop.take(tmp_path / "bad.csv", allow_rejects=True)
    (shop.path / "rejected").mkdir(exist_ok=True)
    shop.delete("u-ann-77")
    shop.purge()
    assert traces(shop) == []
    assert len(shop.rejected()) == 1


def test_what_is_kept_of_a_deleted_person_is_readable_by_the_owner_only(shop):
    shop.delete("u-ann-77")
    file = shop.path / "deleted.json"
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(file.read_text())["waiting"]
    shop.purge()
    assert json.loads(file.read_text())["waiting"] == []
    assert json.loads(file.read_text())["tombstones"]


def test_of_a_shared_device_only_the_persons_own_time_is_deleted(tmp_path):
    lines = (
        "user_id,anonymous_id,time,event\nmum,tablet,2026-01-01T10:00,login\n"
        ",tablet,2026-01-02T10:00,search\n,tablet,2026-01-08T10:00,search\n"
        "dad,tablet,2026-01-09T10:00,login\n"
    )
    workspace = omvei.init(tmp_path / "w")
    (tmp_path / "a.csv").write_text(lines)
    workspace.take(tmp_path / "a.csv")
    workspace.delete("mum")
    rows = workspace.journeys.trace("dad").to_json()["rows"]
    assert [row["time"][:10] for row in rows] == ["2026-01-08", "2026-01-09"]
    workspace.purge()
    assert found(workspace, "mum") == []
    (tmp_path / "b.csv").write_text(lines + "dad,tablet,2026-01-10T10:00,login\n")
    workspace.take(tmp_path / "b.csv")
    rows = workspace.journeys.trace("dad").to_json()["rows"]
    assert [row["time"][:10] for row in rows] == ["2026-01-08", "2026-01-09", "2026-01-10"]


def test_the_command_says_what_would_go_and_asks(shop):
    def run(*args, **more):
        return CliRunner().invoke(main, ["-w", str(shop.path), *args], **more)

    dry = run("delete", "u-ann-77", "--dry-run")
    assert "5 rows in 2 imported files" in dry.output
    assert "Nothing was removed" in dry.output
    assert shop.find("u-ann-77") is not None
    assert run("delete", "u-ann-77", input="n\n").exit_code == 1
    assert shop.find("u-ann-77") is not None
    done = run("delete", "u-ann-77", "--yes", "--json")
    assert json.loads(done.output)["deleted"] is True
    assert omvei.open(shop.path).find("u-ann-77") is None
    assert "off the disk" in run("purge").output
    assert run("delete", "u-ann-77", "--yes").exit_code == 1


def test_a_purge_says_how_many_files_of_the_users_own_it_leaves_alone(shop):
    done = shop.path / "inbox" / "done"
    done.mkdir(parents=True)
    (done / "export.csv").write_text("kept as it came\n")
    assert shop.purge()["inbox"] == 1
    assert (done / "export.csv").exists()
