"""Rows as JSON objects, whatever the file; and SQL that reads places in them.

A place is a path such as `properties.$current_url`. It is looked for as keys inside one another
and as one key with dots, because tables flattened from JSON name their columns so.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from omvei.sources.cells import Cells, filled
from omvei.sources.delimited import Refused
from omvei.sources.head import Head
from omvei.sources.lines import objects
from omvei.sources.recipe import cells_of
from omvei.sources.rows import ask, database, quoted

TEXTS = pa.schema([("row", pa.int64()), ("text", pa.string()), ("bad", pa.string())])


@dataclass(frozen=True)
class Places:
    """All places that are read, each once, so that each object is parsed once."""

    paths: tuple[str, ...]

    def cut(self, document: str) -> str:
        """The SQL expression of the texts at all places of a JSON expression: a list."""
        escaped = [path.replace("~", "~0").replace("/", "~1") for path in self.paths]
        pointers = [quoted("/" + path.replace(".", "/")) for path in escaped]
        pointers += [quoted("/" + path) for path in escaped]
        return f"json_extract_string({document}, [{', '.join(pointers)}])"

    def at(self, path: str, cut: str = "c") -> str:
        """The SQL expression of one place in the list `cut`; null where empty."""
        place = self.paths.index(path) + 1
        flat = place + len(self.paths)
        return f"nullif(trim(coalesce({cut}[{place}], {cut}[{flat}])), '')"

    def first(self, paths: Sequence[str], cut: str = "c") -> str:
        """The SQL expression of the first place that is filled; null where there are none."""
        return f"coalesce({', '.join(self.at(path, cut) for path in paths) or 'NULL::VARCHAR'})"

    def joined(self, paths: Sequence[str], cut: str = "c") -> str:
        """The SQL expression of all places, with a blank between them."""
        return f"nullif(concat_ws(' ', {', '.join(self.at(path, cut) for path in paths)}), '')"


def documents(
    seen: Head, written: Callable[[Cells], str]
) -> Iterator[tuple[pa.Table, list[Refused]]]:
    """The objects of a file: `row`, `text`, `bad`; with the lines of a table that are refused.

    `written` gives the SQL expression that writes a row of a table as an object.
    """
    if seen.kind != "text":
        for table in objects(seen):
            yield table, []
        return
    cells = cells_of(seen)
    sql = f"""SELECT "row#" AS "row", {written(cells)} AS text, NULL::VARCHAR AS bad
        FROM {cells.rows}"""
    with database("UTC") as connection:
        for table, refused in cells.batches():
            yield ask(connection, sql, raw=table) if len(table) else TEXTS.empty_table(), refused


def object_sql(pairs: Sequence[tuple[str, str]]) -> str:
    """The SQL expression of an object of (key, text expression); empty texts are left out.

    A text that is an object or a list is written as such.
    """
    each = [
        f"CASE WHEN {filled(text)} THEN {quoted(f'{_key(key)}:')} || {_value_sql(text)} END"
        for key, text in pairs
    ]
    return "('{' || " + f"concat_ws(',', {', '.join(each)})" + " || '}')" if each else "'{}'"


def _key(key: str) -> str:
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _value_sql(text: str) -> str:
    nested = f"{text}[1] IN ('{{', '[') AND json_valid({text})"
    return f"CASE WHEN {nested} THEN {text} ELSE to_json({text})::VARCHAR END"
