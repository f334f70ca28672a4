"""What can be said of a file: which of its columns holds which field of a source."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omvei.errors import SourceError
from omvei.sources import table
from omvei.sources.catalogue import SOURCES, detect
from omvei.sources.cells import Cells, filled, nonblank
from omvei.sources.head import head
from omvei.sources.recipe import cells_of
from omvei.sources.rows import ask, database

SHOWN = 3
"""How many values of a column tell what is in it."""

LETTERS = 40
"""How much of a value."""

LOOKED_AT = 200
"""The first rows, in which they are looked for."""


@dataclass(frozen=True)
class Choices:
    """The fields of a source, and the columns of a file they may be in."""

    source: str
    fields: tuple[str, ...]
    """What a column can be said to hold; nothing where the source knows its fields by itself."""

    columns: Mapping[str, tuple[str, ...]]
    """Each column of the file, with the first different values in it."""


def choices(path: Path, source: str | None = None) -> Choices:
    r"""What can be said of a plain file that is read with `source`, or with the one that recognises
    it; a file that none recognises may be a table.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "log.csv"
    >>> _ = file.write_text("kunde,tid\n17,2025-05-17\n18,2025-05-17\n")
    >>> choices(file, "table").columns
    {'kunde': ('17', '18'), 'tid': ('2025-05-17',)}
    """
    try:
        source = source or detect(path)
    except SourceError:
        source = table.NAME
    # A source of another package may take no word for its columns.
    said = getattr(SOURCES[source], "fields", None)
    fields: tuple[str, ...] = said() if said else ()
    try:
        cells = cells_of(head(path))
        columns = _values(cells) if fields else {}
        if fields and getattr(SOURCES[source], "OBJECTS", False) and not cells.documents:
            columns |= _inside(cells)
        return Choices(source, fields, columns)
    except SourceError:  # it can be looked at with another source, or not at all
        return Choices(source, fields, {})


def _inside(cells: Cells) -> dict[str, tuple[str, ...]]:
    """What stands in texts that are objects, as `properties.plan`, with its first values."""
    found: dict[str, dict[str, None]] = {}
    for part, _ in cells.batches():
        if not len(part):
            continue
        with database("UTC") as connection:
            texts = ", ".join(f"{cells.cell(name)} AS v{n}" for n, name in enumerate(cells.columns))
            sql = f"SELECT {texts} FROM {cells.rows}"
            rows = ask(connection, sql, raw=part.slice(0, LOOKED_AT)).to_pydict()
        for name, told in zip(cells.columns, rows.values(), strict=True):
            for key, value in (pair for text in told for pair in _object(text).items()):
                if not isinstance(value, dict | list | None):
                    found.setdefault(f"{name}.{key}", {})[str(value)[:LETTERS]] = None
        break
    return {name: tuple(values)[:SHOWN] for name, values in found.items()}


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text) if text and text.startswith("{") else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _values(cells: Cells) -> dict[str, tuple[str, ...]]:
    every = (*cells.columns, *cells.inner)
    found: dict[str, list[str | None]] = {}
    for part, _ in cells.batches():
        if len(part):
            texts = (nonblank(cells.cell(column)) for column in every)
            said = ", ".join(
                f"CASE WHEN {filled(text)} THEN left({text}, {LETTERS}) END AS v{place}"
                for place, text in enumerate(texts)
            )
            with database("UTC") as connection:
                first = part.slice(0, LOOKED_AT)
                found = ask(connection, f"SELECT {said} FROM {cells.rows}", raw=first).to_pydict()
            break
    held = (found.get(f"v{place}", []) for place in range(len(every)))
    different = (tuple(dict.fromkeys(text for text in texts if text)) for texts in held)
    return {column: texts[:SHOWN] for column, texts in zip(every, different, strict=True)}
