import json
import random
import shutil
from contextlib import suppress

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


@pytest.mark.parametrize("name", ["dictionaries.parquet", "*.live", "*.stage"])
@pytest.mark.parametrize("harm", [flip, cut])
def test_an_answer_never_draws_on_a_changed_dictionary_bitmap_or_stage(shop, harm, name):
    append(shop)
    before = answers(shop)
    for file in (shop.path / "journeys").rglob(name):
        harm(file)
    if name == "*.stage":  # it is made again when it is needed
        assert answers(shop) == before
        return
    with pytest.raises(omvei.DamagedError, match="omvei verify"):
        answers(shop)
    assert shop.verify()["rebuilt"]
    assert answers(shop) == before


@pytest.mark.parametrize(
    "name",
    ["journeys/*/dictionaries.parquet", "journeys/*/components.parquet", "journeys/*/*.arrow",
     "people/joins/*.parquet", "journeys/manifest/*.parquet"],
)  # fmt: skip
@pytest.mark.parametrize("harm", [flip, cut])
def test_an_append_copies_nothing_that_is_damaged(shop, tmp_path, harm, name):
    for file in shop.path.glob(name):
        if harm is cut or file.suffix != ".arrow":
            harm(file)
    append(shop)
    now = answers(shop)
    assert shop.verify()["damaged"] == []
    shop.build(anew=True)
    assert answers(shop) == now


@pytest.mark.parametrize("harm", [flip, cut, lose])
def test_an_append_reads_no_identifiers_and_who_does_is_told_of_damage(shop, harm):
    (file,) = shop.path.glob("people/identifiers/*.parquet")
    harm(file)
    append(shop)
    with pytest.raises(omvei.DamagedError, match="omvei verify"):
        shop.journeys.why("ann")
    assert shop.verify()["damaged"] == [file.relative_to(shop.path).as_posix()]
    now = answers(shop)
    shop.build(anew=True)
    assert answers(shop) == now


@pytest.mark.parametrize("harm", [flip, cut, lose])
def test_nothing_is_built_of_events_that_are_damaged(shop, harm):
    before = shop.journeys.map().to_json()
    (file,) = shop.events.folder.glob("*.parquet")
    harm(file)
    with pytest.raises(omvei.DamagedError, match="omvei verify"):
        shop.build()
    assert shop.journeys.map().to_json() == before


def append(shop):
    """A late event of Ann's, so that there is a bitmap and a second block."""
    late = shop.path.parent / "late.csv"
    late.write_text("person,time,event\nann,2026-03-01T10:00,search\n")
    shop.take(late)


def answers(shop):
    here = omvei.open(shop.path).journeys
    seen = here.lens("hankins").map("stage")
    return [a.to_json() for a in (here.map(), seen, here.trace("ann"), here.why("ann"))]


@pytest.mark.parametrize("harm", [flip, cut])
def test_a_damaged_index_of_event_ids_is_found_and_made_again(shop, tmp_path, harm):
    (file,) = (shop.path / "events" / "_seen").glob("*.ids")
    harm(file)
    assert shop.verify()["damaged"] == [file.relative_to(shop.path).as_posix()]
    assert shop.verify()["damaged"] == []


def test_an_id_that_is_there_is_known_although_the_index_was_cut_off(tmp_path):
    workspace = omvei.init(tmp_path / "w")
    rows = [f"u{n},e{n},2026-01-01T10:00:{n:02}Z,search" for n in range(20)]
    for name, some in (("one", rows), ("two", [*rows[::-1][:19], "x,x,2026-01-02,search"])):
        (tmp_path / f"{name}.csv").write_text("\n".join(["user_id,event_id,time,event", *some]))
    workspace.take(tmp_path / "one.csv")
    (file,) = (workspace.path / "events" / "_seen").glob("*.ids")
    with file.open("r+b") as opened:
        opened.truncate(8)
    (done,) = workspace.take(tmp_path / "two.csv")
    assert done["duplicates"] == 19
    assert workspace.journeys.summary().to_json()["events"] == 21


def test_a_flipped_bit_is_never_a_wrong_number(shop, tmp_path):
    flip_anywhere(shop, tmp_path, 8)


def flip_anywhere(shop, folder, turns):
    """Anywhere in what is built: an answer is the same, or it is an error that names the cure."""
    append(shop)
    before = numbers(shop)
    kept = [
        file.relative_to(shop.path)
        for part in ("journeys", "people")
        for file in sorted((shop.path / part).rglob("*"))
        if file.is_file()
    ]
    chance, found = random.Random(2026), 0
    for turn in range(turns):
        here = folder / f"{turn}"
        shutil.copytree(shop.path, here)
        for _ in range(chance.choice([1, 1, 3])):
            file = here / chance.choice(kept)
            text = bytearray(file.read_bytes())
            if text:
                text[chance.randrange(len(text))] ^= 1 << chance.randrange(8)
                file.write_bytes(bytes(text))
        try:
            assert numbers(omvei.open(here)) == before, file
        except omvei.DamagedError:
            found += 1
        assert omvei.open(here).verify()["lost"] == []
        assert numbers(omvei.open(here)) == before
    assert found > turns // 8


def test_an_append_finds_a_flipped_bit_in_a_row_that_it_would_carry_on(shop, tmp_path):
    flip_what_is_carried(shop, tmp_path, 3)


def flip_what_is_carried(shop, folder, turns):
    """Whatever columns the flipped byte is in: what is appended tells what a build would."""
    chance = random.Random(7)
    for turn in range(turns):
        here = omvei.open(shutil.copytree(shop.path, folder / f"{turn}" / "w"))
        (file,) = (here.path / "journeys").rglob(
            chance.choice([BLOCK, "*.aside.arrow", "*.sets.arrow"])
        )
        text = bytearray(file.read_bytes())
        text[chance.randrange(len(text))] ^= 1 << chance.randrange(8)
        file.write_bytes(bytes(text))
        append(here)
        with suppress(omvei.DamagedError):  # what the append did not read is found by an answer
            now = numbers(here)
            here.build(anew=True)
            assert numbers(here) == now


def numbers(shop):
    here = omvei.open(shop.path).journeys
    said = (here.summary(), here.quality(), here.people(), here.map("channel"))
    return [answers(shop), *(answer.to_json() for answer in said)]
