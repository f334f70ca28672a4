"""What the command line says when it is told something that cannot be."""

import socket
import zipfile

import pytest
from click.testing import CliRunner

import omvei
from omvei.cli import main

ROWS = "user_id,time,event\n" + "".join(
    f"u{n % 7},2025-12-{1 + n % 28:02}T10:00:00Z,page_view\n" for n in range(60)
)


@pytest.fixture
def shop(tmp_path):
    """A workspace with one file taken in, beside a file of each sort."""
    (tmp_path / "good.csv").write_text(ROWS)
    (tmp_path / "more.csv").write_text(ROWS.replace("\nu", "\nv"))
    (tmp_path / "junk.bin").write_bytes(bytes(range(256)) * 20)
    omvei.init(tmp_path / "shop").take(tmp_path / "good.csv")
    return tmp_path


def run(shop, *words):
    """Run a command; return its exit code and everything it printed."""
    said = CliRunner().invoke(main, ["-w", str(shop / "shop"), *map(str, words)])
    assert said.exception is None or isinstance(said.exception, SystemExit)
    return said.exit_code, said.output


def test_a_file_that_is_none_does_not_keep_the_others_out_of_the_journeys(shop):
    code, said = run(shop, "import", shop / "more.csv", shop / "junk.bin")
    assert code == 1
    assert "junk.bin: is not text" in said
    assert omvei.open(shop / "shop").journeys.summary().to_json()["people"] == 14


def test_a_dry_run_tells_which_file_of_an_archive_is_none(shop):
    with zipfile.ZipFile(shop / "both.zip", "w") as packed:
        for name in ("good.csv", "junk.bin"):
            packed.write(shop / name, name)
    code, said = run(shop, "import", shop / "both.zip", "--dry-run")
    assert code == 1
    assert "60 good rows" in said
    assert "junk.bin: is not text" in said


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("map", "--html", "no/such/folder/map.html"), "No such file or directory"),
        (("map", "--nodes", "0"), "--nodes"),
        (("map", "--where", "channel"), "is not NAME=WORD"),
        (("map", "--since", "2025-06-01", "--until", "2025-01-01"), "before it begins"),
        (("people", "--limit", "-1"), "--limit"),
        (("rejected", "other.csv"), "There is: 'good.csv'"),
        (("funnel", "zzzz", "--by", "kind"), "There is: "),
    ],
)
def test_what_cannot_be_is_told_in_a_line(shop, words, reason):
    code, said = run(shop, *words)
    assert code > 0
    assert reason in said


def test_a_port_that_is_in_use_is_told_before_anything_is_promised(shop):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = run(shop, "serve", "--port", taken.getsockname()[1])
    assert code == 1
    assert "in use" in said
    assert "shows" not in said
