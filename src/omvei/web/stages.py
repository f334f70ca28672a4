"""Where each person stands in a model: the current and the deepest stage, now and on a day."""

from starlette.requests import Request
from starlette.responses import Response

from omvei.web.asking import ask, model_of
from omvei.web.showing import address, as_json, show, wants_json

SHOWN = 50  # people on a page


def stages(request: Request) -> Response:
    """List people with their stages; `?at=2025-07-01` as they stood before that day."""
    asked, query = ask(request), request.query_params
    offset = max(0, int(query["offset"])) if query.get("offset", "").isdigit() else 0
    at = query.get("at") or None
    chosen = {key: query.get(key) or None for key in ("current", "deepest")}
    seen = asked.everybody.lens(asked.lens)
    seen = seen.between(until=at) if at else seen
    found = seen.whereabouts(**chosen, limit=SHOWN, offset=offset)
    answer = found.to_json()
    if wants_json(request):
        return as_json(answer)
    model = model_of(request, asked.lens)
    kept = {"lens": asked.lens, "at": at, **chosen}
    return show(
        request, "stages.html", answer=answer, asked=asked, kept=kept, at=at, chosen=chosen,
        counts=seen.numbers().to_json()["stages"], stages=[stage.id for stage in model.stages],
        offset=offset, step=SHOWN, simulated=asked.workspace.simulated,
        json=address("/models/stages.json", kept),
    )  # fmt: skip
