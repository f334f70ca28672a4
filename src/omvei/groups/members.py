"""Who of a block is in a group. `block` must hold whole journeys."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.carrier import with_silence
from ..lenses.column import settled
from ..lenses.rules import DAY
from ..touchpoints.vocabulary import codes
from .group import At, Condition, Group, Touched
from .rows import STATES, having, latest

Words = Mapping[str, Sequence[str]]
People = NDArray[np.bool_]


def members(block: Block, group: Group, words: Words, end: int) -> People:
    """Say of each person whether every condition of the group holds.

    end   the end of what is observed, in microseconds
    """
    found = np.ones(block.people, np.bool_)
    for condition in group.who:
        found &= _holds(block, condition, words, end)
    return found


def _holds(block: Block, condition: Condition, words: Words, end: int) -> People:
    asks = condition.asks
    if condition.head == "any":
        found = np.zeros(block.people, np.bool_)
        for one in asks:
            found |= _holds(block, one, words, end)
        return found
    if condition.head == "customer":
        return (_times(block, block["kind"] == codes()["purchase"]) > 0) == asks
    if condition.head == "consent":
        return np.isin(latest(block), [STATES.index(word) for word in asks])
    if isinstance(asks, At):
        return _stands(block, asks, end)
    rows = having(block, dict(asks.words), words) & _when(block, asks, end)
    if condition.head == "first":
        return rows[block.starts[:-1]]
    times = _times(block, rows)
    held = times >= asks.at_least
    if asks.at_most is not None:
        held &= times <= asks.at_most
    return ~held if condition.head == "did_not" else held


def _when(block: Block, asks: Touched, end: int) -> NDArray[np.bool_]:
    time, found = block["time"], np.ones(block.rows, np.bool_)
    if asks.since is not None:
        found &= time >= asks.since
    if asks.until is not None:
        found &= time < asks.until
    if asks.lately is not None:
        found &= time > end - asks.lately
    return found


def _times(block: Block, rows: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.bincount(block.place[rows], minlength=block.people)


def _stands(block: Block, asks: At, end: int) -> People:
    """Who is in the stage now, or ever was; a long silence counts as it does on the map."""
    lens, starts = asks.model, block.starts
    stage = block[f"stage:{lens.digest}"]
    if lens.carrier == "current" and lens.rest >= 0 and lens.quiet_days:
        quiet = int(lens.quiet_days * DAY)
        starts, _, stage, _ = with_silence(
            starts, block["time"], stage, lens.rest, quiet, settled(lens), end
        )
    here = np.append(0, np.cumsum(stage == asks.stage))
    first = starts[1:] - 1 if asks.now else starts[:-1]
    found: People = here[starts[1:]] > here[first]
    return found
