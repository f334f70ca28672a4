"""A workspace: a folder with everything Omvei knows about one firm's customers.

```
omvei.toml      settings and the goal       definitions/   what the site's pages and brands are
omvei.key       key of the hashes           events/        the facts, a Delta Lake table
people/         who is who                  journeys/      blocks: derived, can be rebuilt
rejected/       rows set aside, with why
places/         where the map's nodes stand     waiting/       files sent to the app, not confirmed
```
"""

import hashlib
import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .durations import parse
from .errors import DefinitionError, SourceError, UnknownNameError, WorkspaceError

if TYPE_CHECKING:
    from filelock import FileLock

    from .blocks.build import Settings
    from .blocks.manifest import Build
    from .events.table import Events, Progress
    from .journeys import Journeys

SETTINGS = """# Settings of this workspace. Change them, then run `omvei build`.

[sessions]
gap = "{gap}"          # a silence of at least this long starts a new visit

[goal]
kind = "purchase"      # what you want people to do: a kind of touchpoint

[identity]
policy = "default"     # strict, default or loose: how readily identifiers are joined

[site]
hosts = []             # your own host names, where the data does not say them
"""


def _silent(done: int, total: int | None, phase: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Workspace:
    """An open workspace. Nothing heavy is loaded until it is needed."""

    path: Path

    @cached_property
    def settings(self) -> dict[str, Any]:
        """`omvei.toml`, read once."""
        file = self.path / "omvei.toml"
        try:
            return tomllib.loads(file.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            line = int(str(error).rpartition("line ")[2].partition(",")[0] or 1)
            raise DefinitionError(file, line, f"is not TOML: {error}") from None

    @property
    def goal(self) -> str | None:
        """The kind of touchpoint that is the goal; None where the firm named none."""
        from .touchpoints.vocabulary import kinds

        named = self.settings.get("goal", {}).get("kind")
        if named and named not in kinds():
            raise UnknownNameError("kind", str(named), list(kinds()))
        return str(named) if named else None

    @property
    def session_gap_seconds(self) -> float:
        """A silence of at least this long starts a new visit."""
        return parse(str(self.settings.get("sessions", {}).get("gap", "1800s"))).total_seconds()

    @property
    def key(self) -> bytes:
        """The key of the hashes: made once, readable by the owner only."""
        file = self.path / "omvei.key"
        if not file.exists():
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(secrets.token_hex(32))
        return bytes.fromhex(file.read_text().strip())

    @property
    def events(self) -> "Events":
        """The table of events."""
        from .events.table import Events

        return Events(self.path / "events")

    @property
    def simulated(self) -> bool:
        """Whether the data is simulated: a file named `simulated` lies beside it."""
        return (self.path / "simulated").exists()

    # -- taking files in ---------------------------------------------------------------------

    def preview(
        self,
        path: Path | str,
        source: str | None = None,
        mapping: Mapping[str, str] | None = None,
        event: str | None = None,
        timezone: str = "UTC",
        rows: int = 5,
    ) -> list[dict[str, Any]]:
        """What would be understood of a file, without keeping anything: the dry run.

        One item a file found under `path`: `file, source, mapping, unmapped, notes, rows` (the
        first good ones), `good`, `bad` (counts over the whole file), `rejected` (the first bad).
        """
        from . import sources
        from .events.schema import GIVEN, REFUSED

        def look(name: str, file: Path) -> dict[str, Any]:
            reading = sources.read(file, self._options(mapping, event, timezone), source, name)
            good, bad = 0, 0
            first: list[dict[str, Any]] = []
            rejected: list[dict[str, Any]] = []
            for batch in reading.batches:
                refused = batch.filter(batch.column("reason").is_valid())
                bad += len(refused)
                good += len(batch) - len(refused)
                if len(first) < rows:
                    kept = batch.filter(batch.column("reason").is_null()).slice(
                        0, rows - len(first)
                    )
                    for row in kept.select([column.name for column in GIVEN]).to_pylist():
                        first.append({key: said for key, said in row.items() if said is not None})
                keep = refused.select([column.name for column in REFUSED])
                rejected += keep.slice(0, rows - len(rejected)).to_pylist()
            return {
                "file": name,
                "source": reading.source,
                "mapping": dict(reading.mapping),
                "unmapped": list(reading.unmapped),
                "notes": list(reading.notes),
                "good": good,
                "bad": bad,
                "rows": first,
                "rejected": rejected,
            }

        return self._each(path, look)

    def take(
        self,
        path: Path | str,
        source: str | None = None,
        mapping: Mapping[str, str] | None = None,
        event: str | None = None,
        timezone: str = "UTC",
        allow_rejects: bool = False,
        progress: "Progress" = _silent,
        build: bool = True,
    ) -> list[dict[str, Any]]:
        """Import a file, a folder or an archive, each file whole or not at all, and rebuild.

        One item a file: `file, name, source, rows, events, rejected, duplicates, mapping, time,
        known` (`known`: the file was here already). Of several files, one that cannot be taken in
        does not stop the others: its item is `name, error`. A single one raises `SourceError`.
        """
        from . import sources

        self.check()

        def one(name: str, file: Path) -> dict[str, Any]:
            with file.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()[:16]
            reading = sources.read(file, self._options(mapping, event, timezone), source, name)
            with self._alone():
                done = self.events.append(
                    reading,
                    file=digest,
                    name=name,
                    now=datetime.now(UTC).isoformat(timespec="seconds"),
                    allow_rejects=allow_rejects,
                    progress=progress,
                )
            return asdict(done)

        found = self._each(path, one)
        if build and self.stale:
            self.build(progress)
        return found

    def _each(
        self, path: Path | str, do: Callable[[str, Path], dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Do something with every file under `path`, by its short name."""
        from . import sources

        found: list[dict[str, Any]] = []
        failed: list[SourceError] = []
        with sources.open_files(Path(path)) as files:
            for long_name, file in files:
                name = _short(long_name, Path(path))
                try:
                    found.append(do(name, file))
                except SourceError as error:
                    failed.append(type(error)(name, error.reason, error.cure))
                    found.append({"name": name, "error": str(failed[-1])})
        if failed and len(found) == 1:
            raise failed[0]
        return found

    def undo(self, name: str, progress: "Progress" = _silent) -> dict[str, Any]:
        """Take an imported file out again, by its name, and rebuild; return its import.

        Raises `UnknownNameError` if no such file was imported.
        """
        self.check()
        with self._alone():
            done = self.events.undo(name)
        self.build(progress)
        return asdict(done)

    def imports(self) -> list[dict[str, Any]]:
        """Every import, oldest first."""
        return [asdict(done) for done in self.events.imports()]

    def rejected(self, file: str | None = None, limit: int | None = None) -> list[dict[str, Any]]:
        """Rows that were set aside: `file, row, column, reason, text`.

        Raises `UnknownNameError` if no such file was imported.
        """
        known = [name for done in self.events.imports() for name in (done.name, done.file)]
        if file is not None and file not in known:
            raise UnknownNameError("import", file, known[::2])
        return self.events.rejected(file, limit)

    def _options(self, mapping: Mapping[str, str] | None, event: str | None, timezone: str) -> Any:
        from .sources.reading import Options

        return Options(dict(mapping or {}), event, timezone, self.key)

    # -- journeys ----------------------------------------------------------------------------

    @property
    def stale(self) -> bool:
        """Whether there are events that the journeys were not built from yet."""
        from .blocks import manifest

        built = manifest.read(self.path / "journeys")
        return self.events.version != (built.events_version if built else -1)

    def build(self, progress: "Progress" = _silent) -> "Build":
        """Build the journeys again, from all events and the definitions as they are now."""
        from .blocks.build import build
        from .touchpoints import definitions

        self.check()
        said = definitions.load(
            self.path / "definitions", self.settings.get("site", {}).get("hosts", ())
        )
        with self._alone():
            return build(
                self.events,
                self.path / "people",
                self.path / "journeys",
                self._identity(),
                said,
                progress,
            )

    def _identity(self, policy: str | None = None) -> "Settings":
        """What a build depends on besides events and definitions."""
        from .blocks.build import Settings
        from .people import policies

        named = policy or str(self.settings.get("identity", {}).get("policy", "default"))
        return Settings(
            self.session_gap_seconds,
            self.key.hex(),
            policies.policy(named).name,
            tuple(policies.apart(self.path / "definitions")),
        )

    def unmerge(self, identifier: str, progress: "Progress" = _silent) -> dict[str, str]:
        """Set an identifier apart: it is joined to nobody from now on, and history is rebuilt.

        Returns its `kind` and `value`. Kept in `definitions/apart.yaml`; taking the line away and
        building joins again. Raises `UnknownNameError` if nobody has the identifier.
        """
        from .blocks import manifest
        from .people import policies, table

        now = manifest.read(self.path / "journeys")
        found = (
            table.held(self.path / "people", now.people_version, self._words(identifier))
            if now
            else None
        )
        if found is None:
            raise UnknownNameError(
                "identifier", identifier, [], "`omvei why PERSON` lists a person's identifiers."
            )
        policies.set_apart(self.path / "definitions", *found)
        self.build(progress)
        return dict(zip(("kind", "value"), found, strict=True))

    def under(self, policy: str, folder: Path) -> "Journeys":
        """The journeys as they would be under another policy, built in a folder of their own."""
        from .blocks.build import build
        from .journeys import Journeys
        from .touchpoints import definitions

        self.check()
        said = definitions.load(
            self.path / "definitions", self.settings.get("site", {}).get("hosts", ())
        )
        made = build(
            self.events, folder / "people", folder / "journeys", self._identity(policy), said
        )
        return Journeys(self, made)

    def _alone(self) -> "FileLock":
        """A lock that one process at a time holds while it changes the workspace; others wait.

        The system frees it when its holder dies.
        """
        from filelock import FileLock

        return FileLock(self.path / ".lock")

    @property
    def journeys(self) -> "Journeys":
        """The journeys of everybody, as of the newest build."""
        from .journeys import Journeys

        return Journeys.of(self)

    def find(self, who: str) -> int | None:
        """The person who holds an identifier: an id, a user id, an e-mail, an order number, ..."""
        from .blocks import manifest
        from .people import table

        now = manifest.read(self.path / "journeys")
        if now is None:
            return None
        return table.find(self.path / "people", now.people_version, self._words(who))

    def _words(self, who: str) -> dict[str, str]:
        """What to look for under each kind of identifier."""
        from .sources.contact import hash_email, hash_phone

        words = {"user_id": who, "person": who, "order_id": who, "anonymous_id": who}
        words["email"] = hash_email(who, self.key) or who
        words["phone"] = hash_phone(who, self.key) or who
        return words

    def check(self) -> None:
        """Raise `WorkspaceError` if the folder is not a workspace."""
        if not (self.path / "omvei.toml").exists():
            raise WorkspaceError(
                f"{self.path} is not an Omvei workspace. Make one with: omvei -w {self.path} init"
            )


def _short(name: str, given: Path) -> str:
    """A file's name without the folders before the one that was given."""
    return name.removeprefix(f"{given.parent}{os.sep}") if str(given.parent) != "." else name


def init(path: Path | str, session_gap: str = "1800s") -> Workspace:
    """Make a workspace in a folder; an existing one keeps its data and settings.

    >>> import tempfile
    >>> init(tempfile.mkdtemp()).goal
    'purchase'
    """
    parse(session_gap)
    folder = Path(path)
    if set("[]#?") & set(str(folder.absolute())):
        raise WorkspaceError(
            f"{folder} cannot hold a workspace: Delta Lake cannot keep a table in a folder whose "
            "path has one of [ ] # ? in it. Choose another folder."
        )
    (folder / "definitions").mkdir(parents=True, exist_ok=True)
    file = folder / "omvei.toml"
    if not file.exists():
        file.write_text(SETTINGS.format(gap=session_gap), "utf-8")
    return open(folder)


def open(path: Path | str = ".") -> Workspace:
    """Open the workspace in a folder.

    Raises `WorkspaceError` if there is none.
    """
    workspace = Workspace(Path(path))
    workspace.check()
    return workspace
