"""
The faint contours behind a map: where there are many people, the ground is higher.

Each node is a soft hill as high as it has people; the lines of equal height are found by marching
squares on a grid and smoothed through the middles of their pieces.
"""

from itertools import pairwise
from math import sqrt

import numpy as np

from omvei.drawings.placing import Layout

LEVELS = (0.10, 0.2, 0.32, 0.46, 0.62, 0.8)
"""The heights drawn, as shares of the highest."""

STEP = 20.0  # pixels between grid points
MARGIN = 12  # grid points outside the frame, so that every line closes

# The sides of a grid square that a line joins, by which of its corners (8 top left, 4 top right,
# 2 bottom right, 1 bottom left) are higher than the line.
_JOINS = {
    1: ("lb",), 2: ("br",), 3: ("lr",), 4: ("rt",), 5: ("lt", "rb"), 6: ("bt",), 7: ("lt",),
    8: ("tl",), 9: ("tb",), 10: ("tr", "bl"), 11: ("tr",), 12: ("rl",), 13: ("rb",), 14: ("bl",),
}  # fmt: skip
_SIDES = {"t": (0, 0, 1, 0), "r": (1, 0, 1, 1), "b": (0, 1, 1, 1), "l": (0, 0, 0, 1)}

Point = tuple[float, float]


def contours(layout: Layout, people: list[int]) -> list[str]:
    """Return one SVG path a level, lowest first; `people` has one number a node."""
    columns = int(np.ceil(layout.width / STEP)) + 2 * MARGIN
    rows = int(np.ceil(layout.height / STEP)) + 2 * MARGIN
    x = (np.arange(columns) - MARGIN) * STEP
    y = (np.arange(rows) - MARGIN) * STEP
    soft = sqrt(layout.width * layout.height / max(len(people), 1)) * 0.52
    ground = np.zeros((rows, columns))
    most = max(people, default=1) or 1
    for here, there, count in zip(layout.x, layout.y, people, strict=True):
        bump = np.exp(-((y - there) ** 2)[:, None] / (2 * soft * soft)) * np.exp(
            -((x - here) ** 2)[None, :] / (2 * soft * soft)
        )
        ground += (0.35 + 0.65 * count / most) * bump
    ground[0] = ground[-1] = 0
    ground[:, 0] = ground[:, -1] = 0
    top = float(ground.max()) or 1.0
    return [_lines(ground, level * top) for level in LEVELS]


def _lines(ground: np.ndarray[tuple[int, int], np.dtype[np.float64]], height: float) -> str:
    over = ground > height
    code = 8 * over[:-1, :-1] + 4 * over[:-1, 1:] + 2 * over[1:, 1:] + over[1:, :-1]
    pieces: dict[Point, list[Point]] = {}
    for j, i in zip(*np.nonzero((code > 0) & (code < 15)), strict=True):
        for join in _JOINS[int(code[j, i])]:
            ends: list[Point] = []
            for side in join:
                ai, aj, bi, bj = _SIDES[side]
                low, high = ground[j + aj, i + ai], ground[j + bj, i + bi]
                t = float((height - low) / (high - low))
                px = (i + ai + (bi - ai) * t - MARGIN) * STEP
                py = (j + aj + (bj - aj) * t - MARGIN) * STEP
                ends.append((round(float(px), 1), round(float(py), 1)))
            pieces.setdefault(ends[0], []).append(ends[1])
    paths = []
    while pieces:
        start = next(iter(pieces))
        line, here = [start], start
        while here in pieces:
            following = pieces[here].pop()
            if not pieces[here]:
                del pieces[here]
            line.append(following)
            here = following
            if here == start:
                break
        if len(line) > 3:
            paths.append(_smooth(line))
    return "".join(paths)


def _smooth(line: list[Point]) -> str:
    path = [f"M{line[0][0]} {line[0][1]}"]
    for (ax, ay), (bx, by) in pairwise(line[1:]):
        path.append(f"Q{ax} {ay} {round((ax + bx) / 2, 1)} {round((ay + by) / 2, 1)}")
    return "".join(path) + "Z"
