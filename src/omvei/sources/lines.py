"""A text file as numbered lines, or a JSON or Parquet file as numbered JSON objects.

A batch is an Arrow table of `row` (int64, from 1), `text` (the line) and `bad` (null, or why the
line cannot be read as text).
"""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from omvei.errors import SourceError
from omvei.sources.head import Head, encoding_of

BLOCK = 1 << 24
ROWS = 1 << 16
LONGEST = 1 << 24
"""A line of more than 16 million letters is refused: the file is not one of lines."""

LINES = pa.schema([("row", pa.int64()), ("text", pa.string()), ("bad", pa.string())])


FILLED = r"""
    SELECT regexp_replace(
        regexp_replace(to_json(raw)::VARCHAR, ',"[A-Za-z0-9_]+":null', '', 'g'),
        '([{])"[A-Za-z0-9_]+":null,?', '\1', 'g') AS text
    FROM raw
"""
"""Rows as JSON without the keys that are null."""


def lines(path: Path, encoding: str | None = None) -> Iterator[pa.Table]:
    r"""The lines of a text file that are not blank, in order; `row` is the line's number.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "two.txt"
    >>> _ = file.write_bytes(b"a\r\n\nb")
    >>> [table.select(["row", "text"]).to_pylist() for table in lines(file)]
    [[{'row': 1, 'text': 'a'}], [{'row': 3, 'text': 'b'}]]
    """
    encoding = encoding or encoding_of(path)
    row = 1
    for block in _blocks(path, encoding):
        found = block.splitlines() if b"\r" in block else block.split(b"\n")
        if found and not found[-1] and b"\r" not in block:
            found.pop()
        numbers = range(row, row + len(found))
        row += len(found)
        yield from _batch(path, numbers, found, encoding)


def objects(head: Head) -> Iterator[pa.Table]:
    """The JSON objects of a file, in order, as text: lines, elements of an array, Parquet rows."""
    if head.kind == "json":
        yield from lines(head.path)
    elif head.kind == "json-array":
        yield from _elements(head)
    else:
        yield from _rows(head.path)


def _blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """Whole lines, about 16 MiB at a time, as UTF-8 where the file is UTF-16."""
    wide = encoding.startswith("utf-16")
    rest = b""
    with path.open("rb") as raw:
        file = (
            pa.transcoding_input_stream(pa.PythonFile(raw, "r"), encoding, "utf-8") if wide else raw
        )
        while True:
            try:
                block = file.read(BLOCK)
            except UnicodeError as error:
                raise SourceError(
                    path, "the UTF-16 text is cut off or damaged.", "Export it again as UTF-8."
                ) from error
            if not block:
                break
            if not rest:
                block = block.removeprefix(b"\xef\xbb\xbf")
            whole, end, tail = block.rpartition(b"\n")
            if not end:
                rest += tail
                if len(rest) > LONGEST:
                    raise SourceError(
                        path, "a line is longer than 16 million letters.", "Export one row a line."
                    )
                continue
            yield rest + whole + end
            rest = tail
    if rest:
        yield rest


def _batch(path: Path, numbers: range, found: list[bytes], encoding: str) -> Iterator[pa.Table]:
    eight = "utf-8" if encoding.startswith("utf") else encoding
    texts: list[str] = []
    bad: list[str | None] = []
    try:
        texts = b"\n".join(found).decode(eight).split("\n")
        bad = [None] * len(texts)
    except UnicodeDecodeError:
        for line in found:
            texts.append(line.decode(eight, "replace"))
            bad.append("not text in UTF-8" if "\ufffd" in texts[-1] else None)
    keep = [place for place, text in enumerate(texts) if text.strip("\x00 \t\r\n\f\v")]
    for start in range(0, len(keep), ROWS):
        part = keep[start : start + ROWS]
        yield pa.table(
            [[numbers[i] for i in part], [texts[i] for i in part], [bad[i] for i in part]],
            schema=LINES,
        )


def _elements(head: Head) -> Iterator[pa.Table]:
    """The elements of one JSON array, or objects one after another, numbered from 1."""
    text = (
        head.path.read_text(encoding_of(head.path), errors="replace").strip().removeprefix("\ufeff")
    )
    place, array, decoder = 0, text.startswith("["), json.JSONDecoder()
    place = 1 if array else 0
    numbers: list[int] = []
    texts: list[str] = []
    row = 0
    closed = not array
    while True:
        while place < len(text) and text[place] in " \t\r\n,":
            place += 1
        if place >= len(text):
            break
        if array and text[place] == "]":
            closed = True
            break
        row += 1
        try:
            _, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            line = text.count("\n", 0, place) + 1
            raise SourceError(
                head.path,
                f"the JSON breaks off in element {row}, near line {line}.",
                "Export or copy it again.",
            ) from error
        numbers.append(row)
        texts.append(text[place:end])
        place = end
        if len(texts) == ROWS:
            yield pa.table([numbers, texts, [None] * len(texts)], schema=LINES)
            numbers, texts = [], []
    if not closed:
        raise SourceError(
            head.path,
            "the JSON array is not closed: the file is cut off.",
            "Export or copy it again.",
        )
    if texts:
        yield pa.table([numbers, texts, [None] * len(texts)], schema=LINES)


def _rows(path: Path) -> Iterator[pa.Table]:
    """Parquet rows as JSON text, so that nested fields have one form everywhere."""
    database = duckdb.connect()
    row = 1
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=ROWS):
                database.register("raw", pa.table(batch))
                found = database.sql(FILLED)
                texts = found.to_arrow_table()["text"]
                database.unregister("raw")
                count = len(texts)
                numbers = pa.array(range(row, row + count), pa.int64())
                row += count
                yield pa.table(
                    [numbers, texts.cast(pa.string()), pa.nulls(count, pa.string())], schema=LINES
                )
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            path, "the Parquet file is damaged.", "Export or copy it again."
        ) from error
    finally:
        database.close()
