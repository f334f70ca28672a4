"""The workspace's folder as every machine has it: one folder that all see, or copies and a store.

Of a workspace in a store, each machine has a copy of its own, in which a file appears when a task
asks for it. What a task makes is put into the store under its name; the list that readers go by
names it when all is done, so until then it is nobody's but the build's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ..events.checksum import checksum
from ..stores import copies, objects


class File(NamedTuple):
    """A file by its name under the workspace, and its checksum, which a shared folder needs not."""

    name: str
    told: str = ""


@dataclass(frozen=True)
class Shared:
    """The workspace's folder."""

    path: Path
    """Where it is on the machine that began."""
    address: str | None
    """The store it is in; None for a folder that all machines see under the same path."""

    @classmethod
    def of(cls, path: Path) -> "Shared":
        """The folder of a workspace, or of its copy on this machine."""
        return cls(path.absolute(), copies.address_of(path))

    def folder(self, name: str = "") -> Path:
        """A folder under it on the machine that asks, made if it is not there."""
        root = copies.attached(self.address) if self.address else self.path
        (root / name).mkdir(parents=True, exist_ok=True)
        return root / name

    def get(self, file: File) -> Path:
        """The file on the machine that asks."""
        return copies.here(self.folder() / file.name, file.told or None)

    def put(self, path: Path, told: str | None = None) -> File:
        """Make a file of this machine one that every machine can get.

        told  its checksum, if it is known
        """
        name = path.relative_to(self.folder()).as_posix()
        if self.address is None:
            return File(name)
        file = File(name, told or checksum(path))
        with objects.opened(self.address) as (store, root):
            objects.send(store, path, f"{root}/{name}")
        return file

    def move(self, path: Path) -> File:
        """The same of a file that this machine needs no more."""
        file = self.put(path)
        if self.address is not None:
            path.unlink()
        return file

    @contextmanager
    def reading(self, file: File) -> Iterator[Path]:
        """The file on the machine that asks, for a while."""
        path = self.get(file)
        try:
            yield path
        finally:
            if self.address is not None:
                path.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Remove a folder that was for a while."""
        if self.address is not None:
            with objects.opened(self.address) as (store, root):
                store.delete_dir_contents(f"{root}/{name}", missing_dir_ok=True)
