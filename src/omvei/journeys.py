"""The one noun: the journeys of the people in a workspace. Narrow it, then ask."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from functools import cache, cached_property, partial, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import numpy as np

from .answers import (
    attribution,
    choice,
    conform,
    consent,
    content,
    costs,
    coverage,
    deviating,
    differ,
    explain,
    findings,
    fit,
    funnel,
    groups,
    handovers,
    leaks,
    loops,
    map,
    matrix,
    numbers,
    orders,
    own,
    people,
    policies,
    quality,
    questions,
    remarketing,
    returning,
    side_by_side,
    start,
    statements,
    summary,
    touchpoints,
    trace,
    whatif,
    whereabouts,
    why,
)
from .answers.tally import Tally
from .blocks import manifest
from .blocks.block import Block, open_block, read_living
from .blocks.dictionaries import Dictionaries
from .engines import run
from .engines.memory import recalled
from .errors import NothingToAnswerError, OmveiError, UnknownNameError
from .groups import narrowing
from .groups.group import Group, find
from .groups.members import members
from .groups.rows import listed
from .lenses import lens as lenses
from .lenses.column import stage_column
from .lenses.own import named, usable
from .mapped import Mapped
from .moment import moment
from .people import table
from .people.names import number
from .result import Result
from .stores import copies
from .touchpoints.vocabulary import codes
from .workspace import Workspace

Day = str | date | datetime
UNITS = {"person": "people", "account": "accounts"}
"""Whose journeys there are, and what many of them are called."""

FIRST_LENS = "five_stage"
"""The lens of answers that need one, where none was chosen."""


KEPT = 2_000_000
"""Up to so many touchpoints a question keeps the blocks it has narrowed, for the next analysis."""


Asked = ParamSpec("Asked")
Answer = Callable[Concatenate["Journeys", Asked], Result]


def _worded(answer: Answer[Asked]) -> Answer[Asked]:
    """The answer, with the words of the workspace's own models: its drawing may name a stage."""

    @wraps(answer)
    def ask(self: "Journeys", /, *args: Asked.args, **kwargs: Asked.kwargs) -> Result:
        return replace(answer(self, *args, **kwargs), own=self.own_models)

    return ask


@dataclass(frozen=True)
class Journeys:
    """The journeys of the people in a workspace, as of one build of it."""

    workspace: Workspace
    build: manifest.Build
    since: int | None = None
    until: int | None = None
    conditions: tuple[dict[str, Any], ...] = ()
    among: tuple[Group, ...] = ()
    lens_name: str | Path | None = None
    _lens: dict[str, lenses.Lens] = field(default_factory=dict, compare=False, repr=False)
    _mapped: dict[tuple[Path, str], Block] = field(default_factory=dict, compare=False, repr=False)
    """The blocks as they lie on the disk: mapping a file costs more than looking into it."""
    _known: dict[Path, Any] = field(default_factory=dict, compare=False, repr=False)
    """The people of the blocks, which `holding` looks into, by file."""

    @classmethod
    def of(cls, workspace: Workspace) -> "Journeys":
        """Everybody's journeys.

        Raises `NothingToAnswerError` where nothing was imported yet.
        """
        build = manifest.read(workspace.path / "journeys")
        if build is None or not build.counts["events"]:
            raise NothingToAnswerError(
                f"There is no data in {workspace.path} yet. Import some with: omvei import FILE"
            )
        return cls(workspace, build)

    # -- narrowing ---------------------------------------------------------------------------

    def between(self, since: Day | None = None, until: Day | None = None) -> "Journeys":
        """Only touchpoints from `since` up to, not including, `until` (days or times, UTC).

        What a person did before stays known (it is not their first touchpoint, they bought before).

        Raises `OmveiError` for a day that is none, or a period that ends before it begins.
        """
        first, last = _micros(since), _micros(until)
        if first is not None and last is not None and first > last:
            raise OmveiError(
                f"The period ends on {until}, before it begins on {since}. Swap the two days."
            )
        return replace(self, since=first, until=last)

    def where(self, **conditions: Any) -> "Journeys":
        """Only people with a touchpoint for which every condition holds; whole journeys stay.

        The names of `groups.rows.ASKED` (`kind, channel, content, ...`) take a word or several,
        with `*` for anything; `consent` (what the person said last) is granted, denied or unknown;
        `customer` is True or False. All of it is asked of the period; see `group` for more.

        Raises `UnknownNameError` for another condition, or a word that is not in the data.
        """
        for name, value in conditions.items():
            if name not in narrowing.WHERE:
                raise UnknownNameError("condition", name, narrowing.WHERE)
            known = narrowing.known(name, self.words)
            for word in listed(value) if known is not None else []:
                if word not in (known or []) and "*" not in str(word):
                    raise UnknownNameError(name, str(word), known or [])
        return replace(self, conditions=(*self.conditions, conditions))

    def group(self, name: str | Group) -> "Journeys":
        """Only the people of a target group (`definitions/groups.yaml`); whole journeys stay.

        Who is in it is told by whole journeys, whatever the period. Of several groups, people of
        all of them.

        Raises `UnknownNameError` for a group that is not there, `DefinitionError` for a mistake in
        the file.
        """
        one = name if isinstance(name, Group) else find(self.workspace.path, name)
        return replace(self, among=(*self.among, one))

    def as_of(self, day: Day) -> "Journeys":
        """The journeys as they were known before `day` (a day or a time, UTC).

        Nothing that came later is used: neither its touchpoints nor what it told about who is who.
        A model that is to say what will happen must not see it either.

        Raises `OmveiError` for a day that is none.
        """
        return replace(self, build=self.workspace.view(self.unit_name, _micros(day)))

    def unit(self, name: str) -> "Journeys":
        """The journeys of each `person`, or of each `account`: a company with all its people.

        Raises `UnknownNameError` for another unit, `NothingToAnswerError` where no row names a
        company.
        """
        if name not in UNITS:
            raise UnknownNameError("unit", name, list(UNITS))
        if name == self.unit_name:
            return self
        until = self.build.settings.get("until")
        if name == "person" and until is None:
            return replace(self, build=self.of(self.workspace).build)
        build = self.workspace.view(name, until)
        if name == "account" and not build.counts["touchpoints"]:
            raise NothingToAnswerError(
                "No row names a company. Map a column to `account` when you import, as in "
                "--map account=company, or write domains = true under [identity] in omvei.toml "
                "before you import: then the domain of an e-mail address names it."
            )
        return replace(self, build=build)

    @property
    def unit_name(self) -> str:
        """Whose journeys these are: `person` or `account`."""
        return str(self.build.settings.get("unit", "person"))

    def whole(self) -> "Journeys":
        """The same journeys, not narrowed."""
        return replace(self, since=None, until=None, conditions=(), among=())

    def lens(self, name: str | Path | lenses.Lens, **parameters: float) -> "Journeys":
        """See the journeys through a model: one that comes with Omvei, one of the workspace (a
        file in `definitions/lenses`), or another file of your own.

        `parameters` are set otherwise than the model's file does, as in `care_min_purchases=2`.
        Raises `UnknownNameError` for one that the model does not have.
        """
        if isinstance(name, lenses.Lens):
            return replace(self, lens_name=name.id, _lens={name.id: name})
        found = named(self.workspace.path, name, **parameters)
        return replace(self, lens_name=name, _lens={str(name): found})

    # -- asking: each answer is written, documented and tested in a module of its own ----------

    summary = summary.summary
    map = _worded(map.map)
    trace = _worded(trace.trace)
    dropped = funnel.dropped
    funnel = _worded(funnel.funnel)
    leaks = _worded(leaks.leaks)
    own = _worded(own.own)
    matrix = matrix.matrix
    numbers = numbers.numbers
    loopers = loops.loopers
    wayfarers = loops.wayfarers
    loops = loops.loops
    returning = returning.returning
    whereabouts = whereabouts.whereabouts
    compare = side_by_side.compare
    catches = side_by_side.catches
    fit = fit.fit
    explain = explain.explain
    what_if = whatif.what_if
    differ = differ.differ
    people = people.people
    findings = findings.findings
    start = start.start
    statements = statements.statements
    why = why.why
    quality = quality.quality
    orders = orders.orders
    consent = consent.consent
    unseen = coverage.unseen
    beside = policies.beside
    questions = questions.questions
    content = _worded(content.content)
    readiness = _worded(choice.readiness)
    remarketing = _worded(remarketing.remarketing)
    attribution = attribution.attribution
    choice = _worded(choice.choice)
    groups = groups.groups
    costs = costs.costs
    touchpoints = _worded(touchpoints.touchpoints)
    handovers = handovers.handovers
    conform = conform.conform
    alongside = deviating.alongside
    deviating = deviating.deviating

    def find(self, who: str) -> int | None:
        """The person who holds an identifier: an id, a user id, an e-mail, an order number, ..."""
        written = number(who)
        if written is not None and trace.find(self, written) is not None:
            return written
        words = self.workspace.words(who)
        layers = self.build.settings.get("layers")
        if layers and written is None and self.unit_name == "person":
            holders = table.holders([self.build.folder.parent / layer for layer in layers], words)
            if len(holders) < 2:
                return int(holders[0]) if len(holders) else None
        return table.find(self.people_folder, self.build.who("identifiers"), words)

    def identifiers(self, person: int) -> list[dict[str, Any]]:
        """A person's identifiers, oldest first; see `people.table.identifiers_of`."""
        files, since = self.build.who("identifiers"), self.build.since(person)
        return table.identifiers_of(self.people_folder, files, person, since)

    # -- what the answers need ------------------------------------------------------------------

    @property
    def model(self) -> lenses.Lens:
        """The lens the journeys are seen through; five stages unless another was chosen."""
        name = self.lens_name if self.lens_name is not None else FIRST_LENS
        if str(name) not in self._lens:
            self._lens[str(name)] = lenses.load(name)
        return self._lens[str(name)]

    @cached_property
    def own_models(self) -> dict[str, lenses.Lens]:
        """The workspace's own models that can be used, by name."""
        return usable(self.workspace.path)

    @property
    def people_folder(self) -> Path:
        """Where the tables stand that say who is who in these journeys."""
        return self.build.folder.parents[1] / "people"

    @cached_property
    def words(self) -> dict[str, list[str]]:
        """The dictionaries of the build: the texts behind the codes."""
        file = self.build.folder / "dictionaries.parquet"
        return Dictionaries.read(file, self.build.checksum(file)).words

    @property
    def end(self) -> int:
        """The end of what is observed, in microseconds."""
        return self._last if self.until is None else min(self._last, self.until)

    @property
    def goal(self) -> str | None:
        """The kind that is the goal, if anybody here ever reached it."""
        return self.workspace.goal if self.goal_code >= 0 else None

    @cached_property
    def goal_code(self) -> int:
        """The goal's code; -1 where none is named, or nobody reached it."""
        named = self.workspace.goal
        if named is None:
            return -1
        code = codes()[named]
        return code if self.run(Tally("kind", len(codes())))[code, 0] else -1

    def choose(self, by: str | None, known: tuple[str, ...]) -> str:
        """`by` as asked for; else stage, if a lens was chosen; else what says most here."""
        if by is not None and by not in known:
            raise UnknownNameError("view", by, known)
        return by or ("stage" if self.lens_name is not None else self.view)

    @cached_property
    def view(self) -> str:
        """The view that says most about this data: kind, or content where everything is a page,
        or event where kinds say nothing.
        """
        counts = self.run(Tally("kind", len(codes())))
        said = {kind for kind, code in codes().items() if counts[code, 0]} - {"other"}
        if said <= {"page_view"}:
            return "content" if "page_view" in said else "event"
        return "kind"

    def meaning(self, n: int) -> dict[str, Any]:
        """How to read a result: n, unit, window, label, goal."""
        first = self.build.settings["first"] if self.since is None else self.since
        return {
            "n": n,
            "unit": UNITS[self.unit_name],
            "label": "observed",
            "window": {"from": moment(first), "to": moment(self.end if self.end else None)},
            "goal": self.goal,
            "simulated": self.workspace.simulated,
        }

    def run(self, analysis: Any) -> Any:
        """Run an analysis over these journeys, on the engine that is chosen."""
        return recalled(analysis, self._mark, lambda: run(analysis, self.blocks()))

    @cached_property
    def _mark(self) -> bytes:
        """What tells these journeys from all others."""
        build = self.build
        told = (str(build.folder), build.events_version, build.people_version, build.blocks)
        return pickle.dumps((told, self.since, self.until, self.conditions, self.among))

    def __getstate__(self) -> dict[str, Any]:
        """What a worker elsewhere needs to open the blocks; what can be read again is left here.

        Of a workspace in a store a worker has a copy of its own, without definitions.
        """
        state = {each.name: getattr(self, each.name) for each in fields(self)}
        state |= {"_mapped": {}, "_known": {}}
        if address := copies.address_of(self.workspace.path):
            inside = self.build.folder.relative_to(self.workspace.path)
            state["build"] = replace(self.build, folder=inside)
            number = copies.listed(self.workspace.path).number
            state |= {"workspace": (address, number), "own_models": self.own_models}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The same on the worker."""
        if isinstance(where := state["workspace"], tuple):
            folder = copies.attached(*where)
            build = replace(state["build"], folder=folder / state["build"].folder)
            state = state | {"workspace": Workspace(folder), "build": build}
        self.__dict__.update(state)

    def blocks(self) -> list[Callable[[], Block]]:
        """The blocks, narrowed; each is opened when called."""
        return [partial(self._open, row) for row in self.build.blocks if row["people"]]

    def holding(self, person: int) -> list[Callable[[], Block]]:
        """The blocks, narrowed, in which a person's rows are or once were."""
        found: list[Callable[[], Block]] = []
        for row in self.build.blocks:
            file = self.build.place(row) / f"{row['block']}.people.arrow"
            if file not in self._known:
                self._known[file] = Mapped(file, row["people_checksum"])("person")
            known = self._known[file]
            place = int(np.searchsorted(known, person))
            if place < len(known) and known[place] == person:
                found.append(partial(self._open, row))
        return found

    def _open(self, row: dict[str, Any]) -> Block:
        """A block, narrowed; where there are few touchpoints it is narrowed once and kept."""
        if sum(each["touchpoints"] for each in self.build.blocks) > KEPT:
            return self._opened(row)
        name = f"{row['folder']}/{row['block']}"
        if name not in self._kept:
            self._kept[name] = self._opened(row)
        return self._kept[name]

    @cached_property
    def _kept(self) -> dict[str, Block]:
        return {}

    def _stored(self, row: dict[str, Any]) -> Block:
        place = (self.build.place(row), str(row["block"]))
        if place not in self._mapped:
            self._mapped[place] = open_block(*place, row)
        return self._mapped[place]

    def _opened(self, row: dict[str, Any]) -> Block:
        folder, living = self.build.place(row), self.build.living(row)
        whole = replace(self._stored(row), _columns={})  # what is worked out of it is not kept
        stored = whole.column

        def column(wanted: str) -> Any:
            if wanted.startswith("stage:"):
                of_groups = (lens for group in self.among for lens in group.models)
                models = [*shipped(), *self._lens.values(), *of_groups, *self.own_models.values()]
                lens = next(m for m in models if wanted == f"stage:{m.digest}")
                return stage_column(whole, folder, lens, self.words)
            return stored(wanted)

        whole.column = column
        block = whole  # the columns of stages are made from the whole block, so it keeps its name
        if living is not None:
            block = block.of(read_living(living, whole.people, row["live_checksum"]))
        for group in self.among:
            block = block.of(members(block, group, self.words, self._last))
        block = narrowing.between(block, self.since, self.until)
        for conditions in self.conditions:
            block = narrowing.where(block, conditions, self.words)
        return block

    @property
    def _last(self) -> int:
        """The end of what is observed, whatever the period."""
        return int(self.build.settings["last"] or 0)


@cache
def shipped() -> list[lenses.Lens]:
    """The models that come with Omvei."""
    return [lenses.load(name) for name in lenses.names()]


def _micros(day: Day | None) -> int | None:
    if day is None:
        return None
    try:
        when = datetime.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        raise OmveiError(f"{day!r} is not a day. Write it as 2026-01-31.") from None
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day)
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return round(when.timestamp() * 1e6)
