"""
Every error Omvei raises on purpose:

* OmveiError
  - UnknownNameError     a step, stage, model, person or column that is not there
  - SourceError          a file that cannot be taken in, and why
    + EmptyFileError       it has no rows
    + UnknownFormatError   nothing recognises the file
    + ReportRefusedError   a report of totals, where rows per person are needed
    + TooManyRejectsError  more than one row in a hundred is unusable
  - LensError            a model file that is wrong: file, line, what was expected
  - DefinitionError      any other YAML file that is wrong: file, line, what was expected
  - WorkspaceError       a folder that is not a workspace, or is busy
    + DamagedError         a file of a workspace that is not as it was written
    + FullDiskError        no room is left for what is to be written
  - EngineError          a Spark that is not there, or cannot do its work
  - NothingToAnswerError there is no data, or no goal, to answer the question from

Every message says what was wrong, what there is, and what to do.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

LISTED = 13
"""Names that are listed, at most: as many as there are models."""


class OmveiError(Exception):
    """Base class of everything Omvei raises on purpose."""


class UnknownNameError(OmveiError, LookupError):
    """A name the caller gave is not there.

    >>> print(UnknownNameError("event", "vist", ["visit", "cart"]))
    No event named 'vist' among 2 here. Did you mean 'visit'?
    >>> print(UnknownNameError("channel", "Fax", list("ABCDEGHIJKLMNO")))
    No channel named 'Fax' among 14 here. There is: 'A', 'B', ..., 'M', 'N', and 1 more.
    """

    def __init__(self, kind: str, name: str, known: Sequence[str], cure: str = "") -> None:
        near = get_close_matches(name, known, n=3)
        hint = f" Did you mean {', '.join(map(repr, near))}?" if near else ""
        if not near and known:
            more = f", and {len(known) - LISTED} more" if len(known) > LISTED else ""
            hint = f" There is: {', '.join(map(repr, known[:LISTED]))}{more}."
        among = f" among {len(known)}" if known else ""
        hint = f"{hint} {cure}".rstrip()
        super().__init__(
            f"No {kind} named {name!r}{among} here.{' ' if hint else ''}{hint.strip()}"
        )
        self.kind, self.name, self.known = kind, name, list(known)


class SourceError(OmveiError):
    """A file cannot be taken in. Nothing of it was kept."""

    def __init__(self, path: Path | str, reason: str, cure: str) -> None:
        super().__init__(f"{path}: {reason} {cure}")
        self.path, self.reason, self.cure = str(path), reason, cure

    def to_dict(self) -> dict[str, str]:
        """The item that stands for the file in a report: `name, error, reason, cure`."""
        return {
            "name": self.path,
            "error": str(self),
            "reason": self.reason,
            "cure": self.cure,
        }


class EmptyFileError(SourceError):
    """The file has no rows. In an archive it is left out, and stops nothing."""


class UnknownFormatError(SourceError):
    """No source recognises the file."""


class ReportRefusedError(SourceError):
    """The file holds totals, not one row a touchpoint: no journey can be made of it."""


class TooManyRejectsError(SourceError):
    """More than one row in a hundred is unusable, so the file is probably misunderstood."""


class DefinitionError(OmveiError):
    """A YAML file says something that cannot be used."""

    def __init__(self, file: Path | str, line: int, problem: str) -> None:
        super().__init__(f"{file}, line {line}: {problem}")
        self.file, self.line, self.problem = str(file), line, problem


class LensError(DefinitionError):
    """A model file says something that cannot be used."""


class WorkspaceError(OmveiError):
    """A folder is not a workspace, or another process is changing it."""


class DamagedError(WorkspaceError):
    """A file that a workspace needs is missing, cut off or changed."""

    def __init__(self, file: Path | str) -> None:
        super().__init__(
            f"{file} is not as it was written. Find out what else is, and make it again, with: "
            "omvei verify"
        )
        self.file = str(file)


class FullDiskError(WorkspaceError):
    """There is no room for what is to be written. Everything is as it was before."""

    def __init__(self, folder: Path | str, reason: str, cure: str) -> None:
        super().__init__(f"{folder}: {reason} {cure}")
        self.folder, self.reason, self.cure = str(folder), reason, cure

    def to_dict(self) -> dict[str, str]:
        """The same in parts, as a refused file has them: `name, error, reason, cure`."""
        name = Path(self.folder).absolute().name
        return {"name": name, "error": str(self), "reason": self.reason, "cure": self.cure}


class EngineError(OmveiError):
    """The engine that was chosen is not there, or cannot do its work."""


class NothingToAnswerError(OmveiError):
    """There is no data, or no goal, to answer the question from."""
