"""The kernel under the map: every step of every journey, counted once, in one pass."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import heads

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
) -> tuple[Counts, Counts, Counts, Counts, int]:
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
    begin, gap  microseconds between rows by move: those of the move `source * (nodes + 2) + target`
                are `gap[begin[move]]` up to `gap[begin[move + 1]]`
    reached     people who reached the goal

    On the way to the goal, for people who reached it: 0 at their first row, 800 when they first
    reach it, 1000 at their last row.
    At risk: observed for the whole horizon. A goal counts when it comes after the row itself,
    and at or after it for a first move. Counts of different people are merged by adding.
    """
    start_node, end_node, side, head = nodes, nodes + 1, nodes + 2, heads(starts)
    rows = len(time)
    node = np.zeros((nodes, 12), np.int64)
    move = np.zeros((side, side, 6), np.int64)
    met, left = np.full(nodes, -1, np.int64), np.full(side, -1, np.int64)
    gone = np.full((side, side), -1, np.int64)
    ahead = np.empty(rows, np.int64)  # when the next goal after the row comes; -1 for never
    first_goal = np.full(len(starts) - 1, -1, np.int64)
    for person in range(len(starts) - 1):
        coming = np.int64(-1)
        for row in range(starts[person + 1] - 1, starts[person] - 1, -1):
            ahead[row] = coming
            if goal[row]:
                coming, first_goal[person] = time[row], row
    for person in range(len(starts) - 1):
        first, last = starts[person], starts[person + 1] - 1
        if last < first:
            continue
        reached = first_goal[person]
        before = np.int64(start_node)
        # quotients of numbers that a float holds exactly: rounded down they are the same
        length, way = float(last - first), float(reached - first)
        rest = float(last - reached)
        for row in range(first, last + 1):
            here, risk = np.int64(code[row]), time[row] + horizon <= end
            later = risk & (ahead[row] >= 0) & (ahead[row] - time[row] <= horizon)
            node[here, 0] += real[row]
            node[here, 4] += 500 if last == first else np.int64(1000 * (row - first) / length)
            if reached >= 0 and row <= reached:
                node[here, 8] += 800 if row == reached else np.int64(800 * (row - first) / way)
                node[here, 9] += 1
            elif reached >= 0:
                node[here, 10] += 800 + np.int64(200 * (row - reached) / rest)
                node[here, 11] += 1
            # no branch on what people do: half of them would be missed
            new = met[here] != person
            met[here] = person
            node[here, 1] += new
            node[here, 6] += new & risk
            node[here, 7] += new & later
            new = gone[before, here] != person
            gone[before, here] = person
            move[before, here, 0] += 1
            move[before, here, 1] += new
            move[before, here, 2] += new & risk
            move[before, here, 3] += new & later
            new = left[before] != person
            left[before] = person
            move[before, here, 4] += new & risk
            move[before, here, 5] += new & risk & (later | goal[row])
            before = here
        move[before, end_node, :2] += 1
    move[start_node, :, 4:] = 0  # nobody's first move from a touchpoint
    node[:, 2], node[:, 3] = move[start_node, :nodes, 0], move[:nodes, end_node, 0]
    node[:, 5] = move[:, :nodes, 0].sum(axis=0)
    begin = np.zeros(side * side + 1, np.int64)
    for edge in range(nodes * side):
        source, target = divmod(edge, side)
        begin[edge + 1] = begin[edge] + (move[source, target, 0] if target < nodes else 0)
    begin[nodes * side + 1 :] = begin[nodes * side]
    at, gap = begin.copy(), np.empty(begin[-1] + 1, np.int64)
    for row in range(1, rows):
        edge = code[row - 1] * side + code[row]
        edge = side * side if head[row] else edge
        gap[at[edge]] = time[row] - time[row - 1]
        at[edge] += not head[row]
    return node, move, begin, gap[:-1], (first_goal >= 0).sum()
