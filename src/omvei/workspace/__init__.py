"""A workspace: a folder with everything Omvei knows about one firm's customers.

```
omvei.toml      settings and the goal       definitions/   what the site's pages and brands are
omvei.key       key of the hashes           events/        the facts, a Delta Lake table
people/         who is who                  journeys/      blocks: derived, can be rebuilt
costs/          what advertising cost       searches/      what people search the web for
paths/          paths with counts           rejected/      rows set aside, with why
places/         where the map's nodes stand     waiting/       files sent to the app, not confirmed
inbox/          files dropped to be taken in
views/          journeys of companies, or as they were known on a day: derived
```
"""

import os
import secrets
import tomllib
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..durations import parse
from ..errors import (
    DamagedError,
    DefinitionError,
    NothingToAnswerError,
    OmveiError,
    UnknownNameError,
    WorkspaceError,
)
from ..stores import copies, objects
from . import alone, building, checking, deleting, importing, inbox, looking, planning, store

if TYPE_CHECKING:
    from ..events.table import Events, Facts
    from ..events.totals import Totals
    from ..journeys import Journeys
    from ..people.deleted import Deleted
    from ..result import Result

SETTINGS = """# Settings of this workspace. Change them, then run `omvei build`.

[sessions]
gap = "{gap}"          # a silence of at least this long starts a new visit

[goal]
kind = "purchase"      # what you want people to do: a kind of touchpoint

[identity]
policy = "default"     # strict, default or loose: how readily identifiers are joined
domains = false        # true: keep the domain of companies' e-mail addresses, and join by it

[site]
hosts = []             # your own host names, where the data does not say them
"""


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
        from ..touchpoints.vocabulary import kinds

        named = self.settings.get("goal", {}).get("kind")
        if named and named not in kinds():
            raise UnknownNameError("kind", str(named), list(kinds()))
        return str(named) if named else None

    @property
    def audience(self) -> int | None:
        """How many people could buy: `[audience] see`, which the firm knows and no data shows.

        Raises `OmveiError` where it is no number of people.
        """
        said = self.settings.get("audience", {}).get("see")
        if said is not None and (isinstance(said, bool) or not isinstance(said, int) or said < 1):
            raise OmveiError(
                f"omvei.toml: [audience] see = {said!r} is no number of people. "
                "Write it as see = 120000, or leave the line out."
            )
        return said

    @property
    def session_gap_seconds(self) -> float:
        """A silence of at least this long starts a new visit."""
        return parse(str(self.settings.get("sessions", {}).get("gap", "1800s"))).total_seconds()

    @property
    def domains(self) -> bool:
        """Whether an address's domain, where it is a company's, says whose the journey is.

        Raises `OmveiError` where that is neither true nor false.
        """
        said = self.settings.get("identity", {}).get("domains", False)
        if not isinstance(said, bool):
            raise OmveiError(
                f"omvei.toml: [identity] domains = {said!r} is neither true nor false. "
                "Write it as domains = true."
            )
        return said

    @property
    def key(self) -> bytes:
        """The key of the hashes: made once, readable by the owner only.

        It is in no store: whoever changes a workspace there names its file in `OMVEI_KEY`. Raises
        `WorkspaceError` where that is needed, and not done.
        """
        if copies.address_of(self.path):
            return copies.key(self.path)
        file = self.path / "omvei.key"
        if not file.exists():
            # whole or not at all, and never another's: two processes may get here at once
            scratch = self.path / f".{secrets.token_hex(8)}"
            handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(secrets.token_hex(32))
            with suppress(FileExistsError):
                os.link(scratch, file)
            scratch.unlink()
        return bytes.fromhex(file.read_text().strip())

    @property
    def events(self) -> "Events":
        """The table of events."""
        from ..events.table import Events

        return Events(self.path / "events")

    def facts(self, table: str) -> "Facts":
        """A table of `omvei.events.schema.TABLES`: events, or totals that are nobody's."""
        from ..events.schema import TABLES
        from ..events.table import Facts

        return Facts(self.path / table, TABLES[table])

    def totals(self, table: str) -> "Totals":
        """What a table of totals says now: its rows, and how many of them newer files replaced."""
        from ..events.schema import KEYS
        from ..events.totals import newest

        return newest(self.facts(table), KEYS[table])

    def paths(self, *, many: int = 100) -> "Result":
        """What an imported table of paths says: see `omvei.answers.paths`."""
        from ..answers.paths import paths

        return paths(self, many=many)

    @property
    def deleted(self) -> "Deleted":
        """The people who were deleted, as far as anything is kept of them."""
        from ..people.deleted import Deleted

        return Deleted.read(self.path)

    @property
    def simulated(self) -> bool:
        """Whether the data is simulated: a file named `simulated` lies beside it."""
        return (self.path / "simulated").exists()

    # -- taking files in: looking.py, importing.py, inbox.py ----------------------------------

    preview = looking.preview
    choices = looking.choices
    keep_mapping = looking.keep_mapping
    take = importing.take
    undo = importing.undo
    rejected = importing.rejected
    dropped = inbox.dropped
    inbox = inbox.inbox

    def imports(self) -> list[dict[str, Any]]:
        """Every import into any table, oldest first."""
        return [asdict(done) for done in importing.imports(self)]

    # -- journeys: building.py ----------------------------------------------------------------

    build = building.build
    renew = building.renew
    compact = building.compact
    unmerge = building.unmerge
    merge_back = building.merge_back
    choose_policy = building.choose_policy
    keep_domains = building.keep_domains
    compare = building.compare
    under = building.under
    view = building.view
    viewed = building.viewed

    # -- the plan: planning.py ----------------------------------------------------------------

    plan = property(planning.plan)
    scorecard = planning.scorecard
    checklist = planning.checklist
    advice = planning.advice
    report = planning.report

    # -- care: checking.py, deleting.py, store.py ---------------------------------------------

    verify = checking.verify
    delete = deleting.delete
    purge = deleting.purge
    publish = store.publish

    @property
    def stale(self) -> bool:
        """Whether there are events, or deletions, that the journeys do not know of yet."""
        from ..blocks import manifest

        try:
            built = manifest.read(self.path / "journeys")
        except DamagedError:
            return True
        if built is None:
            return self.events.version != -1
        known = built.events_version, built.settings.get("deleted", 0)
        return known != (self.events.version, len(self.deleted.waiting))

    alone = alone.alone

    @property
    def journeys(self) -> "Journeys":
        """The journeys of everybody, as of the newest build."""
        from ..journeys import Journeys

        return Journeys.of(self)

    def find(self, who: str) -> int | None:
        """The person who holds an identifier: an id, a user id, an e-mail, an order number, ..."""
        try:
            return self.journeys.find(who)
        except NothingToAnswerError:
            return None

    def words(self, who: str) -> dict[str, str]:
        """What to look for under each kind of identifier."""
        from ..sources.contact import hash_email, hash_phone

        words = {"user_id": who, "person": who, "order_id": who, "anonymous_id": who}
        words["account"] = who
        if copies.address_of(self.path) and not copies.has_key():
            return words  # without the key nobody is found by what was hashed
        words["email"] = hash_email(who, self.key) or who
        words["phone"] = hash_phone(who, self.key) or who
        return words

    def check(self) -> None:
        """Raise `WorkspaceError` if the folder is not a workspace."""
        if not (self.path / "omvei.toml").exists():
            raise WorkspaceError(
                f"{self.path} is not an Omvei workspace. Make one with: omvei -w {self.path} init"
            )


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
    """Open the workspace in a folder, or the one at `s3://bucket/path`, in a copy.

    What is changed there is published when it is done. Raises `WorkspaceError` if there is none.
    """
    if isinstance(path, str) and objects.in_store(path):
        path = store.fetch(path)
    from ..engines import LOCAL, chosen

    # an engine elsewhere stands in another folder
    workspace = Workspace(Path(path) if chosen() == LOCAL else Path(path).absolute())
    workspace.check()
    return workspace
