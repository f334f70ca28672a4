"""
How readily identifiers are joined: the policies side by side, and choices that can be undone.

What changes who is who rebuilds history in the background; the pages show the old state until then.
"""

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omvei.drawings.words import compared as told
from omvei.keeping import put
from omvei.people import policies
from omvei.web.asking import workspace
from omvei.web.guard import check_form
from omvei.web.showing import as_json, said, show, wants_json


def identity(request: Request) -> Response:
    """Show the policies, and what was set apart."""
    here = workspace(request)
    journeys = here.journeys
    chosen = journeys.build.settings["policy"]
    compared = _compared(here.path)
    apart = policies.apart(here.path / "definitions")
    if wants_json(request):
        return as_json(
            {
                "answer": "identity",
                "policy": chosen,
                "domains": here.domains,
                "compared": compared,
                "apart": [{"kind": kind, "value": value} for kind, value in apart],
            }
        )
    return show(
        request, "identity.html", chosen=chosen, policies=list(policies.policies()),
        domains=here.domains, compared=compared,
        told=told(compared, said(request)) if compared else [], apart=apart,
        simulated=here.simulated,
        json="/data/identity.json",
    )  # fmt: skip


async def choose(request: Request) -> Response:
    """Choose a policy, and rebuild."""
    form = await _form(request)
    name = policies.policy(str(form.get("policy"))).name
    here = workspace(request)
    return _work(request, name, lambda progress: here.choose_policy(name, progress))


async def domains(request: Request) -> Response:
    """Say whether the domain of an e-mail address names a company."""
    form = await _form(request)
    workspace(request).keep_domains(str(form.get("kept")) == "yes")
    return RedirectResponse("/data/identity", 303)


async def compare(request: Request) -> Response:
    """Build under each policy, and keep what differs until the journeys are built again."""
    await _form(request)
    here = workspace(request)

    def work(progress: Any) -> None:
        progress(0, None, "people")
        told = here.compare().to_json()
        file = _file(here.path)
        file.parent.mkdir(exist_ok=True)
        put(file, json.dumps(told))

    return _work(request, ", ".join(policies.policies()), work)


async def set_apart(request: Request) -> Response:
    """Set an identifier apart, and rebuild."""
    form = await _form(request)
    here, who = workspace(request), str(form.get("identifier"))
    return _work(
        request, str(form.get("name") or who), lambda progress: here.unmerge(who, progress)
    )


async def together(request: Request) -> Response:
    """Join an identifier again that was set apart, and rebuild."""
    form = await _form(request)
    here, kind, value = workspace(request), str(form.get("kind")), str(form.get("value"))
    return _work(request, value, lambda progress: here.merge_back(kind, value, progress))


async def build(request: Request) -> Response:
    """Build the journeys again, after a change in the definitions."""
    await _form(request)
    here = workspace(request)
    return _work(request, here.path.resolve().name, lambda progress: here.build(progress))


def companies(request: Request) -> Response:
    """Build the journeys of companies, then show the page that was asked for."""
    here = workspace(request)
    build = here.journeys.build
    key = f"companies{build.folder.name}{build.events_version}{'domains' * here.domains}"
    jobs, then = request.app.state.jobs, f"{request.url.path}?{request.url.query}"
    known = jobs.get(key)
    if known is None or known.state in ("done", "failed"):

        def work(progress: Any) -> list[dict[str, Any]]:
            here.view("account", progress=progress)
            return []

        jobs.start(key, here.path.resolve().name, work, "view", then)
    return RedirectResponse(f"/data/progress/{key}", 303)


async def _form(request: Request) -> Any:
    form = await request.form()
    check_form(request, form.get("token"))
    return form


def _work(request: Request, name: str, work: Callable[[Any], object]) -> Response:
    key = secrets.token_hex(8)

    def done(progress: Any) -> list[dict[str, Any]]:
        work(progress)
        return []

    request.app.state.jobs.start(key, name, done, "rebuild")
    return RedirectResponse(f"/data/progress/{key}", 303)


def _file(folder: Path) -> Path:
    return folder / "views" / "policies.json"


def _compared(folder: Path) -> dict[str, Any] | None:
    """The comparison of this build; a new build clears it away."""
    try:
        found: dict[str, Any] = json.loads(_file(folder).read_text("utf-8"))
        return found
    except (OSError, ValueError):  # not compared yet, or half written by a crash
        return None
