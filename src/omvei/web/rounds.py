"""Campaign rounds: the spiral, what came of each, and the form that adds a record."""

from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from omvei import keeping
from omvei.drawings import rounds as drawing
from omvei.errors import OmveiError
from omvei.plan import rounds as records
from omvei.plan.learning import learning
from omvei.touchpoints.channels import names as channels
from omvei.web.asking import PERIODS, ask, has_data, workspace
from omvei.web.changing import change as changed
from omvei.web.showing import address, as_json, said, show, wants_json

PAGE = "/models/rounds"


def rounds(request: Request) -> Response:
    """Show the rounds; without any, the form alone."""
    return _shown(request)


def answer(request: Request) -> dict[str, Any]:
    """The rounds and what came of them. Raises `DefinitionError` for a mistake in the records."""
    here = workspace(request)
    journeys = ask(request).journeys if has_data(here) else None
    return learning(records.load(here.path), journeys).to_json()


async def change(request: Request) -> Response:
    """Add a record, take one away, take in a file, undo or redo."""
    try:
        return await changed(request, "rounds.yaml", _write, f"{PAGE}?saved=1#records")
    except OmveiError as error:
        if type(error) is not OmveiError:  # a stale form is not a record that is wrong
            raise
        return _shown(request, 400, str(error), dict(await request.form()))


def _write(file: Path, form: Any, do: str) -> None:
    folder = file.parents[1]
    known = records.load(folder)
    if do.startswith("remove-"):
        at = do.removeprefix("remove-")
        if not at.isdigit() or int(at) >= len(known):
            raise OmveiError("That record is not there any more.")
        records.save(folder, [one for place, one in enumerate(known) if place != int(at)])
    elif isinstance(form.get("file"), UploadFile) and do == "import":
        records.save(folder, records.ordered((*known, *records.read(_text(form["file"]), known))))
    else:
        told = {key: form[key] for key in records.FIELDS if form.get(key)}
        records.save(folder, records.ordered((*known, records.record(told))))


def _text(file: UploadFile) -> str:
    held = file.file.read()
    try:
        return str(held.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise OmveiError(f"{file.filename} is not UTF-8 text. Save it as CSV UTF-8.") from None


def _shown(
    request: Request, status: int = 200, trouble: str = "", filled: dict[str, Any] | None = None
) -> Response:
    here, t = workspace(request), said(request)
    file = records.place(here.path)
    known: tuple[records.Record, ...] = ()
    try:
        known = records.load(here.path)
    except OmveiError as error:
        trouble = trouble or str(error)
    asked = ask(request) if has_data(here) else None
    journeys = asked.journeys if asked else None
    answer = learning(known, journeys).to_json()
    if wants_json(request):
        return as_json(answer, status)
    parts = [
        {"id": part["id"], "name": t(f"rounds.part.{part['id']}"), "goal": part["goal"][t.language]}
        for part in records.model()["parts"]
    ]
    told = {key: (filled or {}).get(key, "") for key in records.FIELDS}
    return show(
        request, "rounds.html", status, answer=answer, known=known, asked=asked, trouble=trouble,
        saved=bool(request.query_params.get("saved")) and not trouble, filled=told,
        rounds_svg=drawing.draw(answer, t) if answer["rounds"] else "",
        tables_svg=drawing.tables(answer, t), about=records.model(), parts=parts,
        variants=records.VARIANTS, outcomes=records.OUTCOMES, channels=channels(),
        next_round=max((one.round for one in known), default=0) or 1, periods=PERIODS,
        can_undo=keeping.can_undo(file), can_redo=keeping.can_redo(file),
        simulated=here.simulated, json=address(f"{PAGE}.json", asked.query if asked else {}),
    )  # fmt: skip
