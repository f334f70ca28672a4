"""
Bars for tables: a share with its interval, or the parts of a whole.

Each is a small SVG as wide as its cell, without text: the numbers stand beside it in the table.
"""

from collections.abc import Sequence

from omvei.drawings.strokes import tag


def bar(share: float, low: float | None = None, high: float | None = None, look: str = "") -> str:
    """Draw a share (0 to 1) and, if known, the interval it most likely lies in.

    >>> bar(0.5).count("<rect")
    2
    """
    parts = [
        tag("rect", class_="all", width=100, height=14, rx=2),
        tag("rect", class_="part", width=round(100 * share, 2), height=14, rx=2),
    ]
    if low is not None and high is not None and high > low:
        left, wide = round(100 * low, 2), round(100 * (high - low), 2)
        parts.append(tag("rect", class_="range", x=left, y=5, width=wide, height=4))
        parts.append(tag("rect", class_="end", x=left, y=2, width=0.35, height=10))
        parts.append(
            tag("rect", class_="end", x=round(left + wide - 0.35, 2), y=2, width=0.35, height=10)
        )
    return _cell(parts, look)


def parts(shares: Sequence[tuple[str, float]]) -> str:
    """Draw named parts of a whole side by side; the names are classes.

    >>> 'class="left"' in parts([("bought", 0.2), ("left", 0.5)])
    True
    """
    drawn = [tag("rect", class_="all", width=100, height=14, rx=2)]
    at = 0.0
    for name, share in shares:
        if share > 0:
            drawn.append(
                tag("rect", class_=name, x=round(at, 2), width=round(100 * share, 2), height=14)
            )
        at += 100 * share
    return _cell(drawn, "parts")


def _cell(drawn: list[str], look: str) -> str:
    return tag(
        "svg", "".join(drawn), class_=f"bar {look}".strip(), viewBox="0 0 100 14",
        preserveAspectRatio="none", aria_hidden="true",
    )  # fmt: skip
