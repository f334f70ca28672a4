"""Narrowing a block: to a period, and to people of whom a touchpoint meets every condition."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..blocks.block import Block
from ..touchpoints.vocabulary import codes
from .rows import ASKED, STATES, having, latest, listed
from .rows import known as known_words

WHERE = (*ASKED, "consent", "customer")
"""What `where` can ask of a touchpoint (`consent` and `customer`: of a person)."""


def known(name: str, words: Mapping[str, Sequence[str]]) -> Sequence[str] | None:
    """The words that a condition of this name can ask for; None where it takes no word."""
    if name == "customer":
        return None
    return STATES if name == "consent" else known_words(name, words)


def between(block: Block, since: int | None, until: int | None) -> Block:
    """The touchpoints from `since` up to, not including, `until` (microseconds; None is open).

    >>> time = np.array([1, 5, 9])
    >>> block = Block(np.array([7, 8]), np.array([0, 2, 3]), lambda name: time)
    >>> between(block, 2, 9)["time"].tolist(), between(block, None, None) is block
    ([5], True)
    """
    if since is None and until is None:
        return block
    time = block["time"]
    inside = np.ones(len(time), np.bool_)
    if since is not None:
        inside &= time >= since
    if until is not None:
        inside &= time < until
    return block.keep(inside)


def where(block: Block, conditions: Mapping[str, Any], words: Mapping[str, Sequence[str]]) -> Block:
    """The whole journeys of people with a touchpoint for which every condition holds."""
    rows = np.ones(block.rows, np.bool_)
    for name, value in conditions.items():
        rows &= _matches(block, name, value, words)
    people = np.zeros(block.people, np.bool_)
    people[block.place[rows]] = True
    return block.keep(people[block.place])


def _matches(block: Block, name: str, value: Any, words: Mapping[str, Sequence[str]]) -> Any:
    if name == "customer":
        bought = np.zeros(block.people, np.bool_)
        bought[block.place[block["kind"] == codes()["purchase"]]] = True
        return bought[block.place] == bool(value)
    if name == "consent":
        states = [STATES.index(word) for word in listed(value)]
        return np.isin(latest(block), states)[block.place]
    return having(block, {name: value}, words)
