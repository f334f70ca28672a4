"""The table of events: a Delta Lake table that only grows, one commit a file.

A file lands whole or not at all: its rows are first staged beside the table, judged, and then
written in one commit. The commit carries the file's hash as a Delta application transaction, so
the same file cannot land twice, and a summary of the import as the commit's metadata.

Identifier columns carry no statistics, neither in Parquet nor in the log: a person must be
erasable by rewriting the files that hold them.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)

from ..errors import SourceError, TooManyRejectsError, UnknownNameError
from ..sources.reading import Reading
from .addresses import escaped, files_of
from .schema import EVENTS, IDENTIFIERS, READ, REFUSED, schema

Progress = Callable[[int, int | None, str], None]
"""Called with (rows done, rows in all if known, what is being done)."""

TOLERATED = 0.01
"""A file with a larger share of unusable rows is refused: it is probably misunderstood."""

NO_STATISTICS = ColumnProperties(statistics_enabled="NONE")
KEPT_FOREVER = {
    "delta.dataSkippingStatsColumns": "time",
    "delta.logRetentionDuration": "interval 36500 days",  # the log is our list of imports
}
NOT_CONTENT = {"event_id", "file", "row", "source"}


@dataclass(frozen=True)
class Import:
    """What became of one file: `rows` = `events` + `rejected` + `duplicates`."""

    file: str
    """First 16 hex digits of the file's SHA-256."""
    name: str
    """The file's name when it was imported."""
    source: str
    rows: int
    events: int
    """Rows that are new facts."""
    rejected: int
    """Rows set aside with a reason."""
    duplicates: int
    """Rows whose event id this workspace already had."""
    mapping: dict[str, str]
    time: str
    """When it was imported."""
    known: bool = False
    """The file was here already, and nothing was done."""


def _identity(path: Path) -> str:
    return f"omvei-file-{path}"


class Events:
    """The events of a workspace, in the folder `events/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rejects = folder.parent / "rejected"

    def exists(self) -> bool:
        """Whether anything was ever imported."""
        return (self.folder / "_delta_log").is_dir() and DeltaTable.is_deltatable(str(self.folder))

    @property
    def version(self) -> int:
        """The number of the newest commit; -1 for none."""
        return DeltaTable(str(self.folder)).version() if self.exists() else -1

    def files(self) -> list[str]:
        """The Parquet files that hold the events now."""
        return files_of(DeltaTable(str(self.folder))) if self.exists() else []

    def imports(self) -> list[Import]:
        """Every import, oldest first."""
        if not self.exists():
            return []
        found: dict[str, Import] = {}
        for entry in reversed(DeltaTable(str(self.folder)).history()):
            if "import" in entry:
                done = Import(**json.loads(entry["import"]))
                found[done.file] = done
            elif "undo" in entry:
                found.pop(entry["undo"], None)
        return list(found.values())

    def undo(self, name: str) -> Import:
        """Take a file's rows out again; the file can be imported anew.

        `name` is the file's name or hash; of several imports of that name, the newest. Raises
        `UnknownNameError` if there is none.
        """
        known = self.imports()
        found = [done for done in known if name in (done.name, done.file)]
        if not found:
            raise UnknownNameError("import", name, [done.name for done in known])
        DeltaTable(str(self.folder)).delete(
            f"file = '{found[-1].file}'",
            commit_properties=CommitProperties(custom_metadata={"undo": found[-1].file}),
        )
        (self.rejects / f"{found[-1].file}.parquet").unlink(missing_ok=True)
        return found[-1]

    def rejected(self, file: str | None = None, limit: int | None = None) -> list[dict[str, Any]]:
        """Rows set aside: `file`, `row`, `column`, `reason`, `text`, in file order."""
        found: list[dict[str, Any]] = []
        for done in self.imports():
            path = self.rejects / f"{done.file}.parquet"
            if done.rejected and path.exists() and file in (None, done.file, done.name):
                rows = pq.read_table(path).to_pylist()
                found += [{"file": done.name, **row} for row in rows]
        return found[:limit]

    def append(
        self,
        reading: Reading,
        *,
        file: str,
        name: str,
        now: str,
        allow_rejects: bool = False,
        progress: Progress = lambda done, total, phase: None,
    ) -> Import:
        """Take a file in, whole or not at all.

        Raises `TooManyRejectsError` when more than 1 % of its rows are unusable and
        `allow_rejects` is not said, `SourceError` when it holds no row at all.
        """
        if earlier := next((i for i in self.imports() if i.file == file), None):
            return Import(**{**asdict(earlier), "known": True})
        staging = self.folder.parent / f".import-{uuid4().hex}"
        staging.mkdir(parents=True)
        try:
            good, bad = _stage(reading, staging / "read.parquet", progress)
            rows, rejected = good + len(bad), len(bad)
            if rows == 0:
                raise SourceError(name, "holds no rows.", "Check that the export is not empty.")
            if good == 0 or (rejected > rows * TOLERATED and not allow_rejects):
                raise _too_many(name, rows, bad)
            progress(rows, rows, "duplicates")
            con = _derive_ids(staging, reading.source, file)
            fresh = self._count_new(con)
            done = Import(
                file,
                name,
                reading.source,
                rows,
                fresh,
                rejected,
                good - fresh,
                dict(reading.mapping),
                now,
            )
            if bad:
                self.rejects.mkdir(exist_ok=True)
                table = pa.Table.from_pylist(bad, schema=schema(*REFUSED))
                pq.write_table(table, self.rejects / f"{file}.parquet")
            progress(rows, rows, "writing")
            self._commit(con, done)
            return done
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _count_new(self, con: duckdb.DuckDBPyConnection) -> int:
        """How many staged rows carry an event id that neither an earlier row nor file has."""
        known = self.files()
        seen = "WHERE event_id NOT IN (SELECT event_id FROM read_parquet($files))" if known else ""
        (fresh,) = con.execute(
            f"SELECT count(DISTINCT event_id) FROM staged {seen}", {"files": known} if known else {}
        ).fetchall()[0]
        return int(fresh)

    def _commit(self, con: duckdb.DuckDBPyConnection, done: Import) -> None:
        rows = con.sql("SELECT * FROM staged").to_arrow_reader(250_000)
        write_deltalake(
            str(self.folder),
            pa.RecordBatchReader.from_batches(EVENTS, (b.cast(EVENTS) for b in rows)),
            mode="append",
            configuration=KEPT_FOREVER,
            target_file_size=256 << 20,
            writer_properties=WriterProperties(
                compression="ZSTD",
                compression_level=1,
                max_row_group_size=128 * 1024,  # so that many threads can read one file
                column_properties=dict.fromkeys([*IDENTIFIERS, "session_id"], NO_STATISTICS),
            ),
            commit_properties=CommitProperties(
                custom_metadata={"import": json.dumps(asdict(done))},
                app_transactions=[Transaction(f"omvei-file-{done.file}", 1)],
            ),
        )


def _stage(reading: Reading, path: Path, progress: Progress) -> tuple[int, list[dict[str, Any]]]:
    """Write the good rows to `path`; return how many, and the bad ones."""
    kept = pa.schema([*[field for field in READ if field.name in EVENTS.names]])
    good, bad = 0, []
    with pq.ParquetWriter(path, kept, compression="snappy", write_statistics=False) as out:
        for batch in reading.batches:
            reasons = batch.column("reason")
            if reasons.null_count < len(batch):
                refused = batch.filter(pc.is_valid(reasons))
                bad += refused.select([column.name for column in REFUSED]).to_pylist()
                batch = batch.filter(pc.is_null(reasons))
            good += len(batch)
            out.write_batch(batch.select(kept.names))
            progress(good + len(bad), None, "reading")
    return good, bad


def _derive_ids(staging: Path, source: str, file: str) -> duckdb.DuckDBPyConnection:
    """A connection with the view `staged`: the events, each with an id.

    A given id is kept, under the source's name. A derived one is the hash of everything the row
    says, and of how many equal rows came before it in the file: two equal purchases are two
    facts, but the same row in a later, longer export is the same fact again.
    """
    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = true")
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET temp_directory = $spill", {"spill": staging.as_posix()})
    read = escaped((staging / "read.parquet").as_posix())
    con.execute("SET VARIABLE read = $path", {"path": read})
    content = [name for name in EVENTS.names if name not in NOT_CONTENT]
    counts = con.execute(
        "SELECT "
        + ", ".join(f"count({n})" for n in content)
        + " FROM read_parquet(getvariable('read'))"
    ).fetchall()[0]
    said = [name for name, count in zip(content, counts, strict=True) if count]
    hashed = ", ".join(f"'{n}=' || {n}::VARCHAR" for n in said)
    con.execute(f"""
        -- every row without an id of its own, and the hash of what it says
        CREATE TEMP TABLE hashes AS
        SELECT row, md5(concat_ws(chr(31), {hashed})) AS hash
        FROM read_parquet(getvariable('read')) WHERE event_id IS NULL;

        -- the second, third, ... of equal rows
        CREATE TEMP TABLE repeats AS
        SELECT row, nth FROM (
            SELECT row, row_number() OVER (PARTITION BY hash ORDER BY row) - 1 AS nth
            FROM hashes WHERE hash IN (SELECT hash FROM hashes GROUP BY hash HAVING count(*) > 1)
        ) WHERE nth > 0;
    """)
    con.execute("SET VARIABLE source = $source", {"source": source})
    con.execute("SET VARIABLE file = $file", {"file": file})
    columns = ", ".join(f"r.{name}" for name in EVENTS.names if name not in NOT_CONTENT)
    con.execute(f"""
        CREATE TEMP VIEW staged AS
        SELECT
            getvariable('source') || ':'
            || coalesce(r.event_id, h.hash || coalesce('+' || p.nth, ''))
                AS event_id,
            {columns},
            getvariable('source') AS source, getvariable('file') AS file, r.row
        FROM read_parquet(getvariable('read')) AS r
        LEFT JOIN hashes AS h ON r.event_id IS NULL AND h.row = r.row
        LEFT JOIN repeats AS p ON r.event_id IS NULL AND p.row = r.row
    """)
    return con


def _too_many(name: str, rows: int, bad: list[dict[str, Any]]) -> TooManyRejectsError:
    first = bad[0]
    where = f", column {first['column']}" if first["column"] else ""
    return TooManyRejectsError(
        name,
        f"{len(bad)} of {rows} rows cannot be used; the first is row {first['row']}{where}: "
        f"{first['reason']}. Nothing was imported.",
        "Look at how the file was understood with --dry-run, name the columns with --map, "
        "or say --allow-rejects to import the rest.",
    )


def batches(table: pa.Table) -> Iterator[pa.RecordBatch]:
    """The batches of a table of good rows, in the schema a source yields.

    >>> rows = pa.table({"time": pa.array([0], pa.timestamp("us", "UTC")), "row": [1]})
    >>> next(batches(rows)).schema == READ
    True
    """
    for batch in table.to_batches(max_chunksize=100_000):
        columns = [
            batch.column(field.name).cast(field.type)
            if field.name in batch.schema.names
            else pa.nulls(len(batch), field.type)
            for field in READ
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=READ)
