"""
The map of how people move: nodes where they meet the firm, edges for their next steps.

    python -m omvei.drawings.map < map.json > map.svg

A node's size is its people; its ring the share who later reach the goal; its colour the family of
its stage. An edge's width is its people; its colour says whether those who took it reach the goal
more often (teal) or less often (orange) than the others at its source, or whether that may be
chance (grey). Edges back are hollow or dashed. Sand-coloured stubs show where journeys begin.

Numbers are those of the answer, never sums of what is drawn. At first the strongest edges are
shown and each node's best way in and out; the others are drawn too (up to `MOST` a node) and
carry the class `beyond` and their `data-rank`, so that a page can show them without drawing anew.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from math import sqrt
from typing import Any
from urllib.parse import urlencode

from omvei.drawings import strokes
from omvei.drawings.choosing import Shown, choose, colour
from omvei.drawings.looks import look
from omvei.drawings.placing import Layout, Spot, place, text_width
from omvei.drawings.routing import Routes, free_angle, place_labels, route
from omvei.drawings.strokes import fade, near, tag
from omvei.drawings.terrain import contours
from omvei.drawings.trail import TRAIL, overlay
from omvei.language import Words, words

Json = Mapping[str, Any]
Link = Callable[[Json], str]
Places = Mapping[str, tuple[float, float]]


def places(map: Json, words: Words, *, shape: str = "wide", saved: Places | None = None) -> Layout:
    """Give the nodes of a map their places; `Layout.fractions()` is what to save."""
    shown = choose(map)
    spots = [
        Spot(
            node["id"],
            node["people"],
            0.5 if node["position"] is None else float(node["position"]),
            strokes.shorten(words.label(map["by"], node["id"], map.get("lens"))),
        )
        for node in shown.nodes
    ]
    index = {spot.id: i for i, spot in enumerate(spots)}
    ties: dict[tuple[int, int], int] = {}
    for edge in shown.edges:
        pair = sorted((index[edge["source"]], index[edge["target"]]))
        key = (pair[0], pair[1])
        ties[key] = ties.get(key, 0) + edge["people"]
    return place(spots, ties, tall=shape == "tall", saved=saved)


def draw(
    map: Json,
    words: Words,
    *,
    shape: str = "wide",
    saved: Places | None = None,
    link: Link | None = None,
    numbers: str = "people",
    trail: Sequence[str] = (),
) -> str:
    """Return the map as an SVG element without styles of its own.

    `map` is `journeys.map(...).to_json()`; `shape` is "wide" or "tall" (phones). `saved` places
    are kept. `link` gives the address of a node or edge. `numbers` stand on the edges: "people",
    "share" (of the people at the source) or "later" (who later reach the goal). `trail` is one
    person's nodes in order, drawn over the map, at most `TRAIL` of them.
    """
    shown = choose(map)
    layout = places(map, words, shape=shape, saved=saved)
    index = {name: i for i, name in enumerate(layout.ids)}
    most = max((edge["people"] for edge in shown.edges), default=1)
    scale = min(1.0, sqrt(layout.width * layout.height / max(len(shown.nodes), 1)) / 250)
    widths = [max(1.4, 15 * scale * (edge["people"] / most) ** 0.8) for edge in shown.edges]
    routes = route(
        layout,
        [index[edge["source"]] for edge in shown.edges],
        [index[edge["target"]] for edge in shown.edges],
        widths,
        shown.first,
    )
    prefix, address = shape[0], link or _relative
    defs: list[str] = []
    ground = [
        tag("path", d=path, data_level=level)
        for level, path in enumerate(contours(layout, [node["people"] for node in shown.nodes]))
    ]
    ground += _entries(map, shown, layout, routes, scale, most, prefix, defs)
    edges, labels = _edges(
        map, shown, layout, routes, widths, words, numbers, prefix, address, defs
    )
    nodes = _nodes(map, shown, layout, words, address)
    follow, on = overlay(trail[:TRAIL], layout, routes)
    if on:
        nodes = [
            text.replace('class="node', 'class="on node', 1) if node["id"] in on else text
            for node, text in zip(shown.nodes, nodes, strict=True)
        ]
    inner = [
        tag("defs", "".join(defs)),
        tag("g", "".join(ground), class_="terrain", aria_hidden="true"),
        tag("g", "".join(reversed(edges)), class_="edges"),
        tag("g", "".join(nodes), class_="nodes"),
        tag("g", "".join(labels), class_="numbers", aria_hidden="true"),
        tag("g", follow, class_="follow", aria_hidden="true") if follow else "",
    ]
    return tag(
        "svg", "".join(inner), xmlns="http://www.w3.org/2000/svg", role="group",
        class_=f"omvei map {shape}{' following' if on else ''}", viewBox=_frame(layout, routes),
        aria_label=words("map.aria", n=len(shown.nodes), edges=shown.total),
    )  # fmt: skip


def describe(edge: Json, map: Json, words: Words) -> str:
    """Say an edge in one sentence: who, how many, and whether they later reach the goal."""
    a = words.label(map["by"], edge["source"], map.get("lens"))
    b = words.label(map["by"], edge["target"], map.get("lens"))
    text = words("map.edge", a=a, b=b, n=edge["people"])
    outcome = compare(edge, map, words)
    return f"{text} {outcome}" if outcome else text


def compare(edge: Json, map: Json, words: Words) -> str:
    """Say how often those who took an edge reach the goal, and how often the others do."""
    # The others are those whose first move led elsewhere: first moves are compared with these.
    later, others = edge.get("first") or edge.get("later"), edge.get("otherwise")
    if not later or not others or later["too_few"] or others["too_few"]:
        return ""
    key = "map.later" if map.get("goal") == "purchase" else "map.later.goal"
    x, y = words.of_hundred(later["rate"]), words.of_hundred(others["rate"])
    return words(key, x=x, y=y)


def _relative(thing: Json) -> str:
    if "id" in thing:
        return "?" + urlencode({"node": thing["id"]})
    return "?" + urlencode({"source": thing["source"], "target": thing["target"]})


def _number(edge: Json, numbers: str, words: Words) -> str:
    if numbers == "share" and edge.get("share") is not None and edge["people"] >= 30:
        return words.percent(edge["share"])
    later = edge.get("later")
    if numbers == "later" and later and not later["too_few"]:
        return words.percent(later["rate"])
    return words.number(edge["people"]) if numbers == "people" else "–"


def _edges(
    map: Json, shown: Shown, layout: Layout, routes: Routes, widths: list[float], words: Words,
    numbers: str, prefix: str, link: Link, defs: list[str],
) -> tuple[list[str], list[str]]:  # fmt: skip
    texts = [_number(edge, numbers, words) for edge in shown.edges]
    sizes = [text_width(text, 11.5) + 10 for text in texts]
    spots = place_labels(layout, routes, sizes)
    lines, labels = [], []
    for rank, edge in enumerate(shown.edges):
        tone = colour(edge)
        curve = [float(v) for v in routes.curve[rank]]
        name = f"{prefix}{rank}"
        defs.append(
            fade(name, (curve[0], curve[1], curve[6], curve[7]), f"s0 {tone}", f"s1 {tone}")
        )
        looks = [tone]
        looks += ["back"] if routes.back[rank] else []
        looks += ["beyond"] if rank >= shown.first else []
        inner = strokes.ribbon(
            curve, routes.heading(rank), widths[rank], f"url(#{name})", bool(routes.back[rank])
        )
        kept = (edge["source"], edge["target"]) in shown.kept
        lines.append(
            tag(
                "a", inner, class_=f"edge {' '.join(looks)}", href=link(edge),
                data_source=edge["source"], data_target=edge["target"], data_rank=rank,
                data_steps=edge["transitions"], data_kept="" if kept else None, tabindex=-1,
                aria_label=describe(edge, map, words),
            )
        )  # fmt: skip
        x, y, free = spots[rank]
        if not free or rank >= len(shown.nodes) * 2:
            looks.append("extra")
        box = tag("rect", x=-sizes[rank] / 2, y=-8.5, width=sizes[rank], height=17, rx=8.5)
        labels.append(
            tag(
                "g", box + tag("text", texts[rank], y=4), class_=f"number {' '.join(looks)}",
                transform=f"translate({near(x, y)})", data_rank=rank,
            )
        )  # fmt: skip
    return lines, labels


def _nodes(map: Json, shown: Shown, layout: Layout, words: Words, link: Link) -> list[str]:
    first = min(range(len(layout.ids)), key=lambda i: layout.x[i] + layout.y[i], default=0)
    drawn = []
    for i, node in enumerate(shown.nodes):
        label = words.label(map["by"], node["id"], map.get("lens"))
        goal = bool(node.get("is_goal"))
        later = None if goal else node.get("later")
        known = later if later and not later["too_few"] else None
        count = words.number(node["people"])
        said = words("map.node", a=label, n=node["people"])
        if known:
            count += f" · {words.percent(known['rate'])}"
            key = "map.node.later" if map.get("goal") == "purchase" else "map.node.later.goal"
            said += " " + words(key, x=words.of_hundred(known["rate"]))
        style = look(map["by"], node["id"], goal=goal)
        inner = strokes.node(
            float(layout.radius[i]),
            known["rate"] if known else None,
            style,
            (strokes.shorten(label), count),
            bool(layout.above[i]),
        )
        drawn.append(
            tag(
                "a", inner, class_=f"node {style.family}{' goal' if goal else ''}", href=link(node),
                data_node=node["id"], tabindex=0 if i == first else -1, aria_label=said,
                transform=f"translate({near(layout.x[i], layout.y[i])})",
            )
        )  # fmt: skip
    return drawn


def _entries(
    map: Json, shown: Shown, layout: Layout, routes: Routes, scale: float, most: int,
    prefix: str, defs: list[str],
) -> list[str]:  # fmt: skip
    groups = []
    seen = _first_tier(routes, shown.first)
    low, high = (-2.7, -0.45) if layout.vertical else (2.3, 4.2)
    for i, node in enumerate(shown.nodes):
        if node["starts"] <= map["n"] * 0.06:
            continue
        angle = free_angle(seen, i, low, high)
        width = min(max(3.0, 15 * scale * (node["starts"] / most) ** 0.6), 18.0)
        gradient, group = strokes.stub(
            f"{prefix}in{i}", float(layout.x[i]), float(layout.y[i]), float(layout.radius[i]),
            angle, width, 40 * max(0.7, scale),
        )  # fmt: skip
        defs.append(gradient)
        groups.append(group)
    return groups


def _first_tier(routes: Routes, first: int) -> Routes:
    return Routes(
        routes.source[:first], routes.target[:first], routes.width[:first], routes.curve[:first],
        routes.leave[:first], routes.enter[:first], routes.back[:first],
    )  # fmt: skip


def _frame(layout: Layout, routes: Routes) -> str:
    left, top, right, bottom = 0.0, 0.0, layout.width, layout.height
    for e in range(len(routes.source)):
        room = float(routes.width[e]) / 2 + 5
        x, y = routes.curve[e, 0::2], routes.curve[e, 1::2]
        # A curve stays within three quarters of the way to its control points.
        left = min(left, float(min(x[0], x[3], x.min() * 0.75 + min(x[0], x[3]) * 0.25)) - room)
        right = max(right, float(max(x[0], x[3], x.max() * 0.75 + max(x[0], x[3]) * 0.25)) + room)
        top = min(top, float(min(y[0], y[3], y.min() * 0.75 + min(y[0], y[3]) * 0.25)) - room)
        bottom = max(bottom, float(max(y[0], y[3], y.max() * 0.75 + max(y[0], y[3]) * 0.25)) + room)
    return near(left, top, right - left, bottom - top)


def style() -> str:
    """Return the style sheet of the drawings; every rule begins with `.omvei`."""
    return files("omvei").joinpath("drawings/drawings.css").read_text("utf-8")


def picture(map: Json, words: Words, *, shape: str = "wide", saved: Places | None = None) -> str:
    """Return the map as an SVG file of its own, with its styles: for a notebook or a document."""
    svg = draw(map, words, shape=shape, saved=saved)
    return svg.replace(">", f">{tag('style', style())}", 1)


def page(map: Json, words: Words) -> str:
    """Return one self-contained HTML page: the map, what it says, and its table."""
    from omvei.drawings.sheet import map_page

    return map_page(map, words)


if __name__ == "__main__":
    language = sys.argv[1] if len(sys.argv) > 1 else "en"
    sys.stdout.write(picture(json.load(sys.stdin), words(language)))
