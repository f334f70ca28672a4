"""The people behind a node, a path or everything; and one person's timeline."""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omvei.drawings import sheet
from omvei.drawings import trace as drawing
from omvei.plan.behind import behind
from omvei.plan.checklist import questions
from omvei.web.asking import ask
from omvei.web.showing import address, as_json, said, show, wants_json

SHOWN = 50  # people on a page
WAYS = ("loop", "way", "back")
"""What else people are listed by: stages, parted by blanks."""


def people(request: Request) -> Response:
    """List people, the latest first; `?find=` goes to one of them."""
    query = request.query_params
    if query.get("find"):
        place = "/people/" + quote(query["find"].strip(), safe="")
        return RedirectResponse(address(place, ask(request).query), 303)
    asked = ask(request)
    offset = max(0, int(query["offset"])) if query.get("offset", "").isdigit() else 0
    node, source, target = query.get("node"), query.get("source"), query.get("target")
    edge = (source, target) if source is not None and target is not None else None
    count = query.get("nodes", "")
    nodes = int(count) if count.isdigit() else 40
    shown = {"limit": SHOWN, "offset": offset}
    ways = {key: query.get(key) for key in WAYS}
    question, met = query.get("question"), query.get("met") != "no"
    if question is not None:
        found = behind(asked.journeys, question, met, **shown)
    elif ways["loop"] is not None:
        found = asked.journeys.loopers(*ways["loop"].split(), **shown)
    elif ways["way"] is not None:
        found = asked.journeys.wayfarers(*ways["way"].split(), **shown)
    elif ways["back"] is not None:
        found = asked.journeys.returning(ways["back"], **shown)
    else:
        found = asked.journeys.people(
            by=asked.by, node=node if edge is None else None, edge=edge, nodes=nodes, **shown
        )
    answer = found.to_json() | {"lens": asked.lens}
    if wants_json(request):
        return as_json(answer)
    t = said(request)
    ends = {"node": node, "source": source, "target": target}
    names: dict[str, Any] = {"took": None, "stages": None}
    names |= {key: sheet.end_label(answer, name, t) if name else None for key, name in ends.items()}
    took = next((key for key in WAYS if ways[key] is not None), None)
    if took:
        stages = [t.stage(asked.lens, stage) for stage in str(ways[took]).split()]
        names |= {"took": took, "stages": " → ".join(stages)}
    names["question"] = questions()[question]["ask"][t.language] if question else None
    kept: dict[str, Any] = {
        **asked.query, **ways, "by": asked.by, "lens": query.get("lens"),
        "node": node, "source": source, "target": target, "nodes": query.get("nodes"),
        "question": question, "met": query.get("met") if question else None,
    }  # fmt: skip
    return show(
        request, "people.html", people=answer, asked=asked, names=names, kept=kept,
        met=met, step=SHOWN, offset=offset, simulated=asked.workspace.simulated,
        json=address("/people.json", kept),
    )  # fmt: skip


def person(request: Request) -> Response:
    """Show one person, by any of their identifiers."""
    asked = ask(request)
    who = request.path_params["person"]
    trace = asked.everybody.trace(who).to_json()
    if wants_json(request):
        return as_json(trace)
    t = said(request)
    return show(
        request, "person.html", trace=trace, asked=asked,
        lasted=t.between(trace["first"], trace["last"]),
        line_svg=drawing.line(trace, t, asked.lens),
        timeline_svg=drawing.timeline(trace, t, asked.lens),
        why=asked.everybody.why(trace["person"]).to_json(),
        simulated=asked.workspace.simulated, json=f"/people/{trace['person']}.json",
    )  # fmt: skip
