"""The flywheel: three stages round the customers, turning; brakes where people are lost.

The wheel turns clockwise. Between two stages stands a brake, as deep as the share that is lost
there. Where motion is unwelcome, the wheel stands still.
"""

from math import pi

from omvei.drawings.looks import look
from omvei.drawings.models.parts import Canvas, Point, lines, on_circle, percent, svg, text
from omvei.drawings.strokes import drawn_icon, near, tag, tip

TURN = pi / 180
STAGES = {"attract": -90, "engage": 30, "delight": 150}
HUES = {"attract": "see", "engage": "do", "delight": "care"}
"""Three stages, three colours."""
BRAKES = {
    "attract": ("lost_before_engage", -30),
    "engage": ("lost_before_delight", 90),
}


def draw(canvas: Canvas) -> str:
    """Return the wheel as SVG."""
    width, height = (390.0, 520.0) if canvas.tall else (900.0, 560.0)
    centre: Point = (195, 238) if canvas.tall else (450, 280)
    outer, inner = (142.0, 66.0) if canvas.tall else (216.0, 98.0)
    body = tag("circle", class_="rim", cx=centre[0], cy=centre[1], r=outer + 9)
    for stage, degrees in STAGES.items():
        body += _sector(canvas, stage, degrees, centre, outer, inner)
    body += _hub(canvas, centre, inner)
    for stage, (figure, degrees) in BRAKES.items():
        body += _brake(canvas, stage, figure, degrees, centre, outer)
    body += _others(canvas, centre, outer)
    return svg(canvas, width, height, body, canvas.words("own.flywheel.about"))


def _sector(
    canvas: Canvas, stage: str, degrees: float, centre: Point, outer: float, inner: float
) -> str:
    """A third of the wheel, pointed in the direction in which it turns."""
    seen, row = look("stage", stage), canvas.stage(stage)
    a, b = degrees - 58, degrees + 56
    half = (outer + inner) / 2
    lead = 9.0
    points = [
        on_circle(centre, outer, a * TURN), on_circle(centre, outer, b * TURN),
        on_circle(centre, half, (b + lead) * TURN), on_circle(centre, inner, b * TURN),
        on_circle(centre, inner, a * TURN), on_circle(centre, half, (a + lead) * TURN),
    ]  # fmt: skip
    path = (
        f"M{near(*points[0])}A{near(outer, outer)} 0 0 1 {near(*points[1])}L{near(*points[2])}"
        f"L{near(*points[3])}A{near(inner, inner)} 0 0 0 {near(*points[4])}L{near(*points[5])}Z"
    )
    x, y = on_circle(centre, half, degrees * TURN)
    drawn = tag("path", class_="sector", d=path)
    drawn += drawn_icon(seen, f"translate({near(x)} {near(y - 24)}) scale(1.3) translate(-12 -12)")
    label = canvas.label(stage)
    drawn += text(x, y + 10, label, "big on" if not canvas.tall else "name on")
    drawn += text(x, y + 29, canvas.size(row), "count on")
    return tag(
        "g", canvas.linked(row, drawn, f"{label}: {canvas.told(row)}"),
        class_=f"stage {HUES[stage]}",
    )  # fmt: skip


def _hub(canvas: Canvas, centre: Point, inner: float) -> str:
    """The customers, in the middle; a ring of spokes turns around them."""
    x, y = centre
    body = tag("circle", class_="hub", cx=x, cy=y, r=inner - 8)
    spokes = ""
    for turn in range(0, 360, 30):
        inside, outside = (on_circle(centre, inner - far, turn * TURN) for far in (17, 10))
        spokes += tag("path", d=f"M{near(*inside)}L{near(*outside)}")
    body += tag("g", spokes, class_="spokes", transform_origin=f"{near(x, y)}")
    size = canvas.figure("customers")
    body += text(x, y + 2, canvas.words.number(int(size.get("value") or 0)), "huge")
    body += text(x, y + 22, canvas.words("own.customers"), "small")
    return body


def _brake(
    canvas: Canvas, stage: str, figure: str, degrees: float, centre: Point, outer: float
) -> str:
    """A brake on the rim between a stage and the next; the deeper, the more people are lost."""
    told = canvas.figure(figure)
    if told.get("value") is None:
        return ""
    depth = 8 + 20 * told["value"]
    angle = degrees * TURN
    x, y = on_circle(centre, outer + 14, angle)
    turn = degrees + 90
    plate = tag(
        "rect", class_="brake", x=-26, y=float(-depth / 2), width=52, height=float(depth), rx=5,
        transform=f"translate({near(x, y)}) rotate({near(turn)})",
    )  # fmt: skip
    said = canvas.words("own.friction", share=percent(canvas, told))
    label = canvas.label(stage)
    rows = lines(said, 120 if canvas.tall else 190, 6.6)
    if degrees == 90:
        tx, ty, anchor = centre[0], y + depth / 2 + 20, "middle"
    elif canvas.tall:
        tx, ty, anchor = 384.0, y - 44 - 15 * (len(rows) - 1), "end"
    else:
        tx, ty, anchor = x + 34, y - 4, "start"
    words = "".join(text(tx, ty + 15 * i, row, "small", anchor) for i, row in enumerate(rows))
    return tag("g", tag("title", f"{label}: {said}") + plate + words, class_="friction")


def _others(canvas: Canvas, centre: Point, outer: float) -> str:
    """A full turn passes through other people: an arrow out of delight, and in at attract."""
    told = canvas.figure("viral_coefficient")
    x, y = on_circle(centre, outer + 14, 196 * TURN)
    z, w = on_circle(centre, outer + 14, 250 * TURN)
    pull = outer * (0.34 if canvas.tall else 0.5)
    path = f"M{near(x, y)}C{near(x - pull, y - pull * 0.4, z - pull, w - pull * 0.3, z, w)}"
    body = tag("path", class_="through", d=path)
    body += tag("path", class_="friend", d=tip(z - 8, w - 3, (0.94, 0.34), 5))
    body += tag(
        "circle", class_="friend", cx=float(x - pull * 0.42), cy=float(y - pull * 0.72), r=7
    )
    value = told.get("value")
    said = (
        canvas.words("own.friends", n=round(value * 100, 1))
        if value is not None
        else canvas.words("own.friends.unseen")
    )
    rows = lines(said, 118 if canvas.tall else 140, 6.4)
    tx, ty = (6.0, 40.0) if canvas.tall else (centre[0] - outer - 76, centre[1] - outer * 0.72)
    anchor = "start" if canvas.tall else "end"
    body += "".join(text(tx, ty + 15 * i, row, "small", anchor) for i, row in enumerate(rows))
    return tag("g", body, class_="others")
