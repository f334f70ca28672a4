"""Which event ids are known already, without reading them all: sorted hashes beside the table.

Every import adds a file of the 64-bit hashes of its event ids, in ascending order; small files are
merged into larger ones, so that there are few. A hash that is not there is a new id. One that is
there most likely is not, and is looked for in the events. The index can be made again from the
events, and is, where it does not speak of the imports that there are, or a file is not as it was
written.
"""

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..stores.copies import absent, here
from .addresses import escaped
from .checksum import quick, sound

Hashes = NDArray[np.uint64]

RATIO = 4
"""A file is merged into the one before as long as that is less than so many times as large."""

FOLDER = "_seen"


def hashes(parts: Iterable[Path]) -> Hashes:
    """The hashes of the event ids in some files, ascending; equal ones stay."""
    files = [escaped(str(part)) for part in parts]
    if not files:
        return np.zeros(0, np.uint64)
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        told = con.sql(
            "SELECT hash(event_id) AS hash FROM read_parquet($files)", params={"files": files}
        ).to_arrow_table()
    return np.sort(told.column("hash").to_numpy())


def hashed(con: duckdb.DuckDBPyConnection, ids: pa.Array) -> Hashes:
    """The hashes of some event ids, in any order."""
    con.register("ids", pa.table({"event_id": ids}))
    told = con.sql("SELECT hash(event_id) AS hash FROM ids").to_arrow_table()
    con.unregister("ids")
    found: Hashes = told.column("hash").to_numpy()
    return found


class Seen:
    """The index of a table, in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER
        self.imports: list[str] = []
        self.files: dict[str, str] = {}
        """The files, with the quick checksum each was written with."""
        try:
            said = json.loads((self.folder / "index.json").read_text("utf-8"))
            self.imports = said["imports"]
            self.files = {one["file"]: one["checksum"] for one in said["files"]}
        except (OSError, ValueError, KeyError, TypeError):
            self.imports, self.files = [], {}

    def catch_up(self, parts: dict[str, list[Path]]) -> None:
        """Make it speak of exactly these imports, each with the files of its rows."""
        gone = not set(self.imports) <= parts.keys()
        if gone or not all(sound(self.folder / file, told) for file, told in self.files.items()):
            self.remove()
        for name in parts.keys() - set(self.imports):
            self.add(name, hashes(parts[name]))

    def damaged(self) -> list[Path]:
        """The files that are not as they were written, however often they were compared."""
        paths = {self.folder / file: told for file, told in self.files.items()}
        here_ = {path: told for path, told in paths.items() if not absent(path)}
        return [path for path, told in here_.items() if not path.exists() or quick(path) != told]

    def known(self, wanted: Hashes) -> NDArray[np.bool_]:
        """Which of some ascending hashes are there."""
        found = np.zeros(len(wanted), np.bool_)
        for file in self.files:
            there = self._read(file)
            place = np.searchsorted(there, wanted)
            inside = place < len(there)
            found[inside] |= there[place[inside]] == wanted[inside]
        return found

    def add(self, name: str, told: Hashes) -> None:
        """Add the ascending hashes of an import."""
        self.folder.mkdir(parents=True, exist_ok=True)
        files = dict(self.files)
        while files and len(told) * RATIO > len(before := self._read(list(files)[-1])):
            told = np.sort(np.concatenate([before, told]), kind="stable")
            files.popitem()
        made = f"{uuid4().hex}.ids"
        if len(told):
            told.tofile(self.folder / made)
            files[made] = quick(self.folder / made)
        self.files = files
        self.imports.append(name)
        scratch = self.folder / f".{made}"
        listed = [{"file": file, "checksum": said} for file, said in files.items()]
        scratch.write_text(json.dumps({"imports": self.imports, "files": listed}), "utf-8")
        os.replace(scratch, self.folder / "index.json")
        for file in self.folder.iterdir():
            if file.name not in ("index.json", *files):
                file.unlink(missing_ok=True)

    def remove(self) -> None:
        """Forget everything; it can be made again."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.imports, self.files = [], {}

    def _read(self, file: str) -> Hashes:
        return np.memmap(here(self.folder / file), np.uint64, "r")
