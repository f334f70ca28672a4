"""Columns in Arrow files, mapped from disk; each carries a sum by which a flipped bit is found.

A file is mapped, and of it only what is asked for is read. When a process first asks for a column,
it is compared with the sum it was written with; after that it is not again, as long as the file is
the same. The sum is a CRC-32: it finds every run of up to 32 changed bits, and leaves one in four
billion of larger changes unseen. It guards against what disks and cables do, not against malice;
`omvei verify` compares SHA-256.
"""

import zlib
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .errors import DamagedError
from .stores.copies import here

Column = NDArray[Any]

SUM, ROWS = b"sum", b"rows"
"""What is kept beside a column, and beside the table."""

_sound: set[tuple[object, ...]] = set()
"""The columns that this process has compared: file, its node, time and size, column."""


def write(path: Path, table: pa.Table) -> None:
    """Write a table as one batch, each column with its sum."""
    table = table.combine_chunks()
    fields = [
        field.with_metadata({SUM: _told(_whole(column))})
        for field, column in zip(table.schema, table.columns, strict=True)
    ]
    schema = pa.schema(fields, {ROWS: str(len(table)).encode()})
    with pa.ipc.new_file(path, schema) as out:
        for batch in table.cast(schema).to_batches():
            out.write_batch(batch)


def write_pieces(path: Path, rows: pa.RecordBatchReader) -> None:
    """Write numbers that come piece by piece in the same way, though they do not fit into memory:
    each column goes into a file of its own first."""
    with TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as scratch:
        files = [Path(scratch) / name for name in rows.schema.names]
        with ExitStack() as open_:
            opened = [open_.enter_context(file.open("wb")) for file in files]
            for batch in rows:
                for out, column in zip(opened, batch.columns, strict=True):
                    column.to_numpy().tofile(out)
        arrays = [
            pa.array(
                np.memmap(file, kind.to_pandas_dtype(), "r") if file.stat().st_size else [], kind
            )
            for file, kind in zip(files, rows.schema.types, strict=True)
        ]
        write(path, pa.Table.from_arrays(arrays, schema=rows.schema))


class Mapped:
    r"""The columns of one Arrow file.

    Raises `DamagedError` if it is missing, cut off or no Arrow file, and when a column is asked
    for that is not as it was written.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "ages.arrow"
    >>> write(path, pa.table({"age": [39, 7]}))
    >>> Mapped(path)("age").tolist()
    [39, 7]
    >>> harmed = path.read_bytes().replace(b"\x27", b"\x26")
    >>> _ = path.write_bytes(harmed)
    >>> Mapped(path)("age").tolist()
    Traceback (most recent call last):
    omvei.errors.DamagedError: ...ages.arrow is not as it was written...
    """

    def __init__(self, path: Path, told: str | None = None) -> None:
        """told  the file's checksum, where the folder is a copy that may not have it yet"""
        self.path = path
        try:
            found = here(path, told).stat()
            with pa.memory_map(str(path)) as source:
                self._table = pa.ipc.open_file(source).read_all()
            rows = (self._table.schema.metadata or {}).get(ROWS)
        except (OSError, ValueError, KeyError, pa.ArrowException):
            raise DamagedError(path) from None
        self.rows, self.names = len(self._table), self._table.schema.names
        if rows is not None and rows != str(self.rows).encode():
            raise DamagedError(path)
        self._mark = (str(path), found.st_ino, found.st_mtime_ns, found.st_size)

    def type_of(self, name: str) -> pa.DataType:
        """What a column holds."""
        try:
            return self._table.schema.field(name).type
        except KeyError:
            raise DamagedError(self.path) from None

    def array(self, name: str, compared: bool = True) -> pa.Array:
        """A column; not `compared` with its sum where its rows are by other means."""
        try:
            column = _whole(self._table.column(name))
            told = (self._table.schema.field(name).metadata or {}).get(SUM)
            mark = (*self._mark, name)
            if compared and told is not None and mark not in _sound:
                if told != _told(column):
                    raise DamagedError(self.path)
                _sound.add(mark)
        except (ValueError, KeyError, pa.ArrowException):
            raise DamagedError(self.path) from None
        return column

    def __call__(self, name: str, compared: bool = True) -> Column:
        """A column as numbers."""
        found: Column = self.array(name, compared).to_numpy(zero_copy_only=False)
        return found

    def table(self) -> pa.Table:
        """All columns."""
        return pa.table({name: self.array(name) for name in self.names})


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _told(column: pa.Array) -> bytes:
    """The sum of a column, over its type, length, and what it holds.

    >>> _told(pa.array([1, 2])) == _told(pa.array([1, 3]))
    False
    >>> _told(pa.array(["a", None])) == _told(pa.array(["a", ""]))
    False
    """
    _, *buffers = column.buffers()
    total = zlib.crc32(f"{column.type} {len(column)}".encode())
    if column.null_count:
        total = zlib.crc32(column.is_valid().to_numpy(zero_copy_only=False), total)
    if pa.types.is_boolean(column.type):
        total = zlib.crc32(column.to_numpy(zero_copy_only=False), total)
    elif pa.types.is_string(column.type):
        offsets, text = texts(column)
        total = zlib.crc32(text.data, zlib.crc32(offsets.data, total))
    else:
        size = column.type.bit_width // 8
        held = memoryview(buffers[0] or b"")
        held = held[column.offset * size : (column.offset + len(column)) * size]
        total = zlib.crc32(held, total)
    return f"{total:08x}".encode()


def ends(column: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Where each text of a column begins and, last, the last one ends, in the bytes of all."""
    _, offsets, held = column.buffers()
    found = np.frombuffer(offsets or bytes(4), np.int32)
    return (
        found[column.offset : column.offset + len(column) + 1],
        np.frombuffer(held or b"", np.uint8),
    )


def texts(column: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """The same, counted from the first text.

    Raises `ValueError` where a text begins or ends outside of them.
    """
    found, text = ends(column)
    first, last = int(found[0]), int(found[-1])
    if not 0 <= first <= last <= len(text) or (found[1:] < found[:-1]).any():
        raise ValueError("a text begins or ends where there is none")
    return found - first, text[first:last]
