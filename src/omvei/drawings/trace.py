"""
One person's journey: a line through the stages, and every touchpoint in order.

    python -m omvei.drawings.trace nb five_stage < trace.json > trace.html

The line goes right with each touchpoint and up and down with the stage, so that loops, back moves
and jumps are seen; dashed pieces lead back to an earlier stage. Visits are the pale columns.
"""

import json
import sys
from collections.abc import Mapping
from html import escape
from itertools import groupby, pairwise
from typing import Any

from omvei.drawings.looks import look
from omvei.drawings.placing import text_width
from omvei.drawings.sheet import html_page
from omvei.drawings.strokes import drawn_icon, near, tag
from omvei.language import Words, words

Json = Mapping[str, Any]

LANE = 52.0  # pixels between stages
MOST = 250
"""Touchpoints on the line; the list below it has all of them."""


def line(trace: Json, words: Words, lens: str) -> str:
    """Return the line through the stages of `lens` as SVG; nothing for fewer than two rows."""
    rows = [row for row in trace["rows"] if row["stages"].get(lens)][:MOST]
    if len(rows) < 2:
        return ""
    seen = list(dict.fromkeys(row["stages"][lens] for row in rows))
    known = words.stages(lens)
    lanes = [stage for stage in known if stage in seen] or seen
    lanes += [stage for stage in seen if stage not in lanes]
    lanes = known if len(known) <= 7 and set(lanes) <= set(known) else lanes
    labels = {stage: words.stage(lens, stage) for stage in lanes}
    left = max(text_width(label, 14.5) for label in labels.values()) + 26
    step = min(92.0, max(40.0, 1150 / len(rows)))  # a short journey fills the page
    width = left + step * len(rows) + 16
    height = LANE * len(lanes) + 30
    y = {stage: 14 + LANE * (i + 0.5) for i, stage in enumerate(lanes)}
    at = [(left + step * (i + 0.5), y[row["stages"][lens]]) for i, row in enumerate(rows)]

    parts = []
    for turn, group in enumerate(_visits(rows)):
        low, high = left + step * group[0], left + step * (group[-1] + 1)
        parts.append(
            tag(
                "rect",
                class_=f"visit v{turn % 2}",
                x=low,
                y=6,
                width=high - low,
                height=height - 30,
            )
        )
        if high - low >= 78 or turn == 0:
            day = words.date(rows[group[0]]["time"])
            parts.append(tag("text", escape(day), class_="day", x=low + 4, y=height - 8))
    for stage in lanes:
        parts.append(tag("path", class_="lane", d=f"M{near(left)} {near(y[stage])}H{near(width)}"))
        parts.append(tag("text", escape(labels[stage]), class_="stage", x=12, y=y[stage] + 4.5))
    for (ax, ay), (bx, by) in pairwise(at):
        look_back = "back" if by < ay else "on"
        bend = step * 0.5
        path = f"M{near(ax, ay)}C{near(ax + bend, ay, bx - bend, by, bx, by)}"
        parts.append(tag("path", class_=f"way {look_back}", d=path))
    for (px, py), row in zip(at, rows, strict=True):
        style = look("stage", row["stages"][lens])
        goal = row["kind"] == "purchase"
        icon = look("kind", row["kind"], goal=goal)
        disc = tag("circle", class_="disc", r=13 if goal else 11)
        disc += drawn_icon(icon, "scale(.6) translate(-12 -12)")
        name = f"touch {style.family}{' goal' if goal else ''}"
        said = tag("title", escape(f"{words.kind(row['kind'])}, {words.when(row['time'])}"))
        parts.append(tag("g", said + disc, class_=name, transform=f"translate({near(px, py)})"))
    return tag(
        "svg", "".join(parts), xmlns="http://www.w3.org/2000/svg", class_="omvei line", role="img",
        width=width, height=height, viewBox=f"0 0 {near(width, height)}",
        aria_label=words("trace.line", n=len(rows), lens=words.lens(lens)),
    )  # fmt: skip


def timeline(trace: Json, words: Words, lens: str) -> str:
    """Return every touchpoint as an ordered list, by visit, with stage, gap, loop and reason."""
    items: list[str] = []
    cycle = None
    for _, visit in groupby(trace["rows"], key=lambda row: row["session"]):
        rows = list(visit)
        gap = rows[0].get("gap_seconds")
        if items and gap:
            later = escape(words("trace.later", gap=words.duration(gap)))
            items.append(tag("li", later, class_="pause"))
        if items and rows[0]["cycle"] != cycle:
            text = escape(words("trace.cycle", number=rows[0]["cycle"]))
            items.append(tag("li", text, class_="cycle"))
        cycle = rows[0]["cycle"]
        head = words(
            "trace.visit", number=rows[0]["session"], day=words.date(rows[0]["time"]),
            channel=words.channel(rows[0]["channel"] or "Unassigned"),
        )  # fmt: skip
        inner = "".join(_touch(row, trace, words, lens) for row in rows)
        items.append(tag("li", tag("h3", escape(head)) + tag("ol", inner), class_="visit"))
    return tag("ol", "".join(items), class_="timeline")


def draw(trace: Json, words: Words, lens: str = "five_stage") -> str:
    """Return the line and the list as one piece of HTML."""
    art = line(trace, words, lens)
    return (tag("div", art, class_="scroll") if art else "") + timeline(trace, words, lens)


def _touch(row: Json, trace: Json, words: Words, lens: str) -> str:
    goal = row["kind"] == "purchase"
    style = look("kind", row["kind"], goal=goal)
    icon = tag(
        "svg", drawn_icon(style), viewBox="0 0 24 24", width=20, height=20, aria_hidden="true"
    )
    mark = tag("span", icon, class_=f"mark {style.family}{' goal' if goal else ''}")
    about = [tag("b", escape(words.kind(row["kind"])))]
    if row.get("query"):
        about.append(tag("q", escape(row["query"])))
    for field in ("content", "product"):
        if row.get(field) and not str(row[field]).startswith("("):
            about.append(tag("span", escape(str(row[field])), class_="text"))
    if row.get("value"):
        amount = words.money(row["value"], trace.get("currency"))
        about.append(tag("span", escape(amount), class_="amount"))
    stage = row["stages"].get(lens)
    if stage:
        chip = look("stage", stage).family
        about.append(tag("span", escape(words.stage(lens, stage)), class_=f"chip {chip}"))
    if row.get("loop"):
        about.append(tag("span", escape(words(f"loop.{row['loop']}")), class_="chip loop"))
    clock = tag("time", escape(words.clock(row["time"])), datetime=row["time"])
    return tag("li", mark + tag("div", " ".join(about) + _why(row, words)) + clock)


def _why(row: Json, words: Words) -> str:
    why = row.get("why")
    if not why:
        return ""
    kind = f"identifier.{why['kind']}"
    text = words(
        "trace.why", kind=words(kind) if words.has(kind) else why["kind"], value=why["value"],
        file=why.get("file") or "–", row=why.get("row") if why.get("row") is not None else "–",
    )  # fmt: skip
    label = tag("summary", escape(words("trace.why.ask")))
    return tag("details", label + tag("p", escape(text)), class_="why")


def _visits(rows: list[Json]) -> list[list[int]]:
    numbered = groupby(enumerate(rows), key=lambda pair: pair[1]["session"])
    return [[i for i, _ in group] for _, group in numbered]


if __name__ == "__main__":
    said = words(sys.argv[1] if len(sys.argv) > 1 else "en")
    chosen = sys.argv[2] if len(sys.argv) > 2 else "five_stage"
    drawn = draw(json.load(sys.stdin), said, chosen)
    sys.stdout.write(html_page(said("trace.title"), drawn, said))
