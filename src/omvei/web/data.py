"""
The data page: what has been brought in, and a new file step by step.

upload → preview (how it was understood; change it, look again) → import, in the background →
report. Nothing is kept before the person says so; rejected rows can be read with their reasons.
"""

import json
import secrets
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omvei.errors import OmveiError, SourceError, UnknownNameError
from omvei.language import Words
from omvei.web import deleting
from omvei.web.asking import has_data, workspace
from omvei.web.guard import check_form
from omvei.web.jobs import Job, Jobs
from omvei.web.mapping import asked, form
from omvei.web.mapping import told as told_of
from omvei.web.refusals import refused as refused_in
from omvei.web.refusals import retold
from omvei.web.showing import address, as_json, said, show, wants_json

HEADLINES = {
    "import": {
        "waiting": "data.progress", "running": "data.progress", "done": "data.report",
        "failed": "data.failed",
    },
    "undo": {
        "waiting": "data.undo.progress", "running": "data.undo.progress",
        "done": "data.undo.done", "failed": "data.undo.failed",
    },
    "rebuild": {
        "waiting": "rebuild.progress", "running": "rebuild.progress",
        "done": "rebuild.done", "failed": "rebuild.failed",
    },
    "view": {
        "waiting": "view.progress", "running": "view.progress",
        "done": "rebuild.done", "failed": "view.failed",
    },
    "delete": {
        "waiting": "delete.progress", "running": "delete.progress",
        "done": "delete.done", "failed": "delete.failed",
    },
    "purge": {
        "waiting": "purge.progress", "running": "purge.progress",
        "done": "purge.done", "failed": "purge.failed",
    },
}  # fmt: skip
REJECTED = 200  # rejected rows on a page


def data(request: Request) -> Response:
    """Show the files that were brought in."""
    here = workspace(request)
    imports = list(reversed(here.imports()))
    summary = here.journeys.summary().to_json() if has_data(here) else None
    if wants_json(request):
        return as_json({"answer": "data", "imports": imports, "summary": summary})
    return show(
        request, "data.html", dropped=[file.name for file in here.dropped()],
        imports=imports, summary=summary, simulated=here.simulated, left=deleting.waiting(here),
        most=size(request), json="/data.json",
    )  # fmt: skip


def rejected(request: Request) -> Response:
    """Show rows that were set aside, and why."""
    here = workspace(request)
    file = request.query_params.get("file") or None
    rows = here.rejected(file, REJECTED)
    if wants_json(request):
        return as_json({"answer": "rejected", "file": file, "rows": rows})
    names = {done["file"]: done["name"] for done in here.imports()}
    return show(
        request, "rejected.html", told_in=partial(retold, said(request)),
        rows=rows, names=names, file=file, simulated=here.simulated,
        json=f"/data/rejected.json?{request.url.query}".rstrip("?"),
    )  # fmt: skip


async def upload(request: Request) -> Response:
    """Take a file and show how it is understood."""
    async with request.form(max_files=1) as form:
        check_form(request, form.get("token"))
        sent = form.get("file")
        if not isinstance(sent, UploadFile) or not sent.filename:
            return RedirectResponse("/data", 303)
        key, path = _jobs(request).keep(sent.filename)
        try:
            with path.open("wb") as out:
                while part := await sent.read(1 << 20):
                    out.write(part)
        except BaseException:  # a full disk, or a reader who went away
            _jobs(request).drop(key)
            raise
    return RedirectResponse(f"/data/preview/{key}", 303)


def preview(request: Request) -> Response:
    """Show how a waiting file is understood, with what was changed about it."""
    key = request.path_params["key"]
    path = _jobs(request).waiting(key)
    if path is None:
        return RedirectResponse("/data", 303)
    query = request.query_params
    told, file = told_of(query), query.get("file")
    found: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    skipped: list[dict[str, Any]] = []
    trouble = ""
    try:
        for item in workspace(request).preview(path, **told, only=file):
            (skipped if "skipped" in item else refused if "error" in item else found).append(item)
    except SourceError as error:
        trouble = refused_in(said(request), error, file or path.name)
    except OmveiError as error:
        trouble = _without(str(error), path)
    for item in found:
        item["header"] = list(dict.fromkeys(name for row in item["rows"] for name in row))
    one = found[0] if len(found) == 1 else None
    if one and one["remembered"]:
        told = {**one["remembered"], **told}
    mapping = form(_choices(request, path, told, one, file), told, one["mapping"] if one else {})
    if wants_json(request):
        # Rows hold times and amounts, which JSON has no words for.
        files = json.loads(json.dumps(found + refused + skipped, default=str))
        return as_json({"answer": "preview", "files": files, "trouble": trouble})
    status = 422 if trouble else 200
    return show(
        request, "preview.html", status, told_in=partial(retold, said(request)),
        key=key, name=path.name, found=found, file=file, refused=refused, trouble=trouble,
        told=told, mapping=mapping, several=not file and len(found) + len(refused) > 1,
        skipped=left_out(skipped),
        json=address(f"/data/preview/{key}.json", {"file": file}),
    )  # fmt: skip


async def drop_in(request: Request) -> Response:
    """Start taking in what was dropped into the inbox."""
    form = await request.form()
    check_form(request, form.get("token"))
    here, key = workspace(request), secrets.token_hex(8)
    _jobs(request).start(key, "inbox", lambda progress: here.inbox(progress=progress))
    return RedirectResponse(f"/data/progress/{key}", 303)


async def look_again(request: Request) -> Response:
    """Go to the preview with what was changed, so that its address says it.

    What is said about one file of several is kept where it was asked for, and all are shown again.
    """
    given = await request.form()
    check_form(request, given.get("token"))
    told, file = told_of(given), str(given.get("file") or "") or None
    again = RedirectResponse(address(request.url.path, {"file": file, **asked(told)}), 303)
    path = _jobs(request).waiting(request.path_params["key"])
    if not given.get("keep") or path is None:
        return again
    try:
        await run_in_threadpool(workspace(request).keep_mapping, path, **told, only=file)
    except OmveiError:  # the preview says what is wrong with it
        return again
    return RedirectResponse(request.url.path, 303)


async def take(request: Request) -> Response:
    """Start bringing a waiting file in."""
    given = await request.form()
    check_form(request, given.get("token"))
    key = request.path_params["key"]
    path = _jobs(request).waiting(key)
    if path is None:
        return RedirectResponse("/data", 303)
    if given.get("cancel"):
        _jobs(request).drop(key)
        return RedirectResponse("/data", 303)
    told = told_of(given)
    allow = given.get("allow") == "yes"
    here = workspace(request)
    if _jobs(request).get(key) is None:
        _jobs(request).start(
            key,
            path.name,
            lambda progress: here.take(path, **told, allow_rejects=allow, progress=progress),
        )
    return RedirectResponse(f"/data/progress/{key}", 303)


def undo(request: Request) -> Response:
    """Ask whether a file is to be taken out again."""
    name = request.query_params.get("name", "")
    here = workspace(request)
    known = [done["name"] for done in here.imports()]
    if name not in known:
        raise UnknownNameError("file", name, known)
    return show(request, "undo.html", name=name, simulated=here.simulated)


async def take_out(request: Request) -> Response:
    """Start taking a file out again."""
    form = await request.form()
    check_form(request, form.get("token"))
    name, here = str(form.get("name")), workspace(request)
    key = secrets.token_hex(8)
    _jobs(request).start(key, name, lambda progress: [here.undo(name, progress)], "undo")
    return RedirectResponse(f"/data/progress/{key}", 303)


def progress(request: Request) -> Response:
    """Show how far an import has come, and its report when it is done."""
    job = _jobs(request).get(request.path_params["key"])
    if job is None:
        return RedirectResponse("/data", 303)
    if job.then and job.state == "done" and not wants_json(request):
        return RedirectResponse(job.then, 303)
    t, key = said(request), f"data.progress.phase.{job.phase}"
    phase = t(key) if t.has(key) else job.phase
    pace = _pace(job, t)
    if wants_json(request):
        return as_json(job.to_json() | {"said": phase, "pace": pace})
    return show(
        request,
        "progress.html",
        told_in=partial(retold, t),
        job=job,
        skipped=left_out(job.report),
        phase=phase,
        pace=pace,
        headline=HEADLINES[job.kind][job.state],
        json=f"/data/progress/{job.id}.json",
    )


def _pace(job: Job, t: Words) -> str:
    """How many rows of how many, how fast, and how long it will take yet, in words."""
    if job.phase == "waiting" or not job.done:
        return ""
    said = [t("data.progress.rows", n=t.number(job.done))]
    if job.total:
        said = [t("data.progress.of", n=t.number(job.done), total=t.number(job.total))]
    rate, left = job.pace()
    if rate:
        said.append(t("data.progress.rate", n=t.number(round(rate))))
    if left is not None:
        said.append(t("data.progress.left", time=t.duration(max(1, round(left)))))
    return " · ".join(said)


async def preferences(request: Request) -> Response:
    """Keep the language and the appearance the person chose, for a year."""
    form = await request.form()
    await run_in_threadpool(check_form, request, form.get("token"))
    back = str(form.get("back") or "/")
    # Only a path of our own: never to another site.
    local = back.startswith("/") and not back.startswith(("//", "/\\"))
    response = RedirectResponse(back if local else "/", 303)
    for name in ("language", "theme"):
        value = form.get(name)
        if isinstance(value, str) and value.isalpha():
            response.set_cookie(f"omvei_{name}", value, max_age=31_536_000, samesite="lax")
    return response


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


def _choices(
    request: Request,
    path: Path,
    told: Mapping[str, Any],
    one: Mapping[str, Any] | None,
    file: str | None,
) -> Any:
    """Return what can be said of a waiting file; nothing of one that cannot be opened."""
    try:
        source = told.get("source") or (one and one["source"])
        return workspace(request).choices(path, source, file)
    except OmveiError:
        return None


def left_out(items: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the names of the files that hold no events, by the reason."""
    names: dict[str, list[str]] = {}
    for item in items:
        if "skipped" in item:
            names.setdefault(item["skipped"], []).append(item["name"])
    return names


def _without(text: str, path: Any) -> str:
    """Leave out the folder the file waits in: it means nothing to the reader."""
    return text.replace(f"{path.parent}/", "")


def size(request: Request) -> str:
    """Write the most a sent file may have."""
    mebibytes = request.app.state.limit // (1 << 20)
    t = said(request)
    return f"{t.number(mebibytes)} MB" if mebibytes < 1024 else f"{t.decimal(mebibytes / 1024)} GB"
