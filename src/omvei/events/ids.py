"""The id of every event: its source's own, or one derived from what the row says.

A derived id is the hash of everything the row says, and of how many equal rows came before it in
the file: two equal purchases are two facts, but the same row in a later, longer export is the same
fact again. Columns without a value are no part of the hash, so a column that a later export adds
changes nothing for rows that leave it empty.
"""

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from .schema import REFUSED

Keys = NDArray[np.uint64]
Places = NDArray[np.int64]

APART = {"event_id", "domain", *(column.name for column in REFUSED)}
"""Columns of a batch that are no part of what its rows say: `domain` is a part of the address."""


@njit(cache=True, nogil=True)
def _count(table: Keys, counts: Places, keys: Keys, nth: Places) -> int:
    """How often each key came before, in a hash table of open addresses; 0 is a free place.

    Returns how many places were newly taken.
    """
    mask = np.uint64(len(table) - 1)
    taken = 0
    for row in range(len(keys)):
        key = keys[row] | np.uint64(1)
        place = (key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20) & mask
        while table[place] != 0 and table[place] != key:
            place = (place + np.uint64(1)) & mask
        if table[place] == 0:
            table[place] = key
            taken += 1
        nth[row] = counts[place]
        counts[place] += 1
    return taken


class Repeats:
    """Counts equal rows as they come.

    >>> seen = Repeats()
    >>> seen.before(np.array([6, 8, 6], np.uint64)).tolist()
    [0, 0, 1]
    >>> seen.before(np.array([8, 6], np.uint64)).tolist()
    [1, 2]
    """

    def __init__(self) -> None:
        self._table = np.zeros(1 << 16, np.uint64)
        self._counts = np.zeros(1 << 16, np.int64)
        self._taken = 0

    def before(self, keys: Keys) -> Places:
        """How many equal keys came before each key."""
        while (self._taken + len(keys)) * 2 > len(self._table):
            self._grow()
        nth = np.empty(len(keys), np.int64)
        self._taken += _count(self._table, self._counts, keys, nth)
        return nth

    def _grow(self) -> None:
        held = self._table != 0
        keys, counts = self._table[held], self._counts[held]
        self._table = np.zeros(len(self._table) * 2, np.uint64)
        self._counts = np.zeros(len(self._table), np.int64)
        nth = np.empty(len(keys), np.int64)
        _count(self._table, self._counts, keys, nth)
        place = np.flatnonzero(self._table)
        order = np.argsort(self._table[place])
        self._counts[place[order]] = counts[np.argsort(keys)]


def derive(
    con: duckdb.DuckDBPyConnection, batch: pa.RecordBatch, source: str, seen: Repeats
) -> pa.Array:
    """The ids of a batch's rows, in their order, each under its source's name."""
    given = batch.column("event_id")
    if given.null_count:
        said = [
            name
            for name in batch.schema.names
            if name not in APART and batch.column(name).null_count < len(batch)
        ]
        con.register("batch", pa.Table.from_batches([batch.select(said)]))
        parts = ", ".join(f"'{name}=' || {name}::VARCHAR" for name in said)
        hashes = (
            con.sql(f"SELECT md5(concat_ws(chr(31), {parts})) AS hash FROM batch")
            .to_arrow_table()
            .column("hash")
            .combine_chunks()
        )
        con.unregister("batch")
        derived = np.flatnonzero(given.is_null().to_numpy(zero_copy_only=False))
        nth = np.zeros(len(batch), np.int64)
        nth[derived] = seen.before(_keys(hashes)[derived])
        again = pc.binary_join_element_wise(hashes, pc.cast(pa.array(nth), pa.string()), "+")
        given = pc.coalesce(given, pc.if_else(pa.array(nth > 0), again, hashes))
    return pc.binary_join_element_wise(pa.scalar(source), given, ":")


def _keys(hashes: pa.Array) -> Keys:
    """The first 16 hex digits of each hash, as a number."""
    text = np.frombuffer(hashes.buffers()[2], np.uint8, len(hashes) * 32, hashes.offset * 32)
    digits = text.reshape(-1, 32)[:, :16].astype(np.uint64)
    values = np.where(digits >= 97, digits - 87, digits - 48)
    keys: Keys = (values << (np.arange(15, -1, -1, dtype=np.uint64) * 4)).sum(
        axis=1, dtype=np.uint64
    )
    return keys
