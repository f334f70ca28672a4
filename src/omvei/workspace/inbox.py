"""The folder `inbox/`: files dropped there are taken in, with what is remembered about their like.

A file that landed (or was here already) is moved to `inbox/done/`; one that could not be taken in
stays, and says why. None is ever removed.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import SourceError
from .progress import silent

if TYPE_CHECKING:
    from ..events.table import Progress
    from . import Workspace


def dropped(workspace: "Workspace") -> list[Path]:
    """The files that wait in the inbox, by name; hidden ones, and those in `done`, do not."""
    folder = workspace.path / "inbox"
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [file for file in found if file.is_file() and not file.name.startswith(".")]


def inbox(
    workspace: "Workspace", *, allow_rejects: bool = False, progress: "Progress" = silent
) -> list[dict[str, Any]]:
    """Take in what was dropped into the inbox, and rebuild once.

    Items are those of `take`; one that could not be taken in is `name, error, reason, cure`, and
    does not stop the others.
    """
    workspace.check()
    (workspace.path / "inbox").mkdir(exist_ok=True)
    found: list[dict[str, Any]] = []
    for file in dropped(workspace):
        try:
            done = workspace.take(file, allow_rejects=allow_rejects, progress=progress, build=False)
        except SourceError as error:
            done = [type(error)(file.name, error.reason, error.cure).to_dict()]
        found += done
        if not any("error" in item for item in done):
            _put_away(file)
    if workspace.stale:
        workspace.build(progress)
    return found


def _put_away(file: Path) -> None:
    """Move a file to `done`, under another name where one of its name lies there."""
    folder = file.parent / "done"
    folder.mkdir(exist_ok=True)
    target, number = folder / file.name, 2
    while target.exists():
        target, number = folder / f"{file.stem} ({number}){file.suffix}", number + 1
    file.rename(target)
