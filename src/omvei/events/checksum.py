"""Whether a file is as it was written."""

import hashlib
from pathlib import Path

from ..stores.copies import absent


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
