"""
Where the nodes of a map stand, kept from one visit to the next.

The places are computed once for each way to show the map (by what, how many) and saved with the
workspace; a filter never moves a node. They are computed anew when most of the nodes are
others than before.
"""

import json
import os
from pathlib import Path
from typing import Any

from omvei.drawings import map as drawing
from omvei.drawings.choosing import choose
from omvei.language import Words

Places = dict[str, tuple[float, float]]


def standing(folder: Path, map: dict[str, Any], nodes: int, words: Words, shape: str) -> Places:
    """Return the places of a map's nodes as fractions of width and height, and save new ones."""
    view = f"{map['by']}-{map['lens']}" if map.get("lens") else str(map["by"])
    file = folder / "places" / f"{view}-{nodes}-{shape}.json"
    saved = _read(file)
    names = [node["id"] for node in choose(map).nodes]
    known = [name for name in names if name in saved]
    if len(known) < len(names) / 2:
        saved = {}
    if not saved or len(known) < len(names):
        placed = drawing.places(map, words, shape=shape, saved=saved or None)
        saved |= placed.fractions()
        _write(file, saved)
    return saved


def _read(file: Path) -> Places:
    try:
        return {name: (float(x), float(y)) for name, (x, y) in json.loads(file.read_text()).items()}
    except (OSError, ValueError):  # not saved yet, or half written by a crash: place anew
        return {}


def _write(file: Path, places: Places) -> None:
    file.parent.mkdir(exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.part")
    draft.write_text(json.dumps(places))
    draft.replace(file)
