"""How people behave and what the shop is: the two YAML files, as Python reads them."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..shipped import shipped

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STAGES = ("explore", "evaluate", "cart", "checkout", "experience")
EXPLORE, EVALUATE, CART, CHECKOUT, EXPERIENCE = range(5)
BUY = 5
"""The move `buy` in a table of moves; a person who buys goes on to `experience`."""

QUERY_CLASSES = ("problem", "category", "brand", "comparison", "review", "price", "discount")


@dataclass(frozen=True)
class Behaviour:
    """The numbers of `behaviour.yaml`; `rules` is the file as it stands.

    >>> load().row("first_stage").tolist()
    [0.9, 0.1, 0.0, 0.0, 0.0]
    """

    rules: dict[str, Any]

    def row(self, name: str) -> Floats:
        """A value for each stage, in the order of `STAGES`; a stage not named has 0."""
        return np.array([self.rules[name].get(stage, 0.0) for stage in STAGES], float)

    def table(self, name: str, columns: tuple[str, ...]) -> Floats:
        """A row for each stage, a column for each of `columns`; what is not named is 0."""
        rows = self.rules[name]
        return np.array([[rows[s].get(c, 0.0) for c in columns] for s in STAGES], float)

    @cached_property
    def moves(self) -> Floats:
        """(5, 6) The chance of the next stage or of `buy`, when the visit goes on."""
        return self.table("moves", (*STAGES, "buy"))

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Every kind that can happen during a visit, those with a rule of their own first."""
        fixed = ("add_to_cart", "checkout_start", "purchase", "store_visit")
        drawn = dict.fromkeys(kind for stage in STAGES for kind in self.rules["kinds"][stage])
        return tuple(dict.fromkeys((*fixed, *drawn)))

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """The ways to arrive, by their names in `behaviour.yaml`."""
        return tuple(self.rules["channels"])

    @cached_property
    def effects(self) -> Floats:
        """What each way to arrive multiplies the weight of the forward moves by."""
        return np.array([self.rules["channels"][c]["effect"] for c in self.channels], float)


@dataclass(frozen=True)
class World:
    """What `world.yaml` names, with products and searches written out."""

    names: dict[str, Any]

    @cached_property
    def brands(self) -> tuple[str, ...]:
        """Own brands first."""
        return (*self.names["brands"]["own"], *self.names["brands"]["competing"])

    @cached_property
    def categories(self) -> tuple[str, ...]:
        return tuple(self.names["categories"])

    @cached_property
    def products(self) -> list[tuple[str, str, str, float]]:
        """Name, brand, category and price in NOK; as many for each category, in its order.

        >>> world().products[0]
        ('Nordvidde Lyngen', 'Nordvidde', 'telt', 3900.0)
        """
        return [
            (f"{brand} {model}", brand, category, float(facts["price"]))
            for category, facts in self.names["categories"].items()
            for brand, model in product(self.brands, facts["models"])
        ]

    @cached_property
    def per_category(self) -> int:
        return len(self.products) // len(self.categories)

    @cached_property
    def queries(self) -> dict[str, tuple[str, str]]:
        """Every search in its first reading: words to (class, language)."""
        found: dict[str, tuple[str, str]] = {}
        for (language, kind, _), choices in self.searches.items():
            for words in choices:
                found.setdefault(words, (kind, language))
        return found

    @cached_property
    def searches(self) -> dict[tuple[str, str, str], list[str]]:
        """(language, query class, category) to the words people may search for."""
        written: dict[tuple[str, str, str], list[str]] = {}
        for place, (language, classes) in enumerate(self.names["queries"].items()):
            for kind, category in product(classes, self.categories):
                word = self.names["categories"][category]["words"][place]
                written[language, kind, category] = sorted(
                    {
                        pattern.format(c=word, b=brand.lower(), o=other.lower())
                        for pattern in classes[kind]
                        for brand, other in product(self.brands, self.brands)
                        if brand != other
                    }
                )
        return written


def load() -> Behaviour:
    """The behaviour of `behaviour.yaml`."""
    return Behaviour(read("behaviour.yaml"))


def world() -> World:
    """The shop of `world.yaml`."""
    return World(read("world.yaml"))


def read(name: str) -> dict[str, Any]:
    rules: dict[str, Any] = shipped("omvei.simulate", name)
    return rules
