"""Two groups' matrices beside each other: which lines differ, and whether they do at all.

For every line, the difference of the two probabilities has the bootstrap's interval. For all lines
together T is the sum of the squared differences, each over its variance among the replicates; it is
held against the same sum of the replicates about their own mean, which is what T would be if the
groups were alike (Hall & Wilson 1991). Lines of one person hang together, and the replicates, which
draw whole people, know that. Somebody in both groups, as in two periods, weighs the same in both.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import OmveiError
from ..result import Result
from .bootstrap import interval
from .intervals import FEW
from .map import END, START
from .matrix import counted, shares

if TYPE_CHECKING:
    from ..journeys import Journeys


def differ(journeys: "Journeys", other: "Journeys") -> Result:
    """Compare the matrix of these journeys with that of others, under the same model.

    `p` is the probability of a T so large if the groups were alike, at least 1/201. One row a line
    that either made: `from, to, first, second` (probabilities of all moves out of the stage),
    `difference` (second less first) with `low, high`, `people, other_people` (who ever left the
    stage), `too_few`; the surest difference first.

    Raises `OmveiError` where the two are seen through different models.
    """
    if journeys.model.digest != other.model.digest:
        raise OmveiError(
            f"{journeys.model.id} and {other.model.id} have different stages. See both through one "
            "model."
        )
    (one, labels), (two, _) = counted(journeys), counted(other)
    names = [*labels, START, END]
    first, second = shares(one.count.sum(axis=-1)), shares(two.count.sum(axis=-1))
    drawn = shares(two.weighted.sum(axis=-1)) - shares(one.weighted.sum(axis=-1))
    rows: list[dict[str, Any]] = []
    for source, target in np.argwhere(np.isfinite(first + second) & (first + second > 0)):
        low, high = interval(drawn[:, source, target])
        people = [int(group.left[source]) for group in (one, two)]
        rows.append(
            {
                "from": names[source],
                "to": names[target],
                "first": float(first[source, target]),
                "second": float(second[source, target]),
                "difference": float(second[source, target] - first[source, target]),
                "low": low,
                "high": high,
                "people": people[0],
                "other_people": people[1],
                "too_few": min(people) < FEW,
            }
        )
    lines = np.isfinite(second - first)
    p = unlike((second - first)[lines], drawn[:, lines])
    rows.sort(key=lambda row: (-_sureness(row), row["from"], row["to"]))
    return Result(
        "differ",
        journeys.meaning(one.everybody)
        | {"lens": journeys.model.id, "other_n": two.everybody}
        | {"other_window": other.meaning(0)["window"], "p": p},
        {"rows": rows},
    )


def unlike(difference: NDArray[np.float64], drawn: NDArray[np.float64]) -> float | None:
    """The probability of differences so large by chance; None where nothing can vary.

    difference  (lines,)  what was seen; drawn  (replicates, lines)  the same in each replicate

    >>> apart = np.random.default_rng(1).normal(0, 1, (200, 3))
    >>> round(unlike(np.array([9.0, 9.0, 9.0]), apart + 9), 3)
    0.005
    """
    spread = np.where(np.isfinite(drawn).all(axis=0), drawn.var(axis=0), 0.0)
    known = spread > 1e-18
    if not known.any():
        return None
    spread = spread[known]
    around = ((drawn[:, known] - drawn[:, known].mean(axis=0)) ** 2 / spread).sum(axis=1)
    seen = (difference[known] ** 2 / spread).sum()
    return float((1 + np.count_nonzero(around >= seen)) / (1 + len(drawn)))


def _sureness(row: dict[str, Any]) -> float:
    width = (row["high"] or 0.0) - (row["low"] or 0.0)
    return abs(row["difference"]) / width if width > 0 else 0.0
