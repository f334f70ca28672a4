"""The two tables of `people/`, as Delta Lake tables, and looking somebody up."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import duckdb
import numpy as np
import pyarrow as pa
from deltalake import ColumnProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError
from numpy.typing import NDArray

from ..errors import DamagedError
from ..events.addresses import local, show_files
from ..events.schema import IDENTIFIERS
from . import components
from .names import name, number
from .resolve import People, clean, prepare

PRUNED = ("person", "kind", "strong_kind")
"""Columns by which groups of rows are passed over; they say nothing of who anybody is."""

PLAIN = WriterProperties(
    compression="ZSTD",
    max_row_group_size=100_000,
    default_column_properties=ColumnProperties(statistics_enabled="NONE"),
    column_properties={name: ColumnProperties(statistics_enabled="CHUNK") for name in PRUNED},
)


ADDED = (("name", pa.int64()), ("since", pa.int64()))
"""Columns of both tables that say which rows hold. `since` is the version of the table that brought
the row. A row of which nothing but `name` and `since` is filled in says that rows about that
identifier (a hash, see `components.py`) that came before hold no more."""

KEYS = {
    "identifiers": ("kind", "hash(kind || ':' || value)"),
    "joins": ("strong_kind", "hash(strong_kind || ':' || strong_value)"),
}
"""Of each table, a column that is always filled in, and SQL for the identifier a row is about."""


def write(folder: Path, people: People) -> int:
    """Replace the tables; return the version of `identifiers` that was written."""
    _write(folder / "joins", people.joins, "time", "overwrite")
    return _write(folder / "identifiers", _by_person(people.identifiers), "first", "overwrite")


def _by_person(identifiers: pa.Table | pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The rows of each person together, so that looking one up reads little; those of a cluster
    come bucket by bucket, as near to it as that is."""
    if not isinstance(identifiers, pa.Table):
        return identifiers
    order = pa.array(np.argsort(identifiers.column("person").to_numpy(), kind="stable"))

    def pieces() -> Iterator[pa.RecordBatch]:
        for first in range(0, len(order), 100_000):
            yield from identifiers.take(order.slice(first, 100_000)).combine_chunks().to_batches()

    return pa.RecordBatchReader.from_batches(identifiers.schema, pieces())


def add(folder: Path, people: People, touched: NDArray[np.uint64]) -> int:
    """Put what is said of some people in the place of what was said before of the identifiers
    `touched` (hashes); return the version of `identifiers`. Nothing that is there is rewritten."""
    gone = pa.table({"name": touched.view(np.int64)})
    _write(folder / "joins", people.joins, "time", "append", gone)
    return _write(folder / "identifiers", people.identifiers, "first", "append", gone)


def _write(
    folder: Path,
    rows: pa.Table | pa.RecordBatchReader,
    dated: str,
    mode: Literal["overwrite", "append"],
    gone: pa.Table | None = None,
) -> int:
    address = str(folder)
    try:
        known = DeltaTable.is_deltatable(address)
        version = DeltaTable(address).version() + 1 if known else 0
    except DeltaError:
        if mode == "append":
            raise DamagedError(folder) from None
        shutil.rmtree(folder)  # what its log said is written anew
        version = 0
    schema = pa.schema([*map(_plain, rows.schema), *ADDED])

    def batches() -> Iterator[pa.RecordBatch]:
        each = rows.to_batches() if isinstance(rows, pa.Table) else rows
        for batch in each:
            yield _with(schema, batch, version)
        for batch in gone.to_batches() if gone else ():
            yield _with(schema, batch, version)

    write_deltalake(
        address,
        pa.RecordBatchReader.from_batches(schema, batches()),
        mode=mode,
        schema_mode="overwrite" if mode == "overwrite" else None,
        writer_properties=PLAIN,
        # identifiers carry no statistics: they would stay in the log after a deletion
        configuration={"delta.dataSkippingStatsColumns": dated},
    )
    return DeltaTable(address).version()


def _plain(field: pa.Field) -> pa.Field:
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    return pa.field(field.name, pa.string() if pa.types.is_large_string(kind) else kind)


def _with(schema: pa.Schema, batch: pa.RecordBatch, version: int) -> pa.RecordBatch:
    """A batch in the schema of a table, as brought by a version."""
    columns = [
        batch.column(field.name).cast(field.type)
        if field.name in batch.schema.names
        else pa.nulls(len(batch), field.type)
        for field in schema
    ]
    columns[schema.get_field_index("since")] = pa.repeat(pa.scalar(version), len(batch))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def files(folder: Path, version: int) -> list[Path]:
    """The files of both tables, `identifiers` as of `version`."""
    found = []
    for name_, at in (("identifiers", version), ("joins", None)):
        addresses = DeltaTable(str(folder / name_), version=at).file_uris()
        found += [folder / name_ / Path(local(address)).name for address in sorted(addresses)]
    return found


def stored(folder: Path) -> list[Path]:
    """Every file of both tables that lies on the disk, but those of the newest versions; none of a
    table whose log cannot be read."""
    found: list[Path] = []
    for name_ in ("identifiers", "joins"):
        with suppress(DeltaError):
            if DeltaTable.is_deltatable(str(folder / name_)):
                addresses = DeltaTable(str(folder / name_)).file_uris()
                newest = {Path(local(address)).name for address in addresses}
                there = (folder / name_).glob("*.parquet")
                found += [file for file in there if file.name not in newest]
    return found


def unread(folder: Path, version: int, known: Iterable[Path]) -> list[Path]:
    """The tables whose log cannot be read, or does not name the files that are `known`."""
    known = set(known)
    try:
        if known <= set(files(folder, version)):
            return []
    except DeltaError:
        pass
    return [folder / "identifiers", folder / "joins"]


def tell(
    con: duckdb.DuckDBPyConnection, folder: Path, table: str, files: Sequence[str], name: str
) -> None:
    """Make a table of `folder`, as some files hold it, known to a connection as `name`: the rows
    that hold."""
    _show(con, folder, table, files, name)
    _hold(con, table, name)


def _show(
    con: duckdb.DuckDBPyConnection, folder: Path, table: str, files: Sequence[str], name: str
) -> None:
    """The same as `stored_` and the name: all rows. The table's log is not asked: a later build may
    have written other files, and died.

    Raises `DamagedError` if there are no files, and what columns there are cannot be read.
    """
    try:
        empty = None if files else DeltaTable(str(folder / table))
    except DeltaError:
        raise DamagedError(folder / table) from None
    show_files(con, f"stored_{name}", files, empty)


def _hold(con: duckdb.DuckDBPyConnection, table: str, name: str) -> None:
    """Make the view `name` of those that hold."""
    always, about = KEYS[table]
    con.execute(f"""
        CREATE TABLE later_{name} AS
        SELECT (name::HUGEINT + CASE WHEN name < 0 THEN 18446744073709551616 ELSE 0 END)::UBIGINT
            AS name, max(since) AS since
        FROM stored_{name} WHERE {always} IS NULL GROUP BY ALL
    """)
    holds = f"""
        AND NOT EXISTS (SELECT 1 FROM later_{name} AS l
            WHERE l.name = {about} AND l.since > r.since)
    """
    layered = con.table(f"later_{name}").limit(1).fetchall()
    con.execute(f"""
        CREATE VIEW {name} AS SELECT * EXCLUDE (name, since) FROM stored_{name} AS r
        WHERE {always} IS NOT NULL {holds if layered else ""}
    """)


SINCE = """
CREATE VIEW told AS SELECT * FROM stored_told WHERE list_contains(getvariable('since'), since)
"""


def _query(
    folder: Path,
    table: str,
    files: Sequence[str],
    sql: str,
    since: Sequence[int] | None = None,
    **values: object,
) -> list[dict[str, Any]]:
    """Ask a table, which is called `told`.

    since  the versions whose rows hold, of what is asked for; where it is not known, the rows that
           later ones replace are looked for

    Raises `DamagedError` if its files are missing, cut off or changed.
    """
    try:
        with duckdb.connect() as con:
            prepare(con)
            con.execute("SET TimeZone = 'UTC'")
            con.execute("SET enable_progress_bar = false")
            if since is None:
                tell(con, folder, table, files, "told")
            else:
                _show(con, folder, table, files, "told")
                con.execute("SET VARIABLE since = $since::BIGINT[]", {"since": list(since)})
                con.execute(SINCE)
            rows: list[dict[str, Any]] = con.sql(sql, params=values).to_arrow_table().to_pylist()
            return rows
    except (duckdb.IOException, duckdb.InvalidInputException, DeltaError):
        raise DamagedError(folder / table) from None


def identifiers_of(
    folder: Path, files: Sequence[str], person: int, since: Sequence[int] | None = None
) -> list[dict[str, Any]]:
    """A person's identifiers, oldest first: `kind, value, node, first, last, events`.

    since  the versions whose rows about this person hold, if that is known
    """
    return _query(
        folder,
        "identifiers",
        files,
        "SELECT kind, value, node, min(first) AS first, max(last) AS last, "
        "sum(events)::BIGINT AS events FROM told WHERE person = $person "
        "GROUP BY kind, value, node ORDER BY first, kind, value",
        since,
        person=person,
    )


def times_of(
    folder: Path, files: Sequence[str], person: int, since: Sequence[int] | None = None
) -> list[tuple[str, Any, Any]]:
    """A person's identifiers as `kind:value`, each with the time it is theirs (from, to)."""
    rows = _query(
        folder,
        "identifiers",
        files,
        """SELECT kind || ':' || value AS name, "from", "to" FROM told WHERE person = $person
        AND ("from" IS NULL OR "to" IS NULL OR "from" < "to") ORDER BY name, "from" """,
        since,
        person=person,
    )
    return [(row["name"], row["from"], row["to"]) for row in rows]


def vacuum(folder: Path) -> None:
    """Remove from the disk every version of the tables but the newest."""
    for name_ in ("identifiers", "joins"):
        DeltaTable(str(folder / name_)).vacuum(
            retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True
        )


def joins_of(folder: Path, files: Sequence[str], identifiers: list[str]) -> list[dict[str, Any]]:
    """Pairs seen together of which one is among `identifiers` (`kind:value`), oldest first.

    `strong_kind, strong_value, weak_kind, weak_value, time, event_id, refused, reason`.
    """
    return _query(
        folder,
        "joins",
        files,
        "SELECT strong_kind, strong_value, weak_kind, weak_value, time, event_id, "
        "refused, reason FROM told "
        "WHERE list_contains($names, strong_kind || ':' || strong_value) "
        "OR list_contains($names, weak_kind || ':' || weak_value) "
        "ORDER BY time, event_id, weak_kind, weak_value",
        names=identifiers,
    )


def _matches(words: dict[str, str]) -> str:
    """SQL for whether a row is one of the identifiers that `words` means."""
    same = {kind: f"value = {clean(kind, f'${kind}')}" for kind in words}
    if "account" in same:  # kept as it is written most often
        same["account"] = f"lower(value) = lower({clean('account', '$account')})"
    return " OR ".join(f"(kind = '{kind}' AND {told})" for kind, told in same.items())


def find(folder: Path, files: Sequence[str], words: dict[str, str]) -> int | None:
    """The person who holds an identifier, or None.

    `words` gives the value to look for under each kind (an e-mail address must be hashed). An id
    of a person who was merged into another goes on resolving.
    """
    matches = _matches(words)
    written = number(words.get("person", ""))
    rows = _query(
        folder,
        "identifiers",
        files,
        f"SELECT person FROM told WHERE $written IN (person, node) OR {matches} "
        "ORDER BY person = $written DESC, node = $written DESC, events DESC, person LIMIT 1",
        None,
        written=-1 if written is None else written,
        **words,
    )
    return int(rows[0]["person"]) if rows else None


def holders(layers: list[Path], words: dict[str, str]) -> NDArray[np.int64]:
    """The people who hold one of the identifiers that `words` means (see `find`), ascending.

    layers  the folders where components are, oldest first (see `components.py`)

    Raises `DamagedError` for a file that is not as it was written.
    """
    kinds = [kind for kind in words if kind in IDENTIFIERS]
    named = ", ".join(f"'{kind}:' || {clean(kind, f'${kind}')}" for kind in kinds)
    with duckdb.connect() as con:
        prepare(con)
        told = con.execute(
            f"SELECT hash(name)::UBIGINT FROM (SELECT unnest([{named}]) AS name) "
            "WHERE name IS NOT NULL",
            {kind: words[kind] for kind in kinds},
        ).fetchall()
    names = np.unique(np.array([name for (name,) in told], np.uint64))
    return components.holders([components.Layer(layer) for layer in layers], names, ("person",))


def held(folder: Path, files: Sequence[str], words: dict[str, str]) -> tuple[str, str] | None:
    """The identifier, as (kind, value), that `words` means, or None; its own id will do too."""
    matches = _matches(words)
    written = number(words.get("person", ""))
    rows = _query(
        folder,
        "identifiers",
        files,
        f"SELECT kind, value FROM told WHERE node = $written OR {matches} "
        "ORDER BY node = $written DESC, events DESC, kind, value LIMIT 1",
        None,
        written=-1 if written is None else written,
        **words,
    )
    return (rows[0]["kind"], rows[0]["value"]) if rows else None


__all__ = ["find", "identifiers_of", "name", "write"]
