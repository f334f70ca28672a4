"""
The measurement plan: for each stage what it is for, whom, with what, where, and how it is judged.

`definitions/plan.yaml`, written by `omvei plan new`, in the app, or by hand:

```yaml
model: stdc
business: web_shop
rows:
  - stage: see
    goal: be known by those who could buy
    content: short films
    kpi: new_people
    target: 900              # per 30 days for numbers of people; shares as 22 %
    note: Kari has the camera
    review: 2026-03-01
```

What a row leaves out of goal, group, content and channel is the proposal for that kind of business,
in the words of whoever reads the plan. The user's own words stay as they are.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from .. import keeping
from ..errors import OmveiError, UnknownNameError
from ..language import Words, words
from ..lenses import Lens
from ..lenses.lens import Stage
from ..lenses.own import named
from ..shipped import shipped
from .kpis import Kpi, kpis, refusal

PROPOSED = ("goal", "group", "content", "channel")
"""What a proposal says of a stage."""
TEXTS = (*PROPOSED, "note")
"""What a row says in words."""
LONGEST = 500
"""Characters of a text, at most."""


@dataclass(frozen=True)
class Row:
    """One row of the plan."""

    stage: str
    goal: str | None = None
    """None here and in the next three: as proposed."""
    group: str | None = None
    content: str | None = None
    channel: str | None = None
    kpi: str = ""
    target: float | None = None
    note: str = ""
    review: str = ""
    """The day to look at it again, as 2026-03-01."""


@dataclass(frozen=True)
class Plan:
    """A plan: rows for the stages of a model."""

    model: Lens
    rows: tuple[Row, ...]
    business: str = ""
    """The kind of business whose proposals fill what the rows leave out; none: nothing does."""

    def read(self, language: str) -> tuple[Row, ...]:
        """The rows as they are read in `language`: the proposal where they leave something out.

        >>> plan = Plan(named(Path(), "stdc"), (Row("do", goal="They buy"),), "web_shop")
        >>> plan.read("sv")[0].goal, plan.read("sv")[0].channel.split(", ")[0]
        ('They buy', 'Sökannonser')
        """
        t = words(language, {self.model.id: self.model})
        return tuple(self._read(row, t) for row in self.rows)

    def _read(self, row: Row, t: Words) -> Row:
        stage = self.model.stages[self.model.place(row.stage)]
        said = proposal(self.model, stage, self.business, t)
        left: dict[str, Any] = {name: said[name] for name in PROPOSED if getattr(row, name) is None}
        return replace(row, **left)

    def changed(self, row: Row, language: str) -> Row:
        """A row as somebody who reads `language` filled it in: what is as proposed stays so."""
        asked = replace(row, goal=None, group=None, content=None, channel=None)
        offered = self._read(asked, words(language, {self.model.id: self.model}))
        same: dict[str, Any] = {
            name: None for name in PROPOSED if (getattr(row, name) or "") == getattr(offered, name)
        }
        return replace(row, **same)


def proposal(model: Lens, stage: Stage, business: str, t: Words) -> dict[str, str]:
    """What is proposed for a stage, in the reader's language: `PROPOSED`."""
    if not business:
        return dict.fromkeys(PROPOSED, "")
    said = businesses()[business]
    content = t.of_stage(model.id, stage.id, "content")
    return {
        "goal": t.of_stage(model.id, stage.id, "goal"),
        "group": said["group"][t.language],
        "content": said["content"][stage.part][t.language] if stage.part else content,
        "channel": ", ".join(t.channel(channel) for channel in stage.channels),
    }


def place(folder: Path) -> Path:
    """The file of the plan of a workspace."""
    return folder / "definitions" / "plan.yaml"


def load(folder: Path) -> Plan | None:
    """The plan of the workspace in `folder`; None where there is none yet.

    Raises `DefinitionError` with file, line and cure; a measure that judges another stage's work is
    one.
    """
    page = keeping.read(place(folder))
    return None if page.said is None else check(page)


def save(folder: Path, plan: Plan) -> None:
    """Write the plan; what stood there before can be put back with `keeping.undo`.

    Raises `DefinitionError` for what cannot stand in a plan.
    """
    (folder / "definitions").mkdir(exist_ok=True)
    keeping.write(place(folder), told(plan), check)


def told(plan: Plan) -> dict[str, Any]:
    """A plan as its file says it."""
    kept = PROPOSED if plan.business else ()  # there an empty text is the user's own
    rows = [
        {
            key: value
            for key, value in asdict(row).items()
            if value is not None and (value != "" or key in kept)
        }
        for row in plan.rows
    ]
    business = {"business": plan.business} if plan.business else {}
    return {"model": plan.model.id, **business, "rows": rows}


def propose(
    model: str, business: str, seen: set[str] | None = None, folder: Path | None = None
) -> Plan:
    """A first plan for a model and a kind of business.

    seen    the kinds of touchpoint in the data: of the measures that suit a stage, the first that
            can be counted is chosen; without data, the first
    folder  the workspace, whose own models can be planned by too

    A stage that no part of the journey is said of gets a row where the model says none of any
    stage, unless it is the rest: a rest needs no effort.

    Raises `UnknownNameError` for a model or business that is not there.

    >>> [row.kpi for row in propose("stdc", "web_shop").rows]
    ['new_people', 'return_visits', 'conversion_rate', 'repeat_rate']
    """
    if business not in businesses():
        raise UnknownNameError("business", business, list(businesses()))
    lens = named(folder or Path(), model)
    said = any(stage.part for stage in lens.stages)
    rest = lens.stages[lens.rest] if lens.rest >= 0 else None
    return Plan(
        lens,
        tuple(
            Row(stage.id, kpi=_measure(lens, stage, business, seen))
            for stage in lens.stages
            if stage.part or (not said and stage != rest)
        ),
        business,
    )


def _measure(lens: Lens, stage: Stage, business: str, seen: set[str] | None) -> str:
    """The first measure that suits a stage and can be counted; none where the model names none."""
    if stage.part:
        wanted = [kpis()[name] for name in businesses()[business]["kpis"][stage.part]]
    else:
        wanted = [kpis()[name] for name in stage.kpis or ("progression",) if name in kpis()]
    known = [kpi for kpi in wanted if seen is None or _countable(kpi, seen)]
    return (known or wanted)[0].id if wanted else ""


def _countable(kpi: Kpi, seen: set[str]) -> bool:
    return not kpi.events or set(kpi.events) <= seen or bool(set(kpi.events) & seen)


@cache
def businesses() -> Mapping[str, Mapping[str, Any]]:
    """The kinds of business there are proposals for.

    >>> list(businesses())
    ['web_shop', 'b2b_services', 'local_service', 'subscription']
    """
    found: Mapping[str, Mapping[str, Any]] = shipped(__package__, "businesses.yaml")
    return found


def number(said: Any) -> float | None:
    """A target as people write it; None for an empty one.

    >>> number("22 %"), number("2,5%"), number("9 000"), number(0.22), number("")
    (0.22, 0.025, 9000.0, 0.22, None)

    Raises `OmveiError` for what is no number, or below zero.
    """
    if said is None or said == "":
        return None
    text = re.sub(r"[\s\u00a0]", "", str(said)).replace(",", ".")
    share = text.endswith("%")
    try:
        value = float(text.rstrip("%"))
        if isinstance(said, bool) or not 0 <= value < 1e12:
            raise ValueError
    except ValueError:
        raise OmveiError(f"{said!r} is not a target. Write it as 900, or as 22 %.") from None
    return round(value / 100, 6) if share else value


def check(page: keeping.Page) -> Plan:
    """Read a plan from its page. Raises `DefinitionError`."""
    said = page.said
    if not isinstance(said, dict):
        raise page.wrong("a plan is `model:` and `rows:`. Propose one with: omvei plan new")
    if wrong := sorted(set(map(str, said)) - {"model", "business", "rows"}):
        raise page.wrong(f"{wrong[0]!r} is not one of model, business, rows", wrong[0])
    try:
        lens = named(page.file.parents[1], str(said.get("model") or "five_stage"))
    except OmveiError as error:
        raise page.wrong(str(error), "model") from None
    business = str(said.get("business") or "")
    if business and business not in businesses():
        why = UnknownNameError("business", business, list(businesses()))
        raise page.wrong(str(why), "business")
    given = said.get("rows") or []
    if not isinstance(given, list):
        raise page.wrong("rows is a list, each item beginning with `- stage:`", "rows")
    rows = tuple(_row(page, lens, number_, item) for number_, item in enumerate(given))
    return Plan(lens, rows, business)


def _row(page: keeping.Page, lens: Lens, at: int, item: Any) -> Row:
    known = [stage.id for stage in lens.stages]
    fields = list(Row.__dataclass_fields__)
    if not isinstance(item, dict) or item.get("stage") not in known:
        raise page.wrong(
            f"a row needs `stage:`, one of {', '.join(known)} ({lens.id})", "rows", at, "stage"
        )
    for key, value in item.items():
        if key not in fields:
            raise page.wrong(f"{key!r} is not one of {', '.join(fields)}", "rows", at, key)
        if key in TEXTS and (isinstance(value, dict | list) or len(str(value)) > LONGEST):
            raise page.wrong(f"{key} is a text of at most {LONGEST} signs", "rows", at, key)
    name = str(item.get("kpi") or "")
    if name:
        if name not in kpis():
            raise page.wrong(
                str(UnknownNameError("measure", name, list(kpis()))), "rows", at, "kpi"
            )
        if why := refusal(kpis()[name], lens, item["stage"]):
            raise page.wrong(guarded(why, lens), "rows", at, "kpi")
    try:
        target = number(item.get("target"))
    except OmveiError as error:
        raise page.wrong(str(error), "rows", at, "target") from None
    review = item.get("review") or ""
    try:
        review = date.fromisoformat(str(review)).isoformat() if review else ""
    except ValueError:
        raise page.wrong(
            f"{review!r} is not a day. Write it as 2026-03-01.", "rows", at, "review"
        ) from None
    texts = {key: str(item[key] or "") for key in TEXTS if key in item}
    return Row(item["stage"], kpi=name, target=target, review=review, **texts)


def guarded(why: Mapping[str, Any], model: Lens, language: str = "en") -> str:
    """The reason of the guard, as a sentence."""
    t = words(language, {model.id: model})

    def label(name: str) -> str:
        return kpis()[name].label[language]

    serves = ", ".join(t.stage(model.id, stage) for stage in why["serves"])
    return t(
        "plan.guard" if serves else "plan.guard.none",
        kpi=label(why["kpi"]),
        stage=t.stage(model.id, why["stage"]),
        serves=serves,
        instead=", ".join(label(name) for name in why["instead"]),
    )
