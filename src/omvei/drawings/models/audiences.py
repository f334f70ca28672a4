"""See, Think, Do, Care as four overlapping audiences; larger where more people have been.

See reaches beyond what was observed, so its circle is dashed and open at the side. The circles
overlap since a person may be in several over time; how much they overlap is not to scale.
"""

from math import sqrt

from omvei.drawings.looks import look
from omvei.drawings.models.parts import (
    Canvas,
    Json,
    Point,
    arc,
    flow,
    lines,
    middle,
    number,
    svg,
    text,
)
from omvei.drawings.strokes import drawn_icon, near, tag

LEAST, MOST = 78.0, 138.0


def draw(canvas: Canvas) -> str:
    """Return the audiences as SVG."""
    rows = [canvas.stage(name) for name in canvas.names]
    top = max((row["people"] for row in rows), default=1) or 1
    radii = [LEAST + (MOST - LEAST) * sqrt(row["people"] / top) for row in rows]
    if canvas.tall:
        radii = [radius * 0.86 for radius in radii]
    places: list[Point] = []
    along = 16.0 if canvas.tall else 60.0
    for place, radius in enumerate(radii):
        along += radius if place == 0 else radius - 30
        places.append((195.0, along) if canvas.tall else (along, 210.0))
        along += radius
    body = ""
    for row, radius, (x, y) in zip(rows, radii, places, strict=True):
        body += _audience(canvas, row["stage"], radius, x, y)
    body += "".join(_flows(canvas, rows, radii, places))
    width = 390.0 if canvas.tall else along + 24
    height = along + 16 if canvas.tall else 420.0
    return svg(canvas, width, height, body, canvas.words("own.stdc.about"))


def _audience(canvas: Canvas, stage: str, radius: float, x: float, y: float) -> str:
    row, seen = canvas.stage(stage), look("stage", stage)
    body = ""
    if stage == "see":
        body += tag("circle", class_="beyond", cx=x, cy=y, r=radius + 9)
    body += tag("circle", class_="audience", cx=x, cy=y, r=radius)
    body += drawn_icon(seen, f"translate({near(x)} {near(y - 42)}) scale(1.35) translate(-12 -12)")
    label = canvas.label(stage)
    body += "".join(
        text(x, y - 8 + 19 * i, line, "big") for i, line in enumerate(lines(label, 130, 10))
    )
    body += text(x, y + 18, canvas.told(row), "count")
    body += text(x, y + 36, canvas.words("own.now", n=row["now"]), "count")
    if stage == "see":
        size = canvas.figure("audience_size_see")
        said = (
            canvas.words("own.see.of", n=size["value"])
            if size.get("value")
            else canvas.words("own.see.unknown")
        )
        for i, line in enumerate(lines(said, radius * 1.4, 6.4)):
            body += text(x, y + 56 + 15 * i, line, "small")
    return tag(
        "g", canvas.linked(row, body, f"{label}: {canvas.told(row)}"),
        class_=f"stage {seen.family}",
    )  # fmt: skip


def _flows(canvas: Canvas, rows: list[Json], radii: list[float], places: list[Point]) -> list[str]:
    """The moves between neighbours: onward on one side, back on the other."""
    found = []
    names = canvas.names
    for i in range(len(names) - 1):
        for source, target in ((i, i + 1), (i + 1, i)):
            move = canvas.move(names[source], names[target])
            if not move["people"]:
                continue
            back = target < source
            side = min(radii[i], radii[i + 1]) * 0.8

            def edge(place: int, toward: int, back: bool = back) -> Point:
                x, y = places[place]
                lift = radii[place] * 0.72
                near_by = radii[place] * 0.69 * (1 if toward > place else -1)
                if canvas.tall:
                    return (x + lift * (-1 if back else 1), y + near_by)
                return (x + near_by, y + lift * (1 if back else -1))

            curve = arc(edge(source, target), edge(target, source), side * 0.55, 6)
            drawn = flow(curve, canvas.width(move["people"], 9), "back" if back else "")
            x, y = middle(curve)
            drawn += number(x, y, canvas.words.number(move["people"]))
            label = f"{canvas.label(names[source])} → {canvas.label(names[target])}"
            found.append(canvas.linked(move, drawn, f"{label}: {canvas.people(move['people'])}"))
    return found
