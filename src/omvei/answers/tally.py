"""How often each kind, channel, event or content occurs, and for how many people."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block, heads
from .adding import Added

Counts = NDArray[np.int64]


@njit(cache=True, nogil=True)
def tally(starts: Counts, code: NDArray[np.int32], size: int) -> Counts:
    """Count touchpoints and people of each code.

    code     (rows,) from -1 up to `size` - 1; person i's rows are `starts[i]` to `starts[i + 1]`
    returns  (size + 1, 2) touchpoints and people; the last row is code -1
    """
    counts, head = np.zeros((size + 1, 2), np.int64), heads(starts)
    met = np.full(size + 1, -1, np.int64)
    person = -1
    for row in range(len(code)):
        person += head[row]
        here = code[row]  # -1 is the last row
        counts[here, 0] += 1
        counts[here, 1] += met[here] != person
        met[here] = person
    return counts


@dataclass(frozen=True)
class Tally(Added):
    """The analysis: `tally` of one column, whose dictionary has `size` words."""

    column: str
    size: int

    def empty(self) -> Counts:
        """Nothing."""
        return np.zeros((self.size + 1, 2), np.int64)

    def scan(self, block: Block) -> Counts:
        """Count one block."""
        return tally(block.starts, block[self.column].astype(np.int32), self.size)
