"""
Values with the interval each most likely lies in, one below the other, with a line for zero or aim.

The colours and the letters are written into the drawing: it stands alone, on white paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from omvei.drawings.flat import LETTERS
from omvei.drawings.strokes import shorten, tag

WIDTH, ROW, LEFT, RIGHT = 760, 26, 230, 150


@dataclass(frozen=True)
class Range:
    """One row: its label, the value with its interval, and how the value is written."""

    label: str
    value: float
    low: float | None
    high: float | None
    text: str


def draw(rows: Sequence[Range], line: float = 0.0) -> str:
    """Draw bars from zero, the interval of each as a thin line, and a line at `line`.

    >>> draw([Range("E-mail", 0.1, 0.05, 0.15, "+10")]).count("<rect")
    2
    """
    ends = [0.0, line, *(row.value for row in rows)]
    ends += [end for row in rows for end in (row.low, row.high) if end is not None]
    low, high = min(ends), max(ends)
    room = (WIDTH - LEFT - RIGHT) / ((high - low) or 1.0)

    def x(value: float) -> float:
        return round(LEFT + (value - low) * room, 1)

    drawn = []
    for at, row in enumerate(rows):
        y = at * ROW + 6
        left, right = sorted((x(0.0), x(row.value)))
        look = {"y": y + 13, "font_size": 13, "font_family": LETTERS, "fill": "#1d2529"}
        bar = tag("rect", x=left, y=y, width=max(right - left, 1.0), height=ROW - 9, rx=3,
                  fill="#1f66ad" if row.value >= 0 else "#bb4f17", fill_opacity="0.75")  # fmt: skip
        drawn += [
            tag("text", escape(shorten(row.label, 32)), x=LEFT - 10, text_anchor="end", **look),
            bar,
        ]
        if row.low is not None and row.high is not None:
            wide = max(x(row.high) - x(row.low), 1.0)
            drawn.append(tag("rect", x=x(row.low), y=y + 7, width=wide, height=3, fill="#1d2529"))
        drawn.append(tag("text", escape(row.text), x=WIDTH - RIGHT + 10, **look))
    height = len(rows) * ROW + 8
    stroke = tag("path", d=f"M{x(line)} 0V{height}", stroke="#566168", stroke_width=1)
    return tag(
        "svg", stroke + "".join(drawn), xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {height}", width=WIDTH, height=height, role="img",
        aria_label="; ".join(f"{row.label}: {row.text}" for row in rows),
    )  # fmt: skip
