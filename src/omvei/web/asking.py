"""
What a page's address asks for: by what, through which model, in which period.

The words of the address are those of the code and do not change with the language:
`?by=stage&lens=hankins&period=quarter`, or `?from=2025-01-01&to=2025-06-30` (both days included,
and left aside where another period than `chosen` is named too). Without a period
a page shows the last twelve months of what there is. `who=loyal` narrows it to a target group,
`consent=granted` to people who said yes to measurement; `unit=account` has companies travel.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.requests import Request

import omvei
from omvei import lenses
from omvei.errors import DefinitionError, NothingToAnswerError, OmveiError, UnknownNameError
from omvei.groups.group import Group, load
from omvei.lenses.own import usable

BY = ("kind", "channel", "stage", "content", "event")
PERIODS = {"year": 365, "quarter": 90, "month": 30, "all": None}
LENS = "five_stage"
FARTHEST = date(9999, 12, 30)
"""The last day that has a day after it."""
USUAL_LENSES = ("five_stage", "stdc", "messy_middle", "lemon_verhoef", "funnel")
"""The models that are always in view; docs/models.md says why these. The others are in a list."""


@dataclass(frozen=True)
class Asked:
    """A page's question, and the journeys it is put to."""

    workspace: Any
    everybody: Any
    """All journeys: `omvei.Journeys`."""
    journeys: Any
    """Those of the period, seen through the lens where one was asked for."""
    by: str | None
    lens: str
    period: str
    """A key of `PERIODS`, or `chosen` for given dates."""
    first: date
    """First and last day of the period."""
    last: date
    groups: dict[str, Group]
    """The target groups of the workspace."""
    who: str = ""
    """The target group the journeys are narrowed to; none for everybody."""
    unit: str = "person"
    """Whose journeys: of each `person`, or of each `account`."""
    consent: str = ""
    """`granted` for those who said yes alone; none for everybody."""
    offers: frozenset[str] = frozenset()
    """What this data can be asked besides: `unit`, `consent`."""

    @property
    def query(self) -> dict[str, str]:
        """What other pages must be asked to answer for the same journeys."""
        who = {"who": self.who} if self.who else {}
        who |= {"consent": self.consent} if self.consent else {}
        who |= {"unit": self.unit} if self.unit != "person" else {}
        if self.period == "chosen":
            return {"from": self.first.isoformat(), "to": self.last.isoformat(), **who}
        return who if self.period == "year" else {"period": self.period, **who}


def workspace(request: Request) -> Any:
    """Open the workspace as it is now."""
    return omvei.open(request.app.state.path)


def own_models(request: Request) -> dict[str, Any]:
    """The workspace's own models that can be used, by name."""
    return usable(request.app.state.path)


def model_of(request: Request, name: str) -> Any:
    """A model by its name: the workspace's own, or one that comes with Omvei.

    Raises `UnknownNameError` for a name that is neither.
    """
    own = own_models(request)
    if name in own:
        return own[name]
    if name not in lenses.names():
        raise UnknownNameError("model", name, [*lenses.names(), *own])
    return lenses.load(name)


def has_data(workspace: Any) -> bool:
    """Say whether anything has been imported."""
    try:
        return bool(workspace.journeys)
    except NothingToAnswerError:
        return False


def unseen(request: Request) -> list[str]:
    """What the data cannot tell of, counted once for each build; nothing where there is no data."""
    try:
        everybody = workspace(request).journeys
    except OmveiError:
        return []
    counted: tuple[str, list[str]] = getattr(request.app.state, "unseen", ("", []))
    build = f"{everybody.build.folder.name} {everybody.build.events_version}"
    if counted[0] != build:
        counted = request.app.state.unseen = (build, everybody.unseen())
    return counted[1]


class NotBuiltError(OmveiError):
    """The journeys of companies that a page is asked for are not built yet."""


def ask(request: Request) -> Asked:
    """Read a page's question.

    Raises `NotBuiltError` for a page of companies whose journeys must be built first; JSON waits.
    Raises `NothingToAnswerError` without data, `UnknownNameError` for a name that is not there,
    `OmveiError` for a date that is none.
    """
    query = request.query_params
    here = workspace(request)
    persons = here.journeys
    unit = query.get("unit") or "person"
    if unit == "account" and not request.url.path.endswith(".json") and not here.viewed(unit):
        raise NotBuiltError("The journeys of companies are not built yet.")
    everybody = persons.unit(unit)
    by, lens = query.get("by") or None, query.get("lens") or LENS
    if by is not None and by not in BY:
        raise UnknownNameError("view", by, BY)
    model_of(request, lens)
    window = everybody.meaning(0)["window"]
    start, end = _day(window["from"]), _day(window["to"])
    dated = bool(query.get("from") or query.get("to"))
    period = query.get("period") or ("chosen" if dated else "year")
    if period not in PERIODS and period != "chosen":
        raise UnknownNameError("period", period, [*PERIODS, "chosen"])
    first, last = start, end
    if period == "chosen":
        first = _given(query.get("from"), start)
        last = _given(query.get("to"), end)
    else:
        days = PERIODS[period]
        if days is not None:
            first = max(start, end - timedelta(days=days - 1))
    if first > last:
        raise OmveiError(
            f"The period ends on {last}, before it begins on {first}. Swap the two days."
        )
    narrowed = everybody
    if (first, last) != (start, end):
        narrowed = everybody.between(first, min(last, FARTHEST) + timedelta(days=1))
    seen = narrowed.lens(lens) if query.get("lens") else narrowed
    who = query.get("who") or ""
    if who:
        seen = seen.group(who)
    consent = query.get("consent") or ""
    if consent:
        seen = seen.where(consent=consent)
    return Asked(
        here, everybody, seen, by, lens, period, first, last, _groups(here, who), who,
        everybody.unit_name, consent, _offers(request, here, persons),
    )  # fmt: skip


def _offers(request: Request, workspace: Any, persons: Any) -> frozenset[str]:
    """What this data can be asked besides: whether it names companies, and knows of consent."""
    build = f"{persons.build.folder.name} {persons.build.events_version} {workspace.domains}"
    known: tuple[str, frozenset[str]] = getattr(request.app.state, "offers", ("", frozenset()))
    if known[0] != build:
        found = set()
        named = {"account", "domain", "email"} if workspace.domains else {"account"}
        if any(named & done["mapping"].keys() for done in workspace.imports()):
            found.add("unit")
        states = persons.consent().to_json()["states"]
        if any(row["people"] for row in states if row["state"] != "unknown"):
            found.add("consent")
        known = request.app.state.offers = (build, frozenset(found))
    return known[1]


def _groups(workspace: Any, who: str) -> dict[str, Group]:
    """The groups to choose from; a mistake in their file is told where one was asked for."""
    try:
        return load(workspace.path)
    except DefinitionError:
        if who:
            raise
        return {}


def _given(text: str | None, default: date) -> date:
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        raise OmveiError(f"{text!r} is not a day. Write it as 2025-12-31.") from None


def _day(time: str | None) -> date:
    return (datetime.fromisoformat(time) if time else datetime.now(UTC)).date()
