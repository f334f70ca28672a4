"""Which files of a build are not as they were written."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..errors import DamagedError
from ..events.checksum import unchanged
from ..people import table
from .manifest import Build, read


def files(workspace: Path, build: Build) -> dict[Path, str]:
    """Every file that a build needs, and the checksum it was written with.

    Blocks, bitmaps of the living, dictionaries, and the tables of `people/`. Columns of stages are
    no part of a build: they are made when they are needed.
    """
    named = {workspace / name: told for name, told in build.files.items()}
    for row in build.blocks:
        for part in ("people", "touchpoints", "aside", "sets"):
            if told := row.get(f"{part}_checksum"):
                named[build.place(row) / f"{row['block']}.{part}.arrow"] = str(told)
        if living := build.living(row):
            named[living] = str(row["live_checksum"])
    return named


def unsound(workspace: Path) -> bool:
    """Whether something that the next build reads, besides events and blocks, is not as it was
    written: what it copies would be damaged for good. Columns of blocks and of the index, and the
    tables of people, are compared when they are read.
    """
    try:
        now = read(workspace / "journeys")
    except DamagedError:
        shutil.rmtree(workspace / "journeys" / "manifest")
        return True
    if now is None:
        return False
    if tables := unread(workspace, now):
        for each in tables:
            shutil.rmtree(each, ignore_errors=True)
        return True
    named = files(workspace, now)
    return bool(
        _damaged(
            {
                file: told
                for file, told in named.items()
                if file.suffix != ".arrow"
                and file.relative_to(workspace).as_posix() not in now.quick
            }
        )
    )


def unread(workspace: Path, build: Build) -> list[Path]:
    """The tables of `people/` whose log is not as it was written."""
    known = (workspace / name for name in build.quick)
    return table.unread(workspace / "people", build.people_version, known)


def damaged(workspace: Path, build: Build) -> list[Path]:
    """The files of a build that are missing or have another checksum, in order of name; of a table
    whose log is not as it was written, the table."""
    return sorted([*_damaged(files(workspace, build)), *unread(workspace, build)])


def _damaged(named: dict[Path, str]) -> list[Path]:
    with ThreadPoolExecutor() as threads:
        good = list(threads.map(unchanged, named, named.values()))
    return sorted(file for file, same in zip(named, good, strict=True) if not same)
