"""A shop made in parts: the same however it is made, and never more than a few parts in memory."""

import json

import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from omvei.simulate import parts, simulate, truth, write

SIZE, PART = 3_000, 800


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write(tmp_path_factory.mktemp("one"), SIZE, workers=1, part=PART)


@pytest.fixture(scope="module")
def events(files):
    return pq.read_table(files["events"])


def test_two_processes_make_the_same_bytes_as_one(files, tmp_path):
    again = write(tmp_path, SIZE, workers=2, part=PART)
    assert files.keys() == again.keys()
    for name in files.keys() - {"definitions"}:
        assert files[name].read_bytes() == again[name].read_bytes(), name
    assert not list(tmp_path.glob(".parts*"))


def test_up_to_the_size_of_a_part_it_is_the_shop_of_simulate(tmp_path):
    whole = simulate(PART, seed=3).write(tmp_path / "whole")
    written = write(tmp_path / "written", PART, seed=3, part=PART)
    for name in whole.keys() - {"definitions"}:
        assert whole[name].read_bytes() == written[name].read_bytes(), name


def test_the_demo_is_one_part():
    assert len(parts.shares(150_000, parts.EVENTS)) == 1


def test_each_part_is_a_row_group_in_order_of_time(files, events):
    stored = pq.ParquetFile(files["events"])
    assert stored.num_row_groups == 4
    assert len(events) == SIZE
    for group in range(4):
        time = stored.read_row_group(group)["time"]
        assert time.equals(time.take(pc.sort_indices(time)))
    assert stored.schema_arrow.metadata[b"omvei"] == b"simulated"


def test_the_parts_are_of_other_people(files, events):
    owners = pq.read_table(files["truth_people"])
    pairs = owners.select(["kind", "identifier"])
    assert len(pairs.group_by(["kind", "identifier"]).aggregate([])) == len(owners)
    number = pc.divide(owners["person"], parts.STEP)
    assert sorted(number.unique().to_pylist()) == [0, 1, 2, 3]
    for name in ("event_id", "order_id"):
        said = events.filter(pc.equal(events["kind"], "purchase")) if name == "order_id" else events
        assert len(said[name].unique()) == len(said)


def test_every_identifier_in_the_events_has_its_owner(files, events):
    owners = pq.read_table(files["truth_people"])
    people = events.filter(
        pc.invert(pc.match_substring_regex(events["user_agent"], "(?i)bot").fill_null(False))
    )
    for name in ("anonymous_id", "user_id", "email", "order_id"):
        told = owners.filter(pc.equal(owners["kind"], name))["identifier"].to_pylist()
        assert sorted(told) == sorted(people[name].drop_null().unique().to_pylist())


def test_the_truth_is_that_of_all_parts(files, events):
    said = json.loads(files["truth"].read_text("utf-8"))
    assert (said["label"], said["seed"], said["events"]) == ("simulated", 2026, SIZE)
    bought = events.filter(pc.equal(events["kind"], "purchase"))
    assert said["orders"] == len(bought)
    assert said["revenue"] == pytest.approx(float(pc.sum(bought["value"]).as_py()))
    happened = said["happened"]
    left = sum(happened["people_left_for_good"].values())
    assert left + happened["people_still_open"] == said["people"]
    counted = {row["values"]: row["counts"] for row in events["kind"].value_counts().to_pylist()}
    counted["page_view"] -= said["bots"]
    assert said["kinds"] == counted
    owners = pq.read_table(files["truth_people"])["kind"].value_counts().to_pylist()
    assert {f"{row['values']}s": row["counts"] for row in owners}.items() <= said["joins"].items()


def test_a_truth_in_one_part_is_that_truth():
    alone = simulate(2_000).truth
    assert truth.together([alone], 2026) == alone


def test_the_exports_have_their_heading_once(files, events):
    options = pyarrow.csv.ParseOptions(delimiter=";")
    orders = pyarrow.csv.read_csv(files["orders"], parse_options=options)
    bought = events.filter(pc.equal(events["kind"], "purchase"))
    assert orders["Ordrenummer"].to_pylist() == [f"#{o}" for o in bought["order_id"].to_pylist()]
    lines = files["ga4"].read_text("utf-8").splitlines()
    assert len(lines) == len([json.loads(line) for line in lines])
    assert len(lines) == events["session_id"].is_valid().to_pylist().count(True)


def test_a_large_shop_has_no_exports(monkeypatch, tmp_path):
    monkeypatch.setattr(parts, "EXPORTED", 1)
    written = write(tmp_path, 400, workers=1, part=200)
    assert "ga4" not in written
    assert not (tmp_path / "exports").exists()


def test_orders_are_made_in_parts_too(tmp_path):
    seen = []
    written = write(tmp_path, orders=4, workers=1, part=2, progress=lambda *told: seen.append(told))
    said = json.loads(written["truth"].read_text("utf-8"))
    assert said["orders"] == 4
    assert [done == total for done, total, _ in seen] == [False, True]
    assert seen[-1][0] == said["events"]


@pytest.mark.parametrize("asked", [{}, {"events": 500, "orders": 5}])
def test_one_of_the_two_sizes_is_asked_for(asked, tmp_path):
    with pytest.raises(ValueError, match="either events or orders"):
        write(tmp_path, **asked)


class Pool:
    """Stands for the processes, and counts the parts that are made and not yet taken."""

    def __init__(self, *_: object) -> None:
        self.waiting, self.most = 0, 0

    def submit(self, _: object, part: parts.Part) -> "Pool":
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        return self

    def result(self) -> dict[str, int]:
        self.waiting -= 1
        return {}

    def shutdown(self, **_: object) -> None:
        pass


@pytest.mark.parametrize("count", [5, 50])
def test_as_many_parts_wait_whatever_their_number(count, monkeypatch, tmp_path):
    pool = Pool()
    monkeypatch.setattr(parts, "ProcessPoolExecutor", lambda *_: pool)
    asked = [parts.Part(number, 200, None, 1, False, tmp_path) for number in range(count)]
    assert len(list(parts.finished(asked, workers=2))) == count
    assert pool.most == 3


def test_what_a_part_leaves_is_taken_away_before_the_next(tmp_path):
    asked = [parts.Part(n, 200, None, 1, True, tmp_path / str(n)) for n in range(3)]
    with parts.Joined(tmp_path) as joined:
        for part in asked:
            parts.make(part)
            joined.add(part.folder)
            assert not part.folder.exists()
    assert pq.ParquetFile(tmp_path / "events.parquet").num_row_groups == 3


def test_a_failing_part_leaves_no_file_behind(monkeypatch, tmp_path):
    def failing(*_: object):
        yield from ()
        raise OSError("no space left")

    monkeypatch.setattr(parts, "finished", failing)
    with pytest.raises(OSError, match="no space"):
        write(tmp_path, 400, part=200)
    assert list(tmp_path.iterdir()) == []
