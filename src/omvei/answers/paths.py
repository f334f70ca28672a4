"""Paths with counts, as another tool made them: what was on them, and how many reached the goal.

These are counts by somebody else. They name no person and no time, so nothing here speaks of
people, of days or of visits, and no journey is made of them.
"""

from collections import Counter, defaultdict
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..errors import NothingToAnswerError
from ..result import Result
from .intervals import FEW, wilson

if TYPE_CHECKING:
    from ..workspace import Workspace

START, REACHED, NOT_REACHED = "(start)", "(reached the goal)", "(did not)"


def paths(workspace: "Workspace", *, many: int = 100) -> Result:
    """The paths of the newest imported table of paths.

    Parts: `steps` (each thing on a path: `step`, and of the journeys it is on `journeys,
    converted, rate, low, high, too_few`), `moves` (`source, target, journeys`: a move counts each
    time it is on a path), and `paths`, at most `many`, the most taken first: `steps` (a list),
    `journeys, converted, value` and the rate. `n` is how many journeys the table counts. Where the
    table does not say how many did not reach the goal, there are no rates: they are None.

    Raises `NothingToAnswerError` where no table of paths was imported.
    """
    rows = workspace.totals("paths").rows.to_pylist()
    if not rows:
        raise NothingToAnswerError(
            "There is no table of paths here yet. Import one with the columns path, conversions"
            " and nulls: omvei import PATHS.csv"
        )
    known = any(row["nulls"] is not None for row in rows)
    taken: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    brought: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        steps = tuple(step.strip() for step in row["steps"].split(">") if step.strip())
        counted = taken[steps]
        counted[0] += row["conversions"] + (row["nulls"] or 0)
        counted[1] += row["conversions"]
        brought[steps] += row["value"] or 0
    on: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    moves: Counter[tuple[str, str]] = Counter()
    for steps, (journeys, converted) in taken.items():
        for step in set(steps):
            on[step][0] += journeys
            on[step][1] += converted
        way = (START, *steps)
        for move in pairwise(way):
            moves[move] += journeys
        moves[way[-1], REACHED] += converted
        moves[way[-1], NOT_REACHED] += journeys - converted
    ranked = sorted(taken.items(), key=lambda item: (-item[1][0], item[0]))
    return Result(
        "paths",
        {
            "n": sum(counted[0] for counted in taken.values()),
            "unit": "journeys",
            "label": "observed",
            "window": {"from": None, "to": None},
            "goal": None,
            "simulated": workspace.simulated,
            "others": len(ranked[many:]),
        },
        {
            "steps": [
                {"step": step, **_rate(journeys, converted, known)}
                for step, (journeys, converted) in sorted(
                    on.items(), key=lambda item: (-item[1][0], item[0])
                )
            ],
            "moves": [
                {"source": source, "target": target, "journeys": count}
                for (source, target), count in sorted(
                    moves.items(), key=lambda item: (-item[1], item[0])
                )
                if count
            ],
            "paths": [
                {
                    "steps": list(steps),
                    "value": float(brought[steps]),
                    **_rate(journeys, converted, known),
                }
                for steps, (journeys, converted) in ranked[:many]
            ],
        },
    )


def _rate(journeys: int, converted: int, known: bool) -> dict[str, Any]:
    low, high = wilson(converted, journeys)
    share = known and journeys > 0
    return {
        "journeys": journeys,
        "converted": converted,
        "rate": converted / journeys if share else None,
        "low": low if share else None,
        "high": high if share else None,
        "too_few": journeys < FEW,
    }
