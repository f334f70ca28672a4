"""Instead: what came where a step of the plan was left out.

Of a person who left a step out, it is the first touchpoint after the last step they did of those
that the plan puts before it; repeats that the plan allows are passed over. Where none of those was
done it is how they began, and where nothing followed in the same case it is nothing.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .aligning import AGAIN, MISSING
from .intervals import rate

Counts = NDArray[np.int64]


def earlier(after: Sequence[Sequence[int]]) -> Counts:
    """All steps that come before each step, as bits, from those it directly comes after.

    >>> earlier([[], [0], [1]]).tolist()
    [0, 1, 3]
    """
    found: list[int] = []
    for before in after:
        found.append(0)
        for one in before:
            found[-1] |= 1 << one | found[one]
    return np.array(found, np.int64)


@njit(cache=True, nogil=True)
def taken(
    fate: NDArray[np.int64],
    done: Counts,
    before: Counts,
    kind: NDArray[np.int16],
    state: NDArray[np.int64],
    first: int,
    stop: int,
    nothing: int,
) -> Counts:
    """The kind that one person took instead of each step; -1 for a step that is not missing.

    fate     (T,)  what became of each step; done (T,) the row of it, -1 for none
    before   (T,)  the steps that come before it, as bits
    state    (rows of the alignment,) from row `first`; what stands behind them was not compared
    stop     the row after the last of the case; `nothing` stands for nothing more
    """
    found = np.full(len(fate), -1, np.int64)
    for t in range(len(fate)):
        if fate[t] != MISSING:
            continue
        row = first
        for other in range(len(fate)):
            if (before[t] >> other) & 1 and done[other] >= row:
                row = done[other] + 1
        while row < stop and row - first < len(state) and state[row - first] == AGAIN:
            row += 1
        found[t] = kind[row] if row < stop else nothing
    return found


def told(counts: Counts, names: Sequence[str]) -> list[dict[str, Any]]:
    """The kinds taken instead, the most people first: `kind` (None for nothing more) and a rate of
    those who left the step out."""
    people, rows = int(counts.sum()), list[dict[str, Any]]()
    for code in np.flatnonzero(counts).tolist():
        kind = names[code] if code < len(names) else None
        rows.append({"kind": kind, **(rate(int(counts[code]), people) or {})})
    return sorted(rows, key=lambda row: (-row["converted"], row["kind"] or "~"))
