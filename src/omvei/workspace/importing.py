"""Taking files in, looking at them first, and taking them out again."""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EmptyFileError, ReportRefusedError, SourceError, UnknownNameError
from .mappings import recall, remember
from .progress import silent

REMEMBERED = "Understood as the last file with these columns was (definitions/mappings.yaml)."

NOTHING = "holds only texts, pictures and totals, no events."

if TYPE_CHECKING:
    from ..events.table import Import, Progress
    from ..sources.choosing import Choices
    from ..sources.reading import Reading
    from . import Workspace


def preview(
    workspace: "Workspace",
    path: Path | str,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
    event: str | None = None,
    timezone: str | None = None,
    rows: int = 5,
) -> list[dict[str, Any]]:
    """What would be understood of a file, without keeping anything: the dry run.

    One item a file found under `path`: `file, source, table, mapping, unmapped, notes, rows` (the
    first good ones), `good`, `bad` (counts over the whole file), `rejected` (the first bad). A file
    of several that holds no events by its nature is `name, skipped`.
    """
    from ..events.schema import REFUSED, TABLES

    told = {"source": source, "mapping": mapping, "event": event, "timezone": timezone}
    explicit = bool(source or mapping or event or timezone)

    def look(name: str, file: Path) -> dict[str, Any]:
        known = {} if explicit else recall(workspace.path / "definitions", file)
        reading = _read(workspace, file, name, told | known)
        given = [column.name for column in TABLES[reading.table]]
        good, bad = 0, 0
        first: list[dict[str, Any]] = []
        rejected: list[dict[str, Any]] = []
        for batch in reading.batches:
            refused = batch.filter(batch.column("reason").is_valid())
            bad += len(refused)
            good += len(batch) - len(refused)
            if len(first) < rows:
                kept = batch.filter(batch.column("reason").is_null()).slice(0, rows - len(first))
                for row in kept.select(given).to_pylist():
                    first.append({key: said for key, said in row.items() if said is not None})
            keep = refused.select([column.name for column in REFUSED])
            rejected += keep.slice(0, rows - len(rejected)).to_pylist()
        return {
            "file": name,
            "source": reading.source,
            "table": reading.table,
            "mapping": dict(reading.mapping),
            "unmapped": list(reading.unmapped),
            "notes": [*([REMEMBERED] if known else []), *reading.notes],
            "remembered": known,
            "good": good,
            "bad": bad,
            "rows": first,
            "rejected": rejected,
        }

    return _each(path, look)


def choices(workspace: "Workspace", path: Path | str, source: str | None) -> "Choices | None":
    """What can be said of a file: its columns, and what they may hold for `source`, or for the one
    that recognises it.

    None for several files, of which one cannot speak as of one. Raises `UnknownNameError` for a
    source that is not there, and `SourceError` for a file that cannot be opened.
    """
    from .. import sources
    from ..sources.choosing import choices as of_one

    if source is not None and source not in sources.SOURCES:
        raise UnknownNameError("source", source, sources.names())
    found: list[Choices] = []
    with sources.open_files(Path(path)) as files:
        for _, file in files:
            if found or isinstance(file, SourceError):
                return None
            found.append(of_one(file, source))
    return found[0] if found else None


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
) -> list[dict[str, Any]]:
    """Import a file, a folder or an archive, each file whole or not at all, and rebuild.

    One item a file: `file, name, source, rows, events, rejected, duplicates, deleted, mapping,
    time, known` (`known`: the file was here already). Of several files, one that cannot be taken in
    does not stop the others: its item is `name, error, reason, cure`. One that holds no events by
    its nature, such as a picture, is `name, skipped` with the reason. A single one raises
    `SourceError`.

    What is said about a file (source, mapping, event, time zone) is remembered for files with the
    same columns about which nothing is said.
    """
    from ..people.deleted import Deleted, Gate

    workspace.check()
    told = {"source": source, "mapping": mapping, "event": event, "timezone": timezone}
    explicit = bool(source or mapping or event or timezone)

    def one(name: str, file: Path) -> dict[str, Any]:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()[:16]
        known = {} if explicit else recall(workspace.path / "definitions", file)
        reading = _read(workspace, file, name, told | known)
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
        if explicit:
            remember(workspace.path / "definitions", file, told)
        return asdict(done)

    found = _each(path, one)
    if build and workspace.stale:
        workspace.renew(progress)
    return found


def _each(path: Path | str, do: Callable[[str, Path], dict[str, Any]]) -> list[dict[str, Any]]:
    """Do something with every file under `path`, by its short name.

    A file of several that holds no events by its nature (a picture, a template, totals) is `name,
    skipped`: the reason. Raises `SourceError` when all are such, that of a report where one is.
    """
    from .. import sources
    from ..sources.members import left_out

    found: list[dict[str, Any]] = []
    failed: list[SourceError] = []
    reports: list[SourceError] = []
    with sources.open_files(Path(path)) as files:
        for long_name, file in files:
            name = _short(long_name, Path(path))
            member = long_name != str(path)
            reason = left_out(long_name[len(str(path)) :]) if member else None
            if reason:
                found.append({"name": name, "skipped": reason})
                continue
            try:
                if isinstance(file, SourceError):
                    raise file
                found.append(do(name, file))
            except SourceError as error:
                if member and isinstance(error, EmptyFileError | ReportRefusedError):
                    found.append({"name": name, "skipped": error.reason})
                    if isinstance(error, ReportRefusedError):
                        reports.append(ReportRefusedError(name, error.reason, error.cure))
                    continue
                failed.append(type(error)(name, error.reason, error.cure))
                found.append(failed[-1].to_dict())
    if failed and len(found) == 1:
        raise failed[0]
    if all("skipped" in item for item in found):
        if reports:  # its cure says what to bring instead
            raise reports[0]
        raise EmptyFileError(path, NOTHING, "Export the contacts and the activity of each too.")
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


def _read(workspace: "Workspace", file: Path, name: str, told: Mapping[str, Any]) -> "Reading":
    """A file as what was said about it makes it."""
    from .. import sources
    from ..sources.reading import Options

    options = Options(
        dict(told["mapping"] or {}),
        told["event"],
        told["timezone"] or "UTC",
        workspace.key,
        workspace.domains,
    )
    return sources.read(file, options, told["source"], name)


def _short(name: str, given: Path) -> str:
    """A file's name without the folders before the one that was given."""
    return name.removeprefix(f"{given.parent}{os.sep}") if str(given.parent) != "." else name
