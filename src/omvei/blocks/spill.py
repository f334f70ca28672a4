"""Rows laid out by bucket of people on the disk, so that each bucket is read once.

A build names all events in one pass, in whatever order they lie; a block wants the rows of some
people. In between they are put into one file a bucket, which costs memory for one batch only.
"""

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)


class Spill:
    """Files of rows, one a bucket. A thread of its own writes, while reading goes on."""

    def __init__(self, folder: Path, buckets: int, by: str = "person") -> None:
        """by  the column that says whose a row is"""
        self.folder = folder
        self.buckets = buckets
        self.by = by
        self._open: dict[int, pa.RecordBatchFileWriter] = {}
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._writing: Future[None] | None = None
        folder.mkdir(parents=True)

    def add(self, rows: pa.RecordBatch) -> None:
        """Add rows; those of nobody (-1) are left out."""
        self._wait()
        self._writing = self._thread.submit(self._add, rows)

    def _add(self, rows: pa.RecordBatch) -> None:
        bucket = bucket_of(rows.column(self.by).to_numpy(), self.buckets)
        order = np.argsort(bucket, kind="stable")
        rows = rows.take(pa.array(order))
        bounds = np.searchsorted(bucket[order], np.arange(self.buckets + 1))
        for number in np.flatnonzero(np.diff(bounds)).tolist():
            if number not in self._open:
                path = str(self._place(number))
                self._open[number] = pa.ipc.new_file(path, rows.schema, options=OPTIONS)
            first, last = bounds[number], bounds[number + 1]
            self._open[number].write_batch(rows.slice(first, last - first))

    def close(self) -> list[int]:
        """Finish; return the buckets that there are."""
        self._wait()
        for out in self._open.values():
            out.close()
        self._thread.shutdown()
        return sorted(self._open)

    def read(self, number: int) -> pa.Table | None:
        """The rows of a bucket, whose file is no longer needed; None where there are none."""
        path = self._place(number)
        if not path.exists():
            return None
        with pa.memory_map(str(path)) as source:
            rows = pa.ipc.open_file(source).read_all()
        path.unlink()
        return rows

    def remove(self) -> None:
        """Remove what is left."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()

    def _place(self, number: int) -> Path:
        return self.folder / f"{number:05d}.arrow"


def bucket_of(person: NDArray[np.int64], buckets: int) -> NDArray[np.int16]:
    """The bucket of each person, by the first 20 bits of their id.

    >>> bucket_of(np.array([0, 1 << 59]), 4).tolist()
    [0, 2]
    """
    found: NDArray[np.int16] = ((person >> 40) * buckets >> 20).astype(np.int16)
    return found


def divided(rows: pa.Table, buckets: int) -> dict[int, pa.Table]:
    """Rows by the bucket of their person.

    >>> rows = pa.table({"person": [0, 1 << 59, 1]})
    >>> {bucket: own.num_rows for bucket, own in divided(rows, 4).items()}
    {0: 2, 2: 1}
    """
    bucket = bucket_of(rows.column("person").to_numpy(), buckets)
    there = np.unique(bucket).tolist()
    if len(there) == 1:
        return {there[0]: rows}
    return {number: rows.filter(pa.array(bucket == number)) for number in there}
