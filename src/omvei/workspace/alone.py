"""One process at a time changes a workspace; and where it fails, everything is as before.

The system frees the lock when its holder dies. Whoever gets it next removes what was half made.

A workspace in an object store is changed in a copy: it is brought up to date first, and what has
changed is published in the end, unless somebody else was quicker.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock

from ..stores import copies
from . import leftovers, room, store

if TYPE_CHECKING:
    from . import Workspace

BUILT = 7
"""Bytes of people, journeys and rewritten events a byte of events: measured, rounded up."""


@contextmanager
def alone(
    workspace: "Workspace",
    needed: int | None = None,
    derived: bool = False,
    thorough: bool = False,
) -> Iterator[None]:
    """Hold the workspace; others wait. Whoever holds it already may hold it again.

    needed    about how many bytes the work will write; as many as a build writes if not said
    derived   whether the work makes only what can be made again: nothing is to be published
    thorough  whether what is replaced must go at once, though a reader may have it open

    Raises `FullDiskError` where there is no room for the work, `WorkspaceError` where a workspace
    in a store was changed by somebody else meanwhile.
    """
    origin = None if derived else copies.address_of(workspace.path)
    with FileLock(workspace.path.absolute() / ".lock", is_singleton=True) as lock:
        outermost = lock.lock_counter == 1
        before = store.bring_up_to_date(workspace.path, origin) if outermost and origin else None
        if outermost:
            leftovers.sweep(workspace)
        try:
            yield
            if outermost:
                leftovers.sweep(workspace)
            if before is not None:
                store.put_back(workspace, before, thorough)
        except BaseException as error:
            if outermost:
                with suppress(Exception):  # what went wrong first is told
                    if origin:
                        store.bring_up_to_date(workspace.path, origin)
                    leftovers.sweep(workspace)
            about = BUILT * _bytes(workspace) if needed is None else needed
            if told := room.full(error, workspace.path, about):
                raise told from error
            raise


def _bytes(workspace: "Workspace") -> int:
    """How large the events are."""
    return sum(file.stat().st_size for file in workspace.events.folder.glob("*.parquet"))
