"""A copy of a workspace in a store: a folder in which a file appears when it is first opened.

What is small and changes (settings, definitions, logs, the manifest) is brought when the copy is
opened; blocks, rows of events and people come when somebody asks for them. Each is checked, and
then mapped from the disk as in any workspace.
"""

import hashlib
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import WorkspaceError
from .lists import Listed, newest
from .objects import bring, opened, placed

MARK = "copy-of"
"""A file of this name says whose copy the folder is, and what is listed there."""

LEFT = (".lock", MARK)
"""What a copy has and the list has not; columns of stages are made where they are needed."""

FORGOTTEN = 3600.0
"""Seconds after which a file that was to be brought is one that a dead process left."""


def folder_of(address: str) -> Path:
    """Where this machine keeps its copy: under `$XDG_CACHE_HOME`, or `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    digest = hashlib.sha256(address.strip("/").encode()).hexdigest()[:12]
    return Path(base) / "omvei" / f"{address.strip('/').rpartition('/')[2]}-{digest}"


def mark(folder: Path, address: str, listed: Listed) -> None:
    """Say whose copy a folder is, and what is listed there."""
    scratch = folder / f".{MARK}.{os.getpid()}"
    said = {"address": address, "list": vars(listed)}
    scratch.write_text(json.dumps(said), "utf-8")
    scratch.replace(folder / MARK)


def attached(address: str, number: int = -1) -> Path:
    """The folder of this machine's copy, which may be empty: a worker's, told file by file.

    number  that of the list that somebody goes by; what an older one left behind is removed
    """
    folder = folder_of(address)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / MARK).exists():
        mark(folder, address, Listed())
    if listed(folder).number < number:
        settle(folder, address, newest(address))
    return folder


def settle(folder: Path, address: str, now: Listed) -> None:
    """Say what is listed, and remove what was listed before and is no more."""
    same = listed(folder).number == now.number
    mark(folder, address, now)
    kept = now.kept
    folders = {name.rpartition("/")[0] for name in kept}

    def belongs(file: Path, name: str) -> bool:
        if any(part.startswith(".") for part in Path(name).parts):  # earlier versions, and scratch
            return file.suffix != ".new" or time.time() - file.stat().st_mtime < FORGOTTEN
        stage = file.suffix == ".stage" and name.rpartition("/")[0] in folders
        view = same and name.startswith("views/")
        mine = name.startswith(("waiting/", "inbox/"))
        return name in kept or name in LEFT or stage or view or mine

    for file in [file for file in folder.rglob("*") if file.is_file()]:
        with suppress(FileNotFoundError):  # scratch of somebody who is bringing a file
            if not belongs(file, file.relative_to(folder).as_posix()):
                file.unlink()


def address_of(folder: Path) -> str | None:
    """The address that a folder is a copy of; None for a folder that is no copy."""
    said = _marked(folder)
    return str(said["address"]) if said else None


def listed(folder: Path) -> Listed:
    """What was listed when a copy was last brought up to date."""
    said = _marked(folder)
    return Listed(**said["list"]) if said else Listed()


def _marked(folder: Path) -> dict[str, Any] | None:
    try:
        stamp = (folder / MARK).stat()
    except OSError:
        return None
    return _read(folder / MARK, stamp.st_mtime_ns, stamp.st_ino)


@lru_cache(maxsize=8)
def _read(file: Path, changed: int, inode: int) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return said


def around(path: Path) -> Path | None:
    """The copy that a file is in; None for a file of any other folder."""
    return next((each for each in path.parents if (each / MARK).exists()), None)


def has_key() -> bool:
    """Whether `OMVEI_KEY` names the file with the key of the hashes, which is in no store."""
    return bool(os.environ.get("OMVEI_KEY"))


def key(folder: Path) -> bytes:
    """The key of the hashes of a workspace in a store, from the file that `OMVEI_KEY` names.

    Raises `WorkspaceError` where none is named, or another's.
    """
    address, file = address_of(folder), Path(os.environ.get("OMVEI_KEY", ""))
    cure = "Name the file omvei.key of the folder it was published from: OMVEI_KEY=shop/omvei.key."
    if not has_key():
        raise WorkspaceError(
            f"That needs the key of the hashes of {address}, which is in no store. {cure}"
        )
    try:
        text = file.read_bytes()
    except OSError:
        raise WorkspaceError(f"There is no key of hashes in {file}. {cure}") from None
    if hashlib.sha256(text).hexdigest()[:16] != listed(folder).key:
        raise WorkspaceError(f"The key in {file} is not that of {address}. {cure}")
    return bytes.fromhex(text.decode().strip())


def here(path: Path, told: str | None = None) -> Path:
    """The path of a file; one that a copy has not yet is brought first.

    told  its checksum, where that is known better than by the list

    What is in no list is left to whoever opens it.

    >>> here(Path("omvei.toml"))
    PosixPath('omvei.toml')
    """
    if path.exists():
        return path
    if (folder := around(path)) is None:
        return path
    name = path.relative_to(folder).as_posix()
    if said := told or listed(folder).kept.get(name):
        fetch(folder, str(address_of(folder)), {name: said})
    return path


def absent(path: Path) -> bool:
    """Whether a file is one that a copy has not brought yet: it is checked when it is."""
    if path.exists():
        return False
    folder = around(path)
    return folder is not None and path.relative_to(folder).as_posix() in listed(folder).kept


def fetch(folder: Path, address: str, files: dict[str, str]) -> None:
    """Bring files of a copy, by name with what is told of them, several at a time.

    They get their names in the order given, when all are here.

    Raises `WorkspaceError` where one is not there any more, or not as it was.
    """
    if not files:
        return
    brought: list[tuple[Path, Path]] = []
    with opened(address) as (store, root), ThreadPoolExecutor(max_workers=8) as threads:

        def one(name: str) -> tuple[Path, Path]:
            told = files[name]
            try:
                return bring(store, f"{root}/{placed(name, told)}", folder / name, told), (
                    folder / name
                )
            except FileNotFoundError:
                raise WorkspaceError(
                    f"{address} does not hold {name} any more: it was changed meanwhile. Ask again."
                ) from None

        try:
            for pair in threads.map(one, files):
                brought.append(pair)
            for scratch, file in brought:
                scratch.replace(file)
        finally:
            for scratch, _ in brought:
                scratch.unlink(missing_ok=True)
