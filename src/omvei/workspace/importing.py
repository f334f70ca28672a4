"""Taking files in, and taking them out again."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UnknownNameError
from . import ready
from .mappings import remember
from .progress import silent
from .reading import each, read, said_of

if TYPE_CHECKING:
    from ..events.table import Import, Progress
    from . import Workspace


def take(
    workspace: "Workspace",
    path: Path | str,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
    event: str | None = None,
    timezone: str | None = None,
    allow_rejects: bool = False,
    progress: "Progress" = silent,
    build: bool = True,
    only: str | None = None,
) -> list[dict[str, Any]]:
    """Import a file, a folder or an archive, each file whole or not at all, and rebuild.

    One item a file: `file, name, source, rows, events, rejected, duplicates, deleted, mapping,
    time, known` (`known`: the file was here already). Of several files, one that cannot be taken in
    does not stop the others: its item is `name, error, reason, cure`. One that holds no events by
    its nature, such as a picture, is `name, skipped` with the reason. A single one raises
    `SourceError`.

    What is said about a file (source, mapping, event, time zone) is remembered for files with the
    same columns about which nothing is said. `only` as in `preview`.
    """
    from ..people.deleted import Deleted, Gate

    workspace.check()
    told = {"source": source, "mapping": mapping, "event": event, "timezone": timezone}

    def one(name: str, file: Path) -> dict[str, Any]:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()[:16]
        said, known = said_of(workspace, file, told)
        reading = read(workspace, file, name, said)
        with workspace.alone(file.stat().st_size):
            gate = Gate(Deleted.read(workspace.path), workspace.key.hex())
            done = workspace.facts(reading.table).append(
                reading,
                file=digest,
                name=name,
                now=datetime.now(UTC).isoformat(timespec="seconds"),
                allow_rejects=allow_rejects,
                passing=gate.passing if reading.table == "events" else None,
                progress=progress,
            )
        if said != known:
            remember(workspace.path / "definitions", file, said)
        return asdict(done)

    ready.begin()
    found = each(path, one, only)
    if build and workspace.stale:
        workspace.renew(progress)
    return found


def undo(workspace: "Workspace", name: str, progress: "Progress" = silent) -> dict[str, Any]:
    """Take an imported file out again, by its name, and rebuild; return its import.

    Raises `UnknownNameError` if no such file was imported.
    """
    from ..people.deleted import Deleted

    workspace.check()
    known = imports(workspace)
    found = [done for done in known if name in (done.name, done.file)]
    if not found:
        raise UnknownNameError("import", name, [done.name for done in known])
    with workspace.alone():
        done = workspace.facts(found[-1].table).undo(found[-1].file)
        gone = Deleted.read(workspace.path)
        if done.file in gone.rows:
            left = {file: rows for file, rows in gone.rows.items() if file != done.file}
            replace(gone, rows=left).write(workspace.path)
    if workspace.stale:
        workspace.build(progress)
    return asdict(done)


def imports(workspace: "Workspace") -> "list[Import]":
    """Every import into any table, oldest first."""
    from ..events.schema import TABLES

    found = [done for table in TABLES for done in workspace.facts(table).imports()]
    return sorted(found, key=lambda done: done.time)


def rejected(
    workspace: "Workspace", file: str | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Rows that were set aside: `file, row, column, reason, text`.

    Raises `UnknownNameError` if no such file was imported.
    """
    from ..events.schema import TABLES

    known = [name for done in imports(workspace) for name in (done.name, done.file)]
    if file is not None and file not in known:
        raise UnknownNameError("import", file, known[::2])
    found = [row for table in TABLES for row in workspace.facts(table).rejected(file, limit)]
    return found[:limit]
