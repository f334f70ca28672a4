"""The Parquet files of one import, written while the file is read.

They lie in the table's folder, but belong to it only once the table's log names them: what a
failed import wrote is removed, and a crash leaves nothing that anybody reads. Threads of their own
write, each a file of its own, so that reading goes on meanwhile.
"""

import json
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake.transaction import AddAction, RemoveAction

from .schema import WORDS

ROWS = 1_500_000
"""Rows a file, at least: erasing a person rewrites the files that hold them."""

GROUP = 128 * 1024
"""Rows a row group, so that many threads can read one file."""

AT_ONCE = 2
"""Files that are written at a time."""

WITH_STATISTICS = ["time"]
"""Only time has statistics: an identifier must not stand in a footer."""


class Parts:
    """Files being written; `actions()` is what to tell the log."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.folder = folder
        self.schema = schema
        self.done: list[AddAction | RemoveAction] = []
        self.paths: list[Path] = []
        self._threads = ThreadPoolExecutor(max_workers=AT_ONCE)
        self._open: list[_Part] = []
        self._writing: dict[Future[None], _Part] = {}

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows in the columns of the table; those of `WORDS` may be places in a dictionary."""
        self._wait(for_all=False)
        busy = list(self._writing.values())
        part = next((part for part in self._open if part not in busy), None)
        if part is None:
            part = _Part(self.folder / f"part-{uuid4()}.zstd.parquet")
            self.paths.append(part.path)
            self._open.append(part)
        self._writing[self._threads.submit(part.write, batch)] = part

    def actions(self) -> list[AddAction | RemoveAction]:
        """Finish, and describe the files."""
        self.close()
        self._threads.shutdown()
        return self.done

    def close(self) -> None:
        """Finish the files that are being written; the next rows go to others."""
        self._wait(for_all=True)
        for part in list(self._open):
            self._finish(part)

    def discard(self) -> None:
        """Remove what was written."""
        try:
            self._wait(for_all=True)
        finally:
            self._threads.shutdown()
            for part in self._open:
                part.close()
            for path in self.paths:
                path.unlink(missing_ok=True)

    def _wait(self, for_all: bool) -> None:
        """Until one more file can be written, or none is; files that are full are finished."""
        if self._writing:
            room = len(self._writing) < AT_ONCE
            done, _ = (
                wait(self._writing)
                if for_all
                else wait(self._writing, 0 if room else None, FIRST_COMPLETED)
            )
            for written in done:
                part = self._writing.pop(written)
                written.result()
                if part.rows >= ROWS:
                    self._finish(part)

    def _finish(self, part: "_Part") -> None:
        part.close()
        self._open.remove(part)
        self.done.append(part.action())


class _Part:
    """One file being written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._out: pq.ParquetWriter | None = None
        self._first: datetime | None = None
        self._last: datetime | None = None

    def write(self, batch: pa.RecordBatch) -> None:
        rows = _own(batch)
        if self._out is None:
            self._out = pq.ParquetWriter(
                self.path,
                rows.schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=[name for name in rows.schema.names if name in WORDS],
                write_statistics=[n for n in WITH_STATISTICS if n in rows.schema.names],
                store_schema=False,  # a dictionary here is none for who reads
            )
        rows = rows.cast(self._out.schema)
        if len(rows) < GROUP // 2:  # until a group is full
            self._out.write_batch(rows, row_group_size=GROUP)
        else:  # a group of its own, which takes its dictionaries as they are
            self._out.write_table(pa.Table.from_batches([rows]), row_group_size=GROUP)
        if "time" in rows.schema.names:
            times = pc.min_max(rows.column("time")).as_py()
            self._first = min(filter(None, (self._first, times["min"])))
            self._last = max(filter(None, (self._last, times["max"])))
        self.rows += len(rows)

    def close(self) -> None:
        if self._out is not None:
            self._out.close()

    def action(self) -> AddAction:
        """What to tell the log of it."""
        stats: dict[str, object] = {"numRecords": self.rows}
        if self._first is not None and self._last is not None:
            # the log keeps milliseconds: the latest is rounded up
            last = self._last + timedelta(milliseconds=1)
            stats["minValues"] = {"time": _millis(self._first)}
            stats["maxValues"] = {"time": _millis(last)}
        found = self.path.stat()
        modified = int(found.st_mtime * 1000)
        return AddAction(self.path.name, found.st_size, {}, modified, True, json.dumps(stats))


def _own(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows with dictionaries of their own words alone: no file may hold a text that none of
    its rows says, or it would outlive a deletion.

    >>> words = pa.DictionaryArray.from_arrays(pa.array([2, None]), pa.array(["a", "b", "c"]))
    >>> _own(pa.record_batch({"event": words})).column("event").dictionary.to_pylist()
    ['c']
    """
    columns = []
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            used = np.zeros(len(column.dictionary), np.bool_)
            used[column.indices.drop_null().to_numpy()] = True
            if not used.all():
                place = pa.array(np.cumsum(used, dtype=np.int32) - np.int32(1))
                column = pa.DictionaryArray.from_arrays(
                    place.take(column.indices), column.dictionary.filter(pa.array(used))
                )
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _millis(time: object) -> str:
    text: str = pc.strftime(
        pa.scalar(time, pa.timestamp("ms", "UTC")), "%Y-%m-%dT%H:%M:%SZ"
    ).as_py()
    return text
