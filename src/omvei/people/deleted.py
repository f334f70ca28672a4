"""People who were deleted: what keeps them out, and what is still to be removed from the disk.

`deleted.json` holds, readable by the owner only,

tombstones  keyed hashes of identifiers, with the time they were the person's (null: always); an
            event whose strongest identifier is one of them is not taken in, now or ever
waiting     the identifiers themselves, until `omvei purge` has removed them from the events
rows        how many rows of each imported file were theirs

An identifier of theirs on somebody else's event is left out of the event; the event stays.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ..events.schema import IDENTIFIERS
from .resolve import clean, prepare, strongest

THEIRS = """
SELECT {columns} FROM {rows} AS t WHERE NOT EXISTS (
    SELECT 1 FROM {names} AS d WHERE d.name = {strongest}
    AND (d."from" IS NULL OR t.time >= d."from") AND (d."to" IS NULL OR t.time < d."to"))
"""


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
        scratch = workspace / f".{uuid4().hex}"
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


def without(rows: str, table: str, named: Callable[[str], str] = lambda name: name) -> str:
    """SQL for the rows of `rows` (identifiers cleaned, `strongest`) that are nobody's of `table`.

    `named` turns the SQL of `kind:value` into that of what `table` holds under `name`.
    """
    always = f'SELECT name FROM {table} WHERE "from" IS NULL AND "to" IS NULL'
    held = {kind: named(f"'{kind}:' || t.{kind}") for kind in IDENTIFIERS}
    scrubbed = ", ".join(
        f"CASE WHEN {name} IN ({always}) THEN NULL ELSE t.{kind} END AS {kind}"
        for kind, name in held.items()
    )
    return THEIRS.format(
        columns=f"t.* REPLACE ({scrubbed})", rows=rows, names=table, strongest=named("t.strongest")
    )


def tombstone(key: str, name: str) -> str:
    """SQL for the keyed hash of the SQL text `name` (`kind:value`)."""
    return f"substr(sha256('{key}deleted:' || {name}), 1, 32)"


class Gate:
    """Lets the rows of a file pass that are nobody's who was deleted; counts the others."""

    def __init__(self, deleted: Deleted, key: str) -> None:
        self.deleted, self.key = deleted, key
        self.kept_out = 0

    def passing(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches without those rows, and without those identifiers on other rows."""
        if not self.deleted.tombstones:
            yield from batches
            return
        cleaned = ", ".join(f"{clean(kind, kind)} AS {kind}" for kind in IDENTIFIERS)
        with duckdb.connect() as con:
            con.execute("SET TimeZone = 'UTC'")
            prepare(con)
            names(con, "tombstones", self.deleted.tombstones)
            told = (
                f"(SELECT *, {strongest()} AS strongest "
                f"FROM (SELECT place, time, {cleaned} FROM batch))"
            )
            sql = without(told, "tombstones", lambda name: tombstone(self.key, name))
            for batch in batches:
                place = pa.array(range(len(batch)), pa.int64())
                con.register("batch", pa.Table.from_batches([batch]).append_column("place", place))
                left = con.sql(f"SELECT * FROM ({sql}) ORDER BY place").to_arrow_table()
                con.unregister("batch")
                yield self._kept(batch, left)

    def _kept(self, batch: pa.RecordBatch, left: pa.Table) -> pa.RecordBatch:
        kept = batch.take(left.column("place").combine_chunks())
        # a row that is refused anyway names nobody: it is counted as refused
        self.kept_out += len(batch) - len(kept)
        for kind in IDENTIFIERS:
            column = kept.schema.get_field_index(kind)
            scrubbed = pc.if_else(
                pc.is_null(left.column(kind).combine_chunks()), None, kept.column(kind)
            ).cast(kept.schema.field(kind).type)
            kept = kept.set_column(column, kept.schema.field(kind), scrubbed)
        return kept
