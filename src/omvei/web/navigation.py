"""The rooms of the app and the pages in each: which are shown in the header, and where we are."""

from collections.abc import Mapping
from functools import cache

from ..shipped import shipped

BESIDE = {"/statements": "/touchpoints"}
"""Pages that no room names, each with the page it is part of."""


@cache
def rooms() -> Mapping[str, Mapping[str, str]]:
    """Return the rooms: the name of each, and the addresses of its pages by their names.

    >>> rooms()["start"]
    {'start': '/'}
    """
    found: Mapping[str, Mapping[str, str]] = shipped("omvei.web", "navigation.yaml")
    return found


def place(path: str) -> tuple[str, str]:
    """Return the room and the page that an address belongs to; two empty words for none.

    >>> place("/people/1001"), place("/leaks"), place("/"), place("/elsewhere")
    (('people', 'people'), ('answers', 'leaks'), ('start', 'start'), ('', ''))
    >>> place("/statements")
    ('plan', 'touchpoints')
    """
    path = BESIDE.get(path, path)
    nearest = ("", "", "")
    for room, pages in rooms().items():
        for page, address in pages.items():
            inside = path == address or (address != "/" and path.startswith(f"{address}/"))
            if inside and len(address) > len(nearest[2]):
                nearest = (room, page, address)
    return nearest[:2]
