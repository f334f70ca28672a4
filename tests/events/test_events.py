import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omvei
from omvei.events.ids import Repeats
from omvei.events.seen import Seen

HEAD = "person,time,event\n"
ROWS = [f"p{i % 3},2026-01-01T10:{i:02}:00Z,visit\n" for i in range(10)]


@pytest.fixture
def workspace(tmp_path):
    return omvei.init(tmp_path / "w")


def file(folder, name, rows, head=HEAD):
    path = folder / name
    path.write_text(head + "".join(rows))
    return path


def counts(done):
    return [(d["rows"], d["events"], d["rejected"], d["duplicates"], d["known"]) for d in done]


def test_the_same_file_again_is_nothing_and_says_so(workspace, tmp_path):
    path = file(tmp_path, "a.csv", ROWS)
    assert counts(workspace.take(path)) == [(10, 10, 0, 0, False)]
    version = workspace.events.version
    assert counts(workspace.take(path)) == [(10, 10, 0, 0, True)]
    assert workspace.events.version == version
    assert len(workspace.imports()) == 1


def test_two_equal_rows_are_two_events_unless_they_carry_an_id(workspace, tmp_path):
    assert counts(workspace.take(file(tmp_path, "a.csv", ROWS[:1] * 3))) == [(3, 3, 0, 0, False)]
    named = file(
        tmp_path, "b.csv", ["1,p9,2026-01-01T10:00:00Z,visit\n"] * 3, "event_id,person,time,event\n"
    )
    assert counts(workspace.take(named)) == [(3, 1, 0, 2, False)]
    assert workspace.journeys.summary().to_json()["events"] == 4


def test_a_longer_export_of_the_same_facts_adds_only_the_new_ones(workspace, tmp_path):
    workspace.take(file(tmp_path, "january.csv", ROWS[:6]))
    assert counts(workspace.take(file(tmp_path, "to_march.csv", ROWS))) == [(10, 4, 0, 6, False)]
    told = workspace.journeys.summary().to_json()
    assert (told["events"], told["touchpoints"], told["duplicates"]) == (10, 10, 6)


def test_a_bad_row_is_set_aside_with_file_row_column_and_reason(workspace, tmp_path):
    rows = [*ROWS * 20, "p1,yesterday,visit\n"]
    assert counts(workspace.take(file(tmp_path, "a.csv", rows))) == [(201, 200, 1, 0, False)]
    (bad,) = workspace.rejected()
    assert (bad["file"], bad["row"], bad["column"]) == ("a.csv", 202, "time")
    assert "yesterday" in bad["text"]


def test_a_file_with_many_bad_rows_is_refused_whole(workspace, tmp_path):
    path = file(tmp_path, "a.csv", [*ROWS, "p1,yesterday,visit\n"])
    with pytest.raises(omvei.SourceError, match=r"1 of 11 rows cannot be used.*--allow-rejects"):
        workspace.take(path)
    assert workspace.imports() == []
    assert counts(workspace.take(path, allow_rejects=True)) == [(11, 10, 1, 0, False)]


def test_no_address_is_kept_in_the_table(workspace, tmp_path):
    path = file(
        tmp_path, "a.csv", ["ann@example.org,2026-01-01T10:00:00Z,visit\n"], "email,time,event\n"
    )
    workspace.take(path)
    for stored in (tmp_path / "w").rglob("*.parquet"):
        assert "ann@example.org" not in str(pq.read_table(stored).to_pylist())
    for log in (tmp_path / "w").rglob("*.json"):
        assert "ann@example.org" not in log.read_text()


def test_identifiers_have_no_statistics_in_the_log(workspace, tmp_path):
    workspace.take(file(tmp_path, "a.csv", ROWS))
    for log in (tmp_path / "w").rglob("_delta_log/*.json"):
        assert "p2" not in log.read_text()


def test_the_table_is_plain_delta_lake(workspace, tmp_path):
    from deltalake import DeltaTable

    workspace.take(file(tmp_path, "a.csv", ROWS))
    table = DeltaTable(str(tmp_path / "w" / "events")).to_pyarrow_table()
    assert len(table) == 10
    assert {"event_id", "time", "person", "file", "row"} <= set(table.column_names)


def test_an_import_can_be_undone_and_made_again(workspace, tmp_path):
    first, second = (
        file(tmp_path, "a.csv", ROWS),
        file(tmp_path, "b.csv", [*ROWS, "p9,2026-02-01,x\n"]),
    )
    workspace.take(first)
    workspace.take(second)
    assert workspace.undo("a.csv")["name"] == "a.csv"
    assert [done["name"] for done in workspace.imports()] == ["b.csv"]
    assert workspace.journeys.summary().to_json()["events"] == 11
    assert workspace.undo("b.csv")["events"] == 1
    with pytest.raises(omvei.NothingToAnswerError):
        _ = workspace.journeys
    assert counts(workspace.take(first)) == [(10, 10, 0, 0, False)]
    with pytest.raises(omvei.UnknownNameError, match=r"No import named 'b\.csv'"):
        workspace.undo("b.csv")


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.lists(st.integers(0, 6), max_size=30), max_size=6))
def test_equal_rows_are_counted_as_they_come(batches):
    seen, told = Repeats(), []
    for batch in batches:
        found = seen.before(np.array(batch, np.uint64) * 2)
        assert found.tolist() == [(told + batch[:k]).count(key) for k, key in enumerate(batch)]
        told += batch


def test_many_different_rows_are_counted_too():
    seen = Repeats()
    keys = np.arange(0, 400_000, 2, dtype=np.uint64)
    for part in np.split(keys, 10):
        assert not seen.before(part).any()
    assert (seen.before(keys[::-1]) == 1).all()


def test_a_refused_file_leaves_nothing_in_the_folder_of_the_table(workspace, tmp_path):
    workspace.take(file(tmp_path, "a.csv", ROWS))
    before = sorted(p.name for p in (tmp_path / "w" / "events").iterdir())
    with pytest.raises(omvei.SourceError):
        workspace.take(file(tmp_path, "b.csv", [*ROWS, "p1,yesterday,visit\n"]))
    assert sorted(p.name for p in (tmp_path / "w" / "events").iterdir()) == before


def test_an_interruption_right_after_the_commit_keeps_the_files(workspace, tmp_path, monkeypatch):
    from deltalake import DeltaTable

    commit = DeltaTable.create_write_transaction

    def interrupted(*words, **more):
        commit(*words, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(DeltaTable, "create_write_transaction", interrupted)
    path = file(tmp_path, "a.csv", ROWS)
    with pytest.raises(KeyboardInterrupt):
        workspace.take(path)
    monkeypatch.undo()
    assert counts(workspace.take(path)) == [(10, 10, 0, 0, True)]
    assert workspace.journeys.summary().to_json()["events"] == 10


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), max_size=12), min_size=1, max_size=8))
def test_the_index_knows_the_ids_of_every_import_and_no_others(tmp_path_factory, imports):
    folder = tmp_path_factory.mktemp("events")
    for number, ids in enumerate(imports):
        Seen(folder).add(f"{number}", np.sort(np.array(ids, np.uint64)))
    known = Seen(folder).known(np.arange(61, dtype=np.uint64))
    assert set(np.flatnonzero(known).tolist()) == {one for ids in imports for one in ids}


def test_an_index_that_is_lost_is_made_again(workspace, tmp_path):
    workspace.take(file(tmp_path, "january.csv", ROWS[:6]))
    Seen(workspace.events.folder).remove()
    assert counts(workspace.take(file(tmp_path, "to_march.csv", ROWS))) == [(10, 4, 0, 6, False)]
    workspace.undo("january.csv")
    (tmp_path / "more.csv").write_text(HEAD + "".join([*ROWS[:2], ROWS[0]]))
    assert counts(workspace.take(tmp_path / "more.csv")) == [(3, 1, 0, 2, False)]
