"""The cells of a table as text, whatever the file: delimited text, JSON objects or Parquet."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from omvei.errors import SourceError
from omvei.sources.columns import words
from omvei.sources.delimited import Refused, read_rows
from omvei.sources.head import Head
from omvei.sources.layout import Layout
from omvei.sources.lines import objects
from omvei.sources.rows import DOCS, quoted

ROWS = 1 << 17


@dataclass(frozen=True)
class Cells:
    """A file's rows as Arrow tables to register as `raw`, and the SQL that reads their cells."""

    seen: Head
    lay: Layout | None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file."""
        return self.lay.columns if self.lay else self.seen.columns

    @property
    def inner(self) -> tuple[str, ...]:
        """In JSON, the keys inside other objects, as `user.id`."""
        if self.lay or self.seen.kind == "parquet":
            return ()
        return tuple(path for path in _paths(self.seen.record or {}) if path not in self.columns)

    @property
    def documents(self) -> bool:
        """Whether a row is a JSON object."""
        return self.lay is None and self.seen.kind != "parquet"

    @property
    def rows(self) -> str:
        """The SQL after FROM: a row a row, with its number in `row#` and any fault in `bad#`."""
        if not self.documents:
            return '(SELECT *, NULL AS "bad#", NULL AS "text#" FROM raw)'
        return f"""(WITH {DOCS}
            SELECT "row" AS "row#", bad AS "bad#", text AS "text#", doc AS "doc#" FROM docs)"""

    def batches(self, only: Sequence[str] = ()) -> Iterator[tuple[pa.Table, list[Refused]]]:
        """Stretches of the file in order, and the lines in them that cannot be cut into columns.

        `only` names the columns wanted; none means all. Columns are called by their place (`c0`,
        `c1`, ...), because SQL does not tell `ID` from `id`, and a file does.
        """
        inner = [self._inner(column) for column in only or self.columns]
        if self.lay:
            for rows in read_rows(self.seen.path, self.lay, tuple(only) or None):
                table = rows.table.rename_columns(inner)
                yield table.append_column("row#", rows.numbers), rows.refused
        elif self.documents:
            for table in objects(self.seen):
                yield table, []
        else:
            row = 1
            try:
                with pq.ParquetFile(self.seen.path) as file:
                    for batch in file.iter_batches(ROWS, columns=list(only) or None):
                        numbers = pa.array(range(row, row + len(batch)), pa.int64())
                        row += len(batch)
                        table = pa.table(batch)
                        # Parquet gives columns in the file's order, whatever is asked for.
                        table = (table.select(list(only)) if only else table).rename_columns(inner)
                        yield table.append_column("row#", numbers), []
            except (pa.ArrowException, OSError) as error:
                raise SourceError(
                    self.seen.path, "the Parquet file is damaged.", "Export or copy it again."
                ) from error

    def cell(self, column: str) -> str:
        """The SQL expression of a cell as text."""
        if self.lay:
            return self._inner(column)
        if not self.documents:
            return f"CAST({self._inner(column)} AS VARCHAR)"
        pointer = "".join(f"/{step}" for step in map(_escaped, self._steps(column)))
        return f'json_extract_string("doc#", {quoted(pointer)})'

    def joined(self, mark: str, columns: Sequence[str]) -> str:
        """The SQL expression of `A+B` (a blank between) or `A|B` (the first that is filled)."""
        each = [self.cell(column) for column in columns]
        if mark == "+":
            return f"concat_ws(' ', {', '.join(each)})"
        if mark == "|":
            return f"coalesce({', '.join(f'{nonblank(one)}' for one in each)})"
        return each[0]

    def rest(self, unmapped: Sequence[str], mapped: Sequence[str]) -> str:
        """The SQL expression of all other cells that are filled, as a JSON object; null if none."""
        if self.documents:
            # Not every key is known beforehand: take the object, and drop what has a meaning.
            gone: dict[str, Any] = {}
            for column in mapped:
                spot = gone
                *outer, last = self._steps(column)
                for step in outer:
                    spot = spot.setdefault(step, {})
                spot[last] = None
            patch = quoted(json.dumps(gone, ensure_ascii=False))
            return f"""nullif(json_merge_patch("doc#", {patch})::VARCHAR, '{{}}')"""
        if not unmapped:
            return "NULL"
        pairs = [
            f"""CASE WHEN {filled(self.cell(column))} THEN
                {quoted(json.dumps(column, ensure_ascii=False) + ":")}
                || to_json({self._inner(column)})::VARCHAR END"""
            for column in unmapped
        ]
        return f"nullif('{{' || concat_ws(',', {', '.join(pairs)}) || '}}', '{{}}')"

    def _inner(self, column: str) -> str:
        return f"c{self.columns.index(column)}" if not self.documents else column

    def _steps(self, column: str) -> list[str]:
        return column.split(".") if column in self.inner else [column]


def nonblank(text: str) -> str:
    """The SQL expression of a text without blanks around it; null when nothing is left."""
    return f"nullif(trim({text}), '')"


def filled(text: str) -> str:
    """The SQL condition that a cell says something: it is not empty, nor a word such as NULL."""
    missing = ", ".join(map(quoted, ("", *words()["missing"])))
    return f"{text} NOT IN ({missing})"


def _paths(record: dict[str, Any], before: str = "") -> Iterator[str]:
    for key, value in record.items():
        if isinstance(value, dict) and before.count(".") < 3:
            yield from _paths(value, f"{before}{key}.")
        elif before:
            yield before + key


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
