"""Removal: moves between channels as a chain, and what it would lose without each channel.

A way leads from the start by its channels to the goal or to the end. The chain of the first order
over these moves is absorbed by either. The *removal effect* of a channel is the share of the
chain's purchases whose walk passes it: RE(c) = (N_sc / N_cc) v_c / v_s, with Q the moves between
channels, r those into the goal, N = (I - Q)^-1 and v = N r (Anderl, Becker, von Wangenheim &
Schumann 2016, IJRM 33:457; the closed form of methods 1.3). Repeats change nothing and are left
out. Ways without any visit are not in the chain.
"""

import numpy as np
from numpy.typing import NDArray

from .credit import OPEN, YES, Counts


def moves(
    first: Counts, met: Counts, way: Counts, end: NDArray[np.int8], channels: int
) -> tuple[Counts, Counts]:
    """The moves of ways that are not open: whose, and `source * (channels + 2) + target`.

    `channels` as the source is the start; as the target the goal, and one more the end. Repeats
    are no moves.
    """
    side, some = channels + 2, np.diff(first) > 0
    begins = np.zeros(len(met) + 1, np.bool_)
    begins[first[:-1][some]] = True
    same = np.zeros(len(met), np.bool_)
    same[1:] = (met[1:] == met[:-1]) & ~begins[1:-1]
    keep = ~same & (end[way] != OPEN)
    into = np.where(begins[:-1], channels, np.append(-1, met[:-1])[: len(met)])
    last = np.flatnonzero(some & (end != OPEN))
    out = met[first[1:][last] - 1] * side + np.where(end[last] == YES, channels, channels + 1)
    whose = np.concatenate([way[keep], last])
    line = np.concatenate([into[keep] * side + met[keep], out])
    by = np.argsort(whose, kind="stable")
    return whose[by], line[by].astype(np.int64)


def roles(
    first: Counts, met: Counts, way: Counts, person: Counts, end: NDArray[np.int8], channels: int
) -> Counts:
    """(channels, 5): people, ways that reached the goal, and of the visits of such ways with more
    than one how many came first, between and last.
    """
    told = np.zeros((channels, 5), np.int64)
    told[:, 0] = np.bincount(np.unique(person[way] * channels + met) % channels, minlength=channels)
    yes = end[way] == YES
    passed = np.unique(way[yes] * channels + met[yes]) % channels
    told[:, 1] = np.bincount(passed, minlength=channels)
    several = yes & (np.diff(first)[way] > 1)
    place = np.arange(len(met)) - first[:-1][way]
    where = np.where(place == 0, 2, np.where(place == np.diff(first)[way] - 1, 4, 3))
    np.add.at(told, (met[several], where[several]), 1)
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
