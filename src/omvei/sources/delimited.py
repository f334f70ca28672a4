"""The cells of a text file of rows and columns, as Arrow text columns with their line numbers."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from omvei.errors import SourceError
from omvei.sources.head import encoding_of, is_broken
from omvei.sources.layout import BLANKS, Layout

BLOCK = 1 << 24


LOST = "\ufffd"
"""What stands for bytes that are not text."""

Numbers = NDArray[np.int64]
Wrong = tuple[int, int, str]
"""A ragged row: its number, how many columns it has, its text."""


class Refused(NamedTuple):
    """A row that cannot be used, and why."""

    row: int
    column: str | None
    reason: str
    text: str


class Rows(NamedTuple):
    """A stretch of a file."""

    table: pa.Table
    """Text columns named as in `Layout.columns`; an empty cell is null."""

    numbers: pa.Array
    """The number of the line each row begins on, from 1."""

    refused: list[Refused]
    """Lines of the stretch that have too few or too many columns."""


def read_rows(path: Path, lay: Layout, only: tuple[str, ...] | None = None) -> Iterator[Rows]:
    """All rows of a file as text, in order; `only` names the columns wanted.

    Blank lines, also those of nothing but delimiters, are no rows.
    """
    wrong: list[Wrong] = []

    def ragged(row: "pa.csv.InvalidRow") -> str:
        wrong.append((row.number, row.actual_columns, row.text))
        return "skip"

    encoding = encoding_of(path)
    eight = encoding if encoding.startswith("utf-16") or not encoding.startswith("utf") else "utf8"
    mark = "\t" if lay.delimiter == BLANKS else lay.delimiter
    inner = [f"c{place}" for place in range(len(lay.columns))]
    wanted = [f"c{lay.columns.index(name)}" for name in only] if only is not None else inner
    names = list(only if only is not None else lay.columns)
    place = _Place(lay.skip + 1, mended=is_broken(path))
    try:
        source: object = _Mended(path) if place.mended else path
        if lay.delimiter == BLANKS:
            source = _Single(path, encoding)
        with pa.csv.open_csv(
            source,
            read_options=pa.csv.ReadOptions(
                # One thread keeps the numbers of ragged rows.
                use_threads=False,
                block_size=BLOCK,
                column_names=inner,
                skip_rows=lay.skip,
                encoding="utf8" if lay.delimiter == BLANKS else eight,
            ),
            parse_options=pa.csv.ParseOptions(
                delimiter=mark,
                quote_char=False if lay.delimiter == BLANKS else '"',
                newlines_in_values=lay.delimiter != BLANKS,
                ignore_empty_lines=False,
                invalid_row_handler=ragged,
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(inner, pa.string()),
                include_columns=wanted,
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        ) as stream:
            for batch in stream:
                yield _stretch(pa.table(batch.columns, names=names), place, wrong, lay)
            if wrong:
                empty = pa.table({name: pa.array([], pa.string()) for name in names})
                yield _stretch(empty, place, wrong, lay)
    except (pa.ArrowException, UnicodeError, OSError) as error:
        if "Could not skip" in str(error) or "Empty CSV" in str(error):
            return  # nothing follows the header
        raise _broken(path, str(error)) from error
    if place.broke and not _closed(path):
        raise _broken(path, f"row at line {place.last}")


@dataclass
class _Place:
    """How far reading has come."""

    number: int
    """The number of the next row, as if each row were one line."""

    shift: int = 0
    """How many line breaks the rows so far hold inside their cells."""

    last: int = 0
    """The line the last row began on."""

    broke: bool = False
    """Whether the last row holds a line break."""

    mended: bool = False
    """Whether bytes that are not UTF-8 were read as `LOST`."""


def _stretch(table: pa.Table, place: _Place, wrong: list[Wrong], lay: Layout) -> Rows:
    """Number the rows of one block, and take its ragged rows out of `wrong`."""
    here: list[Wrong] = []
    while wrong and wrong[0][0] <= place.number + len(table) + len(here):
        here.append(wrong.pop(0))
    ats = np.array([number for number, _, _ in here], np.int64)
    swallowed = np.array([text.count("\n") for _, _, text in here], np.int64)
    numbers = np.arange(place.number, place.number + len(table) + len(here), dtype=np.int64)
    numbers = numbers[~np.isin(numbers, ats)][: len(table)]
    held = _breaks(table)
    before = np.concatenate(([0], np.cumsum(held)))
    earlier = np.concatenate(([0], np.cumsum(swallowed)))
    lines = numbers + place.shift + before[:-1] + earlier[np.searchsorted(ats, numbers)]
    starts = ats + place.shift + before[np.searchsorted(numbers, ats)] + earlier[:-1]
    refused = [
        found
        for start, (_, columns, text) in zip(starts.tolist(), here, strict=True)
        for found in _ragged(start, columns, text, lay)
    ]
    place.number += len(table) + len(here)
    place.shift += int(before[-1] + earlier[-1])
    if len(table):
        place.last, place.broke = int(lines[-1]), bool(held[-1])
    if place.mended:
        table, lines, refused = _proper(table, lines, refused)
    full = np.zeros(len(table), bool)
    for column in table.columns:
        full |= np.asarray(column.is_valid())
    if not full.all():
        table, lines = table.filter(pa.array(full)), lines[full]
    return Rows(table, pa.array(lines, pa.int64()), refused)


def _breaks(table: pa.Table) -> Numbers:
    """How many line breaks each row holds inside its cells."""
    total = np.zeros(len(table), np.int64)
    for column in table.columns:
        for chunk in column.chunks:
            data = chunk.buffers()[2]
            if data is None or not (np.frombuffer(data, np.uint8) == 10).any():
                continue
            found = pc.count_substring(column.cast(pa.binary()), pattern=b"\n")
            total += np.asarray(found.fill_null(0)).astype(np.int64)
            break
    return total


def _ragged(line: int, columns: int, text: str, lay: Layout) -> list[Refused]:
    """One rejected row a line: a quotation mark that is never closed swallows many."""
    reason = f"expected {len(lay.columns)} columns, found {columns}"
    parts = text.split("\n")
    if len(parts) > 1:
        reason += ", or a quotation mark is not closed"
    return [
        Refused(line + place, None, reason, part.strip("\r")[:200])
        for place, part in enumerate(parts)
        if part.strip()
    ]


def _proper(
    table: pa.Table, lines: Numbers, refused: list[Refused]
) -> tuple[pa.Table, Numbers, list[Refused]]:
    """The rows of a mended file without lost bytes; the others are refused."""
    bad = np.zeros(len(table), bool)
    for column in table.columns:
        bad |= np.asarray(pc.match_substring(column, pattern=LOST).fill_null(False))
    for place in np.flatnonzero(bad).tolist():
        text = " ".join(column[place].as_py() or "" for column in table.columns)[:200]
        refused.append(Refused(int(lines[place]), None, "not text in UTF-8", text))
    return table.filter(pa.array(~bad)), lines[~bad], sorted(refused, key=lambda one: one.row)


def _closed(path: Path) -> bool:
    """Whether the file ends as one does whose last cell is closed."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(-min(file.tell(), 16), 2)
        return file.read().replace(b"\x00", b"").rstrip(b"\r\n").endswith(b'"')


def _broken(path: Path, detail: str) -> SourceError:
    row = re.search(r"(?:row|line) (?:at line )?#?(\d+)", detail)
    where = f" near line {row[1]}" if row else ""
    if "UTF" in detail.upper() or "codec" in detail:
        return SourceError(
            path, "the text is cut off or damaged.", "Export it again as CSV in UTF-8."
        )
    return SourceError(
        path,
        f"the rows cannot be told apart{where}: a quotation mark is probably not closed.",
        'Write a quotation mark inside a cell as "" and export again.',
    )


class _Mended(io.RawIOBase):
    """A file in UTF-8 whose bytes that are not are read as `LOST`: the CSV reader would drop rows
    with too many columns that hold such bytes without a word.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        # A letter may be cut in two: nothing yet is not the end.
        while block := self._file.read(size):
            if text := self._decoder.decode(block):
                return text.encode()
        return self._decoder.decode(b"", final=True).encode()

    def close(self) -> None:
        self._file.close()
        super().close()


class _Single(io.RawIOBase):
    """A file whose runs of blanks are read as single tabs, and whose lines begin with none."""

    def __init__(self, path: Path, encoding: str) -> None:
        raw = _Mended(path) if is_broken(path) else path.open("rb")
        eight = encoding in ("utf-8", "utf-8-sig")
        self._raw = raw
        self._file = (
            raw
            if eight
            else pa.transcoding_input_stream(pa.PythonFile(raw, "r"), encoding, "utf-8")
        )
        self._ready = b""
        self._rest = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._ready) < size):
            block = self._file.read(1 << 22)
            self._ended = not block
            whole, end, self._rest = (self._rest + block).rpartition(b"\n")
            text = (whole + end) if block else (whole + end + self._rest)
            text = re.sub(rb"[ \t]+", b"\t", text.replace(b"\r\n", b"\n"))
            self._ready += re.sub(rb"(?m)^\t|\t$", b"", text)
        size = len(self._ready) if size < 0 else size
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    def close(self) -> None:
        self._raw.close()
        super().close()
