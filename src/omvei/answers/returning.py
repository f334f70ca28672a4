"""Returns to a stage, and the people who came back: those that `numbers` counts (see `ways`)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block, heads, marked
from ..lenses.carrier import NOWHERE
from ..lenses.lens import Lens
from ..result import Result
from .map import Walk, walk
from .people import listed

if TYPE_CHECKING:
    from ..journeys import Journeys

Counts = NDArray[np.int64]


@njit(cache=True, nogil=True)
def returns(
    starts: Counts,
    stage: NDArray[np.uint8],
    cycle: NDArray[np.int32],
    time: Counts,
    rest: int,
    quiet: int,
    leaves: NDArray[np.bool_],
    end: int,
    asked: int,
) -> tuple[Counts, Counts]:
    """Entries and returns, in one pass over rows and without the stays themselves.

    starts  (people + 1,)  person i's rows are `starts[i]` up to `starts[i + 1]`
    stage   (rows,)  `NOWHERE` for none
    cycle   (rows,)  purchases before, where each cycle is a sequence of its own; else of no length
    time    (rows,)  microseconds, where a silence of `quiet` leads to the stage `rest`; else of no
            length, and `quiet` 0
    leaves  (256,)  stages that such a silence leaves; end  the end of what was observed
    asked   the stage whose returns are told one by one; -1 for none

    returns
    told  (256, 2)  stays in each stage, and how many of them are returns
    back  (returns,)  rows of returns to `asked`; for a silence the row before it
    """
    rows, head, none = len(stage), heads(starts), np.int64(NOWHERE)
    # plain loops mark the rows where anything may change, many rows at a time
    silent = np.zeros(rows + 1, np.bool_)  # whether such a silence comes before the row
    if quiet > 0:
        for row in range(1, rows):
            silent[row] = time[row] - time[row - 1] >= quiet
        for stop in starts:
            if stop > 0:
                silent[stop] = end - time[stop - 1] >= quiet
    mark = np.ones(rows, np.uint8)
    for row in range(1, rows):
        mark[row] = (stage[row] != stage[row - 1]) | head[row] | silent[row] | silent[row + 1]
    for row in range(1, len(cycle)):
        mark[row] |= cycle[row] != cycle[row - 1]
    told, met = np.zeros((256, 2), np.int64), np.full(256, -1, np.int64)
    back = np.empty(rows + 1 if asked >= 0 else 0, np.int64)
    way, now, found = np.int64(-1), none, 0
    for at in marked(mark):
        row = int(at)
        if head[row] or (len(cycle) > 0 and cycle[row] != cycle[row - 1]):
            way, now = way + 1, none
        here = np.int64(stage[row])
        stays = (here != none) & (here != now)
        again = stays & (met[here] == way)
        told[here, 0] += stays
        told[here, 1] += again
        met[here], now = way, now if here == none else here
        if again & (here == asked):
            back[found] = row
            found += 1
        if silent[row + 1] and leaves[here] and now != rest:
            again = met[rest] == way
            told[rest, 0] += 1
            told[rest, 1] += again
            met[rest], now = way, np.int64(rest)
            if again & (rest == asked):
                back[found] = row
                found += 1
    return told, back[:found]


@dataclass(frozen=True)
class Returned:
    """The people who came back to one stage, and when each first did (see `people.Listing`)."""

    walk: Walk
    lens: Lens
    stage: int = -1

    def counted(self, block: Block) -> tuple[Counts, Counts]:
        """Entries and returns of each stage, and the rows of returns to this one; see `returns`."""
        quiet, nothing = self.walk.quiet, np.empty(0, np.int64)
        leaves = ~np.isin(np.arange(256), [*self.lens.settled, self.lens.rest])
        cycle = block["purchases_before"] if self.lens.carrier == "deepest" else nothing
        return returns(
            block.starts,
            block[self.walk.column],
            cycle.astype(np.int32, copy=False),
            block["time"] if quiet else nothing,
            self.lens.rest,
            quiet,
            leaves,
            self.walk.end,
            self.stage,
        )

    def passed(self, block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the people in the block, ascending, and microseconds."""
        _, back = self.counted(block)
        who, at = np.unique(block.place[back], return_index=True)
        row = back[at]
        silent = block[self.walk.column][row] != self.stage
        return who.astype(np.int64), block["time"][row] + silent * self.walk.quiet


def returning(journeys: "Journeys", stage: str, *, limit: int = 100, offset: int = 0) -> Result:
    """The people who came back to a stage of the journeys' model, the latest first, as `people`
    lists them; `at` is when they first came back. They are those that `numbers` counts as
    `returned`.

    Raises `UnknownNameError` for a stage that the model does not have.
    """
    model = journeys.model
    place, _, _ = walk(journeys, "stage", 0)
    asked = {"by": "stage", "node": None, "source": None, "target": None, "back": stage}
    return listed(journeys, Returned(place, model, model.place(stage)), asked, limit, offset)
