"""How far people come: nested and open counts of a model's stages, and what a lost person is worth.

open    people who were ever in the stage
nested  people who were in every stage up to this one, in that order: each count holds the next

value_at_risk (modelled) is what the people lost between two nested stages would have brought, had
they been like those who went on: lost x the share of those who bought x the mean order.
value_of_visitor (modelled) is the share of the first stage who come to the last x the mean order.
funnel_fit is the share of people whose way to their first purchase never went back, as the rules
place each touchpoint, before the model keeps only the deepest stage.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from .figures import Figure, Joined, Partial, estimate, share
from .funnel import ORDERS, Reaches
from .intervals import FEW, wilson
from .spans import Spans

if TYPE_CHECKING:
    from ..journeys import Journeys

EVER = timedelta(days=36_500) // timedelta(microseconds=1)


@dataclass(frozen=True)
class Ever:
    """The analysis: people who were ever in each stage."""

    stage: str
    stages: int

    def empty(self) -> np.ndarray[Any, Any]:
        """Nobody."""
        return np.zeros(self.stages, np.int64)

    def scan(self, block: Block) -> np.ndarray[Any, Any]:
        """Count one block."""
        stage = block[self.stage]
        return np.array(
            [len(np.unique(block.place[stage == code])) for code in range(self.stages)], np.int64
        )

    def merge(self, a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Add."""
        return np.asarray(a + b)

    def finish(self, partial: np.ndarray[Any, Any]) -> list[int]:
        """As counted."""
        return [int(n) for n in partial]


@dataclass(frozen=True)
class Straight(Joined):
    """The analysis behind the funnel's fit."""

    stage: str
    """The stages' column of the model, kept and not deepest."""

    def empty(self) -> Partial:
        """Nobody."""
        return {"fit": np.zeros(2, np.int64)}

    def scan(self, block: Block) -> Partial:
        """Count one block: people with a straight way to their first purchase, and with one."""
        spans, stage = Spans(block), block[self.stage].astype(np.int64)
        back = np.zeros(block.rows, np.bool_)
        back[1:] = (spans.of[1:] == spans.of[:-1]) & (stage[1:] != NOWHERE)
        back[1:] &= (stage[:-1] != NOWHERE) & (stage[1:] < stage[:-1])
        first = spans.closed & (spans.number == 0)
        straight = first & (spans.count(back) == 0)
        return {"fit": np.array([straight.sum(), first.sum()], np.int64)}

    def finish(self, kept: Partial) -> Figure:
        """The figure."""
        return share("funnel_fit", *(int(n) for n in kept["fit"]))


def reached(journeys: "Journeys", order: Figure | None = None) -> list[dict[str, Any]]:
    """One row a stage: `stage, people` (nested) with `rate` of the first stage, `low`, `high`,
    `step_rate`, `lost`, `median_seconds`, `open` (people ever there), and with an `order`,
    the figure of the mean order: `value_at_risk` with `risk_low` and `risk_high`.
    """
    model = journeys.model
    column = f"stage:{model.digest}"
    steps = tuple(range(len(model.stages)))
    nested = journeys.run(Reaches(column, steps, EVER, ORDERS.index("ordered")))
    ever = journeys.run(Ever(column, len(steps)))
    last = nested[-1]["people"]
    rows = []
    for stage, row, people in zip(model.stages, nested, ever, strict=True):
        told = {"stage": stage.id, **row, "open": people}
        low, high = wilson(last, row["people"])
        worth = order["value"] if order and row["people"] and order["value"] else None
        for key, rate in (
            ("value_at_risk", last / row["people"] if row["people"] else 0),
            ("risk_low", low),
            ("risk_high", high),
        ):
            told[key] = row["lost"] * rate * worth if worth is not None else None
        rows.append(told | {"too_few": row["people"] < FEW})
    return rows


def fit(journeys: "Journeys") -> Figure:
    """The share of buyers who never went back on the way to their first purchase."""
    kept = replace(journeys.model, carrier="keep", digest=f"{journeys.model.digest}k")
    found: Figure = journeys.lens(kept).run(Straight(f"stage:{kept.digest}"))
    return found


def visitor(rows: list[dict[str, Any]], order: Figure | None) -> Figure:
    """What one more person in the first stage is worth, if they are like the others."""
    first, last = rows[0]["people"], rows[-1]["people"]
    if not first or not order or not order["value"]:
        return estimate("value_of_visitor", None, None, None, first, "money")
    low, high = wilson(last, first)
    worth = order["value"]
    return estimate(
        "value_of_visitor", last / first * worth, low * worth, high * worth, first, "money"
    )
