"""Building the journeys from the events, the settings and the definitions."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DamagedError, UnknownNameError
from ..keeping import put
from . import leftovers, room
from .progress import silent

if TYPE_CHECKING:
    from ..blocks.build import Settings
    from ..blocks.manifest import Build
    from ..events.table import Progress
    from ..journeys import Journeys
    from ..people.deleted import Deleted
    from ..result import Result
    from ..touchpoints.definitions import Definitions
    from . import Workspace


def build(
    workspace: "Workspace",
    progress: "Progress" = silent,
    anew: bool = False,
    deleted: "Deleted | None" = None,
) -> "Build":
    """Build the journeys again, from all events and the definitions as they are now.

    On the engine that is chosen (`OMVEI_ENGINE`): this machine, or a Spark.

    anew     also with new dictionaries, so that nothing is left of people who are gone
    deleted  who is kept out, if it is not as the workspace says
    """
    from ..blocks import checks
    from ..engines import builder

    workspace.check()
    with workspace.alone():
        _whole(workspace)
        anew = checks.unsound(workspace.path) or anew  # words that are damaged are not used again
        settings = _settings(workspace)
        done = builder()(
            workspace.events,
            workspace.path / "people",
            workspace.path / "journeys",
            replace(settings, deleted=deleted) if deleted else settings,
            _definitions(workspace),
            progress,
            anew,
        )
        shutil.rmtree(workspace.path / "views", ignore_errors=True)
        return done


def renew(workspace: "Workspace", progress: "Progress" = silent) -> "Build":
    """Bring the journeys up to date, by building only the people whom something new concerns.

    Everybody is built where that is not enough, or where what is kept for it is not as it was
    written; the answers are the same in either case.
    """
    from ..blocks import append, checks

    workspace.check()
    with workspace.alone():
        done = None
        if not checks.unsound(workspace.path):
            with suppress(DamagedError):  # a block: everybody is built again
                done = append.append(
                    workspace.events,
                    workspace.path / "people",
                    workspace.path / "journeys",
                    _settings(workspace),
                    _definitions(workspace),
                    progress,
                )
        if done is not None:
            shutil.rmtree(workspace.path / "views", ignore_errors=True)
            return done
    return build(workspace, progress)


def _whole(workspace: "Workspace") -> None:
    """Raise `DamagedError` where events are not as they were written: nothing is built of them."""
    if harmed := workspace.events.damaged():
        raise DamagedError(min(harmed))


def compact(workspace: "Workspace", progress: "Progress" = silent) -> bool:
    """Lay the journeys out anew where appends have left small blocks and dead rows behind.

    Returns whether there was anything to do. The answers stay the same.
    """
    from ..blocks import manifest

    workspace.check()
    now = manifest.read(workspace.path / "journeys")
    if now is None or len(now.settings.get("layers", ())) < 2:
        with workspace.alone():  # what a killed run left is swept
            return False
    build(workspace, progress)
    return True


def _definitions(workspace: "Workspace") -> "Definitions":
    """What the firm says about its own site."""
    from ..touchpoints import definitions

    return definitions.load(
        workspace.path / "definitions", workspace.settings.get("site", {}).get("hosts", ())
    )


def _settings(workspace: "Workspace", policy: str | None = None) -> "Settings":
    """What a build depends on besides events and definitions."""
    from ..blocks.build import Settings
    from ..people import policies
    from ..people.deleted import Deleted

    named = policy or str(workspace.settings.get("identity", {}).get("policy", "default"))
    return Settings(
        workspace.session_gap_seconds,
        workspace.key.hex(),
        policies.policy(named).name,
        tuple(policies.apart(workspace.path / "definitions")),
        domains=workspace.domains,
        deleted=Deleted.read(workspace.path),
    )


def unmerge(
    workspace: "Workspace", identifier: str, progress: "Progress" = silent
) -> dict[str, str]:
    """Set an identifier apart: it is joined to nobody from now on, and history is rebuilt.

    Returns its `kind` and `value`. Kept in `definitions/apart.yaml`; taking the line away and
    building joins again. Raises `UnknownNameError` if nobody has the identifier.
    """
    from ..blocks import manifest
    from ..people import policies, table

    now = manifest.read(workspace.path / "journeys")
    found = (
        table.held(workspace.path / "people", now.who("identifiers"), workspace.words(identifier))
        if now
        else None
    )
    if found is None:
        raise UnknownNameError(
            "identifier", identifier, [], "`omvei why PERSON` lists a person's identifiers."
        )
    with workspace.alone():
        policies.set_apart(workspace.path / "definitions", *found)
        workspace.build(progress)
    return dict(zip(("kind", "value"), found, strict=True))


def merge_back(
    workspace: "Workspace", kind: str, value: str, progress: "Progress" = silent
) -> None:
    """Take an `unmerge` back: the identifier is joined again, and history is rebuilt."""
    from ..people import policies

    with workspace.alone():
        policies.put_back(workspace.path / "definitions", kind, value)
        workspace.build(progress)


def choose_policy(workspace: "Workspace", policy: str, progress: "Progress" = silent) -> None:
    """Write a policy into `omvei.toml`, and rebuild history under it.

    Raises `UnknownNameError` for another name.
    """
    from ..people import policies
    from . import open as opened

    with workspace.alone():
        _say(workspace.path / "omvei.toml", "policy", f'"{policies.policy(policy).name}"')
        opened(workspace.path).build(progress)


def keep_domains(workspace: "Workspace", kept: bool) -> None:
    """Write into `omvei.toml` whether the domains of companies' addresses are kept and used.

    Who is who stays as it is; journeys of companies are built anew when they are asked for.
    """
    with workspace.alone():
        _say(workspace.path / "omvei.toml", "domains", "true" if kept else "false")


def _say(file: Path, name: str, value: str) -> None:
    """Write a setting of `[identity]`, and leave all else in the file as it is."""
    line = f"{name} = {value}"
    text = file.read_text("utf-8")
    head, found, rest = text.partition("[identity]")
    if not found:
        text = f"{text.rstrip()}\n\n[identity]\n{line}\n"
    else:
        own, bracket, after = rest.partition("\n[")
        said = rf"(?m)^[ \t]*{name}[ \t]*=[ \t]*(\"[^\"]*\"|'[^']*'|\w+)"
        named = re.sub(said, line, own, count=1)
        if named == own and line not in own:
            named = f"\n{line}{own}"
        text = head + found + named + bracket + after
    put(file, text)


def compare(workspace: "Workspace", policies: Sequence[str] = ()) -> "Result":
    """Build the journeys under each policy (all, if none is named), and lay them side by side."""
    from ..people.policies import policies as known
    from ..people.policies import policy

    chosen = [policy(name).name for name in policies or known()]
    with _scratch(workspace) as scratch:
        built = {name: workspace.under(name, scratch / name) for name in chosen}
        return workspace.journeys.beside(built)


@contextmanager
def _scratch(workspace: "Workspace") -> Iterator[Path]:
    """A folder for a while, locked so that nobody takes it for one that a crash left."""
    from filelock import FileLock

    with tempfile.TemporaryDirectory(dir=workspace.path, prefix=leftovers.POLICY) as folder:
        try:
            with FileLock(Path(folder) / ".lock"):
                yield Path(folder)
        except Exception as error:
            if told := room.full(error, workspace.path):
                raise told from error
            raise


def under(workspace: "Workspace", policy: str, folder: Path) -> "Journeys":
    """The journeys as they would be under another policy, built in a folder of their own."""
    from ..engines import builder
    from ..journeys import Journeys

    workspace.check()
    made = builder()(
        workspace.events,
        folder / "people",
        folder / "journeys",
        _settings(workspace, policy),
        _definitions(workspace),
    )
    return Journeys(workspace, made)


def viewed(workspace: "Workspace", unit: str) -> bool:
    """Whether the journeys of another unit are built already."""
    from ..blocks import manifest

    return manifest.read(_view(workspace, unit, None) / "journeys") is not None


def _view(workspace: "Workspace", unit: str, until: int | None) -> Path:
    """The folder of the journeys of another unit, or as they were known at a moment."""
    from ..journeys import Journeys

    now = Journeys.of(workspace).build
    named = f"{now.folder.name}-{now.events_version}-{unit}-{until}"
    return workspace.path / "views" / (f"{named}-domains" if workspace.domains else named)


def view(
    workspace: "Workspace",
    unit: str = "person",
    until: int | None = None,
    progress: "Progress" = silent,
) -> "Build":
    """The journeys of another unit, or as they were known at a moment (microseconds).

    Built once, in `views/`, and kept until the journeys are built again.
    """
    from ..blocks import manifest
    from ..engines import builder

    folder = _view(workspace, unit, until)
    with workspace.alone(derived=True):
        if (known := manifest.read(folder / "journeys")) is not None:
            return known
        settings = replace(_settings(workspace), unit=unit, until=until)
        return builder()(
            workspace.events,
            folder / "people",
            folder / "journeys",
            settings,
            _definitions(workspace),
            progress,
        )
