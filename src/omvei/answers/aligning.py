"""
The cheapest way to lay a journey beside a plan, exactly, one person at a time.

An alignment walks the journey and the plan together. A touchpoint of both costs nothing, or a half
where it failed; one that only the journey has (extra) costs one, but nothing where the plan lets it
repeat; one that only the plan has (skipped) costs one, but nothing where it is optional. The plan's
side is a set of touchpoints done, of those that its order allows, so a partial order is exact too:
the least cost over (touchpoint of the journey, set done) is found by dynamic programming, which is
Dijkstra's search on a graph without cycles (Adriansyah, van Dongen & van der Aalst 2011). Fitness
is 1 - cost / (touchpoints of the journey + touchpoints of the plan that must be).
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

EXTRA, DONE, AGAIN, FAILED, MOVED = range(5)
"""What a touchpoint of the journey is: not planned, as planned, again as the plan allows, failed,
or planned for another place."""
UNASKED, KEPT, FAILING, MISSING, ELSEWHERE = range(5)
"""What became of a touchpoint of the plan: not asked for (optional, or still to come), kept, done
but failing, missing, done out of order."""


class Tables(NamedTuple):
    """The plan as the kernel reads it: T touchpoints, D sets of them that may be done."""

    grow: NDArray[np.int64]
    """(D, T) the set that a touchpoint leads to; -1 where it may not come yet or is done."""
    done: NDArray[np.int64]
    """(D,) the set as bits."""
    must: NDArray[np.bool_]
    """(T,) whether it is obligatory."""
    repeat: NDArray[np.bool_]
    """(T,) whether it may come again."""


def tables(states: list[int], must: list[bool], repeat: list[bool]) -> Tables:
    """Prepare a plan, whose `states` are sorted by how many touchpoints are done.

    >>> tables([0, 1, 3], [True, True], [False, False]).grow.tolist()
    [[1, -1], [-1, 2], [-1, -1]]
    """
    place = {done: number for number, done in enumerate(states)}
    grow = [
        [-1 if done >> t & 1 else place.get(done | 1 << t, -1) for t in range(len(must))]
        for done in states
    ]
    return Tables(
        np.array(grow, np.int64).reshape(len(states), len(must)),
        np.array(states, np.int64),
        np.array(must, np.bool_),
        np.array(repeat, np.bool_),
    )


@njit(cache=True, nogil=True)
def align(
    fits: NDArray[np.int64], fails: NDArray[np.int64], plan: Tables, open_: bool
) -> tuple[int, int, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Lay one journey beside the plan.

    fits, fails  (rows,) bits of the touchpoints of the plan that a row is, or is failing at
    open_        whether the journey is still under way: the plan may then stop anywhere
    returns      cost in halves; touchpoints of the plan that had to be; what each row is (`EXTRA`
                 ...); which touchpoint of the plan it is, or -1; what became of each planned one
                 (`UNASKED` ...); and the moves in order: row * (T + 1) + touchpoint, where row is
                 the number of rows, or touchpoint T, for the side that stands still
    """
    rows, sets, size = len(fits), len(plan.done), len(plan.must)
    best = np.full((rows + 1, sets), 1 << 40, np.int64)
    came = np.zeros((rows + 1, sets), np.int16)  # 0 extra, t + 1 both, -(t + 1) skipped
    back = np.zeros((rows + 1, sets), np.int16)
    best[0, 0] = 0
    for row in range(rows + 1):
        for d in range(sets):
            cost = best[row, d]
            if cost == 1 << 40:
                continue
            for t in range(size):
                more = plan.grow[d, t]
                if more < 0:
                    continue
                skip = cost + (2 if plan.must[t] else 0)
                if skip < best[row, more]:
                    best[row, more], came[row, more], back[row, more] = skip, -(t + 1), d
                if row < rows and ((fits[row] | fails[row]) >> t) & 1:
                    both = cost + (0 if (fits[row] >> t) & 1 else 1)
                    if both < best[row + 1, more]:
                        best[row + 1, more], came[row + 1, more] = both, t + 1
                        back[row + 1, more] = d
            if row < rows:
                again = 2
                for t in range(size):
                    if plan.repeat[t] and ((fits[row] & plan.done[d]) >> t) & 1:
                        again = 0
                if cost + again < best[row + 1, d]:
                    best[row + 1, d], came[row + 1, d], back[row + 1, d] = cost + again, 0, d
    end = sets - 1
    if open_:
        for d in range(sets - 1, -1, -1):
            if best[rows, d] < best[rows, end]:
                end = d
    needed = 0
    for t in range(size):
        needed += plan.must[t] and (plan.done[end] >> t) & 1
    cost = best[rows, end]
    state = np.zeros(rows, np.int64)
    which = np.full(rows, -1, np.int64)
    fate = np.zeros(size, np.int64)
    moves = np.zeros(rows + size, np.int64)
    count, row, d = 0, rows, end
    while row > 0 or d > 0:
        move, before = came[row, d], back[row, d]
        if move > 0:
            t = move - 1
            row -= 1
            ok = (fits[row] >> t) & 1
            state[row], which[row] = (DONE if ok else FAILED), t
            fate[t] = KEPT if ok else FAILING
            moves[count] = row * (size + 1) + t
        elif move < 0:
            t = -move - 1
            fate[t] = MISSING if plan.must[t] else UNASKED
            moves[count] = rows * (size + 1) + t
        else:
            row -= 1
            for t in range(size):
                if plan.repeat[t] and ((fits[row] & plan.done[before]) >> t) & 1:
                    state[row], which[row] = AGAIN, t
            moves[count] = row * (size + 1) + size
        count += 1
        d = before
    for row in range(rows):
        t = which[row]
        if state[row] == AGAIN and (fate[t] == MISSING or fate[t] == UNASKED):
            state[row], fate[t] = MOVED, ELSEWHERE  # it came after its place, which was skipped
        if state[row] != EXTRA:
            continue
        for t in range(size):
            if (fits[row] >> t) & 1 and (fate[t] == MISSING or fate[t] == UNASKED):
                state[row], which[row], fate[t] = MOVED, t, ELSEWHERE
                break
        for t in range(size):
            if state[row] == EXTRA and (fails[row] >> t) & 1:
                state[row], which[row] = FAILED, t
    return cost, needed, state, which, fate, moves[:count][::-1].copy()
