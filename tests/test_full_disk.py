"""No room left: a clear error, and everything as it was before.

A limit on the size of a file stands in for a full disk: the system refuses the write in the same
place, whoever writes.
"""

import resource
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from crashing import ANN, WORKS, half_made, table, told

import omvei
from omvei.cli import main
from omvei.workspace import room

ROWS = 3_000


@contextmanager
def limited(size):
    """No file may grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("full")
    workspace = omvei.init(folder / "w")
    workspace.take(table(folder / "first.csv", 0, ROWS))
    workspace.take(table(folder / "second.csv", ROWS, ROWS), build=False)
    workspace.take(table(folder / "third.csv", 2 * ROWS, ROWS), build=False)
    workspace.undo("third.csv")
    workspace.delete(ANN[0])
    workspace.compact()
    told(workspace.path)  # what is made when it is first asked for is made
    return workspace


@pytest.mark.parametrize("size", [300])
@pytest.mark.parametrize("work", ["import", "build", "append", "purge"])
def test_where_there_is_no_room_nothing_is_changed_and_the_error_says_so(shop, work, size):
    file = shop.path.parent / "third.csv"
    before = told(shop.path)
    with limited(size), pytest.raises(omvei.FullDiskError) as error:
        exec(WORKS[work], {"workspace": omvei.open(shop.path), "FILE": file})
    said = str(error.value)
    assert "MB" in said
    assert "Nothing was lost" in said
    assert "do it again" in said
    assert told(shop.path) == before
    assert half_made(shop.path) == []
    assert omvei.open(shop.path).verify()["damaged"] == []


def test_the_command_ends_with_one_plain_line(shop):
    file = shop.path.parent / "third.csv"
    with limited(3_000):
        done = CliRunner().invoke(main, ["-w", str(shop.path), "import", str(file)])
    assert done.exit_code == 1
    assert done.output.splitlines()[-1].startswith("Error: ")
    assert "Nothing was lost" in done.output
    assert "Traceback" not in done.output


def test_an_answer_needs_no_room(shop):
    for file in (shop.path / "journeys").rglob("*.stage"):
        file.unlink()
    with limited(10):
        seen = shop.journeys.lens("hankins").map("stage").to_json()
    assert seen == shop.journeys.lens("hankins").map("stage").to_json()


def test_a_file_of_definitions_stays_when_the_new_one_cannot_be_written(shop):
    settings = (shop.path / "omvei.toml").read_text()
    with limited(10), pytest.raises((OSError, omvei.FullDiskError)):
        shop.choose_policy("strict")
    assert (shop.path / "omvei.toml").read_text() == settings


def test_it_is_recognised_however_the_libraries_wrap_it(tmp_path):
    for text in (
        "[Errno 28] No space left on device",
        "IO Error: Could not write to file: No space left on device",
        "Generic LocalFileSystem error: ... No space left on device (os error 28)",
        "Disk quota exceeded",
    ):
        try:
            raise ValueError("wrapped") from OSError(text)
        except ValueError as error:
            found = room.full(error, tmp_path, 2_000_000_000)
        assert found is not None
        assert "about 2000 MB are needed" in str(found)
    assert room.full(OSError("Permission denied"), tmp_path) is None
