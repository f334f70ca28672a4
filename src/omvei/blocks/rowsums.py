"""A sum of each row that an append would carry on: what is copied must be as it was written.

An append reads the rows of some people out of every block, and comparing whole columns for that
would mean reading everything there is. So each row has a sum of what it says, kept beside those
that are aside, and added up for each person's touchpoints; and so has each set of identifiers.
"""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from ..mapped import Column, texts
from . import layout

Sums = NDArray[np.uint64]


def sums(column: Callable[[str], Column | pa.Array], rows: int) -> NDArray[np.int64]:
    """The sums of rows whose columns of `layout.SAID` are given by name.

    >>> said = {held.name: np.ones(2, np.int64) for held in layout.SAID}
    >>> one, other = sums((said | {"event_id": pa.array(["a", "b"])}).get, 2).tolist()
    >>> one == other
    False
    """
    total = np.zeros(rows, np.uint64)
    for held in layout.SAID:
        said = column(held.name)
        if isinstance(said, np.ndarray):
            _add(total, said.view(np.uint8) if said.dtype == np.bool_ else said)
        else:
            _add_texts(total, *texts(said))
    return total.view(np.int64)


def of_sets(sets: pa.Table) -> NDArray[np.int64]:
    """The sums of sets of identifiers, as in `layout.SETS`.

    >>> told = [{"key": 1}, {"key": 1, "email": ""}]
    >>> one, other = of_sets(pa.Table.from_pylist(told, layout.SETS)).tolist()
    >>> one == other
    False
    """
    total = np.zeros(len(sets), np.uint64)
    for name in layout.SETS.names:
        column = sets.column(name).combine_chunks()
        _add(total, column.is_valid().to_numpy(zero_copy_only=False).view(np.uint8))
        if pa.types.is_string(column.type):
            _add_texts(total, *texts(column))
        else:
            _add(total, column.to_numpy().view(np.int64))
    return total.view(np.int64)


def of_people(sums: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sums of people who have so many rows each, one after another; each has at least one.

    >>> of_people(np.array([1, 2, 4]), np.array([2, 1])).tolist()
    [3, 4]
    """
    if not len(lengths):
        return np.zeros(0, np.int64)
    found: NDArray[np.int64] = np.add.reduceat(sums, np.cumsum(lengths) - lengths)
    return found


@njit(cache=True, nogil=True)
def _mixed(total: np.uint64, word: np.uint64) -> np.uint64:
    """The sum after one more word. Every step can be undone, so that no single change is lost."""
    total = (total ^ word) * np.uint64(0x9E3779B97F4A7C15)
    return total ^ (total >> np.uint64(29))


@njit(cache=True, nogil=True)
def _add(total: Sums, column: Column) -> None:
    for row in range(len(total)):
        total[row] = _mixed(total[row], np.uint64(column[row]))


@njit(cache=True, nogil=True)
def _add_texts(total: Sums, offsets: NDArray[np.int32], text: NDArray[np.uint8]) -> None:
    """Eight letters are a word."""
    for row in range(len(total)):
        word, place = np.uint64(0), np.uint64(0)
        for letter in range(offsets[row], offsets[row + 1]):
            word |= np.uint64(text[letter]) << place
            place += np.uint64(8)
            if place == np.uint64(64):
                total[row] = _mixed(total[row], word)
                word, place = np.uint64(0), np.uint64(0)
        total[row] = _mixed(total[row], word)
