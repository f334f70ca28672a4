"""McKinsey's decision journey: a ring, and in it the short loop of those who need not choose again.

2009: trigger, first set, active evaluation and purchase on the ring, and from after the purchase
either back to a new trigger or, by the loyalty loop, straight to the next purchase. 2010: two loops
that share the purchase: consider and evaluate on the long one; enjoy, advocate, bond on the short.
"""

from math import pi

from omvei.drawings.models.parts import (
    Canvas,
    Point,
    disc,
    flow,
    lines,
    middle,
    named,
    number,
    on_circle,
    percent,
    svg,
    text,
)
from omvei.drawings.strokes import tag

TURN = pi / 180


def draw(canvas: Canvas) -> str:
    """Return the ring and its loop as SVG."""
    return _two_loops(canvas) if canvas.lens == "cdj2010" else _ring(canvas)


def _ring(canvas: Canvas) -> str:
    width, height = (390.0, 520.0) if canvas.tall else (900.0, 560.0)
    centre: Point = (195, 258) if canvas.tall else (450, 268)
    radius = 138.0 if canvas.tall else 205.0
    node = 26.0 if canvas.tall else 34.0
    turns = {
        "trigger": 180, "initial_consideration": 232, "active_evaluation": 290,
        "purchase": 0, "postpurchase": 90,
    }  # fmt: skip
    body = tag("circle", class_="ring", cx=centre[0], cy=centre[1], r=radius)
    plates = ""
    order = list(turns)
    for source, target in zip(order, [*order[1:], order[0]], strict=True):
        drawn, plate = _along(canvas, centre, radius, turns, source, target, node)
        body += drawn
        plates += plate
    body += _loyalty(canvas, centre, radius, node)
    body += _evaluating(canvas, centre, radius, node, turns["active_evaluation"])
    body += plates
    for stage, degrees in turns.items():
        x, y = on_circle(centre, radius, degrees * TURN)
        body += disc(canvas, x, y, node, stage, name=False)
        body += _beside(canvas, stage, x, y, centre, node)
    return svg(canvas, width, height, body, canvas.words("own.cdj2009.about"))


def _beside(canvas: Canvas, stage: str, x: float, y: float, centre: Point, node: float) -> str:
    """A stage's name, outside the ring where there is room."""
    if canvas.tall and abs(y - centre[1]) < 20:
        left = x < centre[0]
        return named(
            canvas, 5 if left else 385, y + node + 18, stage, 130, "start" if left else "end"
        )
    if canvas.tall:
        rows = len(lines(canvas.label(stage), 104))
        low = y > centre[1]
        return named(canvas, x, y + node + 18 if low else y - node - 8 - 17 * rows, stage, 104)
    if abs(x - centre[0]) < 60 and y > centre[1]:
        return named(canvas, x, y + node + 20, stage, 240)
    right = x > centre[0] - 4
    return named(
        canvas, x + (node + 14) * (1 if right else -1), y - 6, stage, 170,
        "start" if right else "end",
    )  # fmt: skip


def _along(
    canvas: Canvas, centre: Point, radius: float, turns: dict[str, int], source: str, target: str,
    node: float,
) -> tuple[str, str]:  # fmt: skip
    """The flow along the ring from a stage to the next, and its number."""
    start, stop = turns[source], turns[target]
    while stop <= start:
        stop += 360
    gap = (node + 5) / radius / TURN
    a, b = start + gap, stop - gap
    curve = _bend(centre, radius, a, b)
    move = canvas.move(source, target)
    shown = "" if move["people"] else "faint"
    if (source, target) == ("purchase", "postpurchase"):
        shown = "loyalty"  # a part of the inner loop
    drawn = flow(curve, max(canvas.width(move["people"], 14), 2.2), shown)
    name = f"{canvas.label(source)} → {canvas.label(target)}"
    told = f"{name}: {canvas.people(move['people'])}"
    plate = ""
    if move["people"]:
        x, y = middle(curve)
        plate = number(x, y, canvas.words.number(move["people"]))
    return canvas.linked(move, drawn, told), plate


def _bend(centre: Point, radius: float, a: float, b: float) -> list[float]:
    """A part of a circle from angle a to angle b, in degrees, as one curve."""
    from math import cos, sin, tan

    k = 4 / 3 * tan((b - a) * TURN / 4) * radius
    (x1, y1), (x2, y2) = on_circle(centre, radius, a * TURN), on_circle(centre, radius, b * TURN)
    return [
        x1, y1, x1 - k * sin(a * TURN), y1 + k * cos(a * TURN),
        x2 + k * sin(b * TURN), y2 - k * cos(b * TURN), x2, y2,
    ]  # fmt: skip


def _loyalty(canvas: Canvas, centre: Point, radius: float, node: float) -> str:
    """The inner loop, from after the purchase straight to the next one."""
    move = canvas.move("postpurchase", "purchase")
    start = on_circle(centre, radius, 90 * TURN)
    stop = on_circle(centre, radius, 0)
    pull = radius * 0.52
    begin = (start[0] + (node + 5) * 0.1, start[1] - node - 5)
    end = (stop[0] - node - 5, stop[1] + (node + 5) * 0.1)
    curve = [*begin, begin[0], begin[1] - pull, end[0] - pull, end[1], *end]
    body = flow(curve, max(canvas.width(move["people"], 14), 3.0), "loyalty")
    x, y = centre[0] - (0 if canvas.tall else 6), centre[1] - (44 if canvas.tall else 14)
    share = canvas.figure("loyalty_loop_share")
    title = lines(canvas.words("own.loyalty"), 110 if canvas.tall else 160, 9.5)
    for i, line in enumerate(title):
        body += text(x, y + 20 * i, line, "big loyal")
    said = canvas.words("own.loyalty.share", share=percent(canvas, share))
    for i, line in enumerate(lines(said, 128 if canvas.tall else 190, 6.4)):
        body += text(x, y + 20 * len(title) + 2 + 15 * i, line, "small")
    if move["people"]:
        at = middle(curve, 0.5)
        body += number(*at, canvas.words.number(move["people"]), "loyal")
    name = f"{canvas.words('own.loyalty')}: {canvas.people(move['people'])}"
    return canvas.linked(move, body, name)


def _evaluating(canvas: Canvas, centre: Point, radius: float, node: float, degrees: float) -> str:
    """Active evaluation turns in itself: brands are added and dropped."""
    added, dropped = canvas.figure("set_added"), canvas.figure("set_dropped")
    if canvas.tall or not (added.get("value") or dropped.get("value")):
        return ""
    x, y = on_circle(centre, radius + 0, degrees * TURN)
    said = canvas.words(
        "own.set", added=canvas.words.decimal(added["value"]),
        dropped=canvas.words.decimal(dropped["value"]),
    )  # fmt: skip
    return text(x + node + 14, y + 30, said, "small", "start")


def _two_loops(canvas: Canvas) -> str:
    width, height = (390.0, 640.0) if canvas.tall else (900.0, 500.0)
    if canvas.tall:
        long_, short, big, small = (195.0, 190.0), (195.0, 432.0), 132.0, 110.0
        left, right = {"consider": 180, "evaluate": 290}, {"enjoy": 10, "advocate": 90, "bond": 170}
        meet, at_long, at_short = (195.0, 322.0), 90, 270
    else:
        long_, short, big, small = (304.0, 244.0), (604.0, 244.0), 160.0, 140.0
        left, right = {"consider": 200, "evaluate": 290}, {"enjoy": 270, "advocate": 0, "bond": 90}
        meet, at_long, at_short = (464.0, 244.0), 0, 180
    node = 26.0 if canvas.tall else 34.0
    body = tag("circle", class_="ring", cx=long_[0], cy=long_[1], r=big)
    body += tag("circle", class_="ring loyal", cx=short[0], cy=short[1], r=small)
    plates = ""
    outer, inner = {**left, "buy": at_long}, {"buy": at_short, **right}
    for centre, radius, turns, ways in (
        (long_, big, outer, [("consider", "evaluate"), ("evaluate", "buy"), ("bond", "consider")]),
        (short, small, inner, list(zip(inner, [*list(inner)[1:], "buy"], strict=True))),
    ):
        for source, target in ways:
            if source not in turns:  # the way out of the short loop ends where the long one begins
                drawn, plate = _along(
                    canvas, centre, radius, {source: at_long, **turns}, source, target, node
                )
            else:
                drawn, plate = _along(canvas, centre, radius, turns, source, target, node)
            body += (
                drawn.replace('class="flow"', 'class="flow loyalty"') if centre == short else drawn
            )
            plates += plate
    body += plates
    for centre, radius, turns in ((long_, big, left), (short, small, right)):
        for stage, degrees in turns.items():
            x, y = on_circle(centre, radius, degrees * TURN)
            body += disc(canvas, x, y, node, stage, name=False)
            body += _outside(canvas, stage, x, y, centre, node)
    body += disc(canvas, *meet, node, "buy", name=False)
    if canvas.tall:
        body += named(canvas, meet[0] + node + 12, meet[1] - 4, "buy", 110, "start")
    else:
        body += named(canvas, meet[0] - node - 10, meet[1] - 2, "buy", 110, "end")
    share = canvas.figure("loyalty_loop_share")
    for i, line in enumerate(lines(canvas.words("own.loyalty"), 150, 9.5)):
        body += text(short[0], short[1] - 12 + 20 * i, line, "big loyal")
    said = canvas.words("own.loyalty.share", share=percent(canvas, share))
    for i, line in enumerate(lines(said, 150, 6.4)):
        body += text(short[0], short[1] + 14 + 15 * i, line, "small")
    return svg(canvas, width, height, body, canvas.words("own.cdj2010.about"))


def _outside(canvas: Canvas, stage: str, x: float, y: float, centre: Point, node: float) -> str:
    if abs(x - centre[0]) < 90 and not (canvas.tall and abs(y - centre[1]) < 60):
        low = y > centre[1]
        return named(canvas, x, y + node + 18 if low else y - node - 26, stage, 170)
    right = x > centre[0]
    if canvas.tall:
        return named(canvas, x, y + node + 18, stage, 100)
    return named(
        canvas, x + (node + 12) * (1 if right else -1), y, stage, 120, "start" if right else "end"
    )
