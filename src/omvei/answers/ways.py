"""The way of each person through a model's stages: its turns, returns and stays.

S is the sequence of a person's stages with repeats collapsed; its parts are *stays*, one in one
stage. A silence that leads to rest is a stay there. What has no stage is left out. Under a model
that keeps the deepest stage, each purchase cycle is a sequence of its own, since it starts over.

moves      from one stay to the next, so between different stages
forward    to a stage further on; *skip*: over at least one stage; backward: to an earlier one
turns      changes between forward and backward (models.md 0.5: direction changes)
winding    moves made over the fewest allowed moves from the first stage to the last; 1 is straight,
           less is a way with skips the model does not allow. Kept in thousandths.
           Unknown where a way ends where it began, or the model allows none
return     a stay in a stage that the sequence was in before
"""

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block, heads
from ..lenses.lens import Lens
from .figures import Joined, Partial, sums
from .gaps import by_move
from .map import Walk

Counts = NDArray[np.int64]
NEW = ("question", "channel", "content", "product")
"""What can be new to a person when they come back to a stage."""


@njit(cache=True, nogil=True)
def stays(
    starts: Counts, node: NDArray[np.int32], cycle: NDArray[np.int32], none: int, apart: bool
) -> tuple[Counts, Counts, Counts, Counts]:
    """The stays of people.

    starts  (people + 1,);  node (rows,) a stage, or `none`;  cycle (rows,) purchases before
    apart   whether each purchase cycle is a sequence of its own

    returns (stays,) each: the person, the sequence, the first row, the row after the last
    """
    size = len(node) + 1
    person, way = np.empty(size, np.int64), np.empty(size, np.int64)
    first, stop = np.empty(size, np.int64), np.empty(size, np.int64)
    found, ways = 0, -1
    for who in range(len(starts) - 1):
        now, round_ = none, np.int32(-1)
        for row in range(starts[who], starts[who + 1]):
            fresh = (round_ < 0) | (apart & (cycle[row] != round_))
            ways += fresh
            now = none if fresh else now
            round_ = cycle[row]
            here = node[row]
            # written whether a stay begins or not: a branch here is missed too often
            person[found], way[found], first[found] = who, ways, row
            found += (here != none) & (here != now)
            now = now if here == none else here
            stop[found - 1 if here != none else size - 1] = row + 1
    return person[:found], way[:found], first[:found], stop[:found]


@njit(cache=True, nogil=True)
def rounds(purchases: NDArray[Any], origin: Counts) -> NDArray[np.int32]:
    """Purchases before each row of a walk; a silence has those of the touchpoint before it.

    >>> rounds(np.array([0, 1], np.int16), np.array([0, -1, 1])).tolist()
    [0, 0, 1]
    """
    found, now = np.empty(len(origin), np.int32), np.int32(0)
    for row in range(len(origin)):
        now = np.int32(purchases[origin[row]]) if origin[row] >= 0 else now
        found[row] = now
    return found


@njit(cache=True, nogil=True)
def turns_of_ways(
    person: Counts,
    way: Counts,
    stage: Counts,
    allowed: NDArray[np.bool_],
    fewest: Counts,
    people: int,
) -> tuple[Counts, NDArray[np.bool_], NDArray[np.bool_]]:
    """What every person's ways are like.

    person, way, stage  (stays,);  allowed (stages, stages);  fewest (stages, stages) moves from one
    to the other, -1 where none lead there

    returns
    told    (people, 12)  moves, allowed moves, forward, skip, backward, turns, ways, ways with
            allowed moves only, ways with a move, winding in thousandths, ways it is of, returns
    again   (stays,)  whether the stay is a return
    further (stays,)  whether the way comes to a later stage of the model after it
    """
    told = np.zeros((12, people), np.int64)  # each number of all people together: it is summed
    again, further = np.zeros(len(stage), np.bool_), np.zeros(len(stage), np.bool_)
    met = np.full(len(allowed), -1, np.int64)
    stay = 0
    while stay < len(stage):
        begin, who, now = stay, person[stay], way[stay]
        good = ups = skips = turns = returns = 0
        before = stage[stay]
        met[before] = now
        rising, still = False, True
        stay += 1
        while stay < len(stage) and way[stay] == now:
            here = stage[stay]
            again[stay] = met[here] == now
            returns += again[stay]
            met[here] = now
            good += allowed[before, here]
            ups += here > before
            skips += here > before + 1
            turns += (rising != (here > before)) & (not still)
            rising, still, before = here > before, False, here
            stay += 1
        most, moves = np.int64(-1), stay - begin - 1
        for back in range(stay - 1, begin - 1, -1):
            further[back] = most > stage[back]
            most = max(most, stage[back])
        told[0, who] += moves
        told[1, who] += good
        told[2, who] += ups
        told[3, who] += skips
        told[4, who] += moves - ups
        told[5, who] += turns
        told[6, who] += 1
        told[7, who] += good == moves
        told[8, who] += moves > 0
        least = fewest[stage[begin], before]
        if least > 0:
            told[9, who] += (2000 * moves + least) // (2 * least)
            told[10, who] += 1
        told[11, who] += returns
    return told.T, again, further


@njit(cache=True, nogil=True)
def lasting(person: Counts, first: Counts, time: Counts, end: int) -> Counts:
    """How long each stay lasted, as `dwell.packed`: to the next one, or so far to the `end`."""
    found = np.empty(len(person), np.int64)
    for stay in range(len(person)):
        ended = stay + 1 < len(person) and person[stay + 1] == person[stay]
        until = time[first[stay + 1]] if ended else np.int64(end)
        found[stay] = 2 * max(until - time[first[stay]], np.int64(0)) + ended
    return found


@njit(cache=True, nogil=True)
def of_stages(
    person: Counts,
    stage: Counts,
    again: NDArray[np.bool_],
    further: NDArray[np.bool_],
    cycle: NDArray[np.int32],
    stages: int,
) -> tuple[Counts, Counts]:
    """What happens in each stage, from stays (stays,) in order of people.

    cycle  purchases before the end of the stay

    returns
    told     (stages, 7)  people there, entries, returns, people who returned, people who begin
             here, people who end here, people who were further on later
    deepest  (stages,)  people by the furthest stage of their latest purchase cycle
    """
    told, deepest = np.zeros((stages, 7), np.int64), np.zeros(stages, np.int64)
    seen = np.full((3, stages), -1, np.int64)  # the last person there, who returned, who went on
    furthest, latest = np.int64(-1), np.int32(-1)
    for stay in range(len(stage)):
        who, here = person[stay], stage[stay]
        if seen[0, here] != who:
            seen[0, here] = who
            told[here, 0] += 1
        told[here, 1] += 1
        if again[stay]:
            told[here, 2] += 1
            if seen[1, here] != who:
                seen[1, here] = who
                told[here, 3] += 1
        begins = stay == 0 or person[stay - 1] != who
        told[here, 4] += begins
        if further[stay] and seen[2, here] != who:
            seen[2, here] = who
            told[here, 6] += 1
        if begins or cycle[stay] != latest:
            furthest = np.int64(-1)
        latest, furthest = cycle[stay], max(furthest, here)
        if stay + 1 == len(stage) or person[stay + 1] != who:
            told[here, 5] += 1
            deepest[furthest] += 1
    return told, deepest


@njit(cache=True, nogil=True)
def first_met(starts: Counts, code: NDArray[np.int32], bit: int, new: NDArray[np.uint8]) -> None:
    """Set a `bit` of `new` (rows,) where a person meets a code for the first time; -1 is none."""
    head, size, person = heads(starts), 0, np.int32(-1)
    for row in range(len(code)):
        size = max(size, code[row] + 1)
    last = np.full(size + 1, -1, np.int32)  # who met each code last; the first place is for none
    for row in range(len(code)):
        person += np.int32(head[row])
        here = code[row] + 1
        new[row] |= np.uint8((here > 0) & (last[here] != person)) << np.uint8(bit)
        last[here] = person


@njit(cache=True, nogil=True)
def new_in(
    stage: Counts,
    again: NDArray[np.bool_],
    first: Counts,
    stop: Counts,
    origin: Counts,
    new: NDArray[np.uint8],
    found: Counts,
) -> None:
    """Count returns by stage and by each bit that is set in any of their rows, or by none.

    stage, again, first, stop  (stays,);  origin (rows,) touchpoints, -1: a silence
    new  (touchpoints,) as `first_met` sets it;  found  (stages, bits + 1)  the last for none
    """
    bits = found.shape[1] - 1
    for stay in range(len(stage)):
        if not again[stay]:
            continue
        some = np.uint8(0)
        for row in range(first[stay], stop[stay]):
            if origin[row] >= 0:
                some |= new[origin[row]]
        for bit in range(bits):
            found[stage[stay], bit] += (some >> bit) & 1
        found[stage[stay], bits] += some == 0


def allowed(lens: Lens) -> NDArray[np.bool_]:
    """Which moves the model allows: (stages, stages)."""
    ids = [stage.id for stage in lens.stages]
    return np.array([[(a, b) in lens.moves for b in ids] for a in ids], np.bool_)


def fewest(moves: NDArray[np.bool_]) -> Counts:
    """The fewest moves from each stage to each; 0 to itself, -1 where none lead.

    >>> fewest(np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], bool)).tolist()
    [[0, 1, 2], [-1, 0, 1], [-1, -1, 0]]
    """
    size = len(moves)
    found = np.full((size, size), -1, np.int64)
    for start in range(size):
        found[start, start] = 0
        waiting = deque([start])
        while waiting:
            here = waiting.popleft()
            for there in np.flatnonzero(moves[here]):
                if found[start, there] < 0:
                    found[start, there] = found[start, here] + 1
                    waiting.append(int(there))
    return found


@dataclass(frozen=True)
class Ways(Joined):
    """The analysis: ways, returns with what was new, and stays, of each stage."""

    walk: Walk
    lens: Lens
    end: int

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        if not block.people:
            return {}
        starts, time, node, origin = self.walk.rows(block)
        size = len(self.lens.stages)
        cycle = rounds(block["purchases_before"], origin)
        apart = self.lens.carrier == "deepest"
        person, way, first, stop = stays(starts, node, cycle, size, apart)
        stage = node[first].astype(np.int64)
        moves = allowed(self.lens)
        told, again, further = turns_of_ways(person, way, stage, moves, fewest(moves), block.people)
        ones = (told[:, 6] > 0).astype(np.int64)
        kept: Partial = {
            "fit_moves": sums(told[:, 1], told[:, 0]),
            "forward": sums(told[:, 2], told[:, 0]),
            "skip": sums(told[:, 3], told[:, 0]),
            "backward": sums(told[:, 4], told[:, 0]),
            "fit_journeys": sums(told[:, 7], told[:, 6]),
            "fit_moving": sums(told[:, 7] - (told[:, 6] - told[:, 8]), told[:, 8]),
            "direction_changes": sums(told[:, 5], ones),
            "reentries": sums(told[:, 11], ones),
            "windingness": sums(told[:, 9], told[:, 10]),
        }
        kept["stays"] = by_move(stage, lasting(person, first, time, self.end))
        kept["stage"], kept["deepest"] = of_stages(
            person, stage, again, further, cycle[stop - 1], size
        )
        kept["new"] = np.zeros((size, len(NEW) + 1), np.int64)
        new = np.zeros(block.rows, np.uint8)
        for bit, column in enumerate(NEW):
            first_met(block.starts, block[column].astype(np.int32, copy=False), bit, new)
        new_in(stage, again, first, stop, origin, new, kept["new"])
        kept["current"] = kept["stage"][:, 5]
        return kept

    def finish(self, kept: Partial) -> Partial:
        """As counted."""
        return kept
