"""The manifest: a small Delta table that names the blocks of the newest state.

A build writes its files into a folder of its own and then replaces the manifest in one commit,
so a reader sees the old state or the new one, never a mixture, and a crash leaves the old one. An
append does the same with new blocks and new bitmaps only: the blocks it leaves alone stay where
they are, in the folder of an earlier build.

Every file is named with its checksum (SHA-256, first 16 hex digits); those that an answer reads
besides blocks with a quick one too, and the manifest has one of itself.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from ..errors import DamagedError
from ..events.addresses import escaped
from ..events.checksum import checksum, sound
from ..people import components

ROW = pa.schema(
    [
        ("block", pa.string()),
        ("folder", pa.string()),
        ("people", pa.int64()),
        ("touchpoints", pa.int64()),
        ("merged", pa.int64()),
        ("aside", pa.int64()),
        ("first", pa.int64()),
        ("last", pa.int64()),
        ("people_checksum", pa.string()),
        ("touchpoints_checksum", pa.string()),
        ("aside_checksum", pa.string()),
        ("sets_checksum", pa.string()),
        ("live", pa.string()),
        ("live_checksum", pa.string()),
    ]
)
"""One row a block. `people` up to `last` (counts, and microseconds) are of its living people, but
`aside` (rows that are no touchpoints) is of all;
`folder` and `live` (the bitmap of the living; null: all) are paths under `journeys/`."""


Row = dict[str, Any]


@dataclass(frozen=True)
class Build:
    """One consistent state of the journeys."""

    folder: Path
    """Where its own files are, the dictionaries among them."""
    blocks: tuple[Row, ...]
    """One a block, as in `ROW`."""
    events_version: int
    """The version of the events it was built from."""
    people_version: int
    counts: dict[str, int]
    """Events by what became of them: touchpoints, bots, assets, ..."""
    settings: dict[str, Any]
    """What the build depended on besides the events: session gap, definitions."""
    files: dict[str, str] = field(default_factory=dict)
    """The checksum of every other file it needs, by its path under the workspace."""
    quick: dict[str, str] = field(default_factory=dict)
    """The quick checksums of those in `people/`."""

    def place(self, row: Row) -> Path:
        """The folder where a block of `blocks` is."""
        return self.folder.parent / str(row["folder"])

    def checksum(self, file: Path) -> str | None:
        """The checksum that one of the other files was written with; None where it is not known."""
        return self.files.get(file.relative_to(self.folder.parents[1]).as_posix())

    def who(self, table: str) -> list[str]:
        """The files of a table of `people/`, as addresses for `read_parquet`; each was compared
        with its checksum, once a process.

        Raises `DamagedError` for one that is not as it was written.
        """
        root, found = self.folder.parents[1], []
        for name in self.files:
            if name.startswith(f"people/{table}/"):
                if name in self.quick and not sound(root / name, self.quick[name]):
                    raise DamagedError(root / name)
                found.append(escaped((root / name).as_posix()))
        return sorted(found)

    def since(self, person: int) -> list[int] | None:
        """The versions of the table of identifiers whose rows about a person hold: those of the
        newest layer that made the person anew, and later. None: it is not known."""
        if (brought := self.settings.get("since")) is None or not self.settings.get("layers"):
            return None
        for place, name in reversed([*enumerate(self.settings["layers"])]):
            moved = components.Layer(self.folder.parent / name).moved
            near = int(np.searchsorted(moved, person))
            if near < len(moved) and moved[near] == person:
                return list(brought[place:])
        return list(brought)

    def living(self, row: Row) -> Path | None:
        """The bitmap of a block's living people; None: all of them live."""
        return self.folder.parent / str(row["live"]) if row["live"] else None


def checksums(
    root: Path, *paths: Path, known: dict[str, str], made: Callable[[Path], str] = checksum
) -> dict[str, str]:
    """The checksums of files, by their path under `root`; those that are `known` are not read."""
    named = {path.relative_to(root).as_posix(): path for path in paths}
    return {name: known.get(name) or made(path) for name, path in named.items()}


def commit(folder: Path, build: Build) -> None:
    """Make `build` the state that readers see.

    The state before stays, for readers that opened it; older ones, and what a crash left, go. The
    caller must be the only one that builds.
    """
    before = read(folder)
    kept = {"manifest", *folders(build), *(folders(before) if before else ())}
    table = pa.Table.from_pylist(list(build.blocks), schema=ROW)
    facts = {
        "folder": build.folder.name,
        "events_version": build.events_version,
        "people_version": build.people_version,
        "counts": build.counts,
        "settings": build.settings,
        "files": build.files,
        "quick": build.quick,
    }
    facts["sum"] = _sum(facts, table.to_pylist())
    write_deltalake(
        str(folder / "manifest"),
        table,
        mode="overwrite",
        schema_mode="overwrite",
        commit_properties=CommitProperties(custom_metadata={"build": json.dumps(facts)}),
    )
    for old in folder.iterdir():
        if old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)


def _sum(facts: dict[str, Any], rows: list[Row]) -> str:
    """A checksum of what the manifest says."""
    rows = sorted(rows, key=lambda row: (str(row["folder"]), str(row["block"])))
    text = json.dumps([facts, rows], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def folders(build: Build) -> set[str]:
    """The names of the folders under `journeys/` that hold files of a state."""
    paths = [str(row[column]) for row in build.blocks for column in ("folder", "live")]
    own = f"{build.folder.parent.name}/"
    paths += [name.removeprefix(own) for name in build.files if name.startswith(own)]
    return {build.folder.name, *(Path(path).parts[0] for path in paths)}


def newest(folder: Path) -> list[Build]:
    """The newest state and the one before it, which readers may still have open, as far as there
    are any.

    Raises `DamagedError` if the manifest itself cannot be read.
    """
    now = read(folder)
    if now is None:
        return []
    version = DeltaTable(str(folder / "manifest")).version()
    try:
        before = read(folder, version - 1) if version else None
    except DamagedError:
        before = None  # nobody can have it open
    return [now, before] if before else [now]


def read(folder: Path, version: int | None = None) -> Build | None:
    """The newest state, or that of a version; None if there was none.

    Raises `DamagedError` if the manifest itself cannot be read.
    """
    path = folder / "manifest"
    if not (path / "_delta_log").is_dir():
        return None
    try:
        if not DeltaTable.is_deltatable(str(path)):
            return None  # killed before its first commit
        table = DeltaTable(str(path), version=version)
        said = next(
            json.loads(entry["build"])
            for entry in DeltaTable(str(path)).history()  # a table as of a version misnumbers it
            if "build" in entry and entry["version"] <= table.version()
        )
        rows = table.to_pyarrow_table().to_pylist()
        if (told := said.pop("sum", None)) is not None and told != _sum(said, rows):
            raise DamagedError(path)
    except (DeltaError, OSError, ValueError, KeyError, pa.ArrowException, StopIteration):
        raise DamagedError(path) from None
    before = {"folder": said["folder"], "merged": 0, "aside": 0, "live": None}  # as it was
    rows = [before | row for row in rows]
    rows.sort(key=lambda row: (row["folder"], row["block"]))
    return Build(folder / said.pop("folder"), tuple(rows), **said)
