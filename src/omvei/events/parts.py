"""The Parquet files of one import, written while the file is read.

They lie in the table's folder, but belong to it only once the table's log names them: what a
failed import wrote is removed, and a crash leaves nothing that anybody reads. A thread of its own
writes, so that reading goes on meanwhile.
"""

import json
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake.transaction import AddAction, RemoveAction

ROWS = 1_500_000
"""Rows a file, at least: erasing a person rewrites the files that hold them."""

GROUP = 128 * 1024
"""Rows a row group, so that many threads can read one file."""

WITH_STATISTICS = ["time"]
"""Only time has statistics: an identifier must not stand in a footer."""


class Parts:
    """Files being written; `actions()` is what to tell the log."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.folder = folder
        self.schema = schema
        self.done: list[AddAction | RemoveAction] = []
        self.paths: list[Path] = []
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._writing: Future[None] | None = None
        self._open: pq.ParquetWriter | None = None
        self._rows = 0
        self._first = self._last = None

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows in the table's schema."""
        self._wait()
        self._writing = self._thread.submit(self._write, batch)

    def actions(self) -> list[AddAction | RemoveAction]:
        """Finish, and describe the files."""
        self._wait()
        self._finish()
        return self.done

    def close(self) -> None:
        """Finish the file that is being written; the next rows go to another."""
        self._wait()
        self._finish()

    def discard(self) -> None:
        """Remove what was written."""
        try:
            self._wait()
        finally:
            if self._open is not None:
                self._open.close()
            for path in self.paths:
                path.unlink(missing_ok=True)
            self._thread.shutdown()

    def _wait(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()

    def _write(self, batch: pa.RecordBatch) -> None:
        if self._open is None:
            self.paths.append(self.folder / f"part-{uuid4()}.zstd.parquet")
            self._open = pq.ParquetWriter(
                self.paths[-1],
                self.schema,
                compression="zstd",
                compression_level=1,
                write_statistics=[n for n in WITH_STATISTICS if n in self.schema.names],
            )
            self._rows, self._first, self._last = 0, None, None
        self._open.write_batch(batch, row_group_size=GROUP)
        if "time" in self.schema.names:
            times = pc.min_max(batch.column("time")).as_py()
            self._first = min(filter(None, (self._first, times["min"])))
            self._last = max(filter(None, (self._last, times["max"])))
        self._rows += len(batch)
        if self._rows >= ROWS:
            self._finish()

    def _finish(self) -> None:
        if self._open is None:
            return
        self._open.close()
        self._open = None
        stats: dict[str, object] = {"numRecords": self._rows}
        if self._first is not None and self._last is not None:
            # the log keeps milliseconds: the latest is rounded up
            last = self._last + timedelta(milliseconds=1)
            stats["minValues"] = {"time": _millis(self._first)}
            stats["maxValues"] = {"time": _millis(last)}
        path = self.paths[-1]
        found = path.stat()
        modified = int(found.st_mtime * 1000)
        self.done.append(AddAction(path.name, found.st_size, {}, modified, True, json.dumps(stats)))


def _millis(time: object) -> str:
    text: str = pc.strftime(
        pa.scalar(time, pa.timestamp("ms", "UTC")), "%Y-%m-%dT%H:%M:%SZ"
    ).as_py()
    return text
