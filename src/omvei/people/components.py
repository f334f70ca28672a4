"""Which identifiers were ever seen together, in whatever way: the groups that are stitched alone.

Two identifiers are in one component if one event carried both, or a chain of events leads from one
to the other. No rule of stitching looks beyond a component: consent, limits and refusals may keep
its identifiers apart, but nothing outside it can join or part them. So when events arrive, only
the components they touch are stitched again, and the outcome is that of stitching everything.

Identifiers are held as 64-bit hashes of `kind:value`, a component as the smallest of its hashes.
Components lie in layers: a full build writes one, and every append one with the components it made
anew, which hold instead of what older layers say of the same identifiers. A layer is sorted and
mapped from disk, so that looking some identifiers up reads little of it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from .. import mapped
from ..events.schema import IDENTIFIERS

Hashes = NDArray[np.uint64]
Places = NDArray[np.int32]
Numbers = NDArray[np.int64]

FILES = ("holders.arrow", "members.arrow", "moved.arrow")
"""The files of a layer: `name, component, person, node` by name, one row an identifier and time it
was somebody's; `component, name` by component; `person`: whose rows older layers no longer hold."""

HOLDERS = "SELECT hash(kind || ':' || value) AS name, person, node FROM identifiers"


def hashed(kind: str) -> str:
    """SQL for the hash of an identifier in the column `kind`; 0 for none."""
    return f"CASE WHEN {kind} IS NULL THEN 0 ELSE hash('{kind}:' || {kind}) END"


def write(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    touched: Hashes | None = None,
    moved: Numbers | None = None,
) -> None:
    """Write the layer of the identifiers in the table `sets`, with who holds them (`identifiers`).

    moved  people whose rows in older layers' blocks no longer hold, in ascending order
    """
    held = layer(con, touched)
    by_component = np.argsort(held.column("component").to_numpy(), kind="stable")
    members = held.select(["component", "name"]).take(pa.array(by_component))
    gone = pa.table({"person": np.zeros(0, np.int64) if moved is None else moved})
    for file, rows in zip(FILES, (held, members, gone), strict=True):
        mapped.write(folder / file, rows)


def write_parts(folder: Path, parts: list[str]) -> None:
    """Write a layer whose rows are in several files (`layer`), no component in two of them."""
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        con.execute("SET temp_directory = $spill", {"spill": (folder / "spill").as_posix()})
        con.execute("SET VARIABLE parts = $parts", {"parts": parts})
        rows = "FROM read_parquet(getvariable('parts')) ORDER BY"
        for file, said in zip(
            FILES,
            (
                f"SELECT * {rows} name",
                f"SELECT component, name {rows} component",
                "SELECT 0::BIGINT AS person LIMIT 0",
            ),
            strict=True,
        ):
            mapped.write_pieces(folder / file, con.sql(said).to_arrow_reader(1_000_000))


def layer(con: duckdb.DuckDBPyConnection, touched: Hashes | None = None) -> pa.Table:
    """The identifiers in the table `sets`: `name, component, person, node`, by ascending name.

    touched  names that older layers no longer speak of, whether anybody holds them or not
    """
    columns = ", ".join(f"{hashed(kind)} AS {kind}" for kind in IDENTIFIERS)
    sets = con.sql(f"SELECT {columns} FROM sets").to_arrow_table()
    together = grouped([sets.column(kind).to_numpy() for kind in IDENTIFIERS])
    holders = con.sql(HOLDERS).to_arrow_table()
    name, component = (together.column(part).to_numpy() for part in ("name", "component"))
    held, person, node = (holders.column(part).to_numpy() for part in ("name", "person", "node"))
    asked = name if touched is None else np.union1d(name, touched)
    alone = np.setdiff1d(asked, _once(held), assume_unique=True)
    nobody = np.full(len(alone), -1, np.int64)
    told = np.concatenate([held, alone])
    order = np.argsort(told, kind="stable")
    told = told[order]
    place = np.searchsorted(name, told)
    known = np.zeros(len(told), np.bool_)
    if len(name):
        known = name[np.minimum(place, len(name) - 1)] == told
    of_told = told.copy()
    of_told[known] = component[place[known]]
    whose = (np.concatenate([part, nobody])[order] for part in (person, node))
    return pa.table([told, of_told, *whose], names=["name", "component", "person", "node"])


def _none(names: Hashes | None) -> Hashes:
    return np.zeros(0, np.uint64) if names is None else names


def _once(names: Hashes) -> Hashes:
    """Each once, in ascending order. NumPy's own way, a hash table, takes ten times as long."""
    names = np.sort(names)
    return names[np.append(True, names[1:] != names[:-1])[: len(names)]]


def grouped(sets: list[Hashes]) -> pa.Table:
    """Components of hashes that stand beside each other; 0 is no hash.

    sets     one array a kind, all equally long: position i of each is one set
    returns  `name, component`, in ascending order of name

    >>> one, other = np.array([5, 7, 9], np.uint64), np.array([6, 6, 0], np.uint64)
    >>> grouped([one, other]).to_pydict()
    {'name': [5, 6, 7, 9], 'component': [5, 5, 5, 9]}
    """
    known = _once(np.concatenate(sets))
    known = known[known != 0]
    parent = np.arange(len(known), dtype=np.int32)
    before = np.full(len(sets[0]), -1, np.int32)
    for column in sets:
        here = np.full(len(column), -1, np.int32)
        there = np.flatnonzero(column)
        here[there] = np.searchsorted(known, column[there])
        both = (here >= 0) & (before >= 0)
        _unite(parent, before[both], here[both])
        before = np.where(here >= 0, here, before)
    return pa.table({"name": known, "component": known[_roots(parent)]})


@njit(cache=True, nogil=True)
def _unite(parent: Places, left: Places, right: Places) -> None:
    """Unite the parts of each pair under the smaller of their roots."""
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        parent[max(a, b)] = min(a, b)


@njit(cache=True, nogil=True)
def _roots(parent: Places) -> Places:
    """The root of each node: parents are never larger than their children."""
    for node in range(len(parent)):
        parent[node] = parent[parent[node]]
    return parent


class Layer:
    """A layer, mapped from disk.

    Raises `DamagedError` for a file that is not as it was written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _files(self) -> dict[str, mapped.Mapped]:
        return {file: mapped.Mapped(self.folder / file) for file in FILES}

    def _column(self, file: str, name: str) -> NDArray[Any]:
        return self._files[file](name)

    def compare(self) -> None:
        """Compare all columns with their sums, a thread a column, before they are asked for."""
        columns = [(held, name) for held in self._files.values() for name in held.names]
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda one: one[0](one[1]), columns))

    @cached_property
    def name(self) -> Hashes:
        return self._column(FILES[0], "name")

    @cached_property
    def component(self) -> Hashes:
        return self._column(FILES[0], "component")

    @cached_property
    def moved(self) -> Numbers:
        """Whose rows in blocks of older layers no longer hold."""
        return self._column(FILES[2], "person")

    def has(self, names: Hashes) -> NDArray[np.bool_]:
        """Which names the layer speaks of."""
        place = np.searchsorted(self.name, names)
        found = np.zeros(len(names), np.bool_)
        inside = place < len(self.name)
        found[inside] = self.name[place[inside]] == names[inside]
        return found

    def together(self, names: Hashes) -> Hashes:
        """Every name in a component of one of these, which the layer must have."""
        of_names = np.unique(self.component[np.searchsorted(self.name, names)])
        component = self._column(FILES[1], "component")
        found: Hashes = self._column(FILES[1], "name")[_spans(component, of_names)]
        return found

    def holders(self, names: Hashes, *parts: str) -> Numbers:
        """The ids of those who hold these names (`person`), or were known by one (`node`)."""
        rows = _spans(self.name, names)
        found = np.concatenate([self._column(FILES[0], part)[rows] for part in parts])
        return found[found >= 0]


def _spans(ascending: Hashes, wanted: Hashes) -> Numbers:
    """The places of all that is wanted."""
    first, last = (np.searchsorted(ascending, wanted, side) for side in ("left", "right"))
    lengths = last - first
    before = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(first - before, lengths)


def newest(layers: Sequence[Layer], names: Hashes) -> list[tuple[Layer, Hashes]]:
    """Of each layer, the names that it is the newest to speak of."""
    found = []
    for layer in reversed(layers):
        there = layer.has(names)
        if there.any():
            found.append((layer, names[there]))
            names = names[~there]
    return found


def spread(layers: Sequence[Layer], touched: Hashes) -> Hashes:
    """Every name in a component of one of these, these among them; in ascending order.

    layers  oldest first
    """
    touched = np.unique(touched)
    fresh = touched
    while len(fresh):
        parts = [layer.together(names) for layer, names in newest(layers, fresh)]
        fresh = np.setdiff1d(np.concatenate([_none(None), *parts]), touched)
        touched = np.union1d(touched, fresh)
    return touched


def holders(
    layers: Sequence[Layer], names: Hashes, parts: Sequence[str] = ("person", "node")
) -> Numbers:
    """The ids of the people who hold one of these names (`person`), or were known by it (`node`);
    ascending."""
    found = [layer.holders(there, *parts) for layer, there in newest(layers, names)]
    return np.unique(np.concatenate([np.zeros(0, np.int64), *found]))
