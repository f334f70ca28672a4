"""One process at a time changes a workspace; and where it fails, everything is as before.

The system frees the lock when its holder dies. Whoever gets it next removes what was half made.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock

from ..errors import WorkspaceError
from . import leftovers, room

if TYPE_CHECKING:
    from . import Workspace

BUILT = 7
"""Bytes of people, journeys and rewritten events a byte of events: measured, rounded up."""


@contextmanager
def alone(workspace: "Workspace", needed: int | None = None, copy: bool = False) -> Iterator[None]:
    """Hold the workspace; others wait. Whoever holds it already may hold it again.

    needed  about how many bytes the work will write; as many as a build writes if not said
    copy    whether the work may be done in a copy of a published workspace, too

    Raises `FullDiskError` where there is no room for the work, `WorkspaceError` for a copy.
    """
    origin = workspace.path / "copy-of"
    if not copy and origin.exists():
        raise WorkspaceError(
            f"{workspace.path} is a copy of {origin.read_text('utf-8')}, to be read only: what is "
            "changed here would be lost. Change the workspace that it was published from."
        )
    with FileLock(workspace.path.absolute() / ".lock", is_singleton=True) as lock:
        outermost = lock.lock_counter == 1
        if outermost:
            leftovers.sweep(workspace)
        try:
            yield
            if outermost:
                leftovers.sweep(workspace)
        except BaseException as error:
            if outermost:
                with suppress(Exception):  # what went wrong first is told
                    leftovers.sweep(workspace)
            about = BUILT * _bytes(workspace) if needed is None else needed
            if told := room.full(error, workspace.path, about):
                raise told from error
            raise


def _bytes(workspace: "Workspace") -> int:
    """How large the events are."""
    return sum(file.stat().st_size for file in workspace.events.folder.glob("*.parquet"))
