"""
A planned journey: `definitions/plans/NAME.yaml`.

```yaml
name: First purchase
case: cycle                 # each person's first purchase cycle that meets the plan; or person
quiet: 30d                  # who was seen so lately is still under way: nothing is missing yet
ignore: [ad_view]           # kinds that are no part of the comparison
touchpoints:
  - id: Guide
    kind: guide_read        # one kind or several; also content, event (`*` stands for anything)
    phase: Get to know      # and initiator: customer, company, other
  - id: Product page
    kind: product_view
    repeat: true            # may come again without being a deviation
  - id: Cart
    kind: add_to_cart
    within: 7d              # at most so long after what comes before it in the plan
    fails: {kind: cart_remove}
  - id: Newsletter
    kind: email_click
    after: [Guide]          # not after the one above, as otherwise: a partial order
    optional: true
    channel: Email          # another channel is noted, and is no deviation of its own
```

The words are those of the Customer Journey Modelling Language (Halvorsrud, Kvale & Foelstad 2016):
a planned journey is touchpoints in sequence or partial order, grouped in phases.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import keeping
from ..durations import parse
from ..errors import OmveiError, UnknownNameError
from ..touchpoints.vocabulary import INITIATORS, kinds

FOLDER = "plans"
ASKED = ("kind", "content", "event", "initiator")
SAID = ("id", "phase", "channel", "optional", "repeat", "after", "within", "fails", *ASKED)
TOP = ("name", "case", "quiet", "ignore", "touchpoints")
MOST = 512
"""Ways to be under way (sets of touchpoints done) that a plan may have at most."""


@dataclass(frozen=True)
class Condition:
    """What a touchpoint must be; every part that is given must hold."""

    kind: tuple[str, ...] = ()
    content: str | None = None
    event: str | None = None
    initiator: str | None = None

    def words(self, column: str, known: Sequence[str]) -> list[int]:
        """The places of the words of a column that fit."""
        asked = getattr(self, column)
        if column == "kind":
            return [place for place, word in enumerate(known) if word in asked]
        if column == "initiator":
            return [place for place, word in enumerate(known) if word == asked]
        return [n for n, word in enumerate(known) if fnmatchcase(word.lower(), asked.lower())]


@dataclass(frozen=True)
class Planned:
    """One planned touchpoint."""

    id: str
    condition: Condition
    after: tuple[int, ...]
    """Places in the plan of the touchpoints it directly comes after."""
    phase: str | None = None
    channel: str | None = None
    optional: bool = False
    repeat: bool = False
    within: str | None = None
    fails: Condition | None = None

    @property
    def longest(self) -> int:
        """`within` in microseconds; -1 where it is not said."""
        return round(parse(self.within).total_seconds() * 1e6) if self.within else -1


@dataclass(frozen=True)
class Plan:
    """A planned journey."""

    id: str
    name: str
    touchpoints: tuple[Planned, ...]
    case: str = "cycle"
    quiet: str = "30d"
    ignore: tuple[str, ...] = ()

    @cached_property
    def states(self) -> list[int]:
        """Every set of touchpoints that may be done at a time, as bits: none first, all last.

        >>> line = [Planned(n, Condition((n,)), (i - 1,) if i else ()) for i, n in enumerate("ab")]
        >>> Plan("p", "P", tuple(line)).states
        [0, 1, 3]
        """
        found, edge = {0}, [0]
        while edge:
            done = edge.pop()
            for place, one in enumerate(self.touchpoints):
                ready = all(done >> before & 1 for before in one.after)
                more = done | 1 << place
                if ready and more not in found:
                    found.add(more)
                    edge.append(more)
                    if len(found) > MOST:
                        raise OmveiError(
                            f"The plan {self.name!r} leaves too much of the order open: more than "
                            f"{MOST} ways to be under way. Put more touchpoints in sequence."
                        )
        return sorted(found, key=lambda done: (done.bit_count(), done))


def names(folder: Path) -> list[str]:
    """The plans of a workspace's `definitions/`."""
    return sorted(file.stem for file in (folder / FOLDER).glob("*.yaml"))


def load(folder: Path, name: str | Path) -> Plan:
    """A plan by its name in `folder/plans/`, or by the path of its file.

    Raises `UnknownNameError` for a name that is not there, `DefinitionError` for a mistake in it.
    """
    file = Path(name)
    if file.suffix.lower() not in (".yaml", ".yml"):
        if str(name) not in names(folder):
            cure = "" if names(folder) else "Make one with: omvei plans new NAME"
            raise UnknownNameError("plan", str(name), names(folder), cure)
        file = folder / FOLDER / f"{name}.yaml"
    elif not file.exists():
        raise UnknownNameError("plan", str(name), names(folder))
    return check(keeping.read(file))


def check(page: keeping.Page) -> Plan:
    """The plan a page tells of, or the error of the first part that cannot be used."""
    said = page.said
    if not isinstance(said, dict):
        raise page.wrong("expected `name:` and `touchpoints:`")
    if wrong := [str(key) for key in said if key not in TOP]:
        raise page.wrong(f"{wrong[0]!r} is not one of {', '.join(TOP)}", wrong[0])
    rows = said.get("touchpoints")
    if not isinstance(rows, list) or not rows or len(rows) > 60:
        raise page.wrong("touchpoints is a list of 1 to 60, each beginning with `- id:`")
    case = str(said.get("case", "cycle"))
    if case not in ("cycle", "person"):
        raise page.wrong(f"case {case!r} is not one of cycle, person", "case")
    ignore = _words(page, said.get("ignore"), "ignore")
    for kind in ignore:
        if kind not in kinds():
            raise page.wrong(f"there is no kind {kind!r}; see docs/touchpoints.md", "ignore")
    found: list[Planned] = []
    for place, row in enumerate(rows):
        found.append(_planned(page, place, row, [one.id for one in found]))
    quiet = str(said.get("quiet", "30d"))
    _time(page, quiet, "quiet")
    name = page.file.stem
    plan = Plan(name, str(said.get("name") or name), tuple(found), case, quiet, ignore)
    try:
        _ = plan.states
    except OmveiError as error:
        raise page.wrong(str(error), "touchpoints") from None
    return plan


def _planned(page: keeping.Page, place: int, row: Any, earlier: list[str]) -> Planned:
    at = ("touchpoints", place)
    if not isinstance(row, dict) or not str(row.get("id") or "").strip():
        raise page.wrong("a touchpoint needs `id:`, its name", *at)
    if wrong := [str(key) for key in row if key not in SAID]:
        raise page.wrong(f"{wrong[0]!r} is not one of {', '.join(SAID)}", *at, wrong[0])
    name = str(row["id"]).strip()
    if name in earlier:
        raise page.wrong(f"{name!r} is here twice; give each a name of its own", *at)
    before = _words(page, row.get("after"), *at, "after")
    for one in before:
        if one not in earlier:
            raise page.wrong(f"it comes after {one!r}, which does not stand above it", *at, "after")
    after = tuple(earlier.index(one) for one in before)
    if "after" not in row and place:
        after = (place - 1,)
    for key in ("optional", "repeat"):
        if not isinstance(row.get(key, False), bool):
            raise page.wrong(f"{key} is {row[key]!r}; write true or false", *at, key)
    if row.get("within") is not None:
        _time(page, str(row["within"]), *at, "within")
    fails = row.get("fails")
    return Planned(
        name,
        _condition(page, row, *at),
        after,
        str(row["phase"]) if row.get("phase") else None,
        str(row["channel"]) if row.get("channel") else None,
        bool(row.get("optional")),
        bool(row.get("repeat")),
        str(row["within"]) if row.get("within") is not None else None,
        None if fails is None else _condition(page, fails, *at, "fails"),
    )


def _condition(page: keeping.Page, said: Any, *at: str | int) -> Condition:
    if not isinstance(said, dict) or not any(said.get(key) for key in ASKED):
        raise page.wrong(f"say what it is: {', '.join(ASKED)}", *at)
    wanted = _words(page, said.get("kind"), *at, "kind")
    for kind in wanted:
        if kind not in kinds():
            raise page.wrong(f"there is no kind {kind!r}; see docs/touchpoints.md", *at, "kind")
    initiator = said.get("initiator")
    if initiator is not None and initiator not in INITIATORS:
        known = ", ".join(INITIATORS)
        raise page.wrong(f"initiator {initiator!r} is not one of {known}", *at, "initiator")
    content, event = (str(said[key]) if said.get(key) else None for key in ("content", "event"))
    return Condition(wanted, content, event, initiator)


def _words(page: keeping.Page, said: Any, *at: str | int) -> tuple[str, ...]:
    if said is None:
        return ()
    if isinstance(said, str):
        return (said,)
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise page.wrong(f"{at[-1]} is a word or a list of words", *at)
    return tuple(said)


def _time(page: keeping.Page, said: str, *at: str | int) -> None:
    try:
        parse(said)
    except OmveiError as error:
        raise page.wrong(str(error), *at) from None


def observed(name: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A plan drawn from one person's touchpoints (the rows of `trace`): each kind once, in the
    order it was first met; what came again may repeat.

    >>> rows = [{"kind": kind, "channel": "Email"} for kind in ("search", "price_view", "search")]
    >>> [(one["id"], one.get("repeat")) for one in observed("way", rows)["touchpoints"]]
    [('search', True), ('price_view', None)]
    """
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        kind = row["kind"]
        if kind in found:
            found[kind]["repeat"] = True
        else:
            found[kind] = {"id": kind, "kind": kind}
    return {"name": name, "case": "cycle", "touchpoints": list(found.values())[:60]}


def file_of(folder: Path, name: str) -> Path:
    """Where a plan of this name stands.

    Raises `OmveiError` for a name that is no file's name.
    """
    if not re.fullmatch(r"[\w][\w-]{0,60}", name):
        raise OmveiError(
            f"{name!r} cannot name a plan. Use letters, digits, _ and -, as in first_purchase."
        )
    return folder / FOLDER / f"{name}.yaml"


def keep(folder: Path, name: str, said: Any) -> Path:
    """Write a new plan; one that is there already is not written over.

    Raises `OmveiError` where there is one, `DefinitionError` for what is no plan.
    """
    file = file_of(folder, name)
    if file.exists():
        raise OmveiError(f"There is a plan {name!r} already. Choose another name.")
    keeping.write(file, said, check)
    return file
