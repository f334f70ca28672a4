"""The files that a path means, each read as what was said about it or its like makes it."""

import os
from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EmptyFileError, ReportRefusedError, SourceError, UnknownNameError
from .mappings import recall

NOTHING = "holds only texts, pictures and totals, no events."

if TYPE_CHECKING:
    from ..sources.reading import Reading
    from . import Workspace


def each(
    path: Path | str, do: Callable[[str, Path], dict[str, Any]], only: str | None = None
) -> list[dict[str, Any]]:
    """Do something with every file under `path`, or those that `only` means, by its short name.

    A file of several that holds no events by its nature (a picture, a template, totals) is `name,
    skipped`: the reason. Raises `SourceError` when all are such, that of a report where one is, and
    `UnknownNameError` when `only` means none.
    """
    from .. import sources
    from ..sources.members import left_out

    found: list[dict[str, Any]] = []
    failed: list[SourceError] = []
    reports: list[SourceError] = []
    others: list[str] = []
    with sources.open_files(Path(path)) as files:
        for long_name, file in files:
            name = short(long_name, Path(path))
            if only and not meant(name, only):
                others.append(name)
                continue
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
    if only and not found:
        raise UnknownNameError("file", only, others)
    if failed and len(found) == 1:
        raise failed[0]
    if all("skipped" in item for item in found):
        if reports:  # its cure says what to bring instead
            raise reports[0]
        raise EmptyFileError(path, NOTHING, "Export the contacts and the activity of each too.")
    return found


def meant(name: str, only: str) -> bool:
    """Whether a file of an archive or a folder is the one named, or is of the pattern."""
    return name == only or any(fnmatch(name, pattern) for pattern in (only, f"*/{only}"))


def said_of(
    workspace: "Workspace", file: Path, told: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said about a file, with what was said about its like before; and the latter alone.

    Nothing of the latter counts where its source or its columns are said anew.
    """
    anew = told["source"] or told["mapping"]
    known = {} if anew else recall(workspace.path / "definitions", file)
    return known | {name: value for name, value in told.items() if value}, known


def read(workspace: "Workspace", file: Path, name: str, said: Mapping[str, Any]) -> "Reading":
    """A file as what was said about it makes it."""
    from .. import sources
    from ..sources.reading import Options

    options = Options(
        dict(said.get("mapping", {})),
        said.get("event"),
        said.get("timezone", "UTC"),
        workspace.key,
        workspace.domains,
    )
    return sources.read(file, options, said.get("source"), name)


def short(name: str, given: Path) -> str:
    """A file's name without the folders before the one that was given."""
    return name.removeprefix(f"{given.parent}{os.sep}") if str(given.parent) != "." else name
