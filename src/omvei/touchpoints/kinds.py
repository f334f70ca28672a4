"""The kind and the content of an event: the row's own word, the site's rules, then `kinds.yaml`.

Content is what the row names; else what the site's rules name; else, for a page, its first
folder (`/blog/...` is `/blog`), so that a map of a site with thousands of pages can be read.
"""

import re
from functools import cache
from typing import Any, NamedTuple

from ..shipped import shipped
from .definitions import Definitions
from .inventory import path_of
from .vocabulary import kinds


class Named(NamedTuple):
    """What an event is called. None where nobody says."""

    kind: str
    content: str | None
    stage: str | None
    format: str | None
    question: str | None
    ownership: str
    initiator: str


@cache
def _file() -> dict[str, Any]:
    said: dict[str, Any] = shipped(__package__, "kinds.yaml")
    return said


@cache
def _folders() -> dict[str, str]:
    return {word: kind for kind, words in _file()["paths"].items() for word in words}


def first_folder(path: str) -> str:
    """The first folder of a path, or the page itself where there is no folder.

    >>> first_folder("/blog/2014/tents.html"), first_folder("/about.html"), first_folder("/")
    ('/blog', '/about.html', '/')
    """
    parts = [part for part in path.split("/") if part]
    return "/" + parts[0] if parts else "/"


def _by_name(source: str, event: str, path: str | None) -> str:
    word = event.strip().lower()
    plain = re.sub(r"[^\w]+", "_", word).strip("_")
    for table, key in ((source, word), ("any", word), ("any", plain)):
        if kind := _file().get(table, {}).get(key):
            return str(kind)
    if plain in kinds():
        return plain
    return "page_view" if path else "other"


def name(
    source: str,
    event: str | None,
    kind: str | None,
    path: str | None,
    content: str | None,
    asks: str | None,
    definitions: Definitions,
) -> Named:
    """Name an event; `asks` says that its address holds words searched for on the site.

    >>> name("ga4", "view_item", None, "/telt/t-2", None, None, Definitions())[:2]
    ('product_view', '/telt')
    >>> name("access-log", "page_view", None, "/blog/a.html", None, None, Definitions()).kind
    'content_read'
    """
    words = {"url": path, "event": event, "source": source, "content": content}
    says: dict[str, str] = next((r.says for r in definitions.rules if r.holds(words)), {})
    if path and definitions.pieces:
        says = {**definitions.pieces.get(path_of(path), {}), **says}
    found = kind if kind in kinds() else None
    found = found or says.get("kind") or _by_name(source, event or "", path)
    if found == "page_view" and path and kind is None:
        if asks:
            found = "search"
        folders = [] if asks else [part.lower() for part in path.split("/") if part]
        found = next((_folders()[part] for part in folders if part in _folders()), found)
    usual = kinds()[found]
    return Named(
        found,
        content or says.get("content") or (first_folder(path) if path else None),
        says.get("stage"),
        says.get("format"),
        says.get("question"),
        says.get("ownership", usual.ownership),
        says.get("initiator", usual.initiator),
    )
