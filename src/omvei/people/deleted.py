"""People who were deleted: what keeps them out, and what is still to be removed from the disk.

`deleted.json` holds, readable by the owner only,

tombstones  keyed hashes of identifiers, with the time they were the person's (null: always); an
            event whose strongest identifier is one of them is not taken in, now or ever
waiting     the identifiers themselves, until `omvei purge` has removed them from the events
rows        how many rows of each imported file were theirs

An identifier of theirs on somebody else's event is left out of the event; the event stays.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow as pa

from ..events.schema import IDENTIFIERS
from .resolve import clean, prepare

SOMEBODYS = """
SELECT 1 FROM {names} AS d WHERE d.name = {strongest}
AND (d."from" IS NULL OR t.time >= d."from") AND (d."to" IS NULL OR t.time < d."to")
"""
"""SQL for whether a row `t` is one of theirs, for EXISTS."""

Names = Sequence[tuple[str, str | None, str | None]]
"""Identifiers, as `kind:value` or hashed, each with the time it was somebody's (from, to)."""


@dataclass(frozen=True)
class Deleted:
    """What `deleted.json` says."""

    tombstones: Names = ()
    """Keyed hashes; times as ISO texts in UTC."""
    waiting: Names = ()
    """`kind:value`."""
    rows: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, workspace: Path) -> "Deleted":
        """Read it; nobody was deleted where there is none."""
        file = workspace / "deleted.json"
        if not file.exists():
            return cls()
        said = json.loads(file.read_text("utf-8"))
        tombstones, waiting = (tuple(map(tuple, said[part])) for part in ("tombstones", "waiting"))
        return cls(tombstones, waiting, said["rows"])

    def write(self, workspace: Path) -> None:
        """Write it, whole or not at all."""
        scratch = workspace / f".deleted-{uuid4().hex}"
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(vars(self), out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(scratch, workspace / "deleted.json")


def names(con: duckdb.DuckDBPyConnection, table: str, rows: Names) -> None:
    """Make a table of (name, from, to) known to a connection."""
    con.execute(
        f'CREATE OR REPLACE TABLE {table} (name VARCHAR, "from" TIMESTAMPTZ, "to" TIMESTAMPTZ)'
    )
    if rows:
        con.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", [list(row) for row in rows])


def without(rows: str, table: str) -> str:
    """SQL for the rows of `rows` (cleaned, with `strongest`) that are nobody's of `table`."""
    return _passing(
        f"{rows} AS t", "", table, "t.strongest", {k: f"'{k}:' || t.{k}" for k in IDENTIFIERS}
    )


def raw_without(rows: str, table: str, key: str | None = None) -> str:
    """SQL for the rows of `rows`, as events keep them, that are nobody's of `table`.

    With a `key`, `table` holds tombstones.
    """
    held = {kind: f"'{kind}:' || {clean(kind, f't.{kind}')}" for kind in IDENTIFIERS}
    inner = f"(SELECT *, {first_of('r')} AS strongest FROM {rows} AS r) AS t"
    strongest = "t.strongest"
    if key is not None:
        held = {kind: tombstone(key, name) for kind, name in held.items()}
        strongest = tombstone(key, strongest)
    return _passing(inner, "EXCLUDE (strongest)", table, strongest, held)


def first_of(row: str) -> str:
    """SQL for the strongest identifier of a row as events keep it, as `kind:value`."""
    each = (f"'{kind}:' || {clean(kind, f'{row}.{kind}')}" for kind in IDENTIFIERS)
    return f"coalesce({', '.join(each)})"


def _passing(rows: str, left: str, table: str, strongest: str, held: dict[str, str]) -> str:
    always = f'SELECT name FROM {table} WHERE "from" IS NULL AND "to" IS NULL'
    scrubbed = ", ".join(
        f"CASE WHEN {name} IN ({always}) THEN NULL ELSE t.{kind} END AS {kind}"
        for kind, name in held.items()
    )
    theirs = SOMEBODYS.format(names=table, strongest=strongest)
    return f"SELECT t.* {left} REPLACE ({scrubbed}) FROM {rows} WHERE NOT EXISTS ({theirs})"


def tombstone(key: str, name: str) -> str:
    """SQL for the keyed hash of the SQL text `name` (`kind:value`)."""
    return f"substr(sha256('{key}deleted:' || {name}), 1, 32)"


def hashes(names: Sequence[str], key: str) -> list[str]:
    """The keyed hashes of identifiers (`kind:value`), as `tombstone` makes them in SQL.

    >>> hashes(["email:x"], "k") == hashes(["email:x"], "other")
    False
    """
    made = (hashlib.sha256(f"{key}deleted:{name}".encode()) for name in names)
    return [digest.hexdigest()[:32] for digest in made]


class Gate:
    """Lets the rows of events pass that are nobody's who was deleted."""

    def __init__(self, deleted: Deleted, key: str) -> None:
        self.key = key
        self.closed = bool(deleted.tombstones)
        self.con = duckdb.connect()
        self.con.execute("SET TimeZone = 'UTC'")
        prepare(self.con)
        names(self.con, "tombstones", deleted.tombstones)

    def passing(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch without those rows, and without those identifiers on other rows."""
        if not self.closed:
            return batch
        place = pa.array(range(len(batch)), pa.int64())
        self.con.register("batch", pa.Table.from_batches([batch]).append_column("place", place))
        told = self.con.sql(raw_without("batch", "tombstones", self.key) + " ORDER BY place")
        left = told.to_arrow_table().select(batch.schema.names).cast(batch.schema)
        self.con.unregister("batch")
        pieces = left.combine_chunks().to_batches()
        return pieces[0] if pieces else batch.slice(0, 0)
