"""
The curve of one edge of a map, and how badly it runs (kernels; see `laying`).

nodes   (nodes, 4)   x, y, radius and width of the text, in pixels
above   (nodes,)     the text stands over the node, not under it
a, b    (edges,)     source and target, indices into `nodes`
curve   (edges, 8)   start, two control points, end (the arrow's foot)
samples (edges, STEPS - 1, 4)  points on the curve and the direction there
boxes   (edges, 4)   left, right, top, bottom of the samples
laid    (edges,)     the edge has a curve that others must mind
"""

from math import cos, hypot, pi, sin

import numpy as np
from numba import njit
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

GAP = 3.0  # between a node and the edges that touch it
STEPS = 18  # an edge is looked at in so many pieces


@njit(cache=True, nogil=True)
def write_curve(
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
def sample_of(p: Numbers, out: Numbers) -> None:
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
def cost_of(
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
def cone_of(angle: float, above: bool) -> float:
    """What it costs to touch a node where its text stands."""
    text = -pi / 2 if above else pi / 2
    off = abs((angle - text + 3 * pi) % (2 * pi) - pi)
    return 2.4 * (1 - off / 0.8) + 0.5 if off < 0.8 else 0.0
