"""The parts every model's drawing is put together from: stages, flows, numbers, text.

A drawing is laid out twice, *wide* for a screen and *tall* for a phone, at the same size of
letters. Its user units are pixels at its full width.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from math import cos, hypot, sin, sqrt
from typing import Any

from omvei.drawings.looks import look
from omvei.drawings.routing import arrow
from omvei.drawings.strokes import cubic, drawn_icon, near, tag, tip
from omvei.language import Words

Json = Mapping[str, Any]
Link = Callable[[Json], str]
"""Where a stage (it has `stage`) or a move (it has `source` and `target`) leads."""
Point = tuple[float, float]
LETTER = 7.3
"""Mean width of a letter at 14 px; the longest of four languages decides, so it is generous."""


@dataclass(frozen=True)
class Canvas:
    """What an answer says of a model, and how its drawing is to look."""

    said: Json
    words: Words
    tall: bool
    link: Link

    @property
    def lens(self) -> str:
        """The model."""
        return str(self.said["lens"])

    @property
    def names(self) -> list[str]:
        """The model's stages in order, those too that are left out of what is shared."""
        return self.words.stages(self.lens)

    def stage(self, name: str) -> Json:
        """A stage's row; `left_out` where it has too few people to share."""
        for row in self.said["stages"]:
            if row["stage"] == name:
                found: Json = row
                return found
        return {"stage": name, "people": 0, "now": 0, "left_out": True}

    def move(self, source: str, target: str) -> Json:
        """A move's row; without people where nobody took it."""
        for row in self.said["moves"]:
            if row["source"] == source and row["target"] == target:
                found: Json = row
                return found
        return {"source": source, "target": target, "people": 0, "transitions": 0}

    def figure(self, name: str) -> Json:
        """A figure by its name; nothing where the model has no such."""
        for row in self.said.get("figures", ()):
            if row["name"] == name:
                found: Json = row
                return found
        return {}

    def label(self, stage: str) -> str:
        """A stage's name."""
        return self.words.stage(self.lens, stage)

    def told(self, row: Json) -> str:
        """A stage's people, in words."""
        return "–" if row.get("left_out") else self.people(row["people"])

    def size(self, row: Json) -> str:
        """A stage's people, as a number."""
        return "–" if row.get("left_out") else self.words.number(row["people"])

    def people(self, n: int) -> str:
        """So many people, in words."""
        return self.words("own.people", n=n)

    def width(self, people: int, most: float = 15.0) -> float:
        """How wide a flow of so many people is: its area grows with them."""
        top = max((row["people"] for row in self.said["moves"]), default=1)
        return 1.6 + most * sqrt(people / top) if people else 0.0

    def linked(self, row: Json, body: str, name: str) -> str:
        """Make a link of a part of the drawing; where nobody was there is nothing to open."""
        if not row.get("people"):
            return tag("g", body)
        return tag("a", tag("title", escape(name)) + body, href=self.link(row), class_="part")


def svg(canvas: Canvas, width: float, height: float, body: str, about: str) -> str:
    """Write the drawing, with a title and a description for who does not see it."""
    shape = "tall" if canvas.tall else "wide"
    name = f"own-{canvas.lens}-{shape}"
    head = tag("title", escape(canvas.words.lens(canvas.lens)), id=f"{name}-t")
    head += tag("desc", escape(about), id=f"{name}-d")
    return tag(
        "svg", head + body, class_="omvei model", viewBox=f"0 0 {near(width)} {near(height)}",
        role="group", aria_labelledby=f"{name}-t", aria_describedby=f"{name}-d",
    )  # fmt: skip


def lines(text: str, width: float, letter: float = LETTER) -> list[str]:
    """Break a text so that no line is wider than `width`, if its words allow it.

    >>> lines("Utforske muligheter", 80)
    ['Utforske', 'muligheter']
    """
    found: list[str] = []
    for word in text.split(" "):
        if found and len(f"{found[-1]} {word}") * letter <= width:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def text(x: float, y: float, said: str, look: str = "", anchor: str = "middle") -> str:
    """Write one line of text."""
    return tag(
        "text", escape(said), x=float(x), y=float(y), class_=look or None,
        text_anchor=None if anchor == "middle" else anchor,
    )  # fmt: skip


def block(
    x: float, y: float, rows: list[str], look: str = "", anchor: str = "middle", step: float = 17
) -> str:
    """Write lines of text below each other; `y` is the foot of the first."""
    return "".join(text(x, y + step * i, row, look, anchor) for i, row in enumerate(rows))


def number(x: float, y: float, said: str, look: str = "") -> str:
    """Write a number on a flow, in a small plate."""
    wide = len(said) * 6.9 + 14
    plate = tag("rect", x=float(x - wide / 2), y=float(y - 11), width=float(wide), height=22, rx=11)
    return tag("g", plate + text(x, y + 4.2, said), class_=f"number {look}".strip())


def flow(curve: list[float], width: float, look: str = "") -> str:
    """Write a flow along a curve of four points, ending in an arrow at its last point."""
    towards = heading(curve)
    reach = arrow(width) * 0.92
    foot = [*curve[:6], curve[6] - towards[0] * reach, curve[7] - towards[1] * reach]
    body = tag("path", class_="halo", d=cubic(foot), stroke_width=width + 3)
    body += tag("path", class_="line", d=cubic(foot), stroke_width=width)
    if "back" in look and width > 4.2:
        body += tag("path", class_="core", d=cubic(foot), stroke_width=width - 2.6)
    body += tag("path", class_="tip", d=tip(foot[6], foot[7], towards, width))
    return tag("g", body, class_=f"flow {look}".strip())


def heading(curve: list[float]) -> Point:
    """The direction in which a curve of four points arrives."""
    for place in (4, 2, 0):
        dx, dy = curve[6] - curve[place], curve[7] - curve[place + 1]
        if (length := hypot(dx, dy)) > 0.01:
            return dx / length, dy / length
    return 1.0, 0.0


def middle(curve: list[float], at: float = 0.5) -> Point:
    """A point of a curve, from 0 at its beginning to 1 at its end."""
    a, b, c, d = (1 - at) ** 3, 3 * (1 - at) ** 2 * at, 3 * (1 - at) * at * at, at**3
    return (
        a * curve[0] + b * curve[2] + c * curve[4] + d * curve[6],
        a * curve[1] + b * curve[3] + c * curve[5] + d * curve[7],
    )


def arc(
    one: Point, other: Point, lift: float, gap: float, end_gap: float | None = None
) -> list[float]:
    """A curve between two points that bends to the left of travel by `lift`.

    It begins `gap` from the one and ends `end_gap` (or `gap`) from the other.
    """
    (ax, ay), (bx, by) = one, other
    length = hypot(bx - ax, by - ay) or 1.0
    ux, uy = (bx - ax) / length, (by - ay) / length
    nx, ny = uy, -ux
    c1 = (ax + (bx - ax) * 0.28 + nx * lift, ay + (by - ay) * 0.28 + ny * lift)
    c2 = (bx - (bx - ax) * 0.28 + nx * lift, by - (by - ay) * 0.28 + ny * lift)
    start = _toward(one, c1, gap)
    stop = _toward(other, c2, gap if end_gap is None else end_gap)
    return [*start, *c1, *c2, *stop]


def _toward(one: Point, other: Point, reach: float) -> Point:
    length = hypot(other[0] - one[0], other[1] - one[1]) or 1.0
    return (
        one[0] + (other[0] - one[0]) / length * reach,
        one[1] + (other[1] - one[1]) / length * reach,
    )


def on_circle(centre: Point, radius: float, angle: float) -> Point:
    """A point of a circle; angle 0 is to the right, and grows clockwise."""
    return centre[0] + radius * cos(angle), centre[1] + radius * sin(angle)


def disc(canvas: Canvas, x: float, y: float, radius: float, stage: str, name: bool = True) -> str:
    """Write a stage as a disc with its icon, and under it its name and its people."""
    row = canvas.stage(stage)
    seen = look("stage", stage)
    size = radius / 26
    body = tag("circle", class_="ground", cx=float(x), cy=float(y), r=float(radius + 2))
    body += tag("circle", class_="disc", cx=float(x), cy=float(y), r=float(radius))
    body += drawn_icon(seen, f"translate({near(x)} {near(y)}) scale({size:.2f}) translate(-12 -12)")
    if name:
        body += named(canvas, x, y + radius + 18, stage)
    return tag(
        "g", canvas.linked(row, body, f"{canvas.label(stage)}: {canvas.told(row)}"),
        class_=f"stage {seen.family}",
    )  # fmt: skip


def named(
    canvas: Canvas, x: float, y: float, stage: str, width: float = 120, anchor: str = "middle"
) -> str:
    """Write a stage's name and its people under it."""
    rows = lines(canvas.label(stage), width)
    size = canvas.size(canvas.stage(stage))
    return block(x, y, rows, "name", anchor) + text(x, y + 17 * len(rows), size, "count", anchor)


def percent(canvas: Canvas, figure: Json) -> str:
    """Write a share, or its counts where there are too few people for one."""
    if not figure or figure.get("value") is None:
        return "–"
    if figure["too_few"]:
        return f"{canvas.words.number(figure['count'])} / {canvas.words.number(figure['of'])}"
    return canvas.words.percent(figure["value"])
