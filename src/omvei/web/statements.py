"""What people say of the firm, and which bad words nobody has answered."""

from starlette.requests import Request
from starlette.responses import Response

from omvei.web.asking import PERIODS, ask
from omvei.web.showing import address, as_json, show, wants_json

SHOWN = 50


def statements(request: Request) -> Response:
    """Show how people speak, by touchpoint, and list what waits for an answer."""
    asked = ask(request)
    query = request.query_params
    offset = max(0, int(query["offset"])) if query.get("offset", "").isdigit() else 0
    answer = asked.journeys.statements(limit=SHOWN, offset=offset).to_json()
    if wants_json(request):
        return as_json(answer)
    return show(
        request, "statements.html", statements=answer, asked=asked, periods=PERIODS,
        kept=asked.query, step=SHOWN, offset=offset, simulated=asked.workspace.simulated,
        json=address("/statements.json", asked.query),
    )  # fmt: skip
