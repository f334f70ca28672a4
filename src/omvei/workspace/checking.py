"""Is everything as it was written? What can be made again is; what cannot is named."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import DamagedError
from .progress import silent

if TYPE_CHECKING:
    from ..events.table import Progress
    from . import Workspace


def verify(workspace: "Workspace", progress: "Progress" = silent) -> dict[str, Any]:
    """Compare every file with the checksum it was written with, and build again what is damaged.

    `checked` (files), `damaged` (their paths under the workspace), `rebuilt` (whether the journeys
    were built again), and `lost`: imports whose rows are damaged, which only their files can bring
    back. Where there are any, nothing is built: what the journeys still tell stays readable.

    >>> import tempfile
    >>> from . import init
    >>> verify(init(tempfile.mkdtemp()))
    {'checked': 0, 'damaged': [], 'rebuilt': False, 'lost': []}
    """
    from ..blocks import checks, manifest
    from ..events.seen import Seen

    workspace.check()
    journeys = workspace.path / "journeys"
    with workspace.alone():
        facts = workspace.events.damaged()
        seen = Seen(workspace.events.folder)
        if index := seen.damaged():
            seen.remove()  # the next import makes it anew from the events
        files = [*map(workspace.events.folder.joinpath, workspace.events.parts())]
        try:
            now = manifest.read(journeys)
            files += checks.files(workspace.path, now) if now else []
            derived = checks.damaged(workspace.path, now) if now else []
        except DamagedError as error:
            derived = [Path(error.file)]
        if derived and not facts:  # what a build would read must be whole, or not be there
            for file in derived:
                if file.is_dir():  # the manifest, or a table of people
                    shutil.rmtree(file)
                else:
                    file.unlink(missing_ok=True)
    if derived and not facts:
        workspace.build(progress)
    damaged = [
        file.relative_to(workspace.path).as_posix() for file in sorted([*facts, *derived, *index])
    ]
    return {
        "checked": len(files),
        "damaged": damaged,
        "rebuilt": bool(derived) and not facts,
        "lost": sorted(set(facts.values())),
    }
