"""
A worksheet on paper: PDF for printing, PNG to put into a message or a talk.

Typst sets the page: one wheel, no program or font of the system is needed, and the same worksheet
gives the same page everywhere. It is handed the worksheet as data, never as text to be read as its
own language, so that nothing somebody wrote can be taken for a command.
"""

import json
from importlib.resources import files
from typing import Any, Literal

import typst

from ..drawings.flat import FONT, flat
from .page import text
from .sheet import Drawing, Number, Part, Sentences, Sheet, Table

DOTS = 144
"""Dots an inch of a picture."""


def pdf(sheet: Sheet) -> bytes:
    """A4 pages; the head of a table is there again on every page."""
    return _set(sheet, "pdf")


def png(sheet: Sheet) -> bytes:
    """One picture, as wide as the paper and as long as it needs to be."""
    return _set(sheet, "png")


def _set(sheet: Sheet, form: Literal["pdf", "png"]) -> bytes:
    page = files(__package__).joinpath("paper.typ").read_bytes()
    told = {
        "title": sheet.title,
        "language": sheet.words.language,
        "dated": sheet.dated,
        "notes": sheet.notes,
        "wide": sheet.wide,
        "paged": form == "pdf",
        "font": FONT,
        "parts": [_part(part) for part in sheet.parts if getattr(part, "on_paper", True)],
    }
    return typst.compile(page, format=form, ppi=DOTS, sys_inputs={"sheet": json.dumps(told)})


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Drawing):
        return {"is": "drawing", "title": part.title, "svg": flat(part.svg), "wide": part.wide}
    if isinstance(part, Sentences):
        items = [{"said": one.said, "more": one.more} for one in part.items]
        told = {"title": part.title, "items": items, "note": part.note}
        return {"is": "list", "numbered": part.numbered, **told}
    return {
        "is": "table",
        "title": part.title,
        "note": part.note,
        "heads": part.heads,
        "numeric": [any(isinstance(row[at], Number) for row in part.rows) for at in _across(part)],
        "widths": [_width(part, at) for at in _across(part)],
        "rows": [[text(cell) for cell in row] for row in part.rows],
    }


def _across(part: Table) -> range:
    return range(len(part.heads))


def _width(part: Table, at: int) -> float:
    """How much of the width a column asks for: what usually stands in it, and its longest word."""
    said = [part.heads[at], *(text(row[at]) for row in part.rows)]
    usual = sum(map(len, said)) / len(said)
    longest = max(len(word) for one in said for word in (one.split() or [""]))
    return max(5.5, min(usual, 34.0), min(longest, 16) * 0.95)
