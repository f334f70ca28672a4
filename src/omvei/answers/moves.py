"""The kernel under the map: every step of every journey, counted once, in one pass."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Counts = NDArray[np.int64]


@njit(cache=True, nogil=True)
def count_moves(
    starts: Counts,
    time: Counts,
    code: NDArray[np.int32],
    real: NDArray[np.bool_],
    goal: NDArray[np.bool_],
    nodes: int,
    horizon: int,
    end: int,
) -> tuple[Counts, Counts, NDArray[np.int32], Counts]:
    """Count nodes and moves of whole journeys.

    starts   (people + 1,)  person i's rows are `starts[i]` up to `starts[i + 1]`, oldest first
    time     (rows,)  microseconds
    code     (rows,)  the node of each row, from 0 up to `nodes` - 1
    real     (rows,)  False for a silence, which is no touchpoint
    goal     (rows,)  whether the row reaches the goal
    horizon  microseconds within which a later goal counts; end  the end of what was observed

    returns
    node  (nodes, 12) touchpoints; people; starts here; ends here; sum of positions in the journey
                      (0 to 1000) and of rows they are of; people at risk; of these who reached
                      the goal within the horizon of their first time here; sum of positions on
                      the way to the goal and of rows they are of; the same after the goal
    move  (nodes + 2, nodes + 2, 6), the last two nodes being `(start)` and `(end)`
                      transitions; people; people at risk at their first time; of these, who
                      reached the goal; people at risk whose *first* move from the source this
                      was; of these, who reached the goal then or later
    edge, gap  (moves between rows,)  `source * (nodes + 2) + target` and microseconds

    On the way to the goal, for people who reached it: 0 at their first row, 800 when they first
    reach it, 1000 at their last row.
    At risk: observed for the whole horizon. A goal counts when it comes after the row itself,
    and at or after it for a first move. Counts of different people are merged by adding.
    """
    start_node, end_node, side = nodes, nodes + 1, nodes + 2
    node = np.zeros((nodes, 12), np.int64)
    move = np.zeros((side, side, 6), np.int64)
    edge = np.empty(max(0, len(time)), np.int32)
    gap = np.empty(max(0, len(time)), np.int64)
    found = 0
    ahead = np.empty(len(time), np.int64)  # when the next goal after the row comes; -1 for never
    met = np.full(nodes, -1, np.int64)
    left = np.full(nodes, -1, np.int64)
    gone = np.full((side, side), -1, np.int64)
    for person in range(len(starts) - 1):
        first, last = starts[person], starts[person + 1] - 1
        if last < first:
            continue
        coming = reached = np.int64(-1)
        for row in range(last, first - 1, -1):
            ahead[row] = coming
            if goal[row]:
                coming, reached = time[row], np.int64(row)
        for row in range(first, last + 1):
            here = code[row]
            at_risk = time[row] + horizon <= end
            later = ahead[row] >= 0 and ahead[row] - time[row] <= horizon
            node[here, 0] += real[row]
            node[here, 4] += 500 if last == first else (1000 * (row - first)) // (last - first)
            node[here, 5] += 1
            if reached >= 0 and row <= reached:
                node[here, 8] += 800 if row == reached else 800 * (row - first) // (reached - first)
                node[here, 9] += 1
            elif reached >= 0:
                node[here, 10] += 800 + 200 * (row - reached) // (last - reached)
                node[here, 11] += 1
            if met[here] != person:
                met[here] = person
                node[here, 1] += 1
                node[here, 6] += at_risk
                node[here, 7] += at_risk and later
            before = start_node if row == first else code[row - 1]
            move[before, here, 0] += 1
            if gone[before, here] != person:
                gone[before, here] = person
                move[before, here, 1] += 1
                move[before, here, 2] += at_risk
                move[before, here, 3] += at_risk and later
            if row > first:
                edge[found], gap[found] = before * side + here, time[row] - time[row - 1]
                found += 1
                if left[before] != person:
                    left[before] = person
                    move[before, here, 4] += at_risk
                    move[before, here, 5] += at_risk and (later or goal[row])
        node[code[first], 2] += 1
        node[code[last], 3] += 1
        move[code[last], end_node, 0] += 1
        move[code[last], end_node, 1] += 1
    return node, move, edge[:found], gap[:found]
