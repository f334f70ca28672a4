"""Omvei: customer journeys as they are, a map with loops, detours and shortcuts.

>>> import omvei, tempfile
>>> workspace = omvei.init(tempfile.mkdtemp())
>>> workspace.goal
'purchase'
"""

from .errors import (
    DamagedError,
    DefinitionError,
    FullDiskError,
    LensError,
    NothingToAnswerError,
    OmveiError,
    SourceError,
    UnknownNameError,
    WorkspaceError,
)
from .workspace import Workspace, init, open

__all__ = [
    "DamagedError",
    "DefinitionError",
    "FullDiskError",
    "LensError",
    "NothingToAnswerError",
    "OmveiError",
    "SourceError",
    "UnknownNameError",
    "Workspace",
    "WorkspaceError",
    "init",
    "open",
]
