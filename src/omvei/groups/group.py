"""
Target groups: `definitions/groups.yaml`.

```yaml
nearly_there:
  name: {en: Nearly there, nb: Nesten i mål}   # or a text; the group's id where it is left out
  who:                                   # everything must hold
    - stage: {model: five_stage, now: decision}    # where they are; `ever`: a stage they were in
    - did: {kind: price_view, at_least: 2, lately: 60d}
    - did_not: {kind: purchase}
    - any:                               # one of these is enough
        - first: {channel: [Email, Organic Search]}    # their very first touchpoint
        - did: {content: "/guide/*", since: 2026-01-01, until: 2026-07-01}
    - consent: granted                   # what they said last: granted, denied, unknown
    - customer: false                    # whether they ever bought
```

`did`, `did_not` and `first` ask for words of one touchpoint (`rows.ASKED`), all of which it must
have; `since` is a day from which, `until` a day before which, `lately` how long before the end of
the data. A group is who people are, so it is judged by their whole journeys, whatever the period.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from .. import keeping
from ..durations import parse
from ..errors import OmveiError, UnknownNameError
from ..language import LANGUAGES
from ..lenses.lens import Lens
from ..lenses.own import named
from .rows import ASKED, FIXED, STATES, listed

FILE = "groups.yaml"
HEADS = ("did", "did_not", "first", "stage", "consent", "customer", "any")
TIMES = ("since", "until", "lately", "at_least", "at_most")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST = 200
"""Groups in a file, at most."""


@dataclass(frozen=True)
class Touched:
    """What a touchpoint must be, and how often it must have been."""

    words: tuple[tuple[str, tuple[str, ...]], ...]
    since: int | None = None
    until: int | None = None
    lately: int | None = None
    """Microseconds before the end of what is observed."""
    at_least: int = 1
    at_most: int | None = None


@dataclass(frozen=True)
class At:
    """The stage of a model that somebody is in now, or ever was in."""

    model: Lens
    stage: int
    now: bool


@dataclass(frozen=True)
class Condition:
    """One thing that must hold of a person: a head of `HEADS`, and what it asks."""

    head: str
    asks: Any
    """`Touched`, `At`, words of consent, True or False, or several conditions."""


@dataclass(frozen=True)
class Group:
    """People of whom every condition holds."""

    id: str
    names: Mapping[str, str]
    who: tuple[Condition, ...]

    def label(self, language: str) -> str:
        """The name in a language, else in English, else in any, else the id."""
        found = self.names.get(language) or self.names.get("en") or ""
        return found or next(iter(self.names.values()), self.id)

    @property
    def models(self) -> list[Lens]:
        """The models that its conditions see through."""
        return [one.asks.model for one in _flat(self.who) if isinstance(one.asks, At)]


def _flat(conditions: tuple[Condition, ...]) -> Iterator[Condition]:
    for one in conditions:
        yield from _flat(one.asks) if one.head == "any" else (one,)


def place(workspace: Path) -> Path:
    """The file of the groups of a workspace."""
    return workspace / "definitions" / FILE


def load(workspace: Path) -> dict[str, Group]:
    """The groups of a workspace by their ids, in the order of the file; none without a file.

    Raises `DefinitionError`, with file and line, for what cannot be used.
    """
    return check(keeping.read(place(workspace)))


def find(workspace: Path, name: str) -> Group:
    """A group by its id.

    Raises `UnknownNameError` for one that is not there.
    """
    groups = load(workspace)
    if name not in groups:
        cure = "" if groups else "Make one with: omvei groups new NAME --did kind=purchase"
        raise UnknownNameError("target group", name, list(groups), cure)
    return groups[name]


def check(page: keeping.Page) -> dict[str, Group]:
    """The groups a page tells of, or the error of the first part that cannot be used."""
    if page.said is None:
        return {}
    if not isinstance(page.said, dict) or len(page.said) > MOST:
        raise page.wrong("expected groups by name, each with `who:`, a list of conditions")
    return {str(name): _group(page, str(name), said) for name, said in page.said.items()}


def _group(page: keeping.Page, name: str, said: Any) -> Group:
    if not NAME.fullmatch(name):
        raise page.wrong(f"{name!r} is no name: small letters, digits and _, a letter first", name)
    if not isinstance(said, dict) or not isinstance(said.get("who"), list) or not said["who"]:
        raise page.wrong("a group needs `who:`, a list such as `- did: {kind: purchase}`", name)
    if wrong := [str(key) for key in said if key not in ("name", "who")]:
        raise page.wrong(f"{wrong[0]!r} is not one of name, who", name, wrong[0])
    names = said.get("name") or {}
    names = {"en": names} if isinstance(names, str) else names
    if not isinstance(names, dict) or not set(names) <= set(LANGUAGES):
        raise page.wrong(f"name is a text, or one for each of {', '.join(LANGUAGES)}", name, "name")
    if any(not isinstance(one, str) or len(one) > 80 for one in names.values()):
        raise page.wrong("a name is a text of at most 80 signs", name, "name")
    who = tuple(_condition(page, one, name, "who", at) for at, one in enumerate(said["who"]))
    return Group(name, names, who)


def _condition(page: keeping.Page, said: Any, *at: str | int) -> Condition:
    if not isinstance(said, dict) or len(said) != 1 or next(iter(said)) not in HEADS:
        raise page.wrong(f"a condition is one of {', '.join(HEADS)}, as in did: {{...}}", *at)
    head, asks = next(iter(said.items()))
    at = (*at, head)
    if head == "any":
        if not isinstance(asks, list) or not asks or "any" in at[:-1]:
            raise page.wrong("any is a list of conditions, none of them any", *at)
        return Condition(head, tuple(_condition(page, one, *at, n) for n, one in enumerate(asks)))
    if head == "consent":
        wanted = tuple(map(str, listed(asks)))
        if not wanted or not set(wanted) <= set(STATES):
            raise page.wrong(f"consent is one of {', '.join(STATES)}", *at)
        return Condition(head, wanted)
    if head == "customer":
        if not isinstance(asks, bool):
            raise page.wrong(f"customer is {asks!r}; write true or false", *at)
        return Condition(head, asks)
    return Condition(head, _at(page, asks, *at) if head == "stage" else _touched(page, asks, *at))


def _at(page: keeping.Page, said: Any, *at: str | int) -> At:
    if not isinstance(said, dict) or "model" not in said or len(said) != 2:
        raise page.wrong("stage is {model: five_stage, now: decision}, or `ever` for `now`", *at)
    when = next((key for key in ("now", "ever") if key in said), None)
    if when is None:
        raise page.wrong("say `now:` or `ever:`, and the stage", *at)
    try:
        model = named(page.file.parents[1], str(said["model"]))
    except OmveiError as error:
        raise page.wrong(str(error), *at) from None
    known = [stage.id for stage in model.stages]
    if said[when] not in known:
        raise page.wrong(f"{said[when]!r} is not one of {', '.join(known)} ({model.id})", *at)
    return At(model, known.index(said[when]), when == "now")


def _touched(page: keeping.Page, said: Any, *at: str | int) -> Touched:
    first = at[-1] == "first"
    times = () if first else TIMES
    if not isinstance(said, dict) or not any(key in ASKED for key in said):
        raise page.wrong(f"say what the touchpoint was: {', '.join(ASKED)}", *at)
    if wrong := [str(key) for key in said if key not in (*ASKED, *times)]:
        raise page.wrong(f"{wrong[0]!r} is not one of {', '.join((*ASKED, *times))}", *at, wrong[0])
    words = []
    for key in (key for key in said if key in ASKED):
        wanted = tuple(map(str, listed(said[key])))
        known = FIXED.get(key)
        unknown = [word for word in wanted if known and word not in known]
        if unknown:
            raise page.wrong(str(UnknownNameError(key, unknown[0], known or ())), *at, key)
        if not wanted or any(not word.strip() for word in wanted):
            raise page.wrong(f"{key} is a word or a list of words", *at, key)
        words.append((key, wanted))
    since, until = (_day(page, said.get(key), *at, key) for key in ("since", "until"))
    if since is not None and until is not None and since >= until:
        raise page.wrong("until is not after since; swap the two days", *at, "until")
    lately = said.get("lately")
    try:
        ago = None if lately is None else round(parse(str(lately)).total_seconds() * 1e6)
    except OmveiError as error:
        raise page.wrong(str(error), *at, "lately") from None
    least, most = said.get("at_least", 1), said.get("at_most")
    for key, value in (("at_least", least), ("at_most", most)):
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise page.wrong(f"{key} is {value!r}; write a whole number", *at, key)
    if least < 0 or (most is not None and most < least) or (at[-1] == "did_not" and most):
        raise page.wrong("at_least is 0 or more, and at_most (only of did) no less than it", *at)
    return Touched(tuple(words), since, until, ago, least, most)


def _day(page: keeping.Page, said: Any, *at: str | int) -> int | None:
    if said is None:
        return None
    try:
        day = said if isinstance(said, date) else date.fromisoformat(str(said))
    except ValueError:
        raise page.wrong(f"{said!r} is not a day. Write it as 2026-01-31.", *at) from None
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1e6)
