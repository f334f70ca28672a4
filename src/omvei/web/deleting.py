"""
Deleting a person, and removing deleted people from the disk: each asks first, then works while the
pages go on. The words are those of `omvei delete` and `omvei purge`.
"""

import secrets
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omvei.web.asking import workspace
from omvei.web.guard import check_form
from omvei.web.showing import as_json, show, wants_json


def person(request: Request) -> Response:
    """Say what would go with a person, and ask."""
    here = workspace(request)
    told = here.delete(request.query_params.get("person", ""), dry_run=True)
    if wants_json(request):
        return as_json({"answer": "delete", **told, "deleted": False})
    return show(
        request, "delete.html", told=told, simulated=here.simulated,
        json=f"/data/delete.json?person={told['person']}",
    )  # fmt: skip


async def delete(request: Request) -> Response:
    """Start deleting a person."""
    form = await request.form()
    check_form(request, form.get("token"))
    here, who = workspace(request), str(form.get("person"))
    return _start(request, who, "delete", lambda progress: [here.delete(who, progress=progress)])


def disk(request: Request) -> Response:
    """Say what is still on the disk of deleted people, and ask."""
    here = workspace(request)
    left = waiting(here)
    if wants_json(request):
        return as_json({"answer": "purge", "identifiers": left})
    return show(request, "purge.html", left=left, simulated=here.simulated, json="/data/purge.json")


async def purge(request: Request) -> Response:
    """Start removing from the disk what is left of deleted people."""
    form = await request.form()
    check_form(request, form.get("token"))
    here = workspace(request)
    name = here.path.resolve().name
    return _start(request, name, "purge", lambda progress: [here.purge(progress)])


def waiting(here: Any) -> int:
    """How many identifiers of deleted people are still on the disk."""
    return len({named for named, _, _ in here.deleted.waiting})


def _start(
    request: Request, name: str, kind: str, work: Callable[[Any], list[dict[str, Any]]]
) -> Response:
    key = secrets.token_hex(8)
    request.app.state.jobs.start(key, name, work, kind)
    return RedirectResponse(f"/data/progress/{key}", 303)
