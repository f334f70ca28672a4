"""One person's steps drawn over a map, numbered."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, radians, sin, sqrt

from omvei.drawings import strokes
from omvei.drawings.placing import Layout
from omvei.drawings.routing import Routes
from omvei.drawings.strokes import near, tag

TRAIL = 30
"""Steps of one person drawn on the map; the page says so when there are more."""


def overlay(trail: Sequence[str], layout: Layout, routes: Routes) -> tuple[str, set[str]]:
    """Return the steps and the nodes they touch; the class `i3` of a step lets the page time it.

    A step between two nodes that have no edge on the map is drawn as a plain bow.
    """
    index = {name: i for i, name in enumerate(layout.ids)}
    stops = [(number, index[name]) for number, name in enumerate(trail) if name in index]
    edges = {
        (int(a), int(b)): e
        for e, (a, b) in enumerate(zip(routes.source, routes.target, strict=True))
    }
    parts: list[str] = []
    for (_, a), (number, b) in pairwise(stops):
        if (a, b) in edges:
            curve = [float(v) for v in routes.curve[edges[a, b]]]
        elif a != b:
            gap = float(max(layout.radius[a], layout.radius[b])) + 8
            curve = strokes.bow(
                float(layout.x[a]), float(layout.y[a]), float(layout.x[b]), float(layout.y[b]), gap
            )
        else:
            continue
        dx, dy = curve[6] - curve[4], curve[7] - curve[5]
        length = sqrt(dx * dx + dy * dy) or 1.0
        head = strokes.tip(curve[6], curve[7], (dx / length, dy / length), 6)
        parts.append(tag("path", class_=f"trail i{number}", d=strokes.cubic(curve), pathLength=1))
        parts.append(tag("path", class_=f"trail-head i{number}", d=head))
    visits: dict[int, int] = {}
    for number, i in stops:
        turn = visits[i] = visits.get(i, -1) + 1
        if turn > 7:  # the circle round a node is full
            continue
        angle, reach = radians(-125 + turn * 44), float(layout.radius[i]) + 4
        x, y = layout.x[i] + reach * cos(angle), layout.y[i] + reach * sin(angle)
        dot = tag("circle", r=10.5) + tag("text", str(number + 1), y=4.2)
        parts.append(tag("g", dot, class_=f"stop i{number}", transform=f"translate({near(x, y)})"))
    return "".join(parts), {layout.ids[i] for _, i in stops}
