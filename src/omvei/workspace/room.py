"""A full disk, told plainly, whoever met it first: Python, Arrow, DuckDB or Delta Lake."""

import re
import shutil
from pathlib import Path

from ..errors import FullDiskError

FULL = re.compile(r"No space left on device|Disk quota exceeded|not enough (disk )?space", re.I)
LIMITED = re.compile(r"File too large|os error 27\b|errno 27\b", re.I)
"""How the system says it, in whatever the libraries wrap around it."""


def full(error: BaseException, folder: Path, needed: int | None = None) -> FullDiskError | None:
    """The error to raise where a disk, a quota or a limit was full; None for any other trouble.

    >>> full(OSError("[Errno 28] Error writing bytes to file. No space left on device"), Path("w"))
    FullDiskError(...)
    >>> full(ValueError("no such thing"), Path("w"))
    """
    if isinstance(error, FullDiskError):
        return error
    said = "\n".join(_texts(error))
    if LIMITED.search(said):
        return FullDiskError(
            folder,
            "A file would be larger than this process may write"
            + (f", about {size(needed)}." if needed else "."),
            "Raise the limit (`ulimit -f unlimited`) and do it again. Nothing was lost: everything "
            "is as it was before.",
        )
    if FULL.search(said):
        need = f", and about {size(needed)} are needed" if needed else ""
        return FullDiskError(
            folder,
            f"The disk is full: {size(_free(folder))} are free{need}.",
            "Make room, or move the folder to a larger disk, and do it again. Nothing was lost: "
            "everything is as it was before.",
        )
    return None


def _texts(error: BaseException) -> list[str]:
    """What an error and those behind it say."""
    found: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        found += [str(at), getattr(at, "strerror", None) or ""]
        at = at.__cause__ or at.__context__
    return found


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def size(count: int | None) -> str:
    """A number of bytes in words that are the same in every language of ours.

    >>> size(0), size(52_000), size(340_000_000), size(12_300_000_000)
    ('0 MB', '1 MB', '340 MB', '13 GB')
    """
    mega = -(-(count or 0) // 1_000_000)
    return f"{mega} MB" if mega < 10_000 else f"{-(-mega // 1000)} GB"
