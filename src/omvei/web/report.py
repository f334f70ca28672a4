"""The summary of a month, as it is printed and passed on."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei.sheets import Drawing, Number, Sentences, sheet
from omvei.web.asking import own_models, workspace
from omvei.web.showing import address, as_json, said, show, wants_json


def answer(request: Request) -> dict[str, Any]:
    """The summary; without data, the plan and what to bring in."""
    month = request.query_params.get("month") or None
    found: dict[str, Any] = workspace(request).report(month, said(request).language).to_json()
    return found


def report(request: Request) -> Response:
    """Show the worksheet itself, so that page and paper say the same."""
    told = answer(request)
    if wants_json(request):
        return as_json(told)
    kept = {"month": request.query_params.get("month")}
    parts = _parts(sheet(told, said(request).language, own_models(request)))
    return show(
        request, "report.html", report=told, kept=kept, parts=parts,
        simulated=told.get("simulated", False), json=address("/report.json", kept),
    )  # fmt: skip


def _parts(made: Any) -> list[dict[str, Any]]:
    """The parts of a worksheet for the template: which is which, and the texts of the cells."""
    found = []
    for part in made.parts:
        if isinstance(part, Drawing):
            continue
        if isinstance(part, Sentences):
            told = {"is": "list", "things": part.items, "numbered": part.numbered}
        elif part.on_paper:
            rows = [
                [(one.text if isinstance(one, Number) else one or "–", isinstance(one, Number))
                 for one in row]
                for row in part.rows
            ]  # fmt: skip
            told = {"is": "table", "heads": part.heads, "rows": rows}
        else:
            continue
        found.append({"title": part.title, "note": part.note, **told})
    return found
