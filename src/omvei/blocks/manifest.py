"""The manifest: a small Delta table that names the blocks of the newest build.

A build writes its files into a folder of its own and then replaces the manifest in one commit,
so a reader sees the old state or the new one, never a mixture, and a crash leaves the old one.
Every file is named with its checksum (SHA-256, first 16 hex digits).
"""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake

ROW = pa.schema(
    [
        ("block", pa.string()),
        ("people", pa.int64()),
        ("touchpoints", pa.int64()),
        ("people_checksum", pa.string()),
        ("touchpoints_checksum", pa.string()),
        ("live", pa.string()),
    ]
)


@dataclass(frozen=True)
class Build:
    """One consistent state of the journeys."""

    folder: Path
    blocks: tuple[dict[str, Any], ...]
    """One a block, as in `ROW`; `live` names a bitmap of living people (null: all)."""
    events_version: int
    """The version of the events it was built from."""
    people_version: int
    counts: dict[str, int]
    """Events by what became of them: touchpoints, bots, assets, ..."""
    settings: dict[str, Any]
    """What the build depended on besides the events: session gap, definitions."""


def checksum(path: Path) -> str:
    """First 16 hex digits of a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def commit(folder: Path, build: Build) -> None:
    """Make `build` the state that readers see.

    The build before stays, for readers that opened it; older ones, and what a crash left, go. The
    caller must be the only one that builds.
    """
    before = read(folder)
    kept = {"manifest", build.folder.name, before.folder.name if before else ""}
    table = pa.Table.from_pylist(list(build.blocks), schema=ROW)
    facts = {
        "folder": build.folder.name,
        "events_version": build.events_version,
        "people_version": build.people_version,
        "counts": build.counts,
        "settings": build.settings,
    }
    write_deltalake(
        str(folder / "manifest"),
        table,
        mode="overwrite",
        commit_properties=CommitProperties(custom_metadata={"build": json.dumps(facts)}),
    )
    for old in folder.iterdir():
        if old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)


def read(folder: Path) -> Build | None:
    """The newest build, or None if there was none."""
    path = folder / "manifest"
    if not (path / "_delta_log").is_dir():
        return None
    table = DeltaTable(str(path))
    said = next(json.loads(entry["build"]) for entry in table.history() if "build" in entry)
    blocks = sorted(table.to_pyarrow_table().to_pylist(), key=lambda row: str(row["block"]))
    return Build(folder / said.pop("folder"), tuple(blocks), **said)
