"""
Where the nodes of a map stand.

The main axis (left to right; top to bottom on a phone) is how far into the journey people meet the
node on average: a blend of that mean position and of its rank, so that neighbours get room. Loops
cannot scramble it, as they do scramble layouts that look for layers in the graph.

The cross axis is seeded annealing, which lowers a cost: nodes and labels that collide, strong ties
that are long across, ties that run under a node, ties that cross. It is deterministic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from omvei.drawings.annealing import anneal

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Spot:
    """A node before it has a place."""

    id: str
    people: int
    position: float
    """Mean position in the journey, from 0 (first) to 1 (last)."""
    label: str


@dataclass
class Layout:
    """The nodes with their places. Arrays have one element a node; lengths are in pixels."""

    ids: list[str]
    x: Numbers
    y: Numbers
    radius: Numbers
    label: Numbers
    """Width of the text under (or over) the node."""
    above: Flags
    """The text stands over the node."""
    width: float
    height: float
    vertical: bool

    def fractions(self) -> dict[str, tuple[float, float]]:
        """Return each node's place as fractions of width and height, to be saved."""
        places = zip(self.ids, self.x / self.width, self.y / self.height, strict=True)
        return {name: (round(float(x), 4), round(float(y), 4)) for name, x, y in places}


def text_width(text: str, size: float = 14.0) -> float:
    """Estimate the width of a text in pixels, for a sans-serif of medium weight.

    >>> text_width("illi") < text_width("WMWM")
    True
    """
    narrow, wide = "iljtfr.,:;'!|()[] ", "mwMW@%—"
    ems = sum(
        0.31 if c in narrow else 0.88 if c in wide else 0.68 if c.isupper() else 0.56 for c in text
    )
    return ems * size


def place(
    spots: Sequence[Spot],
    ties: Mapping[tuple[int, int], int],
    *,
    tall: bool = False,
    saved: Mapping[str, tuple[float, float]] | None = None,
    seed: int = 11,
) -> Layout:
    """Give every node a place.

    `ties` counts the people between two nodes (indices into `spots`, the smaller first). Nodes in
    `saved` (as `Layout.fractions` gave them) stay where they were, and only the others move.

    >>> spots = [Spot("a", 5, 0.0, "A"), Spot("b", 9, 1.0, "B")]
    >>> two = place(spots, {(0, 1): 5})
    >>> bool(two.x[0] < two.x[1]), two.fractions() == place(spots, {(0, 1): 5}).fractions()
    (True, True)
    """
    count = len(spots)
    width, height = _size(count, tall)
    unit = sqrt(width * height / max(count, 1))
    largest = min(max(unit * 0.15, 17.0), 40.0)
    most = max((spot.people for spot in spots), default=1) or 1
    share = np.array([spot.people / most for spot in spots], np.float64)
    radius = largest * 0.46 + largest * 0.54 * np.sqrt(share)
    label = np.array([max(text_width(spot.label), 54.0) + 10 for spot in spots], np.float64)

    if tall:
        main, edge_main, cross, edge_cross = height, largest + 54, width, largest + 40
    else:
        main, edge_main, cross, edge_cross = width, largest + 62, height, largest + 40
    along = _along(spots) * (main - 2 * edge_main) + edge_main

    pairs = sorted(ties.items(), key=lambda tie: (-tie[1], tie[0]))
    pairs = [tie for tie in pairs if tie[0][0] != tie[0][1]][: max(14, round(2.1 * count))]
    heaviest = pairs[0][1] if pairs else 1
    ends = np.array([tie[0] for tie in pairs], np.int64).reshape(-1, 2)
    weight = np.sqrt(np.array([tie[1] / heaviest for tie in pairs], np.float64))

    fixed = np.zeros(count, np.bool_)
    across = np.zeros(count, np.float64)
    for i, spot in enumerate(spots):
        if saved and spot.id in saved:
            left, top = saved[spot.id]
            fixed[i] = True
            there = (left * width, top * height)
            along[i], across[i] = there[::-1] if tall else there
    across = anneal(
        along, across, fixed, radius, label, ends, weight, cross, edge_cross, tall, seed
    )
    if not fixed.any() and count > 2:  # fill the frame: edges and texts want all the room there is
        low, high = float(across.min()), float(across.max())
        if high - low > 1:
            across = edge_cross + (across - low) / (high - low) * (cross - 2 * edge_cross)
    x, y = (across, along) if tall else (along, across)
    room = np.minimum(label / 2 + 3, width / 2)
    x = np.minimum(np.maximum(x, room), width - room)  # no text leaves the frame
    above = np.zeros(count, np.bool_)
    ids = [spot.id for spot in spots]
    return Layout(ids, x, y, radius, label, above, width, height, tall)


def _size(count: int, tall: bool) -> tuple[float, float]:
    if tall:  # a phone scrolls down, so only the height grows
        return 380.0, max(420.0, 76.0 * count)
    grow = max(1.0, sqrt(count * 32_000 / (1120 * 600)))
    return 1120.0 * grow, 600.0 * grow


def _along(spots: Sequence[Spot]) -> Numbers:
    count = len(spots)
    if count == 0:
        return np.zeros(0)
    order = sorted(range(count), key=lambda i: (spots[i].position, spots[i].id))
    if count == 1:
        return np.array([0.5])
    low, high = spots[order[0]].position, spots[order[-1]].position
    along = np.zeros(count, np.float64)
    for rank, i in enumerate(order):
        there = (spots[i].position - low) / ((high - low) or 1.0)
        along[i] = 0.62 * rank / (count - 1) + 0.38 * there
    return along
