"""
From an answer to a response: language, theme, template, or JSON.

A handler returns `show(request, "map.html", ...)`; the template finds the words of the reader's
language as `t`, and `url(...)`, which adds to or changes the query of the page.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from omvei import lenses
from omvei.language import LANGUAGES, Words, choose, words
from omvei.web.asking import USUAL_LENSES, own_models, unseen
from omvei.web.guard import form_token, keep_token
from omvei.web.navigation import place, rooms

THEMES = ("auto", "light", "dark")

_pages = Environment(
    loader=PackageLoader("omvei.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters["kind_said"] = lambda kind, t: t.kind(kind)
_pages.filters["combine"] = lambda one, other: {**one, **other}


def said(request: Request) -> Words:
    """Return the words of the reader's language: chosen, else the browser's, else the server's."""
    asked = request.cookies.get("omvei_language")
    default: str = request.app.state.language
    chosen = words(choose(asked, request.headers.get("accept-language"), default))
    unit = "person"
    if not request.url.path.startswith("/data"):  # those pages are about persons, whoever is seen
        unit = request.query_params.get("unit") or unit
    return replace(chosen, own=own_models(request), unit=unit)


def wants_json(request: Request) -> bool:
    """Say whether the address ends with `.json`."""
    return request.url.path.endswith(".json")


def as_json(answer: Mapping[str, Any], status: int = 200) -> Response:
    """Return an answer as JSON."""
    return JSONResponse(dict(answer), status_code=status)


def show(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """Return a page. `X-Fragment: panel` in the request asks for the side panel only."""
    t = said(request)
    theme = request.cookies.get("omvei_theme", "auto")
    if request.headers.get("x-fragment") == "panel" and "panel" in context:
        template = "_panel.html"

    def url(path: str | None = None, /, **changes: Any) -> str:
        query = dict(request.query_params) if path is None else {}
        return address(path or request.url.path, query | changes)

    room, page = place(request.url.path)
    asked = context.get("asked")
    everything: dict[str, Any] = {
        "t": t,
        "url": url,
        "languages": LANGUAGES,
        "theme": theme if theme in THEMES else "auto",
        "themes": THEMES,
        "usual_lenses": USUAL_LENSES,
        "other_lenses": [
            *(name for name in lenses.names() if name not in USUAL_LENSES),
            *own_models(request),
        ],
        "token": form_token(request),
        "rooms": rooms(),
        "room": room,
        "page": page,
        "here": request.url.path,
        "query": request.url.query,
        "back": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "json": "",
        "simulated": False,
        "unseen": unseen(request),
        "kept_query": asked.query if asked else {},
        **{key: Markup(value) if key.endswith("_svg") else value for key, value in context.items()},
    }
    response = HTMLResponse(_pages.get_template(template).render(everything), status)
    response.headers["content-language"] = t.language
    response.headers["vary"] = "Cookie, Accept-Language, X-Fragment"
    keep_token(request, response)
    return response


def address(path: str, query: Mapping[str, Any]) -> str:
    """Write an address; what is None or empty is left out.

    >>> address("/map", {"by": "kind", "node": None, "from": ""})
    '/map?by=kind'
    """
    kept = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path
