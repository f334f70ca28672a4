"""What a row of the plan can be read by, and the guard: no effort is judged by another stage's."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from ..answers.measures import measure
from ..answers.tally import Tally
from ..lenses import Lens
from ..shipped import shipped
from ..touchpoints.vocabulary import codes

if TYPE_CHECKING:
    from ..journeys import Journeys


@dataclass(frozen=True)
class Kpi:
    """One measure of the plan."""

    id: str
    label: Mapping[str, str]
    definition: Mapping[str, str]
    """What exactly is counted, by language."""
    serves: tuple[str, ...]
    """The parts of the journey it judges: of `lenses.PARTS`."""
    less: bool
    """Whether a lower number is the better one."""
    asked: Mapping[str, Any]
    """What `answers.measures.measure` is asked."""

    @property
    def events(self) -> tuple[str, ...]:
        """The kinds of touchpoint it is counted from; none where any touchpoint will do.

        >>> kpis()["checkout_abandonment"].events
        ('checkout_start', 'purchase')
        """
        found: list[str] = list(self.asked.get("needs", ()))
        for part in ("of", "share"):
            kind = self.asked.get(part, {}).get("kind", ())
            found += [kind] if isinstance(kind, str) else kind
        return tuple(dict.fromkeys(found))


@cache
def kpis() -> Mapping[str, Kpi]:
    """All measures, by name.

    >>> kpis()["repeat_rate"].label["nb"], kpis()["repeat_rate"].serves
    ('Kjøper igjen', ('keep',))
    """
    said = _read("kpis.yaml")
    own = {"serves", "label", "definition", "better"}
    return {
        name: Kpi(
            name,
            one["label"],
            one["definition"],
            tuple(one["serves"]),
            one.get("better") == "less",
            {key: value for key, value in one.items() if key not in own},
        )
        for name, one in said.items()
    }


def role(model: Lens, stage: str) -> str | None:
    """The part of the journey a stage is about; None for a rest, or where its model does not say.

    >>> from omvei import lenses
    >>> role(lenses.load("stdc"), "do"), role(lenses.load("messy_middle"), "rest")
    ('decide', None)
    """
    return model.stages[model.place(stage)].part


def suits(kpi: Kpi, model: Lens, stage: str) -> bool:
    """Whether a measure may judge what is done for a stage.

    It may where it serves the stage's part of the journey. A stage without a part is judged by the
    measures its model names, or by any where it names none.
    """
    part = role(model, stage)
    if part is not None:
        return part in kpi.serves
    named = model.stages[model.place(stage)].kpis
    return not named or kpi.id in named


def suited(model: Lens, stage: str) -> list[Kpi]:
    """The measures that may judge what is done for a stage."""
    return [kpi for kpi in kpis().values() if suits(kpi, model, stage)]


def refusal(kpi: Kpi, model: Lens, stage: str) -> dict[str, Any] | None:
    """Why a measure may not judge a stage: `kpi, stage, serves` (stages), `instead` (measures).

    None where it may. Somebody who is not looking to buy is not sold to, and a video for them is
    no failure because they did not buy: it did its work if they came, and moved on.
    """
    if suits(kpi, model, stage):
        return None
    return {
        "kpi": kpi.id,
        "stage": stage,
        "serves": [one.id for one in model.stages if suits(kpi, model, one.id)],
        "instead": [one.id for one in suited(model, stage)],
    }


def seen_kinds(journeys: "Journeys") -> set[str]:
    """The kinds of touchpoint that ever occur in these journeys."""
    counts = journeys.run(Tally("kind", len(codes())))
    return {kind for kind, code in codes().items() if counts[code, 0]}


def read_by(
    asked: Mapping[str, Any], journeys: "Journeys", stage: str, seen: set[str]
) -> dict[str, Any]:
    """What is asked of a measure: `value, low, high, n, unit, too_few, trend, missing`.

    asked   as `answers.measures.measure` is asked
    stage   the stage that `here` and `later` in it are about
    seen    the kinds of touchpoint in the data

    `missing` are the kinds of touchpoint that the data would have to hold; the value is then None
    and nothing was counted: no referrals recorded is not the same as nobody who recommends.
    """
    of, share = (_kinds(asked.get(part, {})) for part in ("of", "share"))
    missing = [
        kind
        for wanted in (of, share, list(asked.get("needs", ())))
        if wanted and not seen & set(wanted)
        for kind in wanted
    ]
    if missing:
        return {
            **dict.fromkeys(("value", "low", "high", "unit")),
            "n": 0,
            "too_few": True,
            "trend": [],
            "missing": list(dict.fromkeys(missing)),
        }
    return {**measure(journeys, dict(asked), stage), "missing": []}


def _kinds(part: Mapping[str, Any]) -> list[str]:
    kind = part.get("kind", ())
    return [kind] if isinstance(kind, str) else list(kind)


@cache
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = shipped(__package__, name)
    return found
