"""
The files in `definitions/`: what a user says, by hand in an editor or with a form in the app.

Each is YAML. Whoever wrote it, it is read and checked the same way; a mistake is told with its
file, line and cure. The app writes a file whole or not at all, and keeps what stood there before in
`definitions/.earlier/`, so that a change can be undone, and the undoing too. Comments at the top of
a file stay; those further down stay in the earlier version only.

>>> from tempfile import mkdtemp
>>> file = Path(mkdtemp()) / "groups.yaml"
>>> write(file, {"buyers": {"customer": True}})
>>> write(file, {"buyers": {"channel": "Email"}})
>>> undo(file), read(file).said
(True, {'buyers': {'customer': True}})
>>> redo(file), read(file).said
(True, {'buyers': {'channel': 'Email'}})
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock

from .errors import DefinitionError
from .stores.changes import changed

EARLIER = 50
"""Versions of a file that are kept, at most."""

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Page:
    """What a file says, and on which line each part of it stands."""

    file: Path
    said: Any
    lines: dict[Place, int] = field(default_factory=dict, repr=False)

    def wrong(self, problem: str, *place: str | int) -> DefinitionError:
        """The error to raise for a part of the file, with the nearest line that is known.

        >>> print(Page(Path("plan.yaml"), {}, {(): 1, ("rows", 0): 4}).wrong("no goal", "rows", 0))
        plan.yaml, line 4: no goal
        """
        while place and place not in self.lines:
            place = place[:-1]
        return DefinitionError(self.file, self.lines.get(place, 1), problem)


Check = Callable[[Page], Any]


def read(file: Path) -> Page:
    """Read a file; one that is absent or empty says None.

    Raises `DefinitionError` for what is not YAML.
    """
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return Page(file, None)
    except UnicodeDecodeError as error:
        raise DefinitionError(file, 1, "is not UTF-8 text. Save it as UTF-8.") from error
    return _parsed(file, text)


def write(file: Path, said: Any, check: Check | None = None) -> None:
    """Write a file anew; what stood there is kept as an earlier version.

    `check` is called with the new page before anything is changed: what it raises is told as of
    the file, and the file stays as it was.
    """
    top = "".join(_comments(file))
    rewrite(file, top + yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=100), check)


def rewrite(file: Path, text: str, check: Check | None = None) -> None:
    """Write a file anew as the text a person typed, checked and kept as by `write`."""
    with _alone(file):
        if check is not None:
            check(_parsed(file, text))
        for undone in _versions(file, "undone"):
            undone.unlink()
        _push(file, "earlier")
        put(file, text)


def remove(file: Path) -> None:
    """Take a file away; it is kept as an earlier version."""
    with _alone(file):
        if file.exists():
            _push(file, "earlier")
            file.unlink()
            changed(file)


def undo(file: Path) -> bool:
    """Put the version before this one back; False where there is none."""
    return _swap(file, "earlier", "undone")


def redo(file: Path) -> bool:
    """Take the last undoing back; False where nothing was undone since the last change."""
    return _swap(file, "undone", "earlier")


def can_undo(file: Path) -> bool:
    """Whether there is an earlier version."""
    return bool(_versions(file, "earlier"))


def can_redo(file: Path) -> bool:
    """Whether the last change was an undoing."""
    return bool(_versions(file, "undone"))


def _parsed(file: Path, text: str) -> Page:
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        return Page(file, yaml.safe_load(text), dict(_lines(node, ())))
    except (yaml.YAMLError, ValueError) as error:
        # A ValueError is a date such as 2026-13-40, which YAML takes for one.
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        problem = getattr(error, "problem", None) or error
        raise DefinitionError(file, line, f"is not YAML: {problem}") from None


def _lines(node: Any, place: Place) -> Iterator[tuple[Place, int]]:
    if node is None:
        return
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*place, key.value), key.start_mark.line + 1
            if isinstance(value, yaml.CollectionNode):
                yield from list(_lines(value, (*place, key.value)))[1:]
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _lines(value, (*place, number))


def _comments(file: Path) -> Iterator[str]:
    """The comment that a file begins with."""
    if file.exists():
        for line in file.read_text("utf-8").splitlines(keepends=True):
            if not line.startswith("#") and line.strip():
                return
            yield line


def _versions(file: Path, which: str) -> list[Path]:
    """Kept versions, oldest first. An empty one says that there was no file."""
    return sorted((file.parent / ".earlier").glob(f"{file.name}.{which}-*"))


def _push(file: Path, which: str) -> None:
    kept = _versions(file, which)
    number = int(kept[-1].name.rpartition("-")[2]) + 1 if kept else 1
    text = file.read_text("utf-8") if file.exists() else ""
    put(file.parent / ".earlier" / f"{file.name}.{which}-{number:06}", text)
    for old in kept[: max(0, len(kept) + 1 - EARLIER)]:
        old.unlink()


def _swap(file: Path, take: str, keep: str) -> bool:
    with _alone(file):
        kept = _versions(file, take)
        if not kept:
            return False
        _push(file, keep)
        text = kept[-1].read_text("utf-8")
        if text:
            put(file, text)
        else:
            file.unlink(missing_ok=True)
            changed(file)
        kept[-1].unlink()
    return True


def put(file: Path, text: str) -> None:
    """Write so that a reader sees the old file or the new one, never a part; in a store, too.

    Where it cannot be written, as on a full disk, the old file stays.
    """
    fresh = file.with_name(f".{file.name}.new")
    try:
        with fresh.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    changed(file)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Two forms that are sent at once are written one after the other."""
    folder = file.parent / ".earlier"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock", timeout=10):
        yield
