"""The index of identifiers that an append looks into: written at once, or from pieces."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omvei import DamagedError, mapped
from omvei.people import components


@pytest.mark.parametrize("sizes", [(3, 0, 4), (0,)])
def test_an_index_that_comes_in_pieces_is_as_if_it_was_written_at_once(tmp_path, sizes):
    chance, parts = np.random.default_rng(7), []
    for number, size in enumerate(sizes):
        names = chance.choice(1 << 40, size, replace=False).astype(np.uint64)
        people = chance.integers(0, 9, (2, size))
        columns = {"name": names, "component": names // 2, "person": people[0], "node": people[1]}
        parts.append(tmp_path / f"{number}.parquet")
        pq.write_table(pa.table(columns), parts[-1])
    components.write_parts(tmp_path, [str(part) for part in parts])
    held = pa.concat_tables(map(pq.read_table, parts))
    for file, rows in (
        ("holders", held.sort_by("name")),
        ("members", held.sort_by("component").select(["component", "name"])),
        ("moved", pa.table({"person": np.zeros(0, np.int64)})),
    ):
        mapped.write(tmp_path / f"{file}.expected", rows)
        written = (tmp_path / f"{file}.arrow").read_bytes()
        assert written == (tmp_path / f"{file}.expected").read_bytes()
    assert {file.suffix for file in tmp_path.iterdir()} == {".arrow", ".expected", ".parquet"}


def test_a_flipped_bit_in_an_index_that_came_in_pieces_is_found(tmp_path):
    names = np.array([77, 78], np.uint64)
    people = np.array([5, 6])
    table = {"name": names, "component": names[[0, 0]], "person": people, "node": people}
    pq.write_table(pa.table(table), tmp_path / "0.parquet")
    components.write_parts(tmp_path, [str(tmp_path / "0.parquet")])
    layer = components.Layer(tmp_path)
    assert components.spread([layer], names[:1]).tolist() == [77, 78]
    file = tmp_path / "holders.arrow"
    file.write_bytes(file.read_bytes().replace(names.tobytes(), (names ^ np.uint64(1)).tobytes()))
    with pytest.raises(DamagedError):
        components.Layer(tmp_path).has(names)
