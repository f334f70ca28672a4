"""Whether a file is as it was written."""

import hashlib
import mmap
import zlib
from collections.abc import Callable
from pathlib import Path

from ..stores.copies import absent, here

_same: set[tuple[object, ...]] = set()
"""Files that this process has found the same, with their node, time and size."""


def checksum(path: Path) -> str:
    """First 16 hex digits of a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def unchanged(path: Path, told: str) -> bool:
    """Whether a file is there and has the checksum it was written with.

    One that a copy of a workspace in a store has not brought yet is checked when it is.
    """
    try:
        return checksum(path) == told
    except OSError:
        return absent(path)


def quick(path: Path) -> str:
    """The CRC-32 of a file, 8 hex digits: it is worked out faster than the disk reads."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return f"{zlib.crc32(b''):08x}"
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
            return f"{zlib.crc32(held):08x}"


def sound(path: Path, told: str, made: Callable[[Path], str] = quick) -> bool:
    """Whether a file is there and has the checksum that was `made` when it was written.

    A process looks once, as long as the file is the same.

    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "a"
    >>> _ = path.write_bytes(b"a")
    >>> sound(path, quick(path)), sound(path, "00000000"), sound(path / "b", "00000000")
    (True, False, False)
    """
    try:
        found = here(path).stat()
        mark = (str(path), found.st_ino, found.st_mtime_ns, found.st_size, told)
        if mark not in _same and made(path) == told:
            _same.add(mark)
    except OSError:
        return False
    return mark in _same
