"""
One drawing per answer: data in, picture out, layout included.

A drawing takes what an answer says (`Result.to_json()`) and the words of a language, and returns
text: SVG, or a piece of HTML. It computes no number of its own and imports no web code, so that a
notebook, `--html` and the web page show the same picture. Colours come from `drawings.css`.
"""

from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from omvei.language import Words
    from omvei.lenses.lens import Lens

Own = Mapping[str, "Lens"] | None
MODELS = ("own", "rounds")
"""Answers that are drawn with the style sheet of the models."""


def draw(answer: Mapping[str, Any], language: str = "en", own: Own = None) -> str:
    """Return the picture of an answer, with its styles: for a notebook.

    The map is SVG; a trace, a funnel, leaks and a model are a piece of HTML. `own` are the
    workspace's own models, by name. Raises `KeyError` for an answer that has no drawing.
    """
    from omvei.drawings import map
    from omvei.language import words

    told = words(language, own, answer.get("unit", "people"))
    if answer["answer"] == "map":
        return map.picture(answer, told)
    css = styles(models=answer["answer"] in MODELS)
    return f'<div class="omvei"><style>{css}</style>{_body(answer, told)}</div>'


def page(answer: Mapping[str, Any], language: str = "en", own: Own = None) -> str:
    """Return the picture of an answer as one self-contained HTML page: for `--html FILE`.

    Raises `KeyError` for an answer that has no drawing.
    """
    from omvei.drawings import map
    from omvei.drawings.sheet import html_page, notes
    from omvei.language import words

    said = words(language, own)
    if answer["answer"] == "map":
        return map.page(answer, said)
    named = answer["answer"] == "own"
    title = said.lens(answer["lens"]) if named else said(f"{answer['answer']}.title")
    body = notes(answer, said) + _body(answer, said)
    return html_page(title, body, said, styles(models=answer["answer"] in MODELS))


def styles(*, models: bool) -> str:
    """Return the styles of the drawings; those of the models are a sheet of their own."""
    folder = files("omvei").joinpath("drawings")
    sheets = ["drawings.css", *(["models/models.css"] if models else [])]
    return "".join(folder.joinpath(sheet).read_text("utf-8") for sheet in sheets)


def _body(answer: Mapping[str, Any], said: "Words") -> str:
    from omvei.drawings import funnel, leaks, models, planned, rounds, trace

    drawings = {
        "funnel": funnel.draw,
        "leaks": leaks.draw,
        "own": models.draw_with_table,
        "rounds": rounds.draw_with_table,
        "trace": trace.draw,
        "conform": planned.whole,
        "alongside": planned.whole,
    }
    return drawings[answer["answer"]](answer, said)
