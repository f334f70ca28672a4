"""A workspace in an object store: a real server that speaks S3, in a process of its own."""

import json
import signal
import subprocess
import sys

import pytest
import storing
from click.testing import CliRunner
from crashing import ANN, table
from deltalake import DeltaTable

import omvei
from omvei import keeping
from omvei.cli import main
from omvei.stores import lists, objects

ADDRESS = "s3://firm/shops/one"


@pytest.fixture(scope="module")
def endpoint():
    """The address of a server with nothing in it."""
    with storing.server() as address:
        yield address


@pytest.fixture
def bucket(endpoint, monkeypatch, tmp_path):
    """The store, with an empty bucket."""
    for name, value in storing.known(endpoint).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = storing.opened(endpoint)
    yield found
    found.delete_dir_contents("firm")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    workspace = omvei.init(folder / "w")
    workspace.take(table(folder / "0.csv", 0, 600))
    workspace.take(table(folder / "1.csv", 600, 200))
    return workspace


def told(workspace):
    journeys = workspace.journeys
    seen = journeys.lens("hankins").map("stage")
    answers = [journeys.summary(), journeys.map(), seen, journeys.why("c3"), journeys.quality()]
    return [answer.to_json() for answer in answers]


def test_what_is_published_answers_as_the_workspace_does(bucket, made, tmp_path):
    done = made.publish(ADDRESS)
    assert done["sent"] == done["files"] > 10
    copy = omvei.open(ADDRESS)
    assert copy.path.is_relative_to(tmp_path / "cache")
    assert told(copy) == told(made)
    names = {info.path for info in bucket.get_file_info(_all("firm"))}
    assert not [name for name in names if name.endswith((".key", ".csv")) or "rejected" in name]
    ran = CliRunner().invoke(main, ["-w", ADDRESS, "map", "--json"])
    assert json.loads(ran.output) == json.loads(json.dumps(made.journeys.map().to_json()))


def test_only_what_is_new_is_sent_and_fetched_and_what_is_old_goes(bucket, tmp_path):
    workspace = omvei.init(tmp_path / "w")
    workspace.take(table(tmp_path / "0.csv", 0, 300))
    first = workspace.publish(ADDRESS)
    assert workspace.publish(ADDRESS)["sent"] == 0
    copy = omvei.open(ADDRESS)
    told(copy)
    kept = next(copy.path.glob("journeys/*/*.touchpoints.arrow"))
    before = kept.stat().st_mtime_ns
    workspace.take(table(tmp_path / "1.csv", 300, 100))
    done = workspace.publish(ADDRESS)
    assert 0 < done["sent"] < first["files"] + 10
    again = omvei.open(ADDRESS)
    assert kept.stat().st_mtime_ns == before
    assert told(again) == told(workspace)
    workspace.delete(ANN[0])
    with pytest.raises(omvei.WorkspaceError, match="purge"):
        workspace.publish(ADDRESS)
    workspace.purge()
    assert workspace.publish(ADDRESS)["removed"] > 0
    assert told(omvei.open(ADDRESS)) == told(workspace)
    assert not kept.exists()
    for file in bucket.get_file_info(_all("firm")):
        if file.is_file:
            with bucket.open_input_stream(file.path) as read:
                assert not [text for text in ANN if text.encode() in read.read()]


def test_a_file_comes_when_it_is_first_asked_for(bucket, made):
    made.publish(ADDRESS)
    copy = omvei.open(ADDRESS)

    def there():
        return {file.suffix for file in copy.path.glob("[ejp]*/**/*") if file.is_file()}

    assert not list(copy.path.rglob("*.arrow"))
    assert not list((copy.path / "events").glob("*.parquet"))
    copy.journeys.summary()
    names = {file.name.partition(".")[2] for file in copy.path.rglob("*.arrow")}
    assert names == {"people.arrow", "touchpoints.arrow"}
    assert not list((copy.path / "people").rglob("*.parquet"))
    assert ".parquet" in there()


def everything(bucket):
    """Every object in the store, by name."""
    found = {}
    for info in bucket.get_file_info(_all("firm")):
        if info.is_file:
            with bucket.open_input_stream(info.path) as read:
                found[info.path] = read.read()
    return found


@pytest.fixture
def at_home(bucket, tmp_path, monkeypatch):
    """A workspace in the store, and one in a folder that is changed in the same way."""
    here = omvei.init(tmp_path / "here")
    here.take(table(tmp_path / "0.csv", 0, 300))
    here.publish(ADDRESS)
    monkeypatch.setenv("OMVEI_KEY", str(here.path / "omvei.key"))
    return here, omvei.open(ADDRESS)


def elsewhere(monkeypatch, tmp_path):
    """The workspace in the store, as another machine opens it that has nothing of it yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    return omvei.open(ADDRESS)


def test_a_workspace_in_a_store_is_changed_there(bucket, at_home, tmp_path, monkeypatch):
    here, there = at_home
    for number, first in (("1", 250), ("2", 380)):
        for workspace in (here, there):
            workspace.take(table(tmp_path / f"{number}.csv", first, 100))
        assert told(there) == told(here)
    other = elsewhere(monkeypatch, tmp_path)
    assert told(other) == told(here)
    assert [done["events"] for done in other.imports()] == [300, 50, 80 + 50 - 30]
    for workspace in (here, other):
        workspace.delete(ANN[0])
    assert told(other) == told(here)
    for workspace in (here, other):
        workspace.purge()
        workspace.undo("1.csv")
        workspace.build()
    assert told(omvei.open(ADDRESS)) == told(here)
    kept = everything(bucket)
    assert not [name for name, text in kept.items() for word in ANN if word.encode() in text]
    assert not [name for name in kept if name.endswith("omvei.key")]


def test_after_a_purge_nothing_is_left_that_is_not_listed(bucket, at_home, tmp_path):
    _, there = at_home
    told(there)
    there.take(table(tmp_path / "1.csv", 250, 100))
    there.delete(ANN[0])
    there.purge()
    now = lists.newest(ADDRESS)
    assert now.before == {}
    logs = {name for name in now.files if "_delta_log/" in name}
    listed = {objects.placed(name, said) for name, said in now.files.items()} | logs
    names = {name.removeprefix("firm/shops/one/") for name in everything(bucket)}
    log = {name for name in names if name.startswith(f"{lists.LOG}/")}
    assert names - log == listed | {f"{lists.FOLDER}/{now.name}"}
    copy = omvei.open(ADDRESS).path
    here = {file.relative_to(copy).as_posix() for file in copy.rglob("*") if file.is_file()}
    assert {name for name in here if not name.endswith((".stage", ".lock", "copy-of"))} <= set(
        now.files
    )


def test_other_tools_read_the_tables_in_the_store_as_delta_lake(bucket, at_home, tmp_path):
    _, there = at_home

    def rows(name):
        table = DeltaTable(f"{ADDRESS}/{name}", storage_options={"AWS_ALLOW_HTTP": "true"})
        return table.to_pyarrow_table().num_rows

    assert rows("events") == 300
    there.take(table(tmp_path / "1.csv", 300, 100))
    assert rows("events") == 400
    assert rows("people/identifiers") > 100
    there.undo("1.csv")
    assert rows("events") == 300


def test_of_two_who_change_it_at_once_the_second_loses_nothing_of_the_first(
    bucket, at_home, tmp_path, monkeypatch
):
    _, there = at_home
    before = told(there)
    other = []

    def change():
        with there.alone():
            (there.path / "definitions" / "mine.txt").write_text("mine")
            with monkeypatch.context() as patch:
                other.append(elsewhere(patch, tmp_path))
                other[0].take(table(tmp_path / "1.csv", 300, 100))

    with pytest.raises(omvei.WorkspaceError, match="Somebody else changed"):
        change()
    assert not (there.path / "definitions" / "mine.txt").exists()
    assert told(there) == told(other[0]) != before
    there.take(table(tmp_path / "2.csv", 400, 50))
    assert told(omvei.open(ADDRESS)) == told(there)


def test_a_change_that_fails_leaves_the_store_and_the_copy_as_they_were(bucket, at_home, tmp_path):
    _, there = at_home
    before, kept = told(there), everything(bucket)

    def change():
        with there.alone():
            there.take(table(tmp_path / "1.csv", 300, 100), build=False)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    assert everything(bucket) == kept
    assert told(there) == told(omvei.open(ADDRESS)) == before
    assert len(there.imports()) == 1


def test_whoever_is_killed_leaves_the_state_before_or_after(bucket, at_home, tmp_path, monkeypatch):
    here, there = at_home
    landed = []
    for number, place in enumerate((4, 12, 30)):
        file = table(tmp_path / f"late{number}.csv", 300 + 20 * number, 20)
        killed(there, place, f"workspace.take({str(file)!r}, build=False)")
        with monkeypatch.context() as patch:
            other = elsewhere(patch, tmp_path)
            landed.append(file.name in [said["name"] for said in other.imports()])
            if landed[-1]:
                here.take(file, build=False)
            assert len(other.imports()) == 1 + sum(landed)
            assert other.journeys.summary().to_json()["events"] in (300, 300 + 20 * sum(landed))
    for workspace in (here, omvei.open(ADDRESS)):
        workspace.renew()
    assert told(omvei.open(ADDRESS)) == told(here)
    assert not all(landed)


def killed(there, place, work):
    """Do something in a process of its own that is killed at the file of the copy that it opens or
    renames as the so-manieth; whether it came to that."""
    run = [sys.executable, "-c", KILLED, ADDRESS, str(there.path), str(place), work]
    done = subprocess.run(run, check=False)
    assert done.returncode in (0, -signal.SIGKILL)
    return done.returncode != 0


def test_whoever_is_killed_while_asking_asks_again(bucket, at_home):
    here, there = at_home
    expected = told(here)
    kept = everything(bucket)
    asks = "j = workspace.journeys; j.map(); j.why('c3'); j.quality()"
    assert [killed(there, place, asks) for place in (3, 8)] == [True, True]
    assert everything(bucket) == kept
    assert told(omvei.open(ADDRESS)) == expected


KILLED = """
import os, signal, sys
import omvei
workspace = omvei.open(sys.argv[1])
seen = 0
def hook(event, args):
    global seen
    if event in ("open", "os.rename") and str(args[0]).startswith(sys.argv[2]):
        seen += 1
        if seen == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
exec(sys.argv[4])
"""


def test_whoever_reads_the_state_before_reads_on(bucket, at_home, tmp_path, monkeypatch):
    _, there = at_home
    reader = elsewhere(monkeypatch, tmp_path).journeys  # has no block yet
    before = there.journeys.map().to_json()
    with monkeypatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        there.build()
    assert reader.map().to_json() == before


def test_the_key_stays_at_home_and_is_asked_for_where_it_is_needed(
    bucket, at_home, tmp_path, monkeypatch
):
    here, there = at_home
    assert there.find(ANN[1]) == here.find(ANN[1]) is not None
    monkeypatch.delenv("OMVEI_KEY")
    assert there.find(ANN[1]) is None
    assert there.find(ANN[0]) == here.find(ANN[0])
    with pytest.raises(omvei.WorkspaceError, match="OMVEI_KEY"):
        there.take(table(tmp_path / "1.csv", 300, 100))
    other = omvei.init(tmp_path / "other")
    monkeypatch.setenv("OMVEI_KEY", str(other.path / "omvei.key"))
    assert other.key
    with pytest.raises(omvei.WorkspaceError, match="not that of s3://firm"):
        there.build()


def test_what_the_firm_defines_is_published_as_it_is_written(
    bucket, at_home, tmp_path, monkeypatch
):
    _, there = at_home
    file = there.path / "definitions" / "groups.yaml"
    keeping.write(file, {"buyers": {"customer": True}})
    keeping.write(file, {"buyers": {"channel": "Email"}})
    with monkeypatch.context() as patch:
        other = elsewhere(patch, tmp_path)
        assert keeping.read(other.path / "definitions" / "groups.yaml").said == {
            "buyers": {"channel": "Email"}
        }
        other.choose_policy("strict")
        keeping.write(file, {"buyers": {"channel": "Direct"}})  # another file: no quarrel
        other = omvei.open(ADDRESS)
        assert other.settings["identity"]["policy"] == "strict"
        keeping.write(other.path / "definitions" / "groups.yaml", {"mine": {"customer": True}})
    with pytest.raises(omvei.WorkspaceError, match="Somebody else changed definitions/groups"):
        keeping.write(file, {"buyers": {"customer": False}})
    assert keeping.read(file).said == {"buyers": {"channel": "Direct"}}
    again = omvei.open(ADDRESS)
    keeping.remove(again.path / "definitions" / "groups.yaml")
    assert not (elsewhere(monkeypatch, tmp_path).path / "definitions" / "groups.yaml").exists()


def test_a_folder_does_not_undo_what_was_changed_in_the_store(bucket, at_home, tmp_path):
    here, there = at_home
    there.take(table(tmp_path / "1.csv", 300, 100))
    with pytest.raises(omvei.WorkspaceError, match="would undo"):
        here.publish(ADDRESS)
    with pytest.raises(omvei.WorkspaceError, match="is a copy of"):
        there.publish("s3://firm/other")


def test_a_file_that_is_not_as_its_list_says_is_not_taken(bucket, made):
    made.publish(ADDRESS)
    block = next(
        info.path
        for info in bucket.get_file_info(_all("firm"))
        if info.path.endswith(".touchpoints.arrow")
    )
    with bucket.open_output_stream(block) as out:
        out.write(b"something else")
    copy = omvei.open(ADDRESS)
    with pytest.raises(omvei.WorkspaceError, match="not as its list says"):
        copy.journeys.map()
    assert not (copy.path / block.removeprefix("firm/shops/one/")).exists()


def test_mistakes_are_told_with_their_cure(bucket, made, monkeypatch):
    with pytest.raises(omvei.WorkspaceError, match="Nothing is published"):
        omvei.open("s3://firm/nothing/here")
    with pytest.raises(omvei.WorkspaceError, match="s3://bucket/path"):
        made.publish("s3://firm")
    with pytest.raises(omvei.WorkspaceError, match="AWS_ACCESS_KEY_ID"):
        made.publish("s3://no-such-bucket/shop")


def _all(bucket):
    from pyarrow.fs import FileSelector

    return FileSelector(bucket, recursive=True)
