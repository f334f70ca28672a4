"""The sales funnel as a funnel: broad at the top, a spout at the bottom, and who falls out.

The outline is the funnel of the books; the filling is as wide as the people who have come through
every stage so far. Who is lost between two stages leaves it to the left.
"""

from omvei.drawings.looks import look
from omvei.drawings.models.parts import Canvas, flow, lines, svg, text
from omvei.drawings.strokes import near, tag


def draw(canvas: Canvas) -> str:
    """Return the funnel as SVG."""
    rows = canvas.said.get("reached") or [
        {"stage": row["stage"], "people": row["people"], "lost": 0, "open": row["people"]}
        for row in canvas.said["stages"]
    ]
    first = max(rows[0]["people"], 1) if rows else 1
    width, step, top = (390.0, 112.0, 24.0) if canvas.tall else (900.0, 104.0, 26.0)
    middle = 122.0 if canvas.tall else 446.0
    half = 108.0 if canvas.tall else 240.0
    spout = 30.0 if canvas.tall else 46.0
    names = width - 12 if canvas.tall else middle + half + 30
    body = ""
    count = len(rows)

    def edge(place: float) -> float:
        """Half the width of the outline so far down, from 0 at the top to 1 at the spout."""
        return half - (half - spout) * place

    for place, row in enumerate(rows):
        y = top + place * step
        high = step - 12
        seen = look("stage", row["stage"])
        a, b = edge(place / count), edge((place + high / step) / count)
        outline = (
            f"M{near(middle - a, y)}L{near(middle + a, y)}L{near(middle + b, y + high)}"
            f"L{near(middle - b, y + high)}Z"
        )
        share = row["people"] / first
        core_a, core_b = max(a * share, 1.5), max(b * share, 1.5)
        core = (
            f"M{near(middle - core_a, y)}L{near(middle + core_a, y)}"
            f"L{near(middle + core_b, y + high)}L{near(middle - core_b, y + high)}Z"
        )
        drawn = tag("path", class_="outline", d=outline) + tag("path", class_="filling", d=core)
        label = canvas.label(row["stage"])
        anchor = "end" if canvas.tall else "start"
        drawn += "".join(
            text(names, y + 24 + 17 * i, line, "name", anchor)
            for i, line in enumerate(lines(label, 110 if canvas.tall else 220))
        )
        told = canvas.told(row)
        drawn += text(names, y + 44, told, "count", anchor)
        if place and not (row.get("too_few") and first < 30) and rows[place - 1]["people"]:
            rate = canvas.words.percent(row["people"] / rows[place - 1]["people"])
            drawn += text(names, y + 62, canvas.words("own.of_before", rate=rate), "count", anchor)
        body += tag(
            "g",
            canvas.linked(row, drawn, f"{label}: {told}"),
            class_=f"stage {seen.family}",
        )
        if place and row["lost"]:
            at = y - 6
            left = middle - edge(place / count)
            if canvas.tall:
                curve = [left + 4, at, left - 4, at, left - 8, at + 4, left - 10, at + 22]
                body += flow(curve, 3, "down")
                body += text(
                    names, at - 10, canvas.words("own.minus", n=row["lost"]), "lost", "end"
                )
            else:
                curve = [left + 4, at, left - 30, at, left - 52, at + 4, left - 58, at + 34]
                body += flow(curve, 3 + 9 * row["lost"] / first, "down")
                said = canvas.words("own.lost", n=row["lost"])
                body += text(left - 76, at + 30, said, "lost", "end")
    bottom = top + count * step
    end = f"M{near(middle - spout, bottom - 12)}v20M{near(middle + spout, bottom - 12)}v20"
    body += tag("path", class_="spout", d=end)
    about = canvas.words("own.funnel.about")
    return svg(canvas, width, bottom + 20, body, about)
