"""The touchpoint map: everything people meet, by whose it is and what it serves."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei import keeping
from omvei.answers.touchpoints import by_hand_only
from omvei.errors import NothingToAnswerError, OmveiError
from omvei.touchpoints import by_hand
from omvei.touchpoints.vocabulary import OWNERSHIPS
from omvei.web import changing
from omvei.web.asking import LENS, PERIODS, Asked, ask, model_of, workspace
from omvei.web.showing import address, as_json, show, wants_json

ORDER = ("invest", "fix", "drop", "keep")
"""What calls for a decision comes first."""
SHOWN = 6
"""Touchpoints of a cell of the board that are shown at once."""
FIRST = 12
"""Touchpoints to keep that are listed at once, after those that call for a decision."""


def answer(request: Request) -> tuple[Asked | None, dict[str, Any]]:
    """The touchpoint map; without data, what was written down by hand."""
    here = workspace(request)
    try:
        asked = ask(request)
        return asked, asked.journeys.touchpoints().to_json()
    except NothingToAnswerError:
        lens = model_of(request, request.query_params.get("lens") or LENS)
        return None, by_hand_only(here.path / "definitions", lens, here.simulated).to_json()


JUDGED = ("fewer", "more")
"""Hand-overs that are clearly otherwise than those of other channels."""


def touchpoints(request: Request) -> Response:
    """Show the touchpoint map, and the form that fills it in."""
    here = workspace(request)
    asked, mapped = answer(request)
    if wants_json(request):
        return as_json(mapped)
    file = here.path / "definitions" / by_hand.FILE
    passed = asked.journeys.handovers().to_json() if asked else {"rows": []}
    spoken = asked.journeys.statements(limit=0).to_json() if asked else {"rows": []}
    kept = {**asked.query, "lens": asked.lens} if asked else {"lens": mapped["lens"]}
    stages = [stage.id for stage in model_of(request, mapped["lens"]).stages]
    return show(
        request, "touchpoints.html", touchpoints=mapped, asked=asked, periods=PERIODS, kept=kept,
        stages=stages, board=board(mapped["rows"], stages), ownerships=OWNERSHIPS, order=ORDER,
        sorted_rows=sorted(mapped["rows"], key=_urgent), first=FIRST,
        decided=sum(row["advice"] != "keep" for row in mapped["rows"]),
        shown=SHOWN, handovers=[r for r in passed["rows"] if r["judged"] in JUDGED], passed=passed,
        statements=spoken,
        lens=mapped["lens"], by_hand=by_hand.load(file.parent),
        can_undo=keeping.can_undo(file), can_redo=keeping.can_redo(file),
        simulated=here.simulated, json=address("/touchpoints.json", kept),
    )  # fmt: skip


def _urgent(row: dict[str, Any]) -> tuple[int, int, str]:
    """What calls for a decision first, then what most people met."""
    return ORDER.index(row["advice"]), -row["people"], row["id"]


def board(rows: list[dict[str, Any]], stages: list[str]) -> dict[str, dict[str, list[Any]]]:
    """The touchpoints of each owner in each stage they serve, the most people first.

    A touchpoint is `row, people, size`: those who met it there, and from 1 to 5 how many.
    """
    found: dict[str, dict[str, list[Any]]] = {
        owner: {stage: [] for stage in stages} for owner in OWNERSHIPS
    }
    most = max((max(r["people_by_stage"].values(), default=0) for r in rows), default=0)
    for row in rows:
        for stage in row["stages"]:
            if stage in stages:
                people = row["people_by_stage"].get(stage, 0)
                size = 1 + round(4 * (people / most) ** 0.5) if most else 1
                found[row["ownership"]][stage].append({"row": row, "people": people, "size": size})
    for owner in found.values():
        for cell in owner.values():
            cell.sort(key=lambda one: (-one["people"], one["row"]["id"]))
    return found


async def change(request: Request) -> Response:
    """Write a touchpoint down, take one away, or undo: what the button says."""
    return await changing.change(request, by_hand.FILE, _write, "/touchpoints#by-hand")


def _write(file: Any, form: Any, do: str) -> None:
    name = str(form.get("id", "")).strip()
    if not name:
        raise OmveiError("A touchpoint needs a name. Go back and write one.")
    said = [item for item in keeping.read(file).said or [] if item["id"] != name]
    if do == "save":
        item: dict[str, Any] = {"id": name}
        for key in ("ownership", "note"):
            if text := str(form.get(key) or "").strip():
                item[key] = text
        item["push"] = form.get("push") == "true"
        if chosen := [str(stage) for stage in form.getlist("stages")]:
            item["stages"] = chosen
        said.append(item)
    keeping.write(file, said or None, by_hand.check)
