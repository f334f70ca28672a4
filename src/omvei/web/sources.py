"""The kinds of files that can be brought in, and how to get each: steps, and a text to send."""

from starlette.requests import Request
from starlette.responses import Response

from omvei import sources
from omvei.errors import UnknownNameError
from omvei.sources.howto import how_to
from omvei.web.showing import as_json, said, show, wants_json


def listing(request: Request) -> Response:
    """Show every kind of file."""
    rows = [
        # A source of another package may not say how well it knows the format.
        {"name": name, "title": one.TITLE, "status": getattr(one, "STATUS", "complete")}
        for name, one in sources.SOURCES.items()
    ]
    if wants_json(request):
        return as_json({"answer": "sources", "sources": rows})
    return show(request, "sources.html", rows=rows, json="/data/sources.json")


def source(request: Request) -> Response:
    """Show how to get one kind of file, with a text to send to whoever has it."""
    name = request.path_params["name"]
    if name not in sources.SOURCES:
        raise UnknownNameError("source", name, sources.names())
    language = said(request).language
    found = how_to(name).get(language)
    told = sources.SOURCES[name]
    status = getattr(told, "STATUS", "complete")
    if wants_json(request):
        return as_json(
            {
                "answer": "source", "name": name, "title": told.TITLE, "status": status,
                "language": language, "steps": list(found.steps) if found else [],
                "ask": found.ask if found else None,
            }
        )  # fmt: skip
    return show(
        request, "source.html", name=name, title=told.TITLE, known=status, how=found,
        json=f"/data/sources/{name}.json",
    )  # fmt: skip
