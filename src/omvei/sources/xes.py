"""XES event logs, as process mining uses them: a trace is a person, its events are in order.

`concept:name` of the trace is the person, `concept:name` of the event what happened, and
`time:timestamp` when. Everything else goes to `attributes`; a trace's own under `case:`, an
attribute inside another under `outer/inner`. Defaults in `<global>` are not events.

The file is read as a stream. A document type, with which entities could be made to swell, is
refused. `row` is the number of the event in the file.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from xml.parsers import expat

import pyarrow as pa

from omvei.errors import SourceError, UnknownNameError
from omvei.sources.head import Head, head
from omvei.sources.reading import Options, Reading
from omvei.sources.rows import ask, database, fault_sql, finished
from omvei.sources.times import time_sql

NAME = "xes"
TITLE = "XES event log"
STATUS = "complete"

BLOCK = 1 << 20
ROWS = 1 << 16
DEEPEST = 50

NAME_KEY, TIME_KEY = "concept:name", "time:timestamp"
NUMBERS = {"int": int, "float": float}
ATTRIBUTES = ("string", "date", "int", "float", "boolean", "id", "list", "container", "values")

TEXTS = pa.schema(
    [
        ("row", pa.int64()),
        ("line", pa.int64()),
        ("person", pa.string()),
        ("event", pa.string()),
        ("moment", pa.string()),
        ("attributes", pa.string()),
    ]
)


def recognises(seen: Head) -> float:
    """Whether it is XML with a log in it."""
    start = "\n".join(seen.lines[:200])
    if seen.kind != "xml" or not re.search(r"<(\w+:)?log[\s>]", start):
        return 0.0
    return 0.98 if re.search(r"xes|<trace|<event|<string\s+key=", start) else 0.0


def read(path: Path, options: Options) -> Reading:
    """Read an XES log.

    `--map event=concept:name+lifecycle:transition` joins several keys into the event's name.

    Raises `SourceError` when the file is not XES, holds no events, or breaks off;
    `UnknownNameError` for a mapping of anything but `event`.
    """
    for field in options.mapping:
        if field != "event":
            raise UnknownNameError("field to map in an XES log", field, ["event"])
    seen = head(path)
    if not recognises(seen):
        raise SourceError(
            path,
            "is not an XES log: there is no <log>.",
            "Export the log as XES, or as CSV with a header.",
        )
    event = options.mapping.get("event", NAME_KEY)
    notes = []
    for keys in re.findall(r'<classifier\s+name="[^"]*"\s+keys="([^"]*)"', "\n".join(seen.lines)):
        if NAME_KEY in keys and keys.strip() != NAME_KEY and "event" not in options.mapping:
            joined = "+".join(keys.split())
            notes.append(
                f"The log says an event is told by {keys}. Only concept:name is used, so an event"
                f" may follow itself; --map event={joined} uses all."
            )
    mapping = {"person": "trace concept:name", "time": TIME_KEY, "event": event}
    return Reading(NAME, path, mapping, _batches(path, options, event), (), tuple(notes[:1]))


def _batches(path: Path, options: Options, event: str) -> Iterator[pa.RecordBatch]:
    sql = f"""
        SELECT *, {
        fault_sql(
            ("person IS NULL", "concept:name", "the trace has no concept:name", "'line ' || line"),
            ("event IS NULL", event, "the event has no name", "'line ' || line"),
            ("moment IS NULL", TIME_KEY, "no time", "'line ' || line"),
            (
                "time IS NULL",
                TIME_KEY,
                "not a time between 1900 and 2100",
                "moment || ', line ' || line",
            ),
        )
    }
        FROM (SELECT "row", line, person, event, moment, attributes, {
        time_sql("moment")
    } AS time FROM raw)
    """
    with database(options.timezone) as connection:
        for texts in _texts(path, event):
            yield from finished(ask(connection, sql, raw=texts), options)


def _texts(path: Path, event: str) -> Iterator[pa.Table]:
    log = _Log(path, event.split("+"))
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                log.parser.Parse(block, False)
                if len(log.rows) >= ROWS:
                    yield log.taken()
            log.parser.Parse(b"", True)
        except expat.ExpatError as error:
            detail = expat.ErrorString(error.code)
            raise SourceError(
                path,
                f"the XML breaks off or is wrong at line {error.lineno} ({detail}).",
                "Export or copy the file again.",
            ) from error
        except (ValueError, LookupError) as error:  # expat reads one byte a letter, or UTF-8
            raise SourceError(
                path, "its encoding is not known here.", "Save the file as UTF-8."
            ) from error
    if log.rows:
        yield log.taken()
    if log.number == 0:
        raise SourceError(path, "the log holds no events.", "Export it again, with its events.")


class _Log:
    """What the parser tells, gathered into rows: (row, line, person, event, time, attributes)."""

    def __init__(self, path: Path, keys: list[str]) -> None:
        self.path, self.keys = path, keys
        self.rows: list[tuple[Any, ...]] = []
        self.number = 0
        self.inside = self.around = ""
        self.depth = 0
        self.skip = 0
        self.prefix: list[str] = []
        self.trace: dict[str, Any] = {}
        self.values: dict[str, Any] = {}
        self.events: list[tuple[int, dict[str, Any]]] = []
        self.line = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.StartDoctypeDeclHandler = self.doctype

    def taken(self) -> pa.Table:
        """The rows so far, which are then forgotten."""
        columns = list(zip(*self.rows, strict=True))
        self.rows = []
        return pa.table([list(column) for column in columns], schema=TEXTS)

    def doctype(self, *_: object) -> NoReturn:
        raise SourceError(
            self.path,
            "it has a document type (<!DOCTYPE>), which XES has not and which can be misused.",
            "Remove that line, or export the log again.",
        )

    def start(self, tag: str, given: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise SourceError(
                self.path, f"elements are nested more than {DEEPEST} deep.", "Export the log again."
            )
        if self.skip:
            self.skip += 1
            return
        tag = tag.rpartition(":")[2]
        if tag == "event":
            self.around, self.inside, self.values = self.inside, "event", {}
            self.line = self.parser.CurrentLineNumber
        elif tag == "trace":
            self.inside, self.trace, self.events = "trace", {}, []
        elif tag in ATTRIBUTES and self.inside:
            key = given.get("key", "")
            self.prefix.append(key)
            if "value" in given:
                values = self.values if self.inside == "event" else self.trace
                values["/".join(filter(None, self.prefix))] = _value(tag, given["value"])
        elif tag != "log":
            self.skip = 1

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self.skip:
            self.skip -= 1
            return
        tag = tag.rpartition(":")[2]
        if tag == "event":
            self.events.append((self.line, self.values))
            self.inside = self.around
            if not self.around:  # an event outside any trace is nobody's
                self.trace = {}
                self.flush()
        elif tag == "trace":
            self.flush()
            self.inside = ""
        elif self.prefix:
            self.prefix.pop()

    def flush(self) -> None:
        """The events of a trace that has ended, as rows."""
        person = self.trace.pop(NAME_KEY, None)
        person = str(person).strip() or None if person is not None else None
        case = {f"case:{key}": value for key, value in self.trace.items()}
        for line, values in self.events:
            self.number += 1
            moment = values.pop(TIME_KEY, None)
            named = [str(values[key]) for key in self.keys if values.get(key) not in (None, "")]
            for key in self.keys:
                values.pop(key, None)
            rest = values | case
            self.rows.append(
                (
                    self.number,
                    line,
                    person,
                    " ".join(named) or None,
                    None if moment is None else str(moment).strip() or None,
                    json.dumps(rest, ensure_ascii=False) if rest else None,
                )
            )
        self.events = []


def _value(tag: str, text: str) -> str | int | float | bool:
    if tag == "boolean":
        return text.strip().lower() == "true"
    if tag in NUMBERS:
        try:
            number = NUMBERS[tag](text)
        except ValueError:
            return text
        # JSON has no infinity.
        return number if abs(number) < 1e300 else text
    return text
