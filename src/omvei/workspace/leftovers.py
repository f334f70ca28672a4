"""What a run that was killed, or met a full disk, has left behind: removed by the next one.

Nothing here is ever read, since no log and no manifest names it; but it takes room, and may hold
what somebody has since asked to be forgotten. Called by whoever holds the workspace alone.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import Workspace

SCRATCH = re.compile(r"\.deleted-\w+|\.inbox-\w+")
"""Files at the top of a workspace that are written whole, and then given their name."""

POLICY = ".policy-"
"""How the folders begin in which policies are compared; each is locked while it is used."""


def sweep(workspace: "Workspace") -> None:
    """Remove what is half made.

    >>> import tempfile
    >>> from . import init
    >>> here = init(tempfile.mkdtemp())
    >>> (here.path / "journeys" / "half-made").mkdir(parents=True)
    >>> sweep(here)
    >>> list((here.path / "journeys").iterdir())
    []
    """
    for found in _left(workspace):
        if found.is_dir():
            shutil.rmtree(found, ignore_errors=True)
        else:
            found.unlink(missing_ok=True)


def _left(workspace: "Workspace") -> Iterator[Path]:
    yield from _scratch(workspace.path)
    yield from _facts(workspace)
    yield from _journeys(workspace.path)


def _scratch(folder: Path) -> Iterator[Path]:
    for found in folder.glob(".*"):
        if SCRATCH.fullmatch(found.name) or (found.name.startswith(POLICY) and _idle(found)):
            yield found
    yield from (folder / "rejected").glob("*.new")


def _idle(folder: Path) -> bool:
    """Whether nobody compares policies in a folder any more: the system freed its lock."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(folder / ".lock", timeout=0):
            return True
    except Timeout:
        return False


def _facts(workspace: "Workspace") -> Iterator[Path]:
    """Files of imports that never landed."""
    from ..events.schema import TABLES

    tables = [workspace.facts(name) for name in TABLES]
    for table in tables:
        yield from table.unnamed()
    rejected = list((workspace.path / "rejected").glob("*.parquet"))
    if rejected:
        landed = {done.file for table in tables for done in table.imports()}
        yield from (file for file in rejected if file.stem not in landed)


def _journeys(folder: Path) -> Iterator[Path]:
    """Folders and files of builds that never became a state, or are older than the one before.

    Where the manifest is damaged nothing is removed: `verify` sees to it first.
    """
    from ..blocks import manifest
    from ..errors import DamagedError

    journeys = folder / "journeys"
    try:
        states = manifest.newest(journeys)
    except DamagedError:
        return
    kept = {"manifest"}.union(*(manifest.folders(state) for state in states))
    if journeys.is_dir():
        yield from (found for found in journeys.iterdir() if found.name not in kept)
    if states:
        from ..people import table

        named = {folder / name for state in states for name in state.files}
        yield from (file for file in table.stored(folder / "people") if file not in named)
