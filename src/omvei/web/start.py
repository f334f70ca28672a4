"""The start page: what the data say first, and the doors to everything else."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei.drawings.words import sentence
from omvei.web.asking import ask, has_data, workspace
from omvei.web.showing import address, as_json, said, show, wants_json

DOORS = (
    ("map", "/map"),
    ("trace", "/map?follow=any"),
    ("leaks", "/leaks"),
    ("questions", "/questions"),
    ("funnel", "/funnel"),
    ("plan", "/plan"),
    ("data", "/data"),
)


def whole(request: Request) -> dict[str, Any]:
    """The start page as an answer, with the map. Raises `NothingToAnswerError` without data."""
    found: dict[str, Any] = ask(request).journeys.start().to_json()
    return found


def start(request: Request) -> Response:
    """Show three findings and the doors; without data, the ways to begin."""
    here = workspace(request)
    if not has_data(here):
        if wants_json(request):
            return as_json({"answer": "start", "n": 0, "findings": []})
        return show(request, "empty.html", json="/start.json")
    asked = ask(request)
    summary = asked.everybody.summary().to_json()
    found = asked.journeys.findings().to_json()
    if wants_json(request):
        return as_json({"answer": "start", "summary": summary, **found})
    t = said(request)
    findings = [
        {"text": sentence(finding, t), "href": _within(finding["href"], asked.query)}
        for finding in found["findings"]
    ]
    return show(
        request, "start.html", summary=summary, findings=findings, doors=DOORS, asked=asked,
        kept=asked.query,        simulated=here.simulated, json="/start.json",
    )  # fmt: skip


def _within(href: str, period: dict[str, Any]) -> str:
    """Add the period to a finding's address, so that its numbers are those of the page."""
    extra = address("", period).lstrip("?")
    return href + ("&" if "?" in href else "?") + extra if extra else href
