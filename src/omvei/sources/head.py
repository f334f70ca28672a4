"""The head of a file: what a source sees when it decides whether it recognises the file."""

import codecs
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from omvei.errors import EmptyFileError, SourceError, UnknownFormatError
from omvei.sources.files import packing

SAMPLE = 1 << 20
BLOCK = 1 << 22
CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})


@dataclass(frozen=True)
class Head:
    """The first MiB of a plain file, as far as they can be understood."""

    path: Path
    kind: str
    """`parquet`, `json` (an object a line), `json-array` (one array), `xml` or `text`."""

    encoding: str = "utf-8"
    """The Python name of the encoding, judged from the sample alone."""

    lines: tuple[str, ...] = ()
    """The first whole lines, without their ends."""

    columns: tuple[str, ...] = ()
    """The columns of a Parquet file; the keys of the first JSON objects."""

    record: dict[str, Any] | None = None
    """The first JSON object."""

    whole: bool = True
    """Whether the sample is the whole file."""

    name: str = ""
    """What the file is called, folders included, where `path` is an unpacked copy."""


def head(path: Path) -> Head:
    """Look at the first bytes of a plain file.

    Raises `SourceError` for an empty file and `UnknownFormatError` for one that is not text,
    JSON, XML or Parquet.
    """
    try:
        with path.open("rb") as file:
            sample = file.read(SAMPLE)
    except OSError as error:
        raise SourceError(
            path, f"cannot be read ({error.strerror}).", "Check the name and permissions."
        ) from error
    if not sample.strip():
        raise EmptyFileError(
            path, "the file is empty.", "Export it again, with data in the period chosen."
        )
    if sample.startswith(b"PAR1"):
        return _parquet(path)
    if packing(path):
        raise UnknownFormatError(
            path, "the file is packed.", "Open it through `open_files`, or unpack it first."
        )
    if sample.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnknownFormatError(
            path, "is an old Excel file.", "Open it and save it as CSV (UTF-8)."
        )
    whole = len(sample) < SAMPLE
    encoding = _guess(path, sample)
    lines = (
        sample.decode(encoding, "replace")
        .removeprefix("\ufeff")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .split("\n")
    )
    shown = tuple(lines if whole else lines[:-1] or lines)
    start = "\n".join(shown[:50]).lstrip()
    if start.startswith("<"):
        return Head(path, "xml", encoding, shown, whole=whole)
    if start.startswith(("{", "[")):
        records, kind = _records(start, shown)
        if records:
            columns = tuple(dict.fromkeys(key for record in records for key in record))
            return Head(path, kind, encoding, shown, columns, records[0], whole)
    return Head(path, "text", encoding, shown, whole=whole)


def encoding_of(path: Path) -> str:
    """The encoding of a text file, judged from all of it.

    UTF-8 if everything decodes, or all but a few bytes do while others are proper UTF-8 (those
    lines are rejected one by one); else Windows-1252, or Latin-1 where that has no letter.
    """
    stat = path.stat()
    return _encoding(path, stat.st_mtime_ns, stat.st_size)[0]


def is_broken(path: Path) -> bool:
    """Whether a file that is read as UTF-8 has bytes that are not."""
    stat = path.stat()
    return _encoding(path, stat.st_mtime_ns, stat.st_size)[1]


@lru_cache(maxsize=16)
def _encoding(path: Path, changed: int, size: int) -> tuple[str, bool]:
    """The encoding of a file as it was when it had this size and time of change; is it broken."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
        guess = _guess(path, sample)
        if guess.startswith("utf-16"):
            return guess, False
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            pass
        else:
            return ("utf-8-sig" if sample.startswith(codecs.BOM_UTF8) else "utf-8"), False
        good = bad = 0
        undefined = False
        file.seek(0)
        while block := file.read(BLOCK):
            if block.isascii():
                continue
            text = block.decode("utf-8", "replace")
            lost = text.count("\ufffd")
            bad += lost
            good += len(block) - len(block.decode("ascii", "ignore")) - lost
            undefined = undefined or any(code in block for code in b"\x81\x8d\x8f\x90\x9d")
    if good > 20 * bad:
        return ("utf-8-sig" if sample.startswith(codecs.BOM_UTF8) else "utf-8"), True
    return ("latin-1" if undefined else "cp1252"), False


def _guess(path: Path, sample: bytes) -> str:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if b"\x00" in sample:
        half = max(len(sample) // 2, 1)
        for encoding, offset in (("utf-16-le", 1), ("utf-16-be", 0)):
            if (
                sample[offset::2].count(0) > 0.7 * half
                and sample[1 - offset :: 2].count(0) < 0.05 * half
            ):
                return encoding
    strange = len(sample) - len(sample.translate(None, CONTROL))
    if strange > max(2, 0.005 * len(sample)):
        raise UnknownFormatError(
            path,
            "is not text, JSON, XML or Parquet.",
            "Export the data as CSV, JSON lines or Parquet.",
        )
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return (
            "cp1252" if not any(code in sample for code in b"\x81\x8d\x8f\x90\x9d") else "latin-1"
        )
    return "utf-8"


def _parquet(path: Path) -> Head:
    try:
        with pq.ParquetFile(path) as file:
            names, rows = file.schema_arrow.names, file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(
            path, "the Parquet file is damaged or cut off.", "Export or copy it again."
        ) from error
    if rows == 0:
        raise EmptyFileError(
            path,
            "the Parquet file has no rows.",
            "Export it again, with data in the period chosen.",
        )
    return Head(path, "parquet", columns=tuple(names))


def _records(start: str, lines: tuple[str, ...]) -> tuple[list[dict[str, Any]], str]:
    """The first JSON objects: one a line, or the first elements of an array."""
    found: list[dict[str, Any]] = []
    if start.startswith("{"):
        for line in lines[:1000]:
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(record, dict):
                found.append(record)
        if found:
            return found, "json"
    text, place, decoder = "\n".join(lines).strip(), 0, json.JSONDecoder()
    if text.startswith("["):
        place = 1
    while len(found) < 1000:
        while place < len(text) and text[place] in " \t\n,":
            place += 1
        try:
            record, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            break
        if not isinstance(record, dict):
            break
        found.append(record)
    return found, "json-array"
