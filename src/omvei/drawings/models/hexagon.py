"""The hexagon: six nodes, and the thirty lines between them as wide as the people who take them.

A line bends to the left of travel, so the two ways of a pair lie apart. Lines that nobody took are
dotted: they are possible. The first nine carry their number of people; the table has all.
"""

from math import pi

from omvei.drawings.models.parts import (
    Canvas,
    Point,
    arc,
    disc,
    flow,
    lines,
    middle,
    named,
    number,
    on_circle,
    svg,
)
from omvei.drawings.strokes import cubic, tag

NUMBERED = 9


def draw(canvas: Canvas) -> str:
    """Return the hexagon as SVG."""
    names = canvas.names
    width, height = (390.0, 500.0) if canvas.tall else (880.0, 620.0)
    centre: Point = (width / 2, height / 2 - 8)
    radius = 138.0 if canvas.tall else 228.0
    node = 25.0 if canvas.tall else 34.0
    spots = {
        name: on_circle(centre, radius, -pi / 2 + 2 * pi * place / len(names))
        for place, name in enumerate(names)
    }
    pairs = [(a, b) for a in names for b in names if a != b]
    taken = sorted(
        (canvas.move(a, b) for a, b in pairs), key=lambda m: (m["people"], m["source"], m["target"])
    )
    loud = {(m["source"], m["target"]) for m in taken[-(4 if canvas.tall else NUMBERED) :]}
    outline = [on_circle(centre, radius, -pi / 2 + 2 * pi * k / 6) for k in range(6)]
    frame = "".join(f"{'L' if i else 'M'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(outline))
    body = tag("path", class_="frame", d=frame + "Z")
    plates = ""
    for move in taken:
        source, target = spots[move["source"]], spots[move["target"]]
        curve = arc(source, target, 26 if canvas.tall else 34, node + 6)
        if not move["people"]:
            if not canvas.said.get("hidden"):  # what is left out may have been taken by a few
                body += tag("path", class_="unused", d=cubic(curve))
            continue
        order = names.index(move["target"]) - names.index(move["source"])
        look = "back" if order < 0 and move["target"] != "no_need" else ""
        label = f"{canvas.label(move['source'])} → {canvas.label(move['target'])}"
        drawn = flow(curve, canvas.width(move["people"], 11 if canvas.tall else 17), look)
        if (move["source"], move["target"]) in loud:
            x, y = middle(curve, 0.4)
            plates += number(x, y, canvas.words.number(move["people"]))
        body += canvas.linked(move, drawn, f"{label}: {canvas.people(move['people'])}")
    body += plates
    for name, (x, y) in spots.items():
        body += disc(canvas, x, y, node, name, name=False)
        body += _name(canvas, name, x, y, centre, node)
    return svg(canvas, width, height, body, canvas.words("own.hankins.about"))


def _name(canvas: Canvas, name: str, x: float, y: float, centre: Point, node: float) -> str:
    """The name of a node, on its outer side; beside it where there is room."""
    if abs(x - centre[0]) < 4:
        up = y < centre[1]
        return named(canvas, x, y - node - 26 if up else y + node + 20, name, 220)
    if canvas.tall:
        rows = len(lines(canvas.label(name), 110))
        up = y < centre[1]
        return named(canvas, x, y - node - 8 - 17 * rows if up else y + node + 18, name, 110)
    right = x > centre[0]
    return named(
        canvas, x + (node + 14) * (1 if right else -1), y, name, 150, "start" if right else "end"
    )
