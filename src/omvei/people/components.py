"""Which identifiers were ever seen together, in whatever way: the groups that are stitched alone.

Two identifiers are in one component if one event carried both, or a chain of events leads from one
to the other. No rule of stitching looks beyond a component: consent, limits and refusals may keep
its identifiers apart, but nothing outside it can join or part them. So when events arrive, only
the components they touch are stitched again, and the outcome is that of stitching everything.

Identifiers are held as 64-bit hashes of `kind:value`, a component as the smallest of its hashes.
Components lie in layers: a full build writes one, and every append one with the components it made
anew, which hold instead of what older layers say of the same identifiers.
"""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numba import njit
from numpy.typing import NDArray

from ..events.addresses import escaped
from ..events.schema import IDENTIFIERS

Hashes = NDArray[np.uint64]
Places = NDArray[np.int32]


def hashed(kind: str) -> str:
    """SQL for the hash of an identifier in the column `kind`; 0 for none."""
    return f"CASE WHEN {kind} IS NULL THEN 0 ELSE hash('{kind}:' || {kind}) END"


def write(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the components of the identifiers in the table `together`: `name, component`."""
    columns = ", ".join(f"{hashed(kind)} AS {kind}" for kind in IDENTIFIERS)
    sets = con.sql(f"SELECT DISTINCT {columns} FROM together").to_arrow_table()
    pq.write_table(grouped([sets.column(kind).to_numpy() for kind in IDENTIFIERS]), path)


def grouped(sets: list[Hashes]) -> pa.Table:
    """Components of hashes that stand beside each other; 0 is no hash.

    sets     one array a kind, all equally long: position i of each is one set
    returns  `name, component`, in ascending order of name

    >>> one, other = np.array([5, 7, 9], np.uint64), np.array([6, 6, 0], np.uint64)
    >>> grouped([one, other]).to_pydict()
    {'name': [5, 6, 7, 9], 'component': [5, 5, 5, 9]}
    """
    known = np.unique(np.concatenate(sets))
    known = known[known != 0]
    parent = np.arange(len(known), dtype=np.int32)
    before = np.full(len(sets[0]), -1, np.int32)
    for column in sets:
        here = np.where(column != 0, np.searchsorted(known, column), -1).astype(np.int32)
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


def spread(con: duckdb.DuckDBPyConnection, layers: list[Path]) -> None:
    """Add to the table `touched(name)` every identifier in a component of one that is in it."""
    files = [escaped(layer.as_posix()) for layer in layers]
    con.execute("SET VARIABLE layers = $files", {"files": files})
    con.execute("""
        CREATE OR REPLACE VIEW layered AS
        SELECT name, component, list_position(getvariable('layers'), filename) AS layer
        FROM read_parquet(getvariable('layers'), filename = true)
    """)
    before = -1
    while (size := con.table("touched").count("*").fetchall()[0][0]) != before:
        before = size
        con.execute("""
            INSERT INTO touched
            WITH newest AS (
                -- the component of each identifier, as the newest layer has it
                SELECT arg_max(component, layer) AS component, max(layer) AS layer
                FROM layered SEMI JOIN touched USING (name) GROUP BY name
            )
            SELECT DISTINCT name FROM layered SEMI JOIN newest USING (component, layer)
            EXCEPT FROM touched
        """)
