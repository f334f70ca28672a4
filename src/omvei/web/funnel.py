"""A funnel of the reader's own steps: `?step=product_view&step=purchase&within=30d&by=kind`."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei.drawings import funnel as drawing
from omvei.durations import parse
from omvei.errors import NothingToAnswerError, UnknownNameError
from omvei.web.asking import BY, PERIODS, ask
from omvei.web.showing import as_json, said, show, wants_json

STEPS = 6  # fields for steps
NO_STEPS = ("(start)", "(end)", "(none)", "(no stage)", "Other")
WITHIN = ("1d", "7d", "30d", "90d", "365d")


def funnel(request: Request) -> Response:
    """Show a funnel; without steps, one of the usual way to the goal."""
    asked = ask(request)
    nodes = asked.journeys.map(asked.by).to_json()
    by = nodes["by"]
    known = [n["id"] for n in nodes["nodes"] if n["id"] not in NO_STEPS]
    within = request.query_params.get("within") or "30d"
    if within not in WITHIN:
        raise UnknownNameError("length of time", within, WITHIN)
    t = said(request)
    order = t.stages(asked.lens) if by == "stage" else []
    steps = [step for step in request.query_params.getlist("step") if step]
    steps = steps or _usual(nodes, order)
    answer: dict[str, Any] = {}
    if steps:
        answer = asked.journeys.funnel(steps, by=by, within=parse(within)).to_json()
    elif wants_json(request):
        raise NothingToAnswerError("Nothing was seen in this period. Choose another.")
    if wants_json(request):
        return as_json(answer)
    return show(
        request, "funnel.html", asked=asked, by=by, all_by=BY, steps=steps,
        known=sorted(known, key=lambda name: t.label(by, name, asked.lens)), fields=STEPS,
        within=within,
        all_within=[(text, t.duration(parse(text).total_seconds())) for text in WITHIN],
        others=answer.get("others", 0), span=t.duration(parse(within).total_seconds()),
        funnel_svg=drawing.draw(answer, t) if answer else "",
        simulated=asked.workspace.simulated, periods=PERIODS,
        json=f"/funnel.json?{request.url.query}".rstrip("?"),
    )  # fmt: skip


def _usual(nodes: dict[str, Any], order: list[str]) -> list[str]:
    """Return up to four steps: the busiest, in `order` or as people meet them, the goal last."""
    inside = [n for n in nodes["nodes"] if n["id"] not in NO_STEPS]
    goal = [n["id"] for n in inside if n["is_goal"]]
    busy = sorted((n for n in inside if not n["is_goal"]), key=lambda n: -n["people"])
    busy = sorted(busy[: 4 - len(goal[:1])], key=lambda n: n["position"] or 0)
    busy.sort(key=lambda n: order.index(n["id"]) if n["id"] in order else len(order))
    return [n["id"] for n in busy] + goal[:1]
