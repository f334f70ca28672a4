"""Removal: moves between channels as a chain, and what it would lose without each channel.

A way leads from the start by its channels to the goal or to the end. The chain of the first order
over these moves is absorbed by either. The *removal effect* of a channel is the share of the
chain's purchases whose walk passes it: RE(c) = (N_sc / N_cc) v_c / v_s, with Q the moves between
channels, r those into the goal, N = (I - Q)^-1 and v = N r (Anderl, Becker, von Wangenheim &
Schumann 2016, IJRM 33:457; the closed form of methods 1.3). Repeats change nothing and are left
out. Ways without any visit are not in the chain.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .credit import OPEN, YES, Counts


@njit(cache=True, nogil=True)
def moves(
    first: Counts, met: Counts, end: NDArray[np.int8], channels: int, each: bool
) -> tuple[Counts, Counts, Counts]:
    """The moves of ways that are not open, as `line = source * (channels + 2) + target`.

    `channels` as the source is the start; as the target the goal, and one more the end. Repeats
    are no moves.

    returns (lines,) how often each line; and, if `each` move is told, (moves,) whose and its line
    """
    side = channels + 2
    count = np.zeros(side * side, np.int64)
    size = len(met) + len(end) + 1 if each else 0
    whose, line = np.empty(size, np.int64), np.empty(size, np.int64)
    found = 0
    for way in range(len(end)):
        if end[way] == OPEN or first[way] == first[way + 1]:
            continue
        before = np.int64(channels)
        for at in range(first[way], first[way + 1]):
            here, moved = met[at], met[at] != before
            count[before * side + here] += moved
            if each:
                whose[found], line[found] = way, before * side + here
                found += moved
            before = here
        here = np.int64(channels if end[way] == YES else channels + 1)
        count[before * side + here] += 1
        if each:
            whose[found], line[found] = way, before * side + here
            found += 1
    return count, whose[:found], line[:found]


@njit(cache=True, nogil=True)
def roles(
    first: Counts, met: Counts, person: Counts, end: NDArray[np.int8], channels: int
) -> Counts:
    """(channels, 5): people, ways that reached the goal, and of the visits of such ways with more
    than one how many came first, between and last.
    """
    told = np.zeros((channels, 5), np.int64)
    seen = np.full((2, channels), -1, np.int64)  # the last person who came by it, and the last way
    for way in range(len(end)):
        begin, stop = first[way], first[way + 1]
        for at in range(begin, stop):
            here = met[at]
            if seen[0, here] != person[way]:
                seen[0, here] = person[way]
                told[here, 0] += 1
            if end[way] != YES:
                continue
            if seen[1, here] != way:
                seen[1, here] = way
                told[here, 1] += 1
            if stop - begin > 1:
                told[here, 2 if at == begin else 4 if at == stop - 1 else 3] += 1
    return told


def removal(moves: NDArray[np.int64]) -> NDArray[np.float64]:
    """The removal effect of each channel, of moves (..., channels + 2, channels + 2).

    Channels that nobody came by have none. Toy 1 of Bryl's article:

    >>> toy = np.zeros((5, 5), np.int64)  # C1>C2>C3 bought; C1 and C2>C3 did not
    >>> for line in ((3, 0), (0, 1), (1, 2), (2, 3), (3, 0), (0, 4), (3, 1), (1, 2), (2, 4)):
    ...     toy[line] += 1
    >>> removal(toy).round(6).tolist()
    [0.5, 1.0, 1.0]
    """
    size = moves.shape[-1] - 1
    out = moves[..., :size, :].sum(axis=-1, keepdims=True).astype(np.float64)
    out[out == 0] = 1
    shares = moves[..., :size, :] / out
    stay, goal = shares[..., :size].copy(), shares[..., size - 1].copy()
    stay[..., size - 1] = 0  # the start is never moved to: there the goal is counted
    often = np.linalg.inv(np.eye(size) - stay)
    chance = (often @ goal[..., None])[..., 0]
    passes = often[..., size - 1, :-1] / np.diagonal(often, axis1=-2, axis2=-1)[..., :-1]
    whole = chance[..., size - 1 :]
    found: NDArray[np.float64] = np.divide(
        passes * chance[..., :-1], whole, out=np.zeros_like(passes), where=whole > 0
    )
    return found


def divided(moves: NDArray[np.int64]) -> NDArray[np.float64]:
    """The purchases of these moves, divided in proportion to the channels' removal effects."""
    effect, channels = removal(moves), moves.shape[-1] - 2
    bought = moves[..., :channels, channels].sum(axis=-1)[..., None]
    total = effect.sum(axis=-1, keepdims=True)
    found: NDArray[np.float64] = np.divide(
        effect * bought, total, out=np.zeros_like(effect), where=total > 0
    )
    return found
