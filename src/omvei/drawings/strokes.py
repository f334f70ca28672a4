"""The pieces an SVG of a map is put together from: tags, curves, arrows, nodes."""

from html import escape
from math import cos, hypot, pi, sin

from omvei.drawings.curving import GAP
from omvei.drawings.looks import Look
from omvei.drawings.routing import arrow

_EMPTY = ("path", "circle", "rect", "stop", "meta")


def tag(name: str, inner: str = "", /, **attributes: object) -> str:
    """Write an element; `_` in an attribute's name is `-`, `class_` is `class`, None is left out.

    >>> tag("a", "x", class_="edge", data_rank=3, href="/?a=1&b=2")
    '<a class="edge" data-rank="3" href="/?a=1&amp;b=2">x</a>'
    """
    text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{text}/>" if name in _EMPTY else f"<{name}{text}>{inner}</{name}>"


def _short(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def near(*values: float) -> str:
    """Write numbers with one decimal, parted by blanks."""
    return " ".join(_short(float(value)) for value in values)


def shorten(text: str, most: int = 24) -> str:
    """Cut a long text in its middle, where names differ least.

    >>> shorten("/presentations/logstash-monitorama-2013/images")
    '/presentati…-2013/images'
    """
    if len(text) <= most:
        return text
    left = (most - 1) // 2
    return f"{text[:left].rstrip()}…{text[left + 1 - most :].lstrip()}"


def cubic(curve: list[float]) -> str:
    """Write a curve of four points as a path."""
    return f"M{near(*curve[:2])}C{near(*curve[2:])}"


def tip(x: float, y: float, heading: tuple[float, float], width: float) -> str:
    """Write the arrow of an edge whose foot is at x, y."""
    ux, uy = heading
    length = arrow(width)
    half = length * 0.56
    x, y = x - ux * length * 0.1, y - uy * length * 0.1
    return (
        f"M{near(x + ux * length, y + uy * length)}L{near(x - uy * half, y + ux * half)}"
        f"Q{near(x + ux * length * 0.22, y + uy * length * 0.22)} "
        f"{near(x + uy * half, y - ux * half)}Z"
    )


def fade(name: str, ends: tuple[float, float, float, float], first: str, last: str) -> str:
    """Write a gradient along a line, its two colours by class."""
    x1, y1, x2, y2 = ends
    stops = tag("stop", offset=0, class_=first) + tag("stop", offset=1, class_=last)
    return tag(
        "linearGradient", stops, id=name, gradientUnits="userSpaceOnUse",
        x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2),
    )  # fmt: skip


def ribbon(
    curve: list[float], heading: tuple[float, float], width: float, colour: str, back: bool
) -> str:
    """Write an edge: hollow (from 4 px) or dashed (thin) if it leads back."""
    path = cubic(curve)
    hollow, dashed = back and width > 4.2, back and width <= 4.2
    dashes = f"{near(width * 1.6 + 4)} {near(width + 3)}" if dashed else None
    return "".join(
        [
            tag("path", class_="hit", d=path),
            tag("path", class_="halo", d=path, stroke_width=width + 3),
            tag(
                "path", class_="line", d=path, stroke=colour, stroke_width=width,
                stroke_dasharray=dashes,
            ),
            tag("path", class_="core", d=path, stroke_width=width - 2.6) if hollow else "",
            tag("path", class_="tip", d=tip(curve[6], curve[7], heading, width)),
        ]
    )  # fmt: skip


def drawn_icon(look: Look, transform: str | None = None) -> str:
    """Write the icon of a look."""
    return tag("path", class_="icon", d=look.icon, transform=transform)


def node(
    radius: float, share: float | None, look: Look, lines: tuple[str, str], above: bool
) -> str:
    """Write a node about 0, 0: disc, ring (`share` of a full turn), icon and two lines of text."""
    middle = radius - 2.2
    around = 2 * pi * middle
    size = max(0.62, radius / 34)
    first, second = (-radius - 25, -radius - 10) if above else (radius + 18, radius + 33)
    return "".join(
        [
            tag("circle", class_="focus", r=radius + 7),
            tag("circle", class_="base", r=radius + 2),
            tag("circle", class_="disc", r=radius),
            tag("circle", class_="track", r=middle),
            ""
            if share is None
            else tag(
                "circle", class_="ring", r=middle, transform="rotate(-90)",
                stroke_dasharray=f"{near(around * share)} {near(around)}",
            ),
            drawn_icon(look, f"scale({size:.2f}) translate(-12 -12)"),
            tag("text", escape(lines[0]), class_="name", y=first),
            tag("text", escape(lines[1]), class_="count", y=second),
        ]
    )  # fmt: skip


def stub(
    name: str, x: float, y: float, radius: float, angle: float, width: float, length: float
) -> tuple[str, str]:
    """Write a short way in from off the map, (gradient, group): journeys begin here."""
    head = arrow(width) * 0.8
    inner = radius + GAP + 1 + head
    c, s = cos(angle), sin(angle)

    def at(reach: float, aside: float = 0.0) -> str:
        return near(x + reach * c - aside * s, y + reach * s + aside * c)

    far = (x + (inner + length) * c, y + (inner + length) * s)
    gradient = fade(name, (*far, x + inner * c, y + inner * s), "in0", "in1")
    body = tag(
        "path", d=f"M{at(inner + length, 7)}Q{at(inner + length * 0.5, -2)} {at(inner)}",
        stroke=f"url(#{name})", stroke_width=width,
    )  # fmt: skip
    top = tag(
        "path", class_="tip",
        d=f"M{at(radius + 3)}L{at(inner + 1, head * 0.62)}L{at(inner + 1, -head * 0.62)}Z",
    )  # fmt: skip
    return gradient, tag("g", body + top, class_="entry")


def bow(ax: float, ay: float, bx: float, by: float, gap: float) -> list[float]:
    """Return a plain curve between two points, for a step that is no edge of the map."""
    dx, dy = bx - ax, by - ay
    length = hypot(dx, dy) or 1.0
    ux, uy = dx / length, dy / length
    ax, ay, bx, by = ax + ux * gap, ay + uy * gap, bx - ux * gap, by - uy * gap
    lift = min(length * 0.18, 60)
    return [
        ax, ay, ax + dx * 0.3 + uy * lift, ay + dy * 0.3 - ux * lift,
        bx - dx * 0.3 + uy * lift, by - dy * 0.3 - ux * lift, bx, by,
    ]  # fmt: skip
