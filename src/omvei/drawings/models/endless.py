"""The messy middle: an endless loop of exploration and evaluation between trigger and purchase.

Exposure is no stage: it is the dotted ground under everything. The bypass goes round the loop, and
experience leads back to the next trigger.
"""

from omvei.drawings.looks import look
from omvei.drawings.models.parts import (
    Canvas,
    Point,
    arc,
    block,
    disc,
    flow,
    heading,
    lines,
    middle,
    named,
    number,
    percent,
    svg,
    text,
)
from omvei.drawings.strokes import drawn_icon, near, tag, tip


def draw(canvas: Canvas) -> str:
    """Return the loop as SVG."""
    width, height = (390.0, 760.0) if canvas.tall else (900.0, 470.0)
    body = tag("rect", class_="backdrop", x=6, y=6, width=width - 12, height=height - 12, rx=28)
    body += _dots(width, height)
    ground = lines(canvas.words("own.exposure"), 270, 6.4)
    top = 32.0 if canvas.tall else height - 24 - 16 * (len(ground) - 1)
    body += block(24, top, ground, "small", "start", 16)
    at = _places(canvas.tall)
    body += _endless(canvas, at)
    for source, target, lift in (
        ("trigger", "exploration", 0.0),
        ("evaluation", "purchase", 0.0),
        ("purchase", "experience", -10.0),
        ("experience", "trigger", 118.0 if canvas.tall else 60.0),
    ):
        lobe = 104.0 if canvas.tall else 120.0
        gaps = (lobe if source == "evaluation" else 40.0, lobe if target == "exploration" else 40.0)
        body += _way(canvas, at[source], at[target], source, target, lift, gaps)
    around = 196.0 if canvas.tall else 205.0
    spot = 0.26 if canvas.tall else 0.5
    body += _way(
        canvas, at["trigger"], at["purchase"], "trigger", "purchase", around, (40, 40), spot
    )
    for stage in ("trigger", "purchase", "experience"):
        x, y = at[stage]
        beside = canvas.tall and stage != "experience"
        body += disc(canvas, x, y, 30, stage, name=not beside)
        if beside:
            body += named(canvas, x - 42, y - 2, stage, 120, "end")
    body += _endings(canvas, width, height, at["middle"])
    return svg(canvas, width, height, body, canvas.words("own.middle.about"))


def _endings(canvas: Canvas, width: float, height: float, centre: Point) -> str:
    """How many turns it takes, and how many rounds end without a purchase."""
    rounds, left = canvas.figure("alternations"), canvas.figure("left_share")
    now = canvas.stage("rest")["now"]
    said = lines(canvas.words("own.left", share=percent(canvas, left), n=now), 210, 6.6)
    top = height - 24 - 16 * (len(said) - 1)
    body = block(width - 24, top, said, "small", "end", 16)
    if rounds.get("value") is not None:
        turns = canvas.words("own.rounds", n=round(rounds["value"], 1))
        if canvas.tall:
            body += text(width - 24, top - 26, turns, "name", "end")
        else:
            body += text(centre[0], centre[1] - 118, turns, "name")
    return body


def _places(tall: bool) -> dict[str, Point]:
    if tall:
        return {
            "trigger": (195, 104), "exploration": (195, 248), "evaluation": (195, 428),
            "middle": (195, 338), "purchase": (195, 590), "experience": (76, 664),
        }  # fmt: skip
    return {
        "trigger": (86, 200), "exploration": (340, 200), "evaluation": (560, 200),
        "middle": (450, 196), "purchase": (814, 200), "experience": (590, 380),
    }  # fmt: skip


def _dots(width: float, height: float) -> str:
    """The ground of exposure: dots, more of them than anybody counts."""
    drawn = ""
    for row in range(int(height // 26)):
        for column in range(int(width // 26)):
            x, y = 22 + column * 26 + (row % 2) * 13, 24 + row * 26
            if x < width - 14 and y < height - 14:
                drawn += tag("circle", cx=x, cy=y, r=1.5)
    return tag("g", drawn, class_="dots")


def _endless(canvas: Canvas, at: dict[str, Point]) -> str:
    """The two lobes, crossed in the middle, with an arrow on each way over."""
    (ex, ey), (vx, vy), (mx, my) = at["exploration"], at["evaluation"], at["middle"]
    over = canvas.move("exploration", "evaluation")
    back = canvas.move("evaluation", "exploration")
    wide = max(canvas.width(over["people"], 13), canvas.width(back["people"], 13), 7.0)
    if canvas.tall:
        one = f"M{near(mx, my)}C{near(mx + 150, my - 62, ex + 96, ey - 92, ex, ey - 92)}"
        one += f"C{near(ex - 96, ey - 92, mx - 150, my - 62, mx, my)}"
        two = f"M{near(mx, my)}C{near(mx + 150, my + 62, vx + 96, vy + 92, vx, vy + 92)}"
        two += f"C{near(vx - 96, vy + 92, mx - 150, my + 62, mx, my)}"
        tips = [[ex + 40, ey - 90, ex + 14, ey - 93, ex - 6, ey - 93, ex - 26, ey - 91]]
        tips += [[vx + 40, vy + 90, vx + 14, vy + 93, vx - 6, vy + 93, vx - 26, vy + 91]]
    else:
        one = f"M{near(mx, my)}C{near(mx - 62, my - 150, ex - 108, ey - 108, ex - 108, ey)}"
        one += f"C{near(ex - 108, ey + 108, mx - 62, my + 150, mx, my)}"
        two = f"M{near(mx, my)}C{near(mx + 62, my - 150, vx + 108, vy - 108, vx + 108, vy)}"
        two += f"C{near(vx + 108, vy + 108, mx + 62, my + 150, mx, my)}"
        tips = [[ex - 108, ey - 30, ex - 109, ey - 10, ex - 109, ey + 8, ex - 106, ey + 26]]
        tips += [[vx + 108, vy - 30, vx + 109, vy - 10, vx + 109, vy + 8, vx + 106, vy + 26]]
    body = ""
    for stage, lobe, tip_ in (("exploration", one, tips[0]), ("evaluation", two, tips[1])):
        row, seen = canvas.stage(stage), look("stage", stage)
        x, y = at[stage]
        label = canvas.label(stage)
        drawn = tag("path", class_="lobe", d=f"{lobe}Z")
        drawn += tag("path", class_="band", d=lobe, stroke_width=wide)
        head = tip(tip_[6], tip_[7], heading(tip_), wide * 1.9)
        drawn += tag("path", class_="turning", d=head)
        shift = 0 if canvas.tall else (-26 if stage == "exploration" else 26)
        icon_y = y - (30 if canvas.tall else 34)
        drawn += drawn_icon(
            seen, f"translate({near(x + shift)} {near(icon_y)}) scale(1.3) translate(-12 -12)"
        )
        drawn += text(x + shift, y + 6, label, "big")
        drawn += text(x + shift, y + 26, canvas.told(row), "count")
        body += tag(
            "g", canvas.linked(row, drawn, f"{label}: {canvas.told(row)}"),
            class_=f"stage {seen.family}",
        )  # fmt: skip
    for move, x, y in (
        (over, mx, my - (0 if canvas.tall else 92)), (back, mx, my + (0 if canvas.tall else 92)),
    ):  # fmt: skip
        if not move["people"]:
            continue
        if canvas.tall:
            x += 74 if move is over else -74
        sign = ("↓ " if move is over else "↑ ") if canvas.tall else ("→ " if move is over else "← ")
        said = sign + canvas.words.number(move["people"])
        name = f"{canvas.label(move['source'])} → {canvas.label(move['target'])}"
        body += canvas.linked(move, number(x, y, said), f"{name}: {canvas.people(move['people'])}")
    return body


def _way(
    canvas: Canvas, one: Point, other: Point, source: str, target: str, lift: float,
    gaps: tuple[float, float], at: float = 0.5,
) -> str:  # fmt: skip
    move = canvas.move(source, target)
    curve = arc(one, other, lift, *gaps)
    look_ = "bypass" if (source, target) == ("trigger", "purchase") else ""
    body = flow(curve, max(canvas.width(move["people"], 12), 2.2), look_)
    x, y = middle(curve, at)
    if look_:
        body += number(x, y, canvas.words("own.bypass", n=move["people"]))
    elif move["people"]:
        body += number(x, y, canvas.words.number(move["people"]))
    name = f"{canvas.label(source)} → {canvas.label(target)}"
    return canvas.linked(move, body, f"{name}: {canvas.people(move['people'])}")
