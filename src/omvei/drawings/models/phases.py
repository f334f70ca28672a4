"""Phases in a row: pointed plates as in the textbooks, with the ways on above and back below.

The buying process shows the sieve: how many things are still weighed. The four phases show the
pocket of those who are ready but wait. RACE begins with a plan that leaves no trace. A person
counts in every phase they were ever in; plates are not as wide as their people.
"""

from omvei.drawings.looks import look
from omvei.drawings.models.parts import Canvas, Point, arc, flow, lines, middle, number, svg, text
from omvei.drawings.strokes import drawn_icon, near, tag


def draw(canvas: Canvas) -> str:
    """Return the phases as SVG."""
    names = canvas.names
    ahead = 1 if canvas.lens == "race" else 0
    count = len(names) + ahead
    if canvas.tall:
        wide, high, step, side = 214.0, 84.0, 122.0, 88.0
        places = [(side, 24.0 + step * i) for i in range(count)]
        width, height = 390.0, 24.0 + step * count + (46 if canvas.lens == "four_phase" else 12)
    else:
        wide, high = min(284.0, (872.0 - 12 * (count - 1)) / count), 112.0
        places = [(10.0 + (wide + 12) * i, 140.0) for i in range(count)]
        width, height = 900.0, 440.0 if canvas.lens == "four_phase" else 400.0
    body = ""
    if ahead:
        x, y = places[0]
        body += tag("path", class_="outline", d=_plate(x, y, wide, high, canvas.tall, True))
        body += text(x + wide / 2, y + high / 2, canvas.words("own.plan"), "name")
        body += text(x + wide / 2, y + high / 2 + 18, canvas.words("own.plan.untraced"), "small")
    spots: dict[str, Point] = {}
    for place, stage in enumerate(names):
        x, y = places[place + ahead]
        spots[stage] = (x, y)
        body += _phase(canvas, stage, x, y, wide, high, place + ahead == 0)
    body += _moves(canvas, names, spots, wide, high)
    body += _more(canvas, spots, wide, high, width, height)
    known = canvas.words.has(f"own.{canvas.lens}.about")
    about = canvas.words(f"own.{canvas.lens if known else 'other'}.about")
    return svg(canvas, width, height, body, about)


def _plate(x: float, y: float, wide: float, high: float, tall: bool, first: bool) -> str:
    """A pointed plate: to the right, or on a phone downwards."""
    notch = 16.0
    if tall:
        return (
            f"M{near(x, y)}{'' if first else f'l{near(wide / 2, notch)}'}L{near(x + wide, y)}"
            f"v{near(high)}L{near(x + wide / 2, y + high + notch)}L{near(x, y + high)}Z"
        )
    return (
        f"M{near(x, y)}h{near(wide - 4)}l{near(notch, high / 2)}l{near(-notch, high / 2)}"
        f"h{near(4 - wide)}{'' if first else f'l{near(notch, -high / 2)}'}Z"
    )


def _phase(
    canvas: Canvas, stage: str, x: float, y: float, wide: float, high: float, first: bool
) -> str:
    row, seen, label = canvas.stage(stage), look("stage", stage), canvas.label(stage)
    drawn = tag("path", class_="sector", d=_plate(x, y, wide, high, canvas.tall, first))
    middle_x = x + wide / 2 + (0 if canvas.tall else 8)
    lift = 30 if canvas.tall else 28
    drawn += drawn_icon(
        seen, f"translate({near(middle_x)} {near(y + lift)}) scale(1.05) translate(-12 -12)"
    )
    rows = lines(label, wide - 34)
    top = y + (56 if len(rows) == 1 else 54)
    drawn += "".join(text(middle_x, top + 16 * i, line, "name") for i, line in enumerate(rows))
    drawn += text(middle_x, top + 16 * len(rows) + 2, canvas.size(row), "count")
    return tag(
        "g", canvas.linked(row, drawn, f"{label}: {canvas.told(row)}"),
        class_=f"stage {seen.family}",
    )  # fmt: skip


def _moves(
    canvas: Canvas, names: list[str], spots: dict[str, Point], wide: float, high: float
) -> str:
    """The ways on above, the ways back below; the ones that most people take, with their number."""
    pairs = [(a, b) for a in names for b in names if a != b]
    taken = [move for pair in pairs if (move := canvas.move(*pair))["people"]]
    taken.sort(key=lambda move: (-move["people"], move["source"], move["target"]))
    drawn = plates = ""
    for rank, move in enumerate(taken[: 3 * len(names)]):
        here, there = names.index(move["source"]), names.index(move["target"])
        back, far = there < here, abs(there - here)
        (ax, ay), (bx, by) = spots[move["source"]], spots[move["target"]]
        if canvas.tall:
            edge = -4 if back else wide + 4
            start, stop = (ax + edge, ay + high * 0.62), (bx + edge, by + high * 0.38)
            if back:
                start, stop = (ax + edge, ay + high * 0.38), (bx + edge, by + high * 0.62)
            lift = 26 + 14 * far
        else:
            edge = high + 5 if back else -5
            start, stop = (ax + wide * 0.64, ay + edge), (bx + wide * 0.38, by + edge)
            if back:
                start, stop = (ax + wide * 0.4, ay + edge), (bx + wide * 0.66, by + edge)
            lift = 26 + 26 * far
        curve = arc(start, stop, lift, 0)
        look_ = "back" if back else ""
        body = flow(curve, canvas.width(move["people"], 9), look_)
        if rank < 2 * len(names) - 1 and not (canvas.tall and far > 1):
            x, y = middle(curve)
            plates += number(x, y, canvas.words.number(move["people"]))
        name = f"{canvas.label(move['source'])} → {canvas.label(move['target'])}"
        drawn += canvas.linked(move, body, f"{name}: {canvas.people(move['people'])}")
    return drawn + plates


def _more(
    canvas: Canvas, spots: dict[str, Point], wide: float, high: float, width: float, height: float
) -> str:
    """What this model has beside its phases."""
    if canvas.lens == "four_phase":
        return _pocket(canvas, *spots["decision"], wide, high, height)
    if canvas.lens == "buying_process":
        return _sieve(canvas, height)
    return ""


def _pocket(canvas: Canvas, x: float, y: float, wide: float, high: float, height: float) -> str:
    """Those who are ready but wait, under the decision."""
    told = canvas.figure("ready_waiting")
    if told.get("value") is None:
        return ""
    said = canvas.words("own.waiting", n=told["count"])
    top = height - 46 if canvas.tall else y + high + 118
    glass = f"M{near(x + wide / 2 - 12, top - 8)}h24l-9 13 9 13h-24l9-13z"
    body = tag("path", class_="glass", d=glass)
    rows = lines(said, 220, 6.6)
    return body + "".join(
        text(x + wide / 2, top + 36 + 15 * i, row, "small waits") for i, row in enumerate(rows)
    )


def _sieve(canvas: Canvas, height: float) -> str:
    """How many things are still weighed: dots, fewer to the end."""
    names = ("set_at_entry", "set_largest", "set_at_exit")
    sizes = [canvas.figure(name).get("value") for name in names]
    if canvas.tall or any(size is None for size in sizes):
        return ""
    keys = ("own.set.entry", "own.set.largest", "own.set.exit")
    body = ""
    for place, (size, key) in enumerate(zip(sizes, keys, strict=True)):
        x, y = 250.0 + 200 * place, height - 24
        n = max(1, min(12, round(size or 0)))
        for dot in range(n):
            left = x - (n - 1) * 7 + dot * 14
            body += tag("circle", class_="thing", cx=float(left), cy=y - 26, r=5)
        body += text(x, y, canvas.words(key, n=round(float(size or 0), 1)), "small")
    return body
