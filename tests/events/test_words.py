"""Texts that come again and again, held as places in a dictionary from the file to the events."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import omvei
from omvei.events import parts
from omvei.sources import own

URLS = ["/a", "/b?q=anns-own-words", None, "/c", "/a", "/d", "/d", "/e", None, "/f", "/a", "/g"]
WHO = ["bo", "ann", "bo", "bo", "ann", "bo", "bo", "bo", "bo", "bo", "bo", "bo"]
TIMES = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(12)]


@pytest.fixture
def workspace(tmp_path):
    return omvei.init(tmp_path / "w")


def written(folder, name="own.parquet", group=12, coded=False, **options):
    """A file in Omvei's own schema."""
    url = pa.array(URLS)
    if coded:  # with a word that no row says
        url = pa.DictionaryArray.from_arrays(
            url.dictionary_encode().indices,
            pa.concat_arrays([url.dictionary_encode().dictionary, pa.array(["/nowhere"])]),
        )
    table = pa.table({"time": TIMES, "user_id": WHO, "event": ["page_view"] * 12, "url": url})
    pq.write_table(table, folder / name, row_group_size=group, **options)
    return folder / name


def rows(workspace):
    told = pa.concat_tables([pq.read_table(file) for file in workspace.events.files()])
    return told.sort_by("row").select(["row", "time", "user_id", "event", "url"]).to_pylist()


def words(file):
    """The dictionary of `url` in each group of rows of a file."""
    table = pq.ParquetFile(file, read_dictionary=["url"]).read(["url"])
    return {word for chunk in table["url"].chunks for word in chunk.dictionary.to_pylist()}


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"group": 5},
        {"use_dictionary": False},
        {"coded": True},
        {"coded": True, "store_schema": False, "group": 7},
    ],
)
def test_the_same_rows_however_a_file_keeps_its_words(workspace, tmp_path, how):
    (done,) = workspace.take(written(tmp_path, **how))
    assert (done["rows"], done["events"]) == (12, 12)
    assert rows(workspace) == [
        {"row": row + 1, "time": TIMES[row], "user_id": WHO[row], "event": "page_view", "url": url}
        for row, url in enumerate(URLS)
    ]
    schema = pq.read_schema(workspace.events.files()[0])
    assert schema.field("url").type == pa.string()


def test_no_file_holds_a_word_that_none_of_its_rows_says(workspace, tmp_path, monkeypatch):
    monkeypatch.setattr(own, "ROWS", 4)
    monkeypatch.setattr(parts, "ROWS", 4)
    workspace.take(written(tmp_path, coded=True), build=False)
    files = workspace.events.files()
    assert len(files) == 3
    for file in files:
        assert words(file) == set(pq.read_table(file)["url"].drop_null().to_pylist())
    assert not any("/nowhere" in words(file) for file in files)


def test_nor_one_of_somebody_who_was_deleted_before(workspace, tmp_path):
    (tmp_path / "a.csv").write_text("user_id,time,event\nann,2025-01-01T10:00,page_view\n")
    workspace.take(tmp_path / "a.csv")
    workspace.delete("ann")
    workspace.purge()
    (done,) = workspace.take(written(tmp_path))
    assert (done["deleted"], done["events"]) == (2, 10)
    for file in workspace.events.files():
        assert "/b?q=anns-own-words" not in words(file)


def test_nor_one_of_a_row_that_was_set_aside(workspace, tmp_path):
    table = pq.read_table(written(tmp_path))
    timeless = pa.array([None, *TIMES[1:]], table["time"].type)
    rest = table.set_column(0, "time", timeless).set_column(
        3, "url", pa.array(["/set-aside", *URLS[1:]])
    )
    pq.write_table(rest, tmp_path / "b.parquet")
    workspace.take(tmp_path / "b.parquet", allow_rejects=True)
    assert [row["row"] for row in workspace.rejected()] == [1]
    for file in workspace.events.files():
        assert "/set-aside" not in words(file)
