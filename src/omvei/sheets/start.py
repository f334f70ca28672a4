"""The start page to pass on: what the data say first, and the map."""

from collections.abc import Mapping
from typing import Any

from ..answers.sharing import shared
from ..drawings import map
from ..drawings.words import sentence
from ..language import Words
from . import cells
from .sheet import Drawing, Item, Part, Sentences, Table

COUNTED = ("touchpoints", "people", "sessions", "purchases", "customers")


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """The findings, the map, and what was counted."""
    found = tuple(Item(sentence(one, t)) for one in said["findings"])
    items = found or (Item(t("finding.none")),)
    title = t("start.findings") if len(found) == 3 else t("finding.label")
    lines = tuple((t(f"sheet.{name}"), cells.count(said["summary"][name], t)) for name in COUNTED)
    return [
        Sentences(title, items, numbered=True, note=t("association") if found else ""),
        Drawing(t("map.title"), map.draw(shared(said["map"]), t, link=lambda _: "#"), wide=True),
        Table(t("sheet.counted"), (t("sheet.what"), t("sheet.count")), lines),
    ]
