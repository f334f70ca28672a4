"""
The kernels that lay all edges of a map (see `routing`); the arrays are those of `curving`.
"""

from math import atan2, hypot, pi

import numpy as np
from numba import njit
from numpy.typing import NDArray

from omvei.drawings.curving import GAP, STEPS, cone_of, cost_of, sample_of, write_curve

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

BENDS = np.array([-30.0, -16, -6, 6, 12, 18, 26, 34, 42, 52, 62, 74])  # degrees to the left
SKEWS = np.array([0.0, -14, 14])  # degrees by which the two ends differ


@njit(cache=True, nogil=True)
def _choose(
    e: int,
    nodes: Numbers,
    above: Flags,
    a: Codes,
    b: Codes,
    widths: Numbers,
    back: Flags,
    frame: Numbers,
    samples: Numbers,
    boxes: Numbers,
    laid: Flags,
    curve: Numbers,
    leave: Numbers,
    enter: Numbers,
    skews: int,
) -> None:
    """Give edge e its cheapest curve."""
    best = np.inf
    trial, spots = np.empty(8), np.empty((STEPS - 1, 4))
    s, t = a[e], b[e]
    degree = pi / 180
    if s == t:
        for k in range(24):
            angle = (-205 + 10 * k) * degree
            write_curve(nodes, s, t, angle, angle, widths[e], trial)
            sample_of(trial, spots)
            price = abs(-115 + 10 * k) * 0.003 + 2 * cone_of(angle, above[s])
            for f in range(len(a)):  # keep off the ports of the other edges
                if laid[f] and f != e:
                    port = 9.0
                    if a[f] == s:
                        port = abs((leave[f] - angle + 3 * pi) % (2 * pi) - pi)
                    if b[f] == s:
                        port = min(port, abs((enter[f] - angle + 3 * pi) % (2 * pi) - pi))
                    if port < 0.6:
                        price += 0.6 - port
            price += cost_of(
                e, spots, nodes, above, s, t, widths[e], frame, samples, boxes, widths, laid, best
            )
            if price < best:
                best = price
                leave[e] = enter[e] = angle
    else:
        ahead = atan2(nodes[t, 1] - nodes[s, 1], nodes[t, 0] - nodes[s, 0])
        length = hypot(nodes[t, 0] - nodes[s, 0], nodes[t, 1] - nodes[s, 1])
        wanted = 34 if back[e] else 16
        for bend in BENDS:
            for k in range(skews):
                out = ahead - (bend + SKEWS[k]) * degree
                into = ahead + pi + (bend - SKEWS[k]) * degree
                price = abs(bend - wanted) * 0.022 + abs(SKEWS[k]) * 0.012
                price += 2.6 if bend < 0 else 0.0
                price += length * 0.0016 if bend > 45 else 0.0
                price += cone_of(out, above[s]) + cone_of(into, above[t])
                if price >= best:
                    continue
                write_curve(nodes, s, t, out, into, widths[e], trial)
                sample_of(trial, spots)
                price += cost_of(
                    e, spots, nodes, above, s, t, widths[e], frame, samples, boxes, widths, laid,
                    best - price,
                )  # fmt: skip
                if price < best:
                    best = price
                    leave[e], enter[e] = out, into
    _settle(e, nodes, a, b, widths, samples, boxes, laid, curve, leave, enter)


@njit(cache=True, nogil=True)
def _settle(
    e: int,
    nodes: Numbers,
    a: Codes,
    b: Codes,
    widths: Numbers,
    samples: Numbers,
    boxes: Numbers,
    laid: Flags,
    curve: Numbers,
    leave: Numbers,
    enter: Numbers,
) -> None:
    """Draw edge e at its angles and note where it runs."""
    write_curve(nodes, a[e], b[e], leave[e], enter[e], widths[e], curve[e])
    sample_of(curve[e], samples[e])
    boxes[e, 0], boxes[e, 1] = samples[e, :, 0].min(), samples[e, :, 0].max()
    boxes[e, 2], boxes[e, 3] = samples[e, :, 1].min(), samples[e, :, 1].max()
    laid[e] = True


@njit(cache=True, nogil=True)
def _fan(
    nodes: Numbers,
    a: Codes,
    b: Codes,
    widths: Numbers,
    leave: Numbers,
    enter: Numbers,
    low: int,
    high: int,
) -> None:
    """Push apart the ports of edges round each node; only edges from `low` to `high` give way."""
    for n in range(len(nodes)):
        count = 0
        angle, wide, moves = np.empty(2 * high), np.empty(2 * high), np.empty(2 * high)
        edge, end = np.empty(2 * high, np.int64), np.empty(2 * high, np.int64)
        for e in range(high):
            if a[e] == b[e]:
                continue
            for side in range(2):
                if (b[e] if side else a[e]) == n:
                    angle[count] = (enter[e] if side else leave[e]) % (2 * pi)
                    wide[count] = widths[e] * 1.25 + 3 if side else widths[e]
                    moves[count] = 1.0 if e >= low else 0.0
                    edge[count], end[count] = e, side
                    count += 1
        if count < 2:
            continue
        order = np.argsort(angle[:count])
        for _ in range(30):
            for k in range(count):
                u, v = order[k], order[(k + 1) % count]
                gap = angle[v] - angle[u] + (2 * pi if k == count - 1 else 0.0)
                need = min((wide[u] + wide[v]) / 2 + 2.5, 16.0) / (nodes[n, 2] + GAP)
                need = min(need, 2 * pi / count)
                if gap < need:
                    angle[u] -= (need - gap) * 0.3 * moves[u]
                    angle[v] += (need - gap) * 0.3 * moves[v]
        for k in range(count):
            if end[k]:
                enter[edge[k]] = angle[k]
            else:
                leave[edge[k]] = angle[k]


@njit(cache=True, nogil=True)
def lay(
    nodes: Numbers,
    above: Flags,
    a: Codes,
    b: Codes,
    widths: Numbers,
    back: Flags,
    frame: Numbers,
    first: int,
) -> tuple[Numbers, Numbers, Numbers]:
    """Lay all edges in their order: the first tier twice, then its loops, then the second tier."""
    count = len(a)
    curve, samples = np.zeros((count, 8)), np.zeros((count, STEPS - 1, 4))
    boxes, laid = np.zeros((count, 4)), np.zeros(count, np.bool_)
    leave, enter = np.zeros(count), np.zeros(count)
    for low, high in ((0, min(first, count)), (min(first, count), count)):
        for again in range(2 if low == 0 else 1):
            for e in range(low, high):
                if a[e] != b[e]:
                    laid[e] = False
                    skews = 3 if again or low else 1
                    _choose(
                        e, nodes, above, a, b, widths, back, frame, samples, boxes, laid, curve,
                        leave, enter, skews,
                    )  # fmt: skip
        _fan(nodes, a, b, widths, leave, enter, low, high)
        for e in range(low, high):
            if a[e] != b[e]:
                _settle(e, nodes, a, b, widths, samples, boxes, laid, curve, leave, enter)
        for e in range(low, high):
            if a[e] == b[e]:
                _choose(
                    e, nodes, above, a, b, widths, back, frame, samples, boxes, laid, curve,
                    leave, enter, 1,
                )  # fmt: skip
    return curve, leave, enter
