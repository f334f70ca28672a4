import json

import pytest
from click.testing import CliRunner
from drawing import journeys

import omvei
from omvei.cli import main

BLOCK = "*.touchpoints.arrow"


@pytest.fixture
def shop(tmp_path):
    return journeys(tmp_path, ann="search . product_view purchase", bo="search").workspace


def flip(file):
    """Turn one bit in the middle of a file."""
    text = bytearray(file.read_bytes())
    text[len(text) // 2] ^= 1
    file.write_bytes(bytes(text))


def cut(file):
    """Cut a file off in the middle."""
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def lose(file):
    file.unlink()


def test_a_workspace_that_is_whole_is_left_alone(shop):
    build = shop.journeys.build
    told = shop.verify()
    assert told["checked"] > 4
    assert (told["damaged"], told["rebuilt"], told["lost"]) == ([], False, [])
    assert shop.journeys.build == build


@pytest.mark.parametrize("harm", [flip, cut, lose])
@pytest.mark.parametrize("name", [BLOCK, "*.people.arrow", "dictionaries.parquet"])
def test_a_damaged_file_of_the_journeys_is_found_and_made_again(shop, harm, name):
    before = [shop.journeys.map().to_json(), shop.journeys.trace("ann").to_json()]
    (file,) = (shop.path / "journeys").rglob(name)
    harm(file)
    told = shop.verify()
    assert told["damaged"] == [file.relative_to(shop.path).as_posix()]
    assert told["rebuilt"]
    assert [shop.journeys.map().to_json(), shop.journeys.trace("ann").to_json()] == before
    assert shop.verify()["damaged"] == []


def test_damaged_people_are_stitched_again(shop):
    before = shop.journeys.why("ann").to_json()
    (file,) = (shop.path / "people" / "identifiers").glob("*.parquet")
    cut(file)
    assert shop.verify()["rebuilt"]
    assert shop.journeys.why("ann").to_json() == before


def test_a_manifest_that_cannot_be_read_is_made_again(shop):
    before = shop.journeys.map().to_json()
    (file,) = (shop.path / "journeys" / "manifest").glob("*.parquet")
    cut(file)
    with pytest.raises(omvei.DamagedError, match="omvei verify"):
        shop.journeys.map()
    assert shop.verify()["damaged"] == ["journeys/manifest"]
    assert shop.journeys.map().to_json() == before


@pytest.mark.parametrize("harm", [cut, lose])
def test_an_answer_that_meets_a_damaged_block_names_the_cure(shop, harm):
    (file,) = (shop.path / "journeys").rglob(BLOCK)
    harm(file)
    with pytest.raises(omvei.DamagedError, match=r"not as it was written.*omvei verify"):
        shop.journeys.map()


@pytest.mark.parametrize("harm", [flip, cut, lose])
def test_damaged_events_are_named_with_their_import_and_nothing_is_changed(shop, harm):
    build = shop.journeys.build
    (file,) = shop.events.folder.glob("*.parquet")
    harm(file)
    told = shop.verify()
    assert told["lost"] == ["drawn.parquet"]
    assert not told["rebuilt"]
    assert shop.journeys.build == build


def test_the_cure_for_damaged_events_works(shop):
    before = shop.journeys.map().to_json()
    (file,) = shop.events.folder.glob("*.parquet")
    cut(file)
    done = CliRunner().invoke(main, ["-w", str(shop.path), "verify"])
    assert done.exit_code == 1
    assert "omvei undo drawn.parquet" in done.output
    shop.undo("drawn.parquet")
    shop.take(shop.path.parent / "drawn.parquet")
    assert shop.journeys.map().to_json() == before
    assert shop.verify()["damaged"] == []


def test_the_command_says_what_it_checked_and_what_it_made_again(shop):
    done = CliRunner().invoke(main, ["-w", str(shop.path), "verify"])
    assert "files are as they were written" in done.output
    flip(next((shop.path / "journeys").rglob(BLOCK)))
    done = CliRunner().invoke(main, ["-w", str(shop.path), "verify", "--json"])
    assert json.loads(done.output)["rebuilt"] is True
    assert done.exit_code == 0


def test_a_workspace_may_be_named_from_where_one_stands(shop, monkeypatch):
    monkeypatch.chdir(shop.path.parent)
    here = omvei.open("workspace")
    here.build()
    assert here.verify()["damaged"] == []
