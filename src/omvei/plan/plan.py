"""
The measurement plan: for each stage what it is for, whom, with what, where, and how it is judged.

`definitions/plan.yaml`, written by `omvei plan new`, in the app, or by hand:

```yaml
model: stdc
rows:
  - stage: see
    goal: be known by those who could buy
    group: people who like to be outdoors
    content: short films
    channel: Organic Video, Organic Social
    kpi: new_people
    target: 900              # per 30 days for numbers of people; shares as 22 %
    note: Kari has the camera
    review: 2026-03-01
```
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from .. import keeping, lenses
from ..errors import OmveiError, UnknownNameError
from ..language import LANGUAGES, words
from ..lenses import Lens
from .kpis import Kpi, kpis, refusal, role

if TYPE_CHECKING:
    pass

TEXTS = ("goal", "group", "content", "channel", "note")
"""What a row says in the user's own words."""
LONGEST = 500
"""Characters of a text, at most."""


@dataclass(frozen=True)
class Row:
    """One row of the plan."""

    stage: str
    goal: str = ""
    group: str = ""
    content: str = ""
    channel: str = ""
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
    rows = [
        {key: value for key, value in asdict(row).items() if value not in ("", None)}
        for row in plan.rows
    ]
    return {"model": plan.model.id, "rows": rows}


def propose(model: str, business: str, language: str = "en", seen: set[str] | None = None) -> Plan:
    """A first plan for a model and a kind of business, in the words of `language`.

    `seen` are the kinds of touchpoint in the data: of the measures that suit a stage, the first
    that can be counted is chosen; without data, the first.

    Raises `UnknownNameError` for a model, business or language that is not there.

    >>> [row.kpi for row in propose("stdc", "web_shop", "nb").rows]
    ['new_people', 'return_visits', 'conversion_rate', 'repeat_rate']
    """
    if business not in businesses():
        raise UnknownNameError("business", business, list(businesses()))
    if language not in LANGUAGES:
        raise UnknownNameError("language", language, list(LANGUAGES))
    lens, said, t = lenses.load(model), businesses()[business], words(language)
    rows = []
    for stage in lens.stages:
        part = role(lens, stage.id)
        if part is None:
            continue
        wanted = [kpis()[name] for name in said["kpis"][part]]
        known = [kpi for kpi in wanted if seen is None or _countable(kpi, seen)]
        rows.append(
            Row(
                stage.id,
                goal=stage.goal.get(language) or stage.goal.get("en", ""),
                group=said["group"][language],
                content=said["content"][part][language],
                channel=", ".join(t.channel(channel) for channel in stage.channels),
                kpi=(known or wanted)[0].id,
            )
        )
    return Plan(lens, tuple(rows))


def _countable(kpi: Kpi, seen: set[str]) -> bool:
    return not kpi.events or set(kpi.events) <= seen or bool(set(kpi.events) & seen)


@cache
def businesses() -> Mapping[str, Mapping[str, Any]]:
    """The kinds of business there are proposals for.

    >>> list(businesses())
    ['web_shop', 'b2b_services', 'local_service', 'subscription']
    """
    text = files(__package__).joinpath("businesses.yaml").read_text("utf-8")
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
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
    if wrong := sorted(set(map(str, said)) - {"model", "rows"}):
        raise page.wrong(f"{wrong[0]!r} is not one of model, rows", wrong[0])
    try:
        lens = lenses.load(said.get("model") or "five_stage")
    except OmveiError as error:
        raise page.wrong(str(error), "model") from None
    given = said.get("rows") or []
    if not isinstance(given, list):
        raise page.wrong("rows is a list, each item beginning with `- stage:`", "rows")
    rows = tuple(_row(page, lens, number_, item) for number_, item in enumerate(given))
    return Plan(lens, rows)


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
    texts = {key: str(item.get(key) or "") for key in TEXTS}
    return Row(item["stage"], kpi=name, target=target, review=review, **texts)


def guarded(why: Mapping[str, Any], model: Lens, language: str = "en") -> str:
    """The reason of the guard, as a sentence."""
    t = words(language)

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
