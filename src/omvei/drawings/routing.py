"""
How the edges of a map run.

Every edge is one cubic curve, described by the angle at which it leaves its source and the angle at
which it enters its target. One rule decides the shape: bend to the left of travel, so that forward
edges run above and edges back run below, and two-way pairs part by themselves. Candidates are
scored against nodes, texts, the frame and the edges already there; the cheapest wins.

Edges come in two tiers. The first is what a reader sees at first and is laid twice and fanned out
round each node; the second is laid once around it, so that showing more edges moves none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, pi

import numpy as np
from numpy.typing import NDArray

from omvei.drawings.laying import lay
from omvei.drawings.placing import Layout

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass
class Routes:
    """The edges with their curves; arrays have one element (or row) an edge."""

    source: Codes
    target: Codes
    width: Numbers
    curve: Numbers
    """(edges, 8): start, two control points and end, each x and y. The end is the arrow's foot."""
    leave: Numbers
    """Angle at the source, in radians."""
    enter: Numbers
    """Angle at the target, in radians."""
    back: Flags
    """Leads to an earlier place on the main axis."""

    def points(self, edge: int, at: Numbers) -> Numbers:
        """Return the points of an edge at the parameters `at` (0 to 1), as (len(at), 2)."""
        c = self.curve[edge].reshape(4, 2)
        t = at[:, None]
        u = 1 - t
        spot: Numbers = u**3 * c[0] + 3 * u * u * t * c[1] + 3 * u * t * t * c[2] + t**3 * c[3]
        return spot

    def heading(self, edge: int) -> tuple[float, float]:
        """Return the direction in which an edge arrives, of length 1."""
        dx = float(self.curve[edge, 6] - self.curve[edge, 4])
        dy = float(self.curve[edge, 7] - self.curve[edge, 5])
        length = hypot(dx, dy) or 1.0
        return dx / length, dy / length


def arrow(width: float) -> float:
    """Return the length of the arrow of an edge of a width, in pixels."""
    return 6 + width * 0.78


def route(
    layout: Layout,
    source: Sequence[int],
    target: Sequence[int],
    width: Sequence[float],
    first: int,
) -> Routes:
    """Lay the edges, the `first` ones as the first tier; also decides where each label stands.

    `layout.above` is set: a node's text goes over it where many edges run below.
    """
    a, b = np.array(source, np.int64), np.array(target, np.int64)
    wide = np.array(width, np.float64)
    main = layout.y if layout.vertical else layout.x
    back = main[b] < main[a]
    frame = np.array([layout.width, layout.height])
    nodes = np.column_stack([layout.x, layout.y, layout.radius, layout.label])
    above = np.zeros(len(layout.ids), np.bool_)
    if not len(a):
        return Routes(a, b, wide, np.zeros((0, 8)), np.zeros(0), np.zeros(0), back)
    draft, _, _ = lay(nodes, above, a[:first], b[:first], wide[:first], back[:first], frame, first)
    layout.above = _choose_sides(layout, draft, wide[:first])
    curve, leave, enter = lay(nodes, layout.above, a, b, wide, back, frame, first)
    return Routes(a, b, wide, curve, leave, enter, back)


def place_labels(
    layout: Layout, routes: Routes, widths: Sequence[float]
) -> list[tuple[float, ...]]:
    """Return (x, y, free) of each edge's number: `free` is 1.0 where it covers nothing."""
    count = len(routes.source)
    x, y, r, w = layout.x, layout.y, layout.radius, layout.label
    low = np.where(layout.above, y - r - 38, y + r)
    boxes = [
        *zip(x - r, y - r, x + r, y + r, np.full(len(x), 5.0), strict=True),
        *zip(x - w / 2, low, x + w / 2, low + 36, np.full(len(x), 6.0), strict=True),
    ]
    taken = np.array(boxes, np.float64)
    along = np.linspace(1 / 16, 15 / 16, 15)
    dots = np.concatenate([routes.points(e, along) for e in range(count)] or [np.zeros((0, 2))])
    owner = np.repeat(np.arange(count), 15)
    tries = np.array([0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74])
    labels: list[tuple[float, ...]] = []
    for edge in range(count):
        half = widths[edge] / 2 + 2
        best = (np.inf, 0.0, 0.0)
        for t, (px, py) in zip(tries, routes.points(edge, tries), strict=True):
            cost = abs(t - 0.5) * 2
            ox = np.minimum(taken[:, 2], px + half) - np.maximum(taken[:, 0], px - half)
            oy = np.minimum(taken[:, 3], py + 9) - np.maximum(taken[:, 1], py - 9)
            hit = (ox > 0) & (oy > 0)
            cost += float(np.sum((taken[:, 4] + ox * oy * 0.02)[hit]))
            inside = (abs(dots[:, 0] - px) < half) & (abs(dots[:, 1] - py) < 9) & (owner != edge)
            cost += 0.55 * float(np.count_nonzero(inside))
            if not (half < px < layout.width - half and 9 < py < layout.height - 9):
                cost += 9
            if cost < best[0]:
                best = (cost, float(px), float(py))
        free = best[0] < 8
        labels.append((best[1], best[2], float(free)))
        if free:
            box = [best[1] - half, best[2] - 9, best[1] + half, best[2] + 9, 6.0]
            taken = np.vstack([taken, box])
    return labels


def free_angle(routes: Routes, node: int, low: float, high: float) -> float:
    """Return the angle between `low` and `high` (radians) that is farthest from a node's edges."""
    used: list[float] = []
    for e in range(len(routes.source)):
        if routes.source[e] == node == routes.target[e]:
            used += [routes.leave[e] - 0.5, routes.leave[e], routes.leave[e] + 0.5]
        elif routes.source[e] == node:
            used.append(float(routes.leave[e]))
        elif routes.target[e] == node:
            used.append(float(routes.enter[e]))
    tries = np.arange(low, high, 0.12)
    gaps = np.full(len(tries), 9.0)
    for angle in used:
        gaps = np.minimum(gaps, abs((tries - angle + 3 * pi) % (2 * pi) - pi))
    return float(tries[np.argmax(gaps - abs(tries - (low + high) / 2) * 0.12)])


def _choose_sides(layout: Layout, curves: Numbers, widths: Numbers) -> Flags:
    """Say which nodes' texts stand over them: those with clearly fewer edges above than below."""
    t = np.linspace(1 / 24, 23 / 24, 23)[:, None, None]
    c = curves.reshape(-1, 4, 2)
    u = 1 - t
    dots = u**3 * c[:, 0] + 3 * u * u * t * c[:, 1] + 3 * u * t * t * c[:, 2] + t**3 * c[:, 3]
    thick = np.broadcast_to(widths / 2, dots.shape[:2])
    above = np.zeros(len(layout.ids), np.bool_)
    for i in range(len(above)):
        x, y, r = layout.x[i], layout.y[i], layout.radius[i]
        scores = []
        for top, bottom in ((y + r + 3, y + r + 38), (y - r - 40, y - r - 3)):
            near = abs(dots[..., 0] - x) < layout.label[i] / 2 + thick
            inside = (dots[..., 1] > top - thick) & (dots[..., 1] < bottom + thick)
            score = float(np.count_nonzero(near & inside))
            low = layout.y + layout.radius + np.where(above, 0, 38)
            high = layout.y - layout.radius - np.where(above, 38, 0)
            beside = (
                abs(layout.x - x)
                < np.maximum(layout.label, 2 * layout.radius) / 2 + layout.label[i] / 2
            )
            clash = beside & (low > top) & (high < bottom)
            clash[i] = False
            score += 6.0 * np.count_nonzero(clash)
            if top < 4 or bottom > layout.height - 4:
                score += 20
            scores.append(score)
        above[i] = scores[0] > scores[1] + 2
    return above
