"""The kinds of touchpoint, read from `vocabulary.yaml`. A kind's code is its place in the file."""

from dataclasses import dataclass
from functools import cache

from ..shipped import shipped

OWNERSHIPS = ("owned", "partner", "customer", "independent")
INITIATORS = ("customer", "company", "other")
CLASSES = ("problem", "category", "brand", "comparison", "review", "price", "discount")
"""Query classes; a touchpoint without words has none (code -1)."""

MACHINE = ("asset", "technical")
"""Kinds that are no touchpoints: nobody met anybody."""


@dataclass(frozen=True)
class Kind:
    """One kind of touchpoint, with what is usually true of it."""

    name: str
    group: str
    ownership: str
    initiator: str
    labels: dict[str, str]
    channel: str | None = None
    passive: bool = False
    says: str | None = None
    """What it says of the firm: `stars` (1 to 5), `score` (0 to 10), `bad`, or nothing."""
    answers: bool = False
    """Whether it is the firm's answer to what a person said."""


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by name, in the order of their codes.

    >>> kinds()["purchase"].labels["nb"]
    'Kjøp'
    """
    found = {}
    for name, said in shipped(__package__, "vocabulary.yaml").items():
        labels = {language: said.pop(language) for language in ("en", "nb", "sv", "da")}
        found[name] = Kind(name, labels=labels, **said)
    return found


@cache
def codes() -> dict[str, int]:
    """The code of every kind."""
    return {name: code for code, name in enumerate(kinds())}
