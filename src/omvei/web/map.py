"""The map page: the drawing, its side panel, its table, and one person followed on it."""

from datetime import datetime
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from omvei.drawings import map as drawing
from omvei.drawings import sheet
from omvei.drawings.choosing import choose, colour
from omvei.drawings.trail import TRAIL
from omvei.errors import UnknownNameError
from omvei.language import Words
from omvei.web.asking import BY, PERIODS, Asked, ask
from omvei.web.showing import address, as_json, said, show, wants_json
from omvei.web.standing import standing

NUMBERS = ("people", "share", "later")
SHAPES = ("wide", "tall")
NODES = (8, 16, 28, 40)
"""How many places a map may show; the rest is gathered in Others."""
USUAL = 16
"""As many as are still easy to read. The JSON has the library's own default instead."""
LISTED = 4  # paths in each list of the overview
FEW = 30

Json = dict[str, Any]


def map_page(request: Request) -> Response:
    """Show the map; `?node=`, `?source=&target=` or `?follow=` choose what the panel says."""
    asked = ask(request)
    t, query = said(request), request.query_params
    nodes = _nodes(request)
    answer = asked.journeys.map(asked.by, nodes=nodes).to_json()
    wanted = {query[name] for name in ("node", "source", "target") if query.get(name)}
    if wanted - {node["id"] for node in answer["nodes"]}:  # it may be gathered in Others
        nodes = NODES[-1]
        answer = asked.journeys.map(asked.by, nodes=nodes).to_json()
    if wants_json(request):
        return as_json(answer)
    numbers = query.get("numbers", "people")
    if numbers not in NUMBERS or (numbers == "later" and not answer["goal"]):
        numbers = "people"
    kept = {**asked.query, "by": answer["by"], "numbers": None if numbers == "people" else numbers}
    kept["lens"] = asked.lens if answer["by"] == "stage" else None
    kept["nodes"] = None if nodes == USUAL else nodes
    trace = _followed(asked, answer, query.get("follow"))
    panel = _panel(
        answer, trace, asked, query.get("node"), query.get("source"), query.get("target")
    )
    trail = _trail(trace, answer) if trace else []
    shown = choose(answer)

    def link(thing: Any) -> str:
        names = ("id",) if "id" in thing else ("source", "target")
        chosen = {"node" if name == "id" else name: thing[name] for name in names}
        return address("/map", kept | chosen)

    fragment = request.headers.get("x-fragment") == "panel"
    drawn = dict.fromkeys(SHAPES, "")
    for shape in () if fragment else SHAPES:
        drawn[shape] = drawing.draw(
            answer, t, shape=shape, link=link, numbers=numbers, trail=trail,
            saved=standing(asked.workspace.path, answer, nodes, t, shape),
        )  # fmt: skip
    return show(
        request, "map.html", map=answer, asked=asked, panel=panel, trace=trace, trail=trail,
        kept=kept, numbers=numbers, all_numbers=NUMBERS, all_by=BY, all_nodes=NODES, nodes=nodes,
        periods=PERIODS, shown=shown, few=FEW,
        lead=sheet.lead(answer, t), follow_most=TRAIL,
        detail=sheet.detail(shown.first, shown.total, shown.share, t),
        legend_svg=sheet.legend(t, bool(answer["goal"])), table_svg=sheet.table(answer, t),
        label=_labels(answer, t), later=_later(answer, t), tone=colour,
        interval=_interval, days=_days, lasted=_lasted(trace, t),
        signed=lambda share: _signed(share, t), simulated=asked.workspace.simulated,
        json=address("/map.json", kept | {"nodes": nodes}),
        wide_svg=drawn["wide"], tall_svg=drawn["tall"],
    )  # fmt: skip


def picture(request: Request) -> Response:
    """Return the map as an SVG picture, for the start page."""
    asked = ask(request)
    answer = asked.journeys.map(asked.by, nodes=USUAL).to_json()
    t = said(request)
    saved = standing(asked.workspace.path, answer, USUAL, t, "wide")
    svg = drawing.picture(answer, t, saved=saved)
    return Response(svg, media_type="image/svg+xml")


def _nodes(request: Request) -> int:
    """Return how many places to show: asked for, else what is usual."""
    text = request.query_params.get("nodes", "")
    if not text:
        return NODES[-1] if wants_json(request) else USUAL
    if not text.isdigit() or not 2 <= int(text) <= NODES[-1]:
        raise UnknownNameError("number of places", text, [str(count) for count in NODES])
    return int(text)


def _labels(answer: Json, t: Words) -> Any:
    return lambda name: sheet.end_label(answer, name, t)


def _later(answer: Json, t: Words) -> Any:
    def compared(edge: Json) -> str:
        first, others = edge.get("first") or edge.get("later"), edge.get("otherwise")
        if not first or not others or first["too_few"] or others["too_few"]:
            return ""
        x, y = t.of_hundred(first["rate"]), t.of_hundred(others["rate"])
        return t("map.of_hundred", x=x, y=y)

    return compared


def _interval(difference: Json, tone: str) -> Markup:
    """Draw a difference and its interval about nothing at all."""
    reach = max(0.1, abs(difference["low"]), abs(difference["high"]))

    def at(share: float) -> float:
        return round(100 + 96 * share / reach, 1)

    low, high, middle = at(difference["low"]), at(difference["high"]), at(difference["value"])
    return Markup(
        '<svg class="interval {}" viewBox="0 0 200 22" aria-hidden="true">'
        '<path class="axis" d="M2 11H198M100 3V19"/><path class="span" d="M{} 11H{}"/>'
        '<path class="point" d="M{} 4V18"/></svg>'
    ).format(tone, low, high, middle)


def _signed(share: float, t: Words) -> str:
    return ("+" if share > 0 else "\N{MINUS SIGN}" if share < 0 else "") + t.of_hundred(abs(share))


def _days(trace: Json, row: Json) -> int:
    start, now = (datetime.fromisoformat(text) for text in (trace["first"], row["time"]))
    return (now - start).days


def _lasted(trace: Json | None, t: Words) -> str:
    return t.between(trace["first"], trace["last"]) if trace else ""


def _panel(
    answer: Json, trace: Json | None, asked: Asked, node: str | None, source: str | None,
    target: str | None,
) -> Json:  # fmt: skip
    """Choose what the panel shows; the numbers are those of the answer, drawn or not."""
    inside = [edge for edge in answer["edges"] if _inside(edge)]
    if trace:
        return {"kind": "trace"}
    if node is not None:
        found = next((n for n in answer["nodes"] if n["id"] == node), None)
        if found is None:
            raise UnknownNameError(answer["by"], node, [n["id"] for n in answer["nodes"]])
        return {
            "kind": "node",
            "node": found,
            "came": _strongest(edge for edge in inside if edge["target"] == node),
            "went": _strongest(edge for edge in inside if edge["source"] == node),
        }
    if source is not None and target is not None:
        ends = (source, target)
        edge = next((e for e in answer["edges"] if (e["source"], e["target"]) == ends), None)
        if edge is None:
            known = [f"{e['source']} → {e['target']}" for e in answer["edges"]]
            raise UnknownNameError("path", f"{source} → {target}", known)
        before = next(n for n in answer["nodes"] if n["id"] == source)
        return {"kind": "edge", "edge": edge, "tone": colour(edge), "before": before}
    # Others may hold the steps next to the goal, so a way to or from them says nothing.
    telling = [
        edge
        for edge in inside
        if not edge["near_goal"]
        and edge["source"] != edge["target"]
        and "Other" not in (edge["source"], edge["target"])
    ]
    up = [edge for edge in telling if colour(edge) == "up"]
    down = [edge for edge in telling if colour(edge) == "down"]
    up.sort(key=lambda edge: -edge["difference"]["low"])
    down.sort(key=lambda edge: edge["difference"]["high"])
    return {
        "kind": "overview",
        "up": up[:LISTED],
        "down": down[:LISTED],
        "strongest": _strongest(inside)[: 2 * LISTED] if not up and not down else [],
    }


def _inside(edge: Json) -> bool:
    return edge["source"] != "(start)" and edge["target"] != "(end)"


def _strongest(edges: Any) -> list[Json]:
    return sorted(edges, key=lambda edge: (-edge["people"], edge["source"], edge["target"]))


def _followed(asked: Asked, answer: Json, who: str | None) -> Json | None:
    """Return the trace of the person to follow; `any` finds one with a journey worth seeing."""
    if not who:
        return None
    if who == "any":
        goal = next((n["id"] for n in answer["nodes"] if n.get("is_goal")), None)
        rows = asked.journeys.people(by=answer["by"], node=goal, limit=300).to_json()["rows"]
        if not rows:
            return None
        # Long enough to wind, short enough to read.
        who = min(rows, key=lambda row: (abs(row["touchpoints"] - 9), row["person"]))["person"]
    trace: Json = asked.journeys.trace(who).to_json()
    return trace


def _trail(trace: Json, answer: Json) -> list[str]:
    """Name the node of each touchpoint; what the map gathers in Others is there."""
    by = answer["by"]
    known = {node["id"] for node in answer["nodes"]}
    names = [
        row["stages"].get(answer["lens"]) if by == "stage" else row[by] for row in trace["rows"]
    ]
    return [name if name in known else "Other" if name else "(none)" for name in names]
