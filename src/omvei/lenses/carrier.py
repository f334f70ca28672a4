"""The carrier: how a stage lasts along a journey, and silence as a row of its own.

keep      a touchpoint that no rule places stays in the stage before it
current   the same, but a silence of `quiet_days` leads to the rest stage, where the model has one
deepest   the furthest stage reached in the purchase cycle; a new cycle starts over
rule      the stage of the touchpoint's own rule and nothing else: what a model catches (`catching`)

A touchpoint before any placed one has no stage (`NOWHERE`).
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

NOWHERE = 255
MODES = {"keep": 0, "current": 1, "deepest": 2, "rule": 3}


@njit(cache=True, nogil=True)
def carry(
    starts: NDArray[np.int64],
    placed: NDArray[np.int8],
    gap: NDArray[np.int64],
    cycle: NDArray[np.int32],
    mode: int,
    rest: int,
    quiet: int,
    settled: NDArray[np.bool_],
) -> NDArray[np.uint8]:
    """The stage of every touchpoint.

    placed   (rows,)    what the rules say; -1 for nothing
    gap      (rows,)    microseconds since the person's touchpoint before; -1 for the first
    cycle    (rows,)    number of the purchase cycle
    mode     a value of `MODES`; rest  the rest stage or -1; quiet  microseconds, 0 for never
    settled  (stages,)  stages that silence does not leave
    """
    stage = np.empty(len(placed), np.uint8)
    for person in range(len(starts) - 1):
        now, round_ = -1, -1
        for row in range(starts[person], starts[person + 1]):
            if mode == 2 and cycle[row] != round_:
                now, round_ = -1, cycle[row]
            if (
                mode == 1
                and rest >= 0
                and quiet > 0
                and gap[row] >= quiet
                and now >= 0
                and not settled[now]
            ):
                now = rest
            if mode == 3:
                now = placed[row]
            elif mode == 2:
                now = max(now, placed[row])
            elif placed[row] >= 0:
                now = placed[row]
            stage[row] = 255 if now < 0 else now
    return stage


@njit(cache=True, nogil=True)
def with_silence(
    starts: NDArray[np.int64],
    time: NDArray[np.int64],
    stage: NDArray[np.uint8],
    rest: int,
    quiet: int,
    settled: NDArray[np.bool_],
    end: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]:
    """The rows of a journey with every long silence as a row at rest.

    A silence begins `quiet` after a touchpoint, when nothing came before that, or before `end`
    after the last one. A silence after a touchpoint already at rest, or in a settled stage, is no
    row. All times are microseconds.

    returns  (people + 1,) starts; (rows,) times; (rows,) stages; (rows,) the touchpoint's row in
             the block, -1 for silence
    """
    extra = 0
    for person in range(len(starts) - 1):
        for row in range(starts[person], starts[person + 1]):
            until = time[row + 1] if row + 1 < starts[person + 1] else end
            if (
                until - time[row] >= quiet
                and stage[row] != rest
                and (stage[row] == 255 or not settled[stage[row]])
            ):
                extra += 1
    rows = len(time) + extra
    new_starts = np.empty(len(starts), np.int64)
    new_time = np.empty(rows, np.int64)
    new_stage = np.empty(rows, np.uint8)
    origin = np.empty(rows, np.int64)
    at = 0
    for person in range(len(starts) - 1):
        new_starts[person] = at
        for row in range(starts[person], starts[person + 1]):
            new_time[at], new_stage[at], origin[at] = time[row], stage[row], row
            at += 1
            until = time[row + 1] if row + 1 < starts[person + 1] else end
            if (
                until - time[row] >= quiet
                and stage[row] != rest
                and (stage[row] == 255 or not settled[stage[row]])
            ):
                new_time[at], new_stage[at], origin[at] = time[row] + quiet, rest, -1
                at += 1
    new_starts[-1] = at
    return new_starts, new_time, new_stage, origin
