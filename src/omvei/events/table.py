"""The tables of facts: events, and totals beside them. Delta Lake, one commit a file.

A file lands whole or not at all: its rows are written beside the table while it is read, judged,
and then named in one commit. The commit carries the file's hash as a Delta application
transaction, so the same file cannot land twice, and a summary of the import as its metadata.

Identifier columns carry no statistics, neither in Parquet nor in the log: a person must be
erasable by rewriting the files that hold them.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.transaction import RemoveAction

from ..errors import DamagedError, EmptyFileError, TooManyRejectsError, UnknownNameError
from ..sources.reading import Reading
from .addresses import escaped, files_of, local
from .checksum import checksum, sound, unchanged
from .ids import Repeats, derive
from .parts import Parts
from .schema import GIVEN, READ, REFUSED, SOURCE, Column, schema
from .seen import Hashes, Seen, hashed

Progress = Callable[[int, int | None, str], None]
"""Called with (rows done, rows in all if known, what is being done)."""

TOLERATED = 0.01
"""A file with a larger share of unusable rows is refused: it is probably misunderstood."""

KEPT_FOREVER = {
    "delta.logRetentionDuration": "interval 36500 days",  # the log is our list of imports
}


@dataclass(frozen=True)
class Import:
    """What became of one file: `rows` = `events` + `rejected` + `duplicates` + `deleted`."""

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
    table: str = "events"
    """The table its rows went to."""
    deleted: int = 0
    """Rows kept out because they are somebody's who was deleted."""


class Facts:
    """A table of a workspace, in a folder of its name: `columns` are what a source gives for it."""

    def __init__(self, folder: Path, columns: tuple[Column, ...]) -> None:
        self.folder = folder
        self.schema = schema(*columns, *SOURCE)
        self.rejects = folder.parent / "rejected"

    def exists(self) -> bool:
        """Whether anything was ever imported."""
        return (self.folder / "_delta_log").is_dir() and DeltaTable.is_deltatable(str(self.folder))

    @property
    def version(self) -> int:
        """The number of the newest commit; -1 for none."""
        return DeltaTable(str(self.folder)).version() if self.exists() else -1

    def files(self, version: int | None = None) -> list[str]:
        """The Parquet files that hold the events now, or did as of a version."""
        table = DeltaTable(str(self.folder), version=version) if self.exists() else None
        return files_of(table) if table else []

    def named(self) -> set[str]:
        """The names of the files that hold the events now."""
        addresses = DeltaTable(str(self.folder)).file_uris() if self.exists() else []
        return {Path(local(address)).name for address in addresses}

    def unnamed(self) -> list[Path]:
        """Files that the log never named: an import that was writing them did not land."""
        there = {file.name: file for file in self.folder.glob("part-*.parquet")}
        if there.keys() <= (now := self.named()):
            return []
        log = DeltaTable(str(self.folder)).history() if self.exists() else []
        once = {part for entry in log for part in json.loads(entry.get("parts", "{}"))}
        return [file for name, file in there.items() if name not in now | once]

    def imports(self, version: int | None = None) -> list[Import]:
        """Every import, oldest first; with a version, those that there were then."""
        if not self.exists():
            return []
        found: dict[str, Import] = {}
        for entry in reversed(DeltaTable(str(self.folder)).history()):
            if version is not None and entry["version"] > version:
                continue
            if "import" in entry:
                done = Import(**json.loads(entry["import"]))
                found[done.file] = done
            elif "undo" in entry:
                found.pop(entry["undo"], None)
        return list(found.values())

    def since(self, version: int) -> list[Import] | None:
        """The files that came after a version; None where something else happened too."""
        found = []
        for entry in DeltaTable(str(self.folder)).history() if self.exists() else ():
            if entry["version"] > version:
                if "import" not in entry:
                    return None
                found.append(Import(**json.loads(entry["import"])))
        return found

    def parts(self) -> dict[str, tuple[str, str]]:
        """The files that hold the events now, by name: whose rows they hold, and their checksum.

        Those of workspaces from before the log said so are left out.
        """
        if not self.exists():
            return {}
        there = self.named()
        found: dict[str, tuple[str, str]] = {}
        for entry in DeltaTable(str(self.folder)).history():
            for part, told in json.loads(entry.get("parts", "{}")).items():
                if part in there:
                    found[part] = (told[0], told[1])
        return found

    def damaged(self) -> dict[Path, str]:
        """Files that are not as they were written, and the name of the import each belongs to."""
        names = {done.file: done.name for done in self.imports()}
        return {
            self.folder / part: names.get(file, file)
            for part, (file, told) in self.parts().items()
            if not unchanged(self.folder / part, told)
        }

    def compare(self) -> None:
        """Compare the files with their checksums, once a process.

        Raises `DamagedError` for one that is not as it was written.
        """
        for part, (_, told) in self.parts().items():
            if not sound(self.folder / part, told, checksum):
                raise DamagedError(self.folder / part)

    def undo(self, name: str) -> Import:
        """Take a file's rows out again; the file can be imported anew.

        `name` is the file's name or hash; of several imports of that name, the newest. Raises
        `UnknownNameError` if there is none.
        """
        known = self.imports()
        found = [done for done in known if name in (done.name, done.file)]
        if not found:
            raise UnknownNameError("import", name, [done.name for done in known])
        table = DeltaTable(str(self.folder))
        said = CommitProperties(custom_metadata={"undo": found[-1].file})
        now = int(time.time() * 1000)
        own = [part for part, (file, _) in self.parts().items() if file == found[-1].file]
        if own:  # each part holds one file's rows: none of them needs to be read
            gone: list[Any] = [RemoveAction(part, True, now) for part in own]
            table.create_write_transaction(gone, "append", self.schema, commit_properties=said)
        else:  # imported before the log named the parts
            table.delete(f"file = '{found[-1].file}'", commit_properties=said)
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
        passing: Callable[[pa.RecordBatch], pa.RecordBatch] | None = None,
        progress: Progress = lambda done, total, phase: None,
    ) -> Import:
        """Take a file in, whole or not at all.

        passing  leaves out rows that are somebody's who was deleted

        Raises `TooManyRejectsError` when more than 1 % of its rows are unusable and
        `allow_rejects` is not said, `SourceError` when it holds no row at all.
        """
        if earlier := next((i for i in self.imports() if i.file == file), None):
            return Import(**{**asdict(earlier), "known": True})
        table = self._table()
        parts = Parts(self.folder, self.schema)
        try:
            with ThreadPoolExecutor(max_workers=1) as thread:  # the index is compared meanwhile
                looked = thread.submit(self._seen)
                told, good, deleted, bad = _read(reading, parts, file, passing, progress)
            seen = looked.result()
            rows, rejected = good + len(bad) + deleted, len(bad)
            if rows == 0:
                raise EmptyFileError(name, "holds no rows.", "Check that the export is not empty.")
            if good + deleted == 0 or (rejected > rows * TOLERATED and not allow_rejects):
                raise _too_many(name, rows, bad)
            progress(0, None, "duplicates")
            actions = parts.actions()
            fresh = self._count_new(told, parts.paths, seen)
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
                table=self.folder.name,
                deleted=deleted,
            )
            if bad:
                self.rejects.mkdir(exist_ok=True)
                refused = pa.Table.from_pylist(bad, schema=schema(*REFUSED))
                pq.write_table(refused, self.rejects / f"{file}.parquet")
            table.create_write_transaction(
                actions,
                "append",
                self.schema,
                commit_properties=CommitProperties(
                    custom_metadata={
                        "import": json.dumps(asdict(done)),
                        "parts": json.dumps({p.name: (file, checksum(p)) for p in parts.paths}),
                    },
                    app_transactions=[Transaction(f"omvei-file-{file}", 1)],
                ),
            )
        except BaseException:
            # an interruption may come after the commit: files that the log names must stay
            if all(landed.file != file for landed in self.imports()):
                parts.discard()
            raise
        with suppress(OSError):  # it can be made again
            seen.add(file, told)
        return done

    def _table(self) -> DeltaTable:
        """The table; made empty where there is none yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        dated = "time" in self.schema.names
        statistics = (
            {"delta.dataSkippingStatsColumns": "time"}
            if dated
            else {"delta.dataSkippingNumIndexedCols": "0"}
        )
        table = DeltaTable.create(
            str(self.folder),
            self.schema,
            mode="ignore",
            configuration=KEPT_FOREVER | statistics,
        )
        there = {field.name for field in table.schema().fields}
        wanted = Schema.from_arrow(self.schema).fields
        if later := [field for field in wanted if field.name not in there]:
            table.alter.add_columns(later)  # made before we had them
        return table

    def _seen(self) -> Seen:
        """The index of the event ids that are here."""
        parts: dict[str, list[Path]] = {done.file: [] for done in self.imports()}
        for part, (file, _) in self.parts().items():
            parts.setdefault(file, []).append(self.folder / part)
        if unnamed := [name for name, own in parts.items() if not own]:
            # imported before the log named the parts
            named = {part.name for own in parts.values() for part in own}
            uris = DeltaTable(str(self.folder)).file_uris()
            there = [self.folder / Path(local(uri)).name for uri in uris]
            parts[unnamed[0]] = [part for part in there if part.name not in named]
        seen = Seen(self.folder)
        seen.catch_up(parts)
        return seen

    def _count_new(self, told: Hashes, parts: list[Path], seen: Seen) -> int:
        """How many rows of new files carry an event id that no earlier row or file has.

        told  the hashes of their event ids, ascending
        """
        again = np.append(False, told[1:] == told[:-1])[: len(told)]
        twice = told[again | seen.known(told)]
        if not len(twice):
            return len(told)
        with duckdb.connect() as con:  # equal hashes are not yet equal ids
            con.execute("SET enable_progress_bar = false")
            con.register("twice", pa.table({"hash": np.unique(twice)}))
            there = "SELECT event_id FROM read_parquet({}) WHERE hash(event_id) IN (FROM twice)"
            known = f"EXCEPT {there.format('$known')}" if self.files() else ""
            (fresh,) = con.execute(
                f"SELECT count(*) FROM (SELECT DISTINCT * FROM ({there.format('$parts')}) {known})",
                {"parts": [escaped(str(part)) for part in parts]}
                | ({"known": self.files()} if self.files() else {}),
            ).fetchall()[0]
        return len(told) - int(np.isin(told, twice).sum()) + int(fresh)


class Events(Facts):
    """The events of a workspace, in the folder `events/`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, GIVEN)


def _read(
    reading: Reading,
    parts: Parts,
    file: str,
    passing: Callable[[pa.RecordBatch], pa.RecordBatch] | None,
    progress: Progress,
) -> tuple[Hashes, int, int, list[dict[str, Any]]]:
    """Write the good rows; return the ascending hashes of their ids, how many there are, how many
    were kept out, and the bad ones."""
    told: list[Hashes] = [np.zeros(0, np.uint64)]
    good, deleted, bad = 0, 0, []
    seen = Repeats()
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        for batch in reading.batches:
            reasons = batch.column("reason")
            if reasons.null_count < len(batch):
                refused = batch.filter(pc.is_valid(reasons))
                bad += refused.select([column.name for column in REFUSED]).to_pylist()
                batch = batch.filter(pc.is_null(reasons))
            if len(batch):
                columns = dict(zip(batch.schema.names, batch.columns, strict=True))
                columns["event_id"] = derive(con, batch, reading.source, seen)
                columns["source"] = _repeated(reading.source, len(batch))
                columns["file"] = _repeated(file, len(batch))
                arrays = [columns[name] for name in parts.schema.names]
                rows = pa.RecordBatch.from_arrays(arrays, names=parts.schema.names)
                kept = passing(rows) if passing else rows
                if len(kept):
                    parts.write(kept)
                    told.append(hashed(con, kept.column("event_id")))
                good += len(kept)
                deleted += len(rows) - len(kept)
            progress(good + deleted + len(bad), reading.rows, "reading")
    return np.sort(np.concatenate(told)), good, deleted, bad


def _repeated(word: str, rows: int) -> pa.Array:
    """A word for each row, held once."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), [word])


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
