"""Which touchpoints have the words that are asked for: what `where` and the groups can say."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..touchpoints.channels import names as channels
from ..touchpoints.formats import formats
from ..touchpoints.vocabulary import CLASSES, OWNERSHIPS, kinds

ASKED = (
    "kind",
    "channel",
    "event",
    "content",
    "campaign",
    "product",
    "brand",
    "source",
    "query",
    "query_class",
    "format",
    "question",
    "ownership",
)
"""What can be asked of a touchpoint; what is not in `FIXED` takes any word, `*` for anything."""

FIXED = {
    "kind": tuple(kinds()),
    "channel": tuple(channels()),
    "query_class": CLASSES,
    "format": tuple(formats()),
    "ownership": OWNERSHIPS,
}
"""Words that are the same in every workspace."""

STATES = ("unknown", "granted", "denied")
"""What people can have said of consent: the codes of the column."""


def listed(value: Any) -> list[Any]:
    """One word or several, as a list."""
    return list(value) if isinstance(value, list | tuple | set) else [value]


def known(name: str, words: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The words of a column of the blocks: a row's code is a place in them."""
    return words[name] if name in words else FIXED[name]


def places(name: str, wanted: Sequence[str], words: Mapping[str, Sequence[str]]) -> list[int]:
    """The codes of the words that are meant; case counts only without a `*`.

    >>> places("content", ["/guide/*"], {"content": ["/guide/Tents", "/cart"]})
    [0]
    """
    found = []
    for code, word in enumerate(known(name, words)):
        for one in map(str, wanted):
            if word == one or ("*" in one and fnmatchcase(word.lower(), one.lower())):
                found.append(code)
                break
    return found


def having(
    block: Block, asked: Mapping[str, Any], words: Mapping[str, Sequence[str]]
) -> NDArray[np.bool_]:
    """Which rows of a block have all the words of `asked`."""
    found = np.ones(block.rows, np.bool_)
    for name, value in asked.items():
        found &= np.isin(block[name], places(name, listed(value), words))
    return found


def latest(block: Block) -> NDArray[np.int8]:
    """What each person of a block said last of consent: a place in `STATES`."""
    found: NDArray[np.int8] = _last_said(block.starts, block["consent"])
    return found


@njit(cache=True, nogil=True)
def _last_said(starts: NDArray[np.int64], said: NDArray[np.int8]) -> NDArray[np.int8]:
    found = np.zeros(len(starts) - 1, np.int8)
    for person in range(len(found)):
        for row in range(starts[person + 1] - 1, starts[person] - 1, -1):
            if said[row] > 0:
                found[person] = said[row]
                break
    return found
