"""The consideration set: between how many things people choose, and how that number moves.

A purchase cycle's set holds every product (or brand) that the person did something about in it. It
is seen in the pages people open, never in what they have in mind.

set_at_entry      things met in the first visit of the cycle that met any
set_largest       things met before the purchase (or so far)
set_at_exit       things met in the last visit that met any: what was still weighed at the end
initial_set       things met within `ics_days` of the cycle's first act
initial_set_inclusion  cycles whose initial set holds a brand of the firm's own
                  (`own:` in definitions/brands.yaml), of cycles with an initial set
set_added         things first met later than `ics_days` after the cycle's first act
set_dropped       set_largest less set_at_exit
late_entry_wins   purchases of a thing that was not yet met within `ics_days`, of purchases whose
                  thing was met before and is known (McKinsey 2009 asks who enters late and wins)
evaluation_days   from the cycle's first touchpoint of the evaluation stage to the purchase

Set sizes are medians over the cycles that end with a purchase; `over_time` has the mean size so
many days after the first thing was met, over the cycles that were still going on.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from ..touchpoints import definitions
from .figures import DAY, Figure, Joined, Partial, gathered, middle, part, per, sums
from .spans import Spans, acts, kind_is

if TYPE_CHECKING:
    from ..journeys import Journeys

DAYS = (0, 1, 3, 7, 14, 30, 60, 90)
SIZES = ("initial_set", "set_at_entry", "set_largest", "set_at_exit", "set_added", "set_dropped")


@dataclass(frozen=True)
class Sets(Joined):
    """The analysis."""

    column: str
    """`product` or `brand`."""
    stage: str
    """The stages' column of the model."""
    weighs: tuple[int, ...]
    """The codes of the stages in which people evaluate."""
    ics_days: float
    own: tuple[int, ...] = ()
    """The codes of the firm's own brands, where `column` is the brand."""

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        if not block.people:
            return {}
        spans, time, thing = Spans(block), block["time"], block[self.column]
        bought = kind_is(block, "purchase")
        met = (thing >= 0) & acts(block) & ~bought
        visit = block["session"]
        first, last = spans.first(met), spans.last(met)
        at_first, at_last = _at(visit, first), _at(visit, last)
        began = _at(time, spans.first(acts(block)))
        early = met & (time <= began[spans.of] + int(self.ics_days * DAY))
        size = {
            "set_at_entry": spans.distinct(thing, met & (visit == at_first[spans.of])),
            "set_largest": spans.distinct(thing, met),
            "set_at_exit": spans.distinct(thing, met & (visit == at_last[spans.of])),
        }
        size["initial_set"] = spans.distinct(thing, early)
        size["set_added"] = size["set_largest"] - size["initial_set"]
        size["set_dropped"] = size["set_largest"] - size["set_at_exit"]
        chosen = spans.closed & (first >= 0)
        kept: dict[str, Any] = {f"{name}?": values[chosen] for name, values in size.items()}
        kept["choosers"] = np.array([len(np.unique(spans.person[chosen]))])
        known, late = self._wins(spans, thing, met, early)
        kept["late"] = sums(spans.by_person(late), spans.by_person(known))
        ours = spans.count(early & np.isin(thing, self.own)) > 0
        kept["ours"] = sums(spans.by_person(ours), spans.by_person(size["initial_set"] > 0))
        weighed = spans.first(np.isin(block[self.stage], self.weighs))
        timed = spans.closed & (weighed >= 0)
        kept["days?"] = time[spans.starts[1:] - 1][timed] - time[weighed[timed]]
        kept["timed"] = np.array([len(np.unique(spans.person[timed]))])
        for days in DAYS:
            going = chosen & (time[spans.starts[1:] - 1] - _at(time, first) >= days * DAY)
            soon = met & (time <= _at(time, first)[spans.of] + days * DAY)
            so_far = spans.distinct(thing, soon) * going
            kept[f"after {days}"] = sums(spans.by_person(so_far), spans.by_person(going))
        return {name: np.asarray(values, np.int64) for name, values in kept.items()}

    def _wins(self, spans: Spans, thing: Any, met: Any, early: Any) -> tuple[Any, Any]:
        """(spans,) whether what was bought had been met in the cycle; and if so, met late only."""
        bought = thing[spans.starts[1:] - 1]
        same = (thing == bought[spans.of]) & (thing >= 0)
        known = spans.closed & (spans.count(same & met) > 0)
        return known, known & (spans.count(same & early) == 0)

    def finish(self, kept: Partial) -> tuple[list[Figure], list[dict[str, Any]]]:
        """The figures, and the size over time."""
        if not kept:
            return [], []
        kept = gathered(kept)
        unit = f"{self.column}s"
        people = int(kept["choosers"][0])
        figures = [middle(name, kept[f"{name}?"], people, unit) for name in SIZES]
        if self.own:
            figures.append(part("initial_set_inclusion", kept["ours"], "cycles"))
        figures.append(part("late_entry_wins", kept["late"], "purchases"))
        figures.append(middle("evaluation_days", kept["days?"], int(kept["timed"][0]), "days", DAY))
        over_time = []
        for days in DAYS:
            told = per("set_size", kept[f"after {days}"], "purchases")
            if told["of"]:
                over_time.append(
                    {"days": days, "people": told["people"], "mean": told["value"]}
                    | {key: told[key] for key in ("low", "high", "too_few")}
                )
        return figures, over_time


def sets(
    journeys: "Journeys", evaluation: tuple[str, ...], by: str = "product", ics_days: float = 3
) -> tuple[list[Figure], list[dict[str, Any]]]:
    """The consideration sets, by product or, where those are not known, by brand (or the reverse).

    Raises `UnknownNameError` for a stage that the model does not have.
    """
    other = "brand" if by == "product" else "product"
    column = by if len(journeys.words[by]) > 1 else other
    if len(journeys.words[column]) < 2:
        return [], []  # one thing, or none: nobody chooses between them here
    known = journeys.words[column]
    brands = definitions.load(journeys.workspace.path / "definitions").own_brands
    own = tuple(known.index(name) for name in brands if name in known) if column == "brand" else ()
    model = journeys.model
    places = tuple(model.place(stage) for stage in evaluation)
    told: tuple[list[Figure], list[dict[str, Any]]] = journeys.run(
        Sets(column, f"stage:{model.digest}", places, ics_days, own)
    )
    return told


def _at(values: Any, rows: Any) -> Any:
    """The values of these rows; 0 for row -1."""
    return np.where(rows >= 0, values[rows], 0)
