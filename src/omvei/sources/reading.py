"""What reading a file gives: which source, how its columns were understood, and the rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True)
class Options:
    """What the user said about a file."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    """Our field to the file's column, as in `--map person=uuid`.

    `A+B` joins two columns with a blank, `A|B` takes the first that is filled in.
    """

    event: str | None = None
    """The name of every event in a file that has no column for it (`--event purchase`)."""

    timezone: str = "UTC"
    """The zone of times that carry none, such as `Europe/Oslo`."""

    key: bytes = b""
    """The workspace's key for hashing e-mail addresses and phone numbers."""

    domains: bool = False
    """Whether the domains of companies' addresses are kept (`firms.py`)."""

    name: str = ""
    """What the file is called, folders included, where it is read from an unpacked copy."""


@dataclass(frozen=True)
class Reading:
    """A file as a source understands it. Nothing is read until `batches` is."""

    source: str
    """The source's name."""

    path: Path
    mapping: Mapping[str, str]
    """Our field to the file's column(s), as understood; shown to the user to confirm."""

    batches: Iterator[pa.RecordBatch]
    """Rows in the schema `omvei.events.schema.READ`, in file order; a bad row has a `reason`. A
    column of `WORDS` may be a dictionary."""

    unmapped: tuple[str, ...] = ()
    """Columns of the file that go to `attributes`."""

    notes: tuple[str, ...] = ()
    """What the user should know: guessed zone, encoding, what was left out and why."""

    table: str = "events"
    """Which table of the workspace the rows are for. Batches for another than `events` are in its
    schema of `omvei.events.schema.READS`."""

    rows: int | None = None
    """How many rows the file has, where it says so itself."""
