"""
The kernels that lay the edges of a map (see `routing`).

nodes   (nodes, 4)   x, y, radius and width of the text, in pixels
above   (nodes,)     the text stands over the node, not under it
a, b    (edges,)     source and target, indices into `nodes`
curve   (edges, 8)   start, two control points, end (the arrow's foot)
samples (edges, STEPS - 1, 4)  points on the curve and the direction there
boxes   (edges, 4)   left, right, top, bottom of the samples
laid    (edges,)     the edge has a curve that others must mind
"""

from math import atan2, cos, hypot, pi, sin

import numpy as np
from numba import njit
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

GAP = 3.0  # between a node and the edges that touch it
STEPS = 18  # an edge is looked at in so many pieces
BENDS = np.array([-30.0, -16, -6, 6, 12, 18, 26, 34, 42, 52, 62, 74])  # degrees to the left
SKEWS = np.array([0.0, -14, 14])  # degrees by which the two ends differ


@njit(cache=True, nogil=True)
def _curve(
    nodes: Numbers, a: int, b: int, leave: float, enter: float, width: float, out: Numbers
) -> None:
    """Write the curve from node a to node b into `out`."""
    tip = 6 + width * 0.78
    if a == b:
        spread, start, end = 0.52, nodes[a, 2] + GAP, nodes[a, 2] + GAP + tip * 0.82
        reach = nodes[a, 2] * 1.5 + 22
        out[0] = nodes[a, 0] + start * cos(leave - spread)
        out[1] = nodes[a, 1] + start * sin(leave - spread)
        out[2] = nodes[a, 0] + (start + reach) * cos(leave - spread * 1.35)
        out[3] = nodes[a, 1] + (start + reach) * sin(leave - spread * 1.35)
        out[4] = nodes[a, 0] + (end + reach) * cos(leave + spread * 1.35)
        out[5] = nodes[a, 1] + (end + reach) * sin(leave + spread * 1.35)
        out[6] = nodes[a, 0] + end * cos(leave + spread)
        out[7] = nodes[a, 1] + end * sin(leave + spread)
        return
    start, end = nodes[a, 2] + GAP, nodes[b, 2] + GAP + tip * 0.82
    out[0] = nodes[a, 0] + start * cos(leave)
    out[1] = nodes[a, 1] + start * sin(leave)
    out[6] = nodes[b, 0] + end * cos(enter)
    out[7] = nodes[b, 1] + end * sin(enter)
    pull = min(max(hypot(out[6] - out[0], out[7] - out[1]) * 0.42, 14.0), 420.0)
    out[2] = out[0] + pull * cos(leave)
    out[3] = out[1] + pull * sin(leave)
    out[4] = out[6] + pull * cos(enter)
    out[5] = out[7] + pull * sin(enter)


@njit(cache=True, nogil=True)
def _sample(p: Numbers, out: Numbers) -> None:
    """Write x, y and direction of a curve at STEPS - 1 places into `out`, (STEPS - 1, 4)."""
    for i in range(1, STEPS):
        t = i / STEPS
        u = 1 - t
        for k in range(2):
            out[i - 1, k] = (
                u * u * u * p[k]
                + 3 * u * u * t * p[2 + k]
                + 3 * u * t * t * p[4 + k]
                + t * t * t * p[6 + k]
            )
            out[i - 1, 2 + k] = (
                3 * u * u * (p[2 + k] - p[k])
                + 6 * u * t * (p[4 + k] - p[2 + k])
                + 3 * t * t * (p[6 + k] - p[4 + k])
            )
        length = hypot(out[i - 1, 2], out[i - 1, 3])
        if length > 0:
            out[i - 1, 2] /= length
            out[i - 1, 3] /= length


@njit(cache=True, nogil=True)
def _cost(
    e: int,
    spots: Numbers,
    nodes: Numbers,
    above: Flags,
    a: int,
    b: int,
    width: float,
    frame: Numbers,
    samples: Numbers,
    boxes: Numbers,
    widths: Numbers,
    laid: Flags,
    limit: float,
) -> float:
    """How badly an edge runs along `spots`; stops counting above `limit`."""
    cost = 0.0
    loop = a == b
    left, right = spots[:, 0].min() - 16, spots[:, 0].max() + 16
    top, bottom = spots[:, 1].min() - 16, spots[:, 1].max() + 16
    for i in range(STEPS - 1):
        t = (i + 1) / STEPS
        x, y = spots[i, 0], spots[i, 1]
        for n in range(len(nodes)):
            own = n in (a, b)
            if own and not loop and ((t < 0.3 and n == a) or (t > 0.7 and n == b)):
                continue
            dx, dy = x - nodes[n, 0], y - nodes[n, 1]
            if abs(dx) > 150 or abs(dy) > 110:
                continue
            near = nodes[n, 2] + width / 2 + (4 if own else 12)
            d = hypot(dx, dy)
            if d < near:
                cost += 2 if own else 7 * (1 - d / near) + 2
            if abs(dx) < nodes[n, 3] / 2 + width / 2:
                over = -dy if above[n] else dy
                if nodes[n, 2] - 2 < over < nodes[n, 2] + 38:
                    cost += 1.9 if own else 2.3
        edge = 8 + width / 2
        if x < edge or x > frame[0] - edge:
            cost += 3
        if y < edge or y > frame[1] - edge:
            cost += 3
        if cost > limit:
            return cost
    for f in range(len(widths)):
        if f == e or not laid[f]:
            continue
        if boxes[f, 0] > right or boxes[f, 1] < left or boxes[f, 2] > bottom or boxes[f, 3] < top:
            continue
        near = (width + widths[f]) / 2 + 5
        for i in range(STEPS - 1):
            for j in range(STEPS - 1):
                dx, dy = spots[i, 0] - samples[f, j, 0], spots[i, 1] - samples[f, j, 1]
                if abs(dx) >= near or abs(dy) >= near:
                    continue
                d = hypot(dx, dy)
                if d < near:
                    if loop:
                        cost += 0.5
                        continue
                    along = abs(spots[i, 2] * samples[f, j, 2] + spots[i, 3] * samples[f, j, 3])
                    cost += (1.15 if along > 0.8 else 0.12) * (1 - d / near)
        if cost > limit:
            return cost
    return cost


@njit(cache=True, nogil=True)
def _cone(angle: float, above: bool) -> float:
    """What it costs to touch a node where its text stands."""
    text = -pi / 2 if above else pi / 2
    off = abs((angle - text + 3 * pi) % (2 * pi) - pi)
    return 2.4 * (1 - off / 0.8) + 0.5 if off < 0.8 else 0.0


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
            _curve(nodes, s, t, angle, angle, widths[e], trial)
            _sample(trial, spots)
            price = abs(-115 + 10 * k) * 0.003 + 2 * _cone(angle, above[s])
            for f in range(len(a)):  # keep off the ports of the other edges
                if laid[f] and f != e:
                    port = 9.0
                    if a[f] == s:
                        port = abs((leave[f] - angle + 3 * pi) % (2 * pi) - pi)
                    if b[f] == s:
                        port = min(port, abs((enter[f] - angle + 3 * pi) % (2 * pi) - pi))
                    if port < 0.6:
                        price += 0.6 - port
            price += _cost(
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
                price += _cone(out, above[s]) + _cone(into, above[t])
                if price >= best:
                    continue
                _curve(nodes, s, t, out, into, widths[e], trial)
                _sample(trial, spots)
                price += _cost(
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
    _curve(nodes, a[e], b[e], leave[e], enter[e], widths[e], curve[e])
    _sample(curve[e], samples[e])
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
