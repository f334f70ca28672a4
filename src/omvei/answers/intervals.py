"""Intervals: Wilson for a share, Newcombe for a difference, ranks for a median,
Byar for a count.

All are 95 % intervals. A rate under 30 people is marked `too_few`: the app shows counts instead.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""

FEW = 30
"""Fewer people than this are too few for a percentage on the screen."""


def wilson(count: int, n: int) -> tuple[float, float]:
    """The Wilson interval of a share (Wilson 1927); (0, 1) for nobody.

    >>> [round(limit, 4) for limit in wilson(81, 263)]
    [0.2553, 0.3662]
    >>> [round(limit, 4) for limit in wilson(0, 10)]
    [0.0, 0.2775]
    """
    if n == 0:
        return 0.0, 1.0
    p, z2 = count / n, Z * Z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def rate(count: int, n: int) -> dict[str, Any] | None:
    """A share of people with its interval: `people, converted, rate, low, high, too_few`.

    None where there is nobody to speak of.
    """
    if n == 0:
        return None
    low, high = wilson(count, n)
    return {
        "people": n,
        "converted": count,
        "rate": count / n,
        "low": low,
        "high": high,
        "too_few": n < FEW,
    }


def newcombe(a: int, n: int, b: int, m: int) -> dict[str, float] | None:
    """The difference a/n - b/m with Newcombe's hybrid score interval: `value, low, high`.

    >>> {key: round(value, 4) for key, value in newcombe(56, 70, 48, 80).items()}
    {'value': 0.2, 'low': 0.0524, 'high': 0.3339}
    """
    if n == 0 or m == 0:
        return None
    (l1, u1), (l2, u2) = wilson(a, n), wilson(b, m)
    p1, p2 = a / n, b / m
    return {
        "value": p1 - p2,
        "low": p1 - p2 - math.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2),
        "high": p1 - p2 + math.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2),
    }


def poisson(count: int) -> tuple[float, float]:
    """The interval of the number expected where `count` were counted (Byar, in Breslow & Day 1987).

    >>> [round(limit, 2) for limit in poisson(10)]
    [4.79, 18.39]
    """
    above = count + 1
    low = count * (1 - 1 / (9 * count) - Z / (3 * math.sqrt(count))) ** 3 if count else 0.0
    high = above * (1 - 1 / (9 * above) + Z / (3 * math.sqrt(above))) ** 3
    return max(0.0, low), high


def median(values: NDArray[np.int64], people: int) -> tuple[float, float, float]:
    """The median of sorted values, and its interval by ranks.

    The ranks allow for `people` independent observations, not for as many as there are values: a
    person who moves often counts once. With very few people the interval is the whole range.

    >>> median(np.arange(1, 102), 101)
    (51.0, 41.0, 61.0)
    """
    n = len(values)
    low, high = ranks(n, people)
    middle = (int(values[(n - 1) // 2]) + int(values[n // 2])) / 2
    return middle, float(values[low]), float(values[high])


def ranks(n: int, people: int) -> tuple[int, int]:
    """The ranks, from 0, between which the median of `n` values of so many people lies.

    >>> ranks(101, 101), ranks(5, 2)
    ((40, 60), (0, 4))
    """
    half = Z * 0.5 / math.sqrt(max(people, 1)) * n
    return max(math.floor(n / 2 - half), 0), min(math.ceil(n / 2 + half) - 1, n - 1)
