"""Looking at files before they are taken in, and saying what their columns mean."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SourceError, UnknownNameError
from .mappings import remember
from .reading import each, meant, read, said_of, short

REMEMBERED = "Understood as the last file with these columns was (definitions/mappings.yaml)."

if TYPE_CHECKING:
    from ..sources.choosing import Choices
    from . import Workspace


def preview(
    workspace: "Workspace",
    path: Path | str,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
    event: str | None = None,
    timezone: str | None = None,
    rows: int = 5,
    only: str | None = None,
) -> list[dict[str, Any]]:
    """What would be understood of a file, without keeping anything: the dry run.

    One item a file found under `path`: `file, source, table, mapping, unmapped, notes, rows` (the
    first good ones), `good`, `bad` (counts over the whole file), `rejected` (the first bad). A file
    of several that holds no events by its nature is `name, skipped`. `only` is the name of one file
    in an archive or a folder, or a pattern as `lists/*`.
    """
    from ..events.schema import REFUSED, TABLES

    told = {"source": source, "mapping": mapping, "event": event, "timezone": timezone}

    def look(name: str, file: Path) -> dict[str, Any]:
        said, known = said_of(workspace, file, told)
        reading = read(workspace, file, name, said)
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
                    first.append({key: cell for key, cell in row.items() if cell is not None})
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

    return each(path, look, only)


def choices(
    workspace: "Workspace", path: Path | str, source: str | None, only: str | None = None
) -> "Choices | None":
    """What can be said of a file: its columns, and what they may hold for `source`, or for the one
    that recognises it.

    None for several files, of which one cannot speak as of one; `only` names one of them. Raises
    `UnknownNameError` for a source that is not there, and `SourceError` for a file that cannot be
    opened.
    """
    from .. import sources
    from ..sources.choosing import choices as of_one

    if source is not None and source not in sources.SOURCES:
        raise UnknownNameError("source", source, sources.names())
    found: list[Choices] = []
    with sources.open_files(Path(path)) as files:
        for long_name, file in files:
            if only and not meant(short(long_name, Path(path)), only):
                continue
            if found or isinstance(file, SourceError):
                return None
            found.append(of_one(file, source))
    return found[0] if found else None


def keep_mapping(
    workspace: "Workspace",
    path: Path | str,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
    event: str | None = None,
    timezone: str | None = None,
    only: str | None = None,
) -> None:
    """Remember what is said about a file, or one in an archive, for all with the same columns.

    Nothing is imported. Raises as reading the file does when it cannot be read so.
    """
    told = {"source": source, "mapping": mapping, "event": event, "timezone": timezone}

    def keep(name: str, file: Path) -> dict[str, Any]:
        said, _ = said_of(workspace, file, told)
        read(workspace, file, name, said)
        remember(workspace.path / "definitions", file, said)
        return {"name": name}

    for item in each(path, keep, only):
        if "error" in item:
            raise SourceError(item["name"], item["reason"], item["cure"])
