"""
How the nodes of a map are placed along its cross axis: seeded annealing.

Arrays have one element a node, or a row of two nodes and one weight (0 to 1) an edge. Lengths are
in pixels. The same input gives the same places, on every machine.
"""

from math import sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

STARTS = 8


@njit(cache=True, nogil=True)
def anneal(
    along: Numbers,
    given: Numbers,
    fixed: Flags,
    radius: Numbers,
    label: Numbers,
    ends: Codes,
    weight: Numbers,
    cross: float,
    edge: float,
    tall: bool,
    seed: int,
) -> Numbers:
    """Return each node's place on the cross axis, the cheapest of `STARTS` seeded starts.

    Nodes that are `fixed` stay where they were `given`; the others keep `edge` from the sides.
    """
    count = len(along)
    best, lowest = given.copy(), np.inf
    free = np.nonzero(~fixed)[0]
    order = np.argsort(along)
    state = np.empty(1, np.uint64)
    for start in range(STARTS):
        state[0] = seed * 2_654_435_761 + start * 40_503 + 1
        here = given.copy()
        for k in range(count):
            i = order[k]
            if not fixed[i]:
                luck = _draw(state)
                spread = luck if start % 2 else (k * 0.618034 + start * 0.13) % 1
                here[i] = edge + spread * (cross - 2 * edge)
        x, y = (here, along) if tall else (along, here)
        rounds = (70 if count > 16 else 200) * len(free)
        for step in range(rounds):
            heat = 1.1 * (1 - step / rounds) ** 2 + 0.002
            i = free[min(int(_draw(state) * len(free)), len(free) - 1)]
            old = here[i]
            was = _cost(i, x, y, radius, label, ends, weight, cross, tall)
            far, where = _draw(state), _draw(state)
            new = (
                edge + where * (cross - 2 * edge) if far < 0.3 else old + (where - 0.5) * cross / 3
            )
            here[i] = min(max(new, edge), cross - edge)
            worse = _cost(i, x, y, radius, label, ends, weight, cross, tall) - was
            if worse > 0 and _draw(state) > np.exp(-worse / heat):
                here[i] = old
        total = 0.0
        for i in range(count):
            total += _cost(i, x, y, radius, label, ends, weight, cross, tall)
        if total < lowest:
            lowest, best = total, here.copy()
    return best


@njit(cache=True, nogil=True)
def _draw(state: NDArray[np.uint64]) -> float:
    """Return the next number from 0 to 1 (xorshift, Marsaglia 2003)."""
    state[0] ^= state[0] << np.uint64(13)
    state[0] ^= state[0] >> np.uint64(7)
    state[0] ^= state[0] << np.uint64(17)
    return float(state[0] >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True)
def _cost(
    i: int,
    x: Numbers,
    y: Numbers,
    radius: Numbers,
    label: Numbers,
    ends: Codes,
    weight: Numbers,
    cross: float,
    tall: bool,
) -> float:
    """How badly node i stands: the part of the whole cost that its place decides."""
    cost = 0.0
    count = len(x)
    for j in range(count):
        if j != i:
            wide = max(radius[i] + radius[j] + 62, (label[i] + label[j]) / 2 + 14)
            dx = abs(x[i] - x[j]) / wide
            dy = abs(y[i] - y[j]) / (radius[i] + radius[j] + 62)
            near = sqrt(dx * dx + dy * dy)
            if near < 1:
                cost += 26 * (1 - near) * (1 - near) + 3 * (1 - near)
            cost += 0.16 / (near * near + 0.15)
    for e in range(len(ends)):
        a, b = ends[e, 0], ends[e, 1]
        if i not in (a, b):
            cost += weight[e] * _under(i, a, b, x, y, radius)
            continue
        cost += 0.35 * weight[e] * (abs(x[a] - x[b]) if tall else abs(y[a] - y[b])) / cross
        for k in range(count):
            if k not in (a, b):
                cost += weight[e] * _under(k, a, b, x, y, radius)
        for f in range(len(ends)):
            c, d = ends[f, 0], ends[f, 1]
            if c in (a, b) or d in (a, b):
                continue
            if _left(a, c, d, x, y) != _left(b, c, d, x, y) and _left(a, b, c, x, y) != _left(
                a, b, d, x, y
            ):
                cost += 0.9 * weight[e] * weight[f]
    return cost


@njit(cache=True, nogil=True)
def _under(n: int, a: int, b: int, x: Numbers, y: Numbers, radius: Numbers) -> float:
    """How much the edge from a to b runs under node n: 0 when it is clear of it."""
    dx, dy = x[b] - x[a], y[b] - y[a]
    square = dx * dx + dy * dy
    t = ((x[n] - x[a]) * dx + (y[n] - y[a]) * dy) / square if square > 0 else 0.0
    t = min(1.0, max(0.0, t))
    off = sqrt((x[n] - x[a] - t * dx) ** 2 + (y[n] - y[a] - t * dy) ** 2)
    near = radius[n] + 24
    return 2.2 * (1 - off / near) if off < near else 0.0


@njit(cache=True, nogil=True)
def _left(a: int, b: int, c: int, x: Numbers, y: Numbers) -> bool:
    """Whether the way over nodes a, b and c turns to the left."""
    return (y[c] - y[a]) * (x[b] - x[a]) > (y[b] - y[a]) * (x[c] - x[a])
