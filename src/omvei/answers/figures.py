"""Figures: the numbers of a model, each with what it was counted from.

A figure is a row: `name`, `form` (share, per, median, count, estimate), `value` with `low` and
`high`, `count` of `of` (what was divided by what), `people` (behind it), `unit` (what was counted,
or what the value is measured in), `label` (observed or modelled) and `too_few`. A value is None
where nothing was observed: that is not 0.

What is counted in people has the Wilson interval. A share of purchases or of rounds is counted in
things of which one person may have several, so it has Wilson's interval too, but with as many
observations as it is worth: their number divided by the design effect (Kish 1965), the variance of
the ratio between people over the variance of as many independent draws. Where nothing varies, the
people are what counts. A number of things *per* thing has the interval of a ratio of sums.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .gaps import together
from .intervals import FEW, Z, median, wilson

Counts = NDArray[np.int64]
Figure = dict[str, Any]
Partial = dict[str, Any]
"""Counts by name; what is gathered may be a list of them."""
DAY = 86_400_000_000


def sums(x: NDArray[Any], y: NDArray[Any]) -> Counts:
    """What is kept of x and y, one number a person: people with any, and five sums that add.

    >>> sums(np.array([1, 0, 2]), np.array([1, 0, 4])).tolist()
    [2, 3, 5, 5, 9, 17]
    """
    x, y = x.astype(np.int64), y.astype(np.int64)
    some = np.count_nonzero((x != 0) | (y != 0))
    return np.array([some, x.sum(), y.sum(), (x * x).sum(), (x * y).sum(), (y * y).sum()])


def join(a: Partial, b: Partial) -> Partial:
    """Merge two partial results: names that end with `?` are gathered values, the others add;
    what is gathered by move (`gaps.by_move`) stays so.

    What is gathered stays in its pieces until `gathered` makes one of them, so it is copied once.

    >>> gathered(join({"days?": np.array([3])}, {"days?": np.array([1])}))["days?"].tolist()
    [3, 1]
    """
    joined = dict(a)
    for name, values in b.items():
        if name not in joined:
            joined[name] = values
        elif isinstance(values, dict):
            joined[name] = together(joined[name], values)
        elif name.endswith("?"):
            joined[name] = [*_pieces(joined[name]), *_pieces(values)]
        else:
            joined[name] = joined[name] + values
    return joined


def gathered(kept: Partial) -> Partial:
    """A partial result with what was gathered in one piece."""
    return {
        name: np.concatenate(values) if isinstance(values, list) else values
        for name, values in kept.items()
    }


class Joined:
    """An analysis that counts by name: of nobody there is nothing, and two parts are joined."""

    def empty(self) -> Partial:
        """Nobody."""
        return {}

    def merge(self, a: Partial, b: Partial) -> Partial:
        """Add and gather; see `join`."""
        return join(a, b)


def _pieces(values: Any) -> list[Counts]:
    return values if isinstance(values, list) else [values]


def _figure(name: str, form: str, value: float | None, people: int, unit: str) -> Figure:
    return {
        "name": name,
        "form": form,
        "value": value,
        "low": None,
        "high": None,
        "count": None,
        "of": None,
        "people": people,
        "unit": unit,
        "label": "observed",
        "too_few": people < FEW,
    }


def count(name: str, n: int, unit: str = "people") -> Figure:
    """How many there are. A whole count of what was observed has no interval.

    >>> count("customers", 442)["value"]
    442
    """
    return _figure(name, "count", n, n, unit) | {"count": n}


def share(name: str, n: int, of: int) -> Figure:
    """A share of people.

    >>> told = share("repeat_rate", 81, 263)
    >>> round(told["low"], 4), round(told["high"], 4)
    (0.2553, 0.3662)
    """
    found = _figure(name, "share", n / of if of else None, of, "people")
    found |= {"count": n, "of": of}
    if of:
        found["low"], found["high"] = wilson(n, of)
    return found


def part(name: str, kept: Counts, unit: str) -> Figure:
    """A share of things, of which one person may have several; `kept` is what `sums` gives.

    >>> alone = sums(np.array([1, 0, 1, 0]), np.array([1, 1, 1, 1]))  # each person has one
    >>> [round(part("bypass", alone, "purchases")[k], 3) for k in ("low", "high")]
    [0.125, 0.875]
    """
    people, x, y = (int(n) for n in kept[:3])
    found = _figure(name, "share", x / y if y else None, people, unit) | {"count": x, "of": y}
    if y:
        p = x / y
        spread = _spread(kept)
        worth = p * (1 - p) / spread if spread > 0 else people
        low, high = _wilson(p, min(worth, y))
        found |= {"low": low, "high": high}
    return found


def per(name: str, kept: Counts, unit: str) -> Figure:
    """How many things there are for each thing of `unit`; `kept` is what `sums` gives.

    >>> per("returns", sums(np.array([0, 2]), np.array([1, 1])), "purchases")["value"]
    1.0
    """
    people, x, y = (int(n) for n in kept[:3])
    found = _figure(name, "per", x / y if y else None, people, unit) | {"count": x, "of": y}
    if y and people > 1:
        half = Z * math.sqrt(_spread(kept))
        found |= {"low": max(0.0, x / y - half), "high": x / y + half}
    return found


def middle(name: str, values: Counts, people: int, unit: str, size: int = 1) -> Figure:
    """A median of values in `unit`, each worth `size` of what was kept; the interval is by ranks.

    >>> middle("days", np.arange(1, 102) * 10, 101, "days", 10)["value"]
    51.0
    """
    found = _figure(name, "median", None, people, unit) | {"of": len(values)}
    if len(values):
        value, low, high = median(np.sort(values), people)
        found |= {"value": value / size, "low": low / size, "high": high / size}
    return found


def unseen(figure: Figure) -> Figure:
    """The same figure as not observed, which is not 0.

    >>> unseen(share("conversion_rate", 0, 981))["value"] is None
    True
    """
    return figure | dict.fromkeys(("value", "low", "high", "count"))


def estimate(
    name: str, value: float | None, low: float | None, high: float | None, people: int, unit: str
) -> Figure:
    """A number worked out of others by a rule that the model's page states: no observation."""
    found = _figure(name, "estimate", value, people, unit)
    return found | {"low": low, "high": high, "label": "modelled"}


def _spread(kept: Counts) -> float:
    """The variance of the ratio of two sums over people, to the first order (Cochran 1977, 6.3)."""
    people, x, y, xx, xy, yy = (int(n) for n in kept)
    if people < 2:
        return 0.0
    # x / y with p = x / y: sum((x_i - p y_i)^2), in whole numbers until the last division
    rest = xx * y * y - 2 * xy * x * y + yy * x * x
    return rest / y**4 * people / (people - 1)


def _wilson(p: float, n: float) -> tuple[float, float]:
    z2 = Z * Z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)
