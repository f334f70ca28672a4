"""A vendor's table, by rules in YAML: which of its columns is which of our fields."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from omvei.errors import SourceError, UnknownNameError
from omvei.shipped import shipped
from omvei.sources.cells import Cells, filled, nonblank
from omvei.sources.columns import FIELDS, parts, plain
from omvei.sources.head import Head
from omvei.sources.layout import layout
from omvei.sources.reading import Options

CURE = "Export it again with all columns, or read it as a table: --source table --map time=COLUMN."


@cache
def recipe(name: str) -> dict[str, Any]:
    """The rules of `<name>.yaml`."""
    found: dict[str, Any] = shipped("omvei.sources", f"{name}.yaml")
    return found


def recipe_fields(name: str, *more: str) -> tuple[str, ...]:
    """What a column can be said to hold, by the recipe `name`, and `more`.

    >>> recipe_fields("paths")
    ('steps', 'conversions', 'value', 'nulls')
    """
    return (*recipe(name)["fields"], *more)


def cells_of(seen: Head) -> Cells:
    """The cells of a file, be it text, JSON objects or Parquet."""
    return Cells(seen, layout(seen) if seen.kind == "text" else None)


def has(seen: Head, needs: Sequence[Sequence[str]]) -> bool:
    """Whether a table has a column of each of `needs`, which are lists of words for one thing."""
    if seen.kind not in ("text", "parquet"):
        return False
    columns = {plain(column) for column in cells_of(seen).columns}
    return all(columns & {*choice} for choice in needs)


def table_of(seen: Head, name: str) -> Cells:
    """The cells of a file that must be rows and columns; `SourceError` where it is not."""
    cells = cells_of(seen)
    if seen.kind not in ("text", "parquet") or not cells.columns:
        raise SourceError(seen.path, f"is not a table as {name} exports it.", CURE)
    return cells


def understood(
    cells: Cells,
    fields: Mapping[str, Sequence[str]],
    options: Options,
    known: Sequence[str] = FIELDS,
    word: Callable[[str], str] = plain,
) -> dict[str, str]:
    r"""Our field to the columns of the file that hold it, the first filled one first.

    `known` are our fields that there are; `word` writes a header as the recipe does. What the user
    says wins; an empty column takes the field out. Raises `UnknownNameError` for a field or column
    that is not there.

    >>> import pathlib, tempfile
    >>> from omvei.sources.head import head
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = file.write_text("Order ID,Paid at,Created at\n1,,2025-05-17\n")
    >>> understood(cells_of(head(file)), {"time": ["created_at", "paid_at"]}, Options())
    {'time': 'Created at|Paid at'}
    """
    named: dict[str, list[str]] = {}
    for column in cells.columns:
        named.setdefault(word(column), []).append(column)
    mapping = {}
    for field, choice in fields.items():
        found = [column for header in choice for column in named.get(header, [])]
        if found:
            mapping[field] = "|".join(found)
    for field, value in options.mapping.items():
        if field not in known:
            raise UnknownNameError("field", field, known)
        if not value:
            mapping.pop(field, None)
            continue
        for column in parts(value, cells.columns)[1]:
            if column not in cells.columns:
                raise UnknownNameError("column", column, cells.columns)
        mapping[field] = value
    return mapping


def needed(cells: Cells, mapping: Mapping[str, str], fields: Mapping[str, str]) -> None:
    """Raise `SourceError` unless all of `fields` are there; each has the words for what it is."""
    lacking = [what for field, what in fields.items() if field not in mapping]
    if lacking:
        shown = ", ".join(cells.columns[:40])
        raise SourceError(
            cells.seen.path,
            f"has no column for {' or for '.join(lacking)}. The columns are: {shown}.",
            CURE,
        )


def text_sql(cells: Cells, value: str, verbatim: bool = False) -> str:
    """The SQL expression of a field's text; null where empty, or NULL, NA unless `verbatim`."""
    text = nonblank(cells.joined(*parts(value, cells.columns)))
    return text if verbatim else f"CASE WHEN {filled(text)} THEN {text} END"
