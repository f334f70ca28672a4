"""Touchpoints as columns of numbers, before they become words."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from .behaviour import Floats, Ints

NONE = -1
"""A code that stands for nothing."""


@dataclass(frozen=True)
class Rows:
    """One row a touchpoint. Codes count from 0; `NONE` is nothing."""

    person: Ints
    time: Ints
    """Microseconds since 1970, UTC."""

    kind: Ints
    stage: Ints
    """The hidden stage, for the truth only."""

    visit: Ints
    """The visit it belongs to, or whose browser saw it."""

    product: Ints
    order: Ints
    """The order it is or follows."""

    letter: Ints
    """Which newsletter, counted from the first."""

    rating: Floats
    """Stars or score; NaN: none."""

    def __len__(self) -> int:
        return len(self.person)

    def take(self, which: Ints | NDArray[np.bool_]) -> "Rows":
        """The rows at `which`, in that order."""
        return Rows(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


def rows(
    person: Ints,
    time: Ints,
    kind: Ints | int,
    *,
    stage: Ints | int = NONE,
    visit: Ints | int = NONE,
    product: Ints | int = NONE,
    order: Ints | int = NONE,
    letter: Ints | int = NONE,
    rating: Floats | float = np.nan,
) -> Rows:
    """Rows in which one number may stand for a whole column.

    >>> made = rows(np.array([7, 8]), np.array([0, 1]), 3)
    >>> made.kind.tolist(), made.order.tolist()
    ([3, 3], [-1, -1])
    """

    def column(values: Ints | int) -> Ints:
        return np.broadcast_to(np.asarray(values, np.int64), person.shape).copy()

    return Rows(
        person=column(person),
        time=column(time),
        kind=column(kind),
        stage=column(stage),
        visit=column(visit),
        product=column(product),
        order=column(order),
        letter=column(letter),
        rating=np.broadcast_to(np.asarray(rating, float), person.shape).copy(),
    )


def together(parts: Sequence[Rows]) -> Rows:
    """All rows of `parts`, one after another."""
    return Rows(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Rows)
        }
    )
