"""A workspace in an object store: a real server that speaks S3, in a process of its own."""

import json
import socket
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from crashing import ANN, table
from pyarrow.fs import S3FileSystem

import omvei
from omvei.cli import main

ADDRESS = "s3://firm/shops/one"


@pytest.fixture(scope="module")
def endpoint():
    """The address of a server with nothing in it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture
def bucket(endpoint, monkeypatch, tmp_path):
    """The store, with an empty bucket."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }.items():
        monkeypatch.setenv(name, value)
    host = endpoint.removeprefix("http://")
    found = S3FileSystem(endpoint_override=host, scheme="http", allow_bucket_creation=True)
    found.create_dir("firm")
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
    kept = next(copy.events.folder.glob("*.parquet"))
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


def test_a_copy_is_read_only(bucket, made, tmp_path):
    made.publish(ADDRESS)
    copy = omvei.open(ADDRESS)
    for change in (lambda: copy.build(), lambda: copy.take(table(tmp_path / "x.csv", 0, 10))):
        with pytest.raises(omvei.WorkspaceError, match="read only"):
            change()
    assert copy.journeys.as_of("2024-01-02").summary().to_json()["people"] > 0


def test_a_file_that_is_not_as_its_list_says_is_not_taken(bucket, made):
    made.publish(ADDRESS)
    block = next(
        info.path for info in bucket.get_file_info(_all("firm")) if info.path.endswith(".arrow")
    )
    with bucket.open_output_stream(block) as out:
        out.write(b"something else")
    with pytest.raises(omvei.WorkspaceError, match="not as its list says"):
        omvei.open(ADDRESS)


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
