"""The inbox, and what is remembered about files."""

import gzip
import json
import zipfile

import pytest
from click.testing import CliRunner

import omvei
from omvei.cli import main
from omvei.errors import DefinitionError, SourceError

ODD = "hvem;når;hva\n{};01.02.2026 10:00;kjøp\n"
SAID = {"mapping": {"person": "hvem", "time": "når", "event": "hva"}, "timezone": "Europe/Oslo"}


@pytest.fixture
def shop(tmp_path):
    made = omvei.init(tmp_path / "shop")
    (made.path / "inbox").mkdir()
    return made


def test_what_was_said_about_a_file_is_remembered_for_its_like(shop, tmp_path):
    for person in ("ann", "bob"):
        (tmp_path / f"{person}.csv").write_text(ODD.format(person))
    with pytest.raises(SourceError):
        shop.take(tmp_path / "bob.csv")
    shop.take(tmp_path / "ann.csv", **SAID)
    (seen,) = shop.preview(tmp_path / "bob.csv")
    assert seen["remembered"] == SAID
    assert "last file with these columns" in seen["notes"][0]
    assert seen["rows"][0]["time"].hour == 9
    (done,) = shop.take(tmp_path / "bob.csv")
    assert done["mapping"] == SAID["mapping"]


def test_the_last_word_about_a_file_counts(shop, tmp_path):
    (tmp_path / "a.csv").write_text("a,b,c\nx,y,2026-01-01\n")
    said = {"time": "c", "event": "a"}
    for person in ("a", "b"):
        shop.preview(tmp_path / "a.csv", mapping={"person": person, "time": "c"})
    assert not (shop.path / "definitions" / "mappings.yaml").exists()  # only what is kept
    shop.take(tmp_path / "a.csv", mapping=said | {"person": "a"})
    (tmp_path / "b.csv").write_text("c,b,a\n2026-01-02,y,x\n")
    shop.take(tmp_path / "b.csv", mapping=said | {"person": "b"})
    (tmp_path / "c.csv").write_text("a,b,c\nx,z,2026-01-03\n")
    assert shop.preview(tmp_path / "c.csv")[0]["mapping"]["person"] == "b"


def test_a_time_zone_alone_leaves_the_rest_of_what_was_said(shop, tmp_path):
    (tmp_path / "a.csv").write_text(ODD.format("ann"))
    shop.take(tmp_path / "a.csv", **SAID)
    (tmp_path / "b.csv").write_text(ODD.format("bob"))
    shop.take(tmp_path / "b.csv", timezone="UTC")
    (tmp_path / "c.csv").write_text(ODD.format("eve"))
    assert shop.preview(tmp_path / "c.csv")[0]["remembered"] == SAID | {"timezone": "UTC"}


def test_of_an_archive_one_sort_of_file_is_said_what_it_holds(shop, tmp_path):
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name in ("ann", "bob"):
            packed.writestr(f"lister/{name}.csv", ODD.format(name))
        packed.writestr("c.csv", "person,time,event\neve,2026-01-01,visit\n")
    said = [f"--map={field}={column}" for field, column in SAID["mapping"].items()]
    where = ["-w", str(shop.path), "import", str(archive)]

    def run(*more):
        done = CliRunner().invoke(main, [*where, *more, "--json"])
        return json.loads(done.stdout) if done.exit_code == 0 else done.output

    seen = run("--only", "lister/*", *said, "--dry-run")
    assert [item["good"] for item in seen] == [1, 1]
    assert "bob.csv" in run("--only", "none/*")  # which files there are
    (one,) = run("--only", "lister/ann.csv", *said)
    assert one["events"] == 1
    done = run()
    assert [(item["known"], item["events"]) for item in done] == [
        (True, 1), (False, 1), (False, 1),
    ]  # fmt: skip
    assert shop.choices(archive, None) is None
    assert shop.choices(archive, "table", "export.zip/c.csv").columns["person"] == ("eve",)


def test_what_is_kept_about_a_file_is_tried_first(shop, tmp_path):
    (tmp_path / "a.csv").write_text(ODD.format("ann"))
    with pytest.raises(SourceError):
        shop.keep_mapping(tmp_path / "a.csv", mapping={"event": "hva"})
    assert not (shop.path / "definitions" / "mappings.yaml").exists()
    shop.keep_mapping(tmp_path / "a.csv", **SAID)
    assert shop.imports() == []
    assert shop.preview(tmp_path / "a.csv")[0]["good"] == 1


def test_a_file_of_mappings_that_is_no_list_says_so(shop, tmp_path):
    (shop.path / "definitions" / "mappings.yaml").write_text("columns: 3\n")
    (tmp_path / "a.csv").write_text("person,time,event\na,2026-01-01,visit\n")
    with pytest.raises(DefinitionError, match="expected a list"):
        shop.take(tmp_path / "a.csv")


def test_files_that_were_dropped_land_and_are_put_away(shop):
    box = shop.path / "inbox"
    (box / "a.csv").write_text("person,time,event\nann,2026-01-01,visit\n")
    (box / "b.csv.gz").write_bytes(gzip.compress(b"person,time\n" * 99)[:20])
    (box / "c.csv").write_text("person,time,event\nbob,2026-01-01,visit\n")
    (box / ".hidden").write_text("x")
    done = {item["name"]: item for item in shop.inbox()}
    assert (done["a.csv"]["events"], done["c.csv"]["events"]) == (1, 1)
    assert "damaged or cut off" in done["b.csv.gz"]["error"]
    assert str(box) not in done["b.csv.gz"]["error"]
    assert sorted(file.name for file in (box / "done").iterdir()) == ["a.csv", "c.csv"]
    assert [file.name for file in shop.dropped()] == ["b.csv.gz"]
    assert shop.journeys.summary().to_json()["people"] == 2


def test_a_file_dropped_twice_changes_nothing_and_is_kept_beside_the_first(shop):
    for _ in range(2):
        (shop.path / "inbox" / "a.csv").write_text("person,time,event\nann,2026-01-01,visit\n")
        (done,) = shop.inbox()
    assert done["known"]
    kept = sorted(file.name for file in (shop.path / "inbox" / "done").iterdir())
    assert kept == ["a (2).csv", "a.csv"]


def test_the_command_says_what_happened_with_each_file(shop):
    ask = CliRunner().invoke
    assert "Nothing waits" in ask(main, ["-w", str(shop.path), "inbox"]).output
    (shop.path / "inbox" / "a.csv").write_text("person,time,event\nann,2026-01-01,visit\n")
    (shop.path / "inbox" / "b.csv").write_text("hello")
    told = ask(main, ["-w", str(shop.path), "inbox", "--json"])
    assert told.exit_code == 1
    rows = json.loads(told.stdout)
    assert [(row["name"], "error" in row) for row in rows] == [("a.csv", False), ("b.csv", True)]
