"""The content map: what there is for each stage, what is missing, and the inventory to fill in."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omvei import keeping
from omvei.answers.content import without_data
from omvei.errors import NothingToAnswerError, OmveiError, SourceError
from omvei.touchpoints import channels, inventory
from omvei.touchpoints.formats import formats
from omvei.web import changing
from omvei.web.asking import PERIODS, Asked, ask, workspace
from omvei.web.guard import check_form
from omvei.web.refusals import refused
from omvei.web.showing import address, as_json, said, show, wants_json

LISTED = 60
"""Pieces of the list that are shown at once."""
FIELDS = ("page", "title", "stage", "format", "question", "language", "owner", "updated")


def answer(request: Request) -> tuple[Asked | None, dict[str, Any]]:
    """The content map; without data, the inventory and what the table asks for."""
    here = workspace(request)
    try:
        asked = ask(request)
        return asked, asked.journeys.content().to_json()
    except NothingToAnswerError:
        return None, without_data(here.path / "definitions", here.simulated).to_json()


def content(request: Request) -> Response:
    """Show the content map, and the forms that fill it in."""
    return _shown(request)


async def take(request: Request) -> Response:
    """Add the pages of a sitemap or a CSV; what is wrong with the file is told on the page."""
    async with request.form(max_files=1) as form:
        check_form(request, form.get("token"))
        sent = form.get("file")
        if not isinstance(sent, UploadFile) or not sent.filename:
            return _shown(request, 400, said(request)("content.file.none"))
        raw = await sent.read()
    with TemporaryDirectory() as folder:
        file = Path(folder) / (Path(sent.filename).name or "file")
        file.write_bytes(raw)
        try:
            done = inventory.take(workspace(request).path / "definitions", file)
        except SourceError as error:
            return _shown(request, 400, refused(said(request), error, file.name))
        except OmveiError as error:
            return _shown(request, 400, str(error).replace(f"{folder}/", ""))
    return RedirectResponse(address("/content", done) + "#file", 303)


def _shown(request: Request, status: int = 200, trouble: str = "") -> Response:
    here = workspace(request)
    asked, mapped = answer(request)
    if wants_json(request):
        return as_json(mapped)
    file = here.path / "definitions" / inventory.FILE
    query = request.query_params
    known = {piece.page: inventory.said(piece) for piece in inventory.load(file.parent)}
    filled = dict.fromkeys((*FIELDS, "channel", "channels"))
    filled |= known.get(query.get("page", "")) or {
        key: query[key] for key in (*FIELDS, "channel") if query.get(key)
    }
    done = query.get("added", "")
    return show(
        request, "content.html", status, trouble=trouble, content=mapped, asked=asked,
        periods=PERIODS,
        stages=inventory.STAGES, formats=formats(), channels=channels.names(),
        across=across(), cells=cells(mapped["rows"]), filled=filled,
        pieces=mapped["pieces"][:LISTED], more=len(mapped["pieces"]) - LISTED,
        can_undo=keeping.can_undo(file), can_redo=keeping.can_redo(file),
        added=int(done) if done.isdigit() else None, known=query.get("known", ""),
        simulated=here.simulated, kept=asked.query if asked else {},
        json=address("/content.json", asked.query if asked else {}),
    )  # fmt: skip


def across() -> list[str]:
    """The channels that have a column: those through which the table asks for something."""
    wanted = {channel for one in formats().values() for channel in one.create}
    return [name for name in channels.names() if name in wanted]


def cells(rows: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """The rows by stage, format and channel."""
    found: dict[str, dict[str, dict[str, Any]]] = {stage: {} for stage in inventory.STAGES}
    for row in rows:
        found[row["stage"]].setdefault(row["format"], {})[row["channel"]] = row
    for name, one in formats().items():
        if one.create:
            found[one.stage].setdefault(name, {})
    return found


async def change(request: Request) -> Response:
    """Write a piece down, take one away, or undo: what the button says."""
    return await changing.change(request, inventory.FILE, _write, "/content#inventory")


def _write(file: Path, form: Any, do: str) -> None:
    page = str(form.get("page", "")).strip()
    if not page:
        raise OmveiError("A piece of content needs an address or a name. Go back and write one.")
    said = list(keeping.read(file).said or [])
    place = next((i for i, item in enumerate(said) if item["page"] == page), len(said))
    item: dict[str, Any] = {
        key: text for key in FIELDS if (text := str(form.get(key) or "").strip())
    }
    if ways := [str(way) for way in form.getlist("channels") if way]:
        item["channels"] = ways
    said[place : place + 1] = [item] if do == "save" else []
    keeping.write(file, said or None, inventory.check)
