"""
The application: which address is answered by what, and how errors are told.

>>> {"/", "/start.json", "/map", "/map.json"} <= {route.path for route in ROUTES}
True
"""

import secrets
import socket
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import omvei
from omvei import drawings
from omvei.engines.memory import remember
from omvei.errors import FullDiskError, NothingToAnswerError, OmveiError, UnknownNameError
from omvei.language import words
from omvei.sheets import FORMS
from omvei.web import (
    advice,
    attribution,
    campaigns,
    channels,
    checklist,
    choosing,
    compare,
    content,
    costs,
    data,
    deleting,
    funnel,
    groups,
    identity,
    leaks,
    loops,
    map,
    mine,
    models,
    orders,
    paths,
    people,
    plan,
    plans,
    quality,
    questions,
    report,
    rounds,
    sharing,
    sources,
    stages,
    start,
    statements,
    touchpoints,
)
from omvei.web.asking import NotBuiltError
from omvei.web.guard import LOOPBACK, Guard, StaleFormError, TooLargeError
from omvei.web.jobs import Jobs
from omvei.web.refusals import full
from omvei.web.showing import as_json, show, wants_json
from omvei.web.showing import said as words_of
from omvei.web.warming import warm
from omvei.workspace import room

LIMIT = 2 << 30
"""Bytes of a file sent through the browser: 2 GiB."""

REMEMBERED = 64 << 20
"""Bytes of answers that are kept for when the same is asked again: 64 MiB."""

Handler = Callable[[Request], Any]


def _both(path: str, handler: Handler) -> Iterable[Route]:
    """Answer a page and its `.json`."""
    return Route(path, handler), Route(f"{path}.json", handler)


ROUTES = [
    *[Route(f"/{page}.{form}", sharing.file) for page in sharing.PAGES for form in FORMS],
    Route("/", start.start),
    Route("/start.json", start.start),
    *_both("/map", map.map_page),
    Route("/map.svg", map.picture),
    *_both("/people", people.people),
    Route("/people/{person:path}.json", people.person),
    Route("/people/{person:path}", people.person),
    *_both("/leaks", leaks.leaks),
    *_both("/funnel", funnel.funnel),
    *_both("/models", choosing.choosing),
    *_both("/models/compare", compare.compare),
    *_both("/models/rounds", rounds.rounds),
    Route("/models/rounds", rounds.change, methods=["POST"]),
    *_both("/models/loops", loops.loops),
    *_both("/models/stages", stages.stages),
    *_both("/models/own", mine.listing),
    Route("/models/own", mine.make, methods=["POST"]),
    Route("/models/own/{name}.json", mine.one),
    Route("/models/own/{name}", mine.one),
    Route("/models/own/{name}", mine.change, methods=["POST"]),
    Route("/models/own/{name}/try", mine.attempt, methods=["POST"]),
    Route("/models/{name}.json", models.model),
    Route("/models/{name}", models.model),
    *_both("/questions", questions.questions),
    *_both("/checklist", checklist.checklist),
    Route("/checklist/own", checklist.own, methods=["POST"]),
    Route("/checklist/back", checklist.back, methods=["POST"]),
    *_both("/plan", plan.plan),
    Route("/plan/new", plan.new, methods=["POST"]),
    Route("/plan/rows/{row:int}", plan.row, methods=["POST"]),
    Route("/plan/back", plan.back, methods=["POST"]),
    *_both("/advice", advice.advice),
    *_both("/report", report.report),
    *_both("/touchpoints", touchpoints.touchpoints),
    Route("/touchpoints", touchpoints.change, methods=["POST"]),
    *_both("/statements", statements.statements),
    *_both("/content", content.content),
    Route("/content", content.change, methods=["POST"]),
    Route("/content/file", content.take, methods=["POST"]),
    *_both("/attribution", attribution.attribution),
    *_both("/channels", channels.channels),
    *_both("/campaigns", campaigns.campaigns),
    Route("/campaigns", campaigns.change, methods=["POST"]),
    *_both("/groups", groups.groups),
    Route("/groups", groups.change, methods=["POST"]),
    *_both("/plans", plans.plans),
    Route("/plans", plans.make, methods=["POST"]),
    *_both("/plans/{plan}/people", plans.people),
    Route("/plans/{plan}/person/{person:path}.json", plans.person),
    Route("/plans/{plan}/person/{person:path}", plans.person),
    Route("/plans/{plan}.xml", plans.exported),
    Route("/plans/{plan}.json", plans.one),
    Route("/plans/{plan}", plans.one),
    Route("/plans/{plan}", plans.change, methods=["POST"]),
    *_both("/data", data.data),
    *_both("/data/rejected", data.rejected),
    *_both("/data/sources", sources.listing),
    Route("/data/sources/{name}.json", sources.source),
    Route("/data/sources/{name}", sources.source),
    Route("/data/inbox", data.drop_in, methods=["POST"]),
    *_both("/data/quality", quality.quality),
    Route("/data/orders.csv", orders.table),
    *_both("/data/orders", orders.orders),
    *_both("/data/identity", identity.identity),
    *_both("/data/costs", costs.costs),
    *_both("/data/paths", paths.paths),
    Route("/data/identity", identity.choose, methods=["POST"]),
    Route("/data/identity/domains", identity.domains, methods=["POST"]),
    Route("/data/identity/compare", identity.compare, methods=["POST"]),
    Route("/data/identity/apart", identity.set_apart, methods=["POST"]),
    Route("/data/identity/together", identity.together, methods=["POST"]),
    *_both("/data/delete", deleting.person),
    Route("/data/delete", deleting.delete, methods=["POST"]),
    *_both("/data/purge", deleting.disk),
    Route("/data/purge", deleting.purge, methods=["POST"]),
    Route("/data/build", identity.build, methods=["POST"]),
    Route("/data/upload", data.upload, methods=["POST"]),
    Route("/data/preview/{key}.json", data.preview),
    Route("/data/preview/{key}", data.preview),
    Route("/data/preview/{key}", data.look_again, methods=["POST"]),
    Route("/data/import/{key}", data.take, methods=["POST"]),
    Route("/data/undo", data.undo),
    Route("/data/undo", data.take_out, methods=["POST"]),
    Route("/data/progress/{key}.json", data.progress),
    Route("/data/progress/{key}", data.progress),
    Route("/preferences", data.preferences, methods=["POST"]),
]


def app(
    path: Path | str,
    *,
    language: str = "nb",
    hosts: Iterable[str] = (),
    limit: int = LIMIT,
) -> Starlette:
    """Make the application of the workspace in `path`.

    `language` is spoken to browsers that ask for none of ours. `hosts` are names to answer to
    beside those of this machine; `limit` is the most bytes a file may have.

    Raises `WorkspaceError` if there is no workspace.
    """
    here = omvei.open(path)
    folder = Path(__file__).parent
    remember(REMEMBERED)
    application = Starlette(
        routes=[
            *ROUTES,
            Mount("/static", Static(directory=folder / "static")),
        ],
        middleware=[
            Middleware(Guard, hosts=hosts, limit=limit, refusal=words(language)("error.host")),
            Middleware(GZipMiddleware, minimum_size=2000),
        ],
        exception_handlers={
            404: _missing,
            405: _missing,
            500: _broken,
            OmveiError: _told,
            OSError: _full,
        },
    )
    application.state.path = here.path
    application.state.language = language
    application.state.limit = limit
    application.state.secret = secrets.token_bytes(32)
    application.state.jobs = Jobs(here.path / "waiting")
    return application


def serve(path: Path | str, host: str = "127.0.0.1", port: int = 8321) -> None:
    """Serve a workspace until stopped; to this machine only, unless `host` says otherwise.

    Raises `OmveiError` if the address cannot be listened on, for instance since it is in use.
    """
    import uvicorn

    # A name of this machine is answered only where it was asked to listen beyond itself.
    hosts = () if host in LOOPBACK else (host, socket.gethostname().lower())
    application = app(path, hosts=hosts)
    _check_free(host, port)
    threading.Thread(target=warm, args=(path,), daemon=True).start()
    application.state.jobs.then = partial(warm, path)
    print(f"Omvei shows {Path(path).resolve().name} on http://{host}:{port}")  # noqa: T201
    uvicorn.run(application, host=host, port=port, log_level="warning", server_header=False)


def _check_free(host: str, port: int) -> None:
    """Say what is wrong before anything is promised; the server's own words are technical."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except (OSError, OverflowError) as error:
        reason = str(error).partition(" (while")[0].rstrip(".")
        raise OmveiError(
            f"Omvei cannot listen on {host}:{port}: {reason}. Stop what runs there, "
            "or choose another address with --port or --host."
        ) from None


class Static(StaticFiles):
    """The pages' own files, and the style sheet of the drawings."""

    def lookup_path(self, path: str) -> tuple[str, Any]:
        """Find a file; some sheets live with the drawings, which need no web."""
        if path in ("drawings.css", "planned.css", "models/models.css"):
            file = Path(drawings.__file__).parent / path
            return str(file), file.stat()
        return super().lookup_path(path)


def _missing(request: Request, error: Exception) -> Response:
    return _tell(request, 404, "error.404", "")


def _broken(request: Request, error: Exception) -> Response:
    return _tell(request, 500, "error.500", "")


def _full(request: Request, error: Exception) -> Response:
    """Tell that there is no room for what was to be written; any other trouble is ours."""
    if told := room.full(error, request.app.state.path):
        return _told(request, told)
    raise error


def _told(request: Request, error: Exception) -> Response:
    """Tell a mistake that has a name; one that means "no data" is a page of its own."""
    if isinstance(error, TooLargeError):
        return _tell(request, 413, "error.413", "", size=data.size(request))
    if isinstance(error, StaleFormError):
        return _tell(request, 403, "error.403", "")
    if isinstance(error, FullDiskError):
        return _tell(request, 507, "error.507", full(words_of(request), error))
    if isinstance(error, NotBuiltError):
        return identity.companies(request)
    if isinstance(error, NothingToAnswerError):
        if wants_json(request):
            return as_json({"error": str(error)}, 404)
        return show(request, "empty.html")
    if isinstance(error, UnknownNameError):
        return _tell(request, 404, "error.404", str(error))
    return _tell(request, 400, "error.400", str(error))


def _tell(request: Request, status: int, key: str, detail: str, **values: Any) -> Response:
    if wants_json(request):
        return as_json({"error": detail or words("en")(f"{key}.text", **values)}, status)
    return show(request, "error.html", status, key=key, detail=detail, values=values)
