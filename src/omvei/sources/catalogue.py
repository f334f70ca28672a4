"""The list of sources, and which of them a file is for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from omvei.errors import SourceError, UnknownFormatError, UnknownNameError
from omvei.events.schema import IDENTIFIERS
from omvei.sources import (
    access_log,
    costs,
    engagements,
    ga4,
    google_ads,
    hubspot,
    matomo,
    meta_ads,
    newsletter,
    paths,
    posthog,
    search_console,
    segment,
    shopify,
    snowplow,
    survey,
    table,
    woocommerce,
    xes,
)
from omvei.sources.head import Head, head
from omvei.sources.reading import Options, Reading
from omvei.sources.reports import refuse_report


class Source(Protocol):
    """What a source module has."""

    NAME: str
    """The word after `--source`."""

    TITLE: str
    """What to call it in a list."""

    STATUS: str
    """`complete`, or `partly known`: its page says what is not known."""

    def recognises(self, seen: Head) -> float:
        """How sure it is that the file is for it, from 0 to 1."""

    def read(self, path: Path, options: Options) -> Reading:
        """Read a plain file."""


SOURCES: dict[str, Source] = {
    source.NAME: source
    for source in (
        table,
        access_log,
        ga4,
        segment,
        xes,
        shopify,
        woocommerce,
        newsletter,
        snowplow,
        matomo,
        posthog,
        hubspot,
        engagements,
        google_ads,
        meta_ads,
        costs,
        search_console,
        paths,
        survey,
    )
}
"""Every source, by name. Packages add theirs under the entry point group `omvei.sources`."""

SURE = 0.9
"""A source that is so sure of a file takes it, though it looks like a report of totals."""


def add_packages() -> None:
    """Add the sources of other packages. They import this package, so it must be whole by then."""
    for entry in entry_points(group="omvei.sources"):
        SOURCES.setdefault(entry.name, entry.load())


def names() -> list[str]:
    """The names of all sources.

    >>> "table" in names()
    True
    """
    return list(SOURCES)


def detect(path: Path | str, name: str | None = None) -> str:
    """The name of the source that a plain file is for, judged by its content.

    `name` is what to call the file in errors. Raises `UnknownFormatError` when no source
    recognises it, `ReportRefusedError` for a report of totals, `SourceError` for an empty or
    damaged file.
    """
    place = Path(path)
    with _told(place, name):
        seen = replace(head(place), name=name or str(place))
        sure, best = max((source.recognises(seen), name) for name, source in SOURCES.items())
        if sure < SURE:
            refuse_report(seen)
        if sure < 0.3:
            raise UnknownFormatError(
                place,
                "no source recognises the file.",
                f"Name one with --source: {', '.join(SOURCES)}; or export the data as CSV with a"
                " header, one row for each event, a column for the person and one for the time.",
            )
    return best


def read(
    path: Path | str,
    options: Options | None = None,
    source: str | None = None,
    name: str | None = None,
) -> Reading:
    """Read a plain file with the source named, or the one that recognises it.

    `name` is what to call the file in errors, where `path` is an unpacked copy. Rows come when
    `Reading.batches` is walked, and so do errors deep in the file. Raises `UnknownNameError` for a
    source, field or column that is not there; otherwise as `detect`.
    """
    place = Path(path)
    options = replace(options or Options(), name=name or str(place))
    if source is None:
        source = _meant(place, name, options)
    if source not in SOURCES:
        raise UnknownNameError("source", source, names())
    with _told(place, name):
        reading = SOURCES[source].read(place, options)
    return replace(reading, batches=_walk(reading.batches, place, name))


def _meant(place: Path, name: str | None, options: Options) -> str:
    """The source that recognises a file; a table, where who and when are said and no source that
    has such fields recognises it."""
    mapping = options.mapping
    if "time" not in mapping or not any(field in mapping for field in IDENTIFIERS):
        return detect(place, name)
    try:
        found = detect(place, name)
    except SourceError:
        return table.NAME
    # A source of another package may take no word for its columns.
    fields = getattr(SOURCES[found], "fields", None)
    return found if fields and mapping.keys() <= {*fields()} else table.NAME


def _walk(
    batches: Iterator[pa.RecordBatch], path: Path, name: str | None
) -> Iterator[pa.RecordBatch]:
    with _told(path, name):
        yield from batches


@contextmanager
def _told(path: Path, name: str | None) -> Iterator[None]:
    """Errors under the file's name; those of the libraries below in our own words."""
    try:
        yield
    except SourceError as error:
        raise _renamed(error, path, name) from error
    except (duckdb.Error, pa.ArrowException, UnicodeError, RecursionError) as error:
        raise SourceError(
            name or path,
            f"its rows could not be understood ({type(error).__name__}).",
            "Check that it is the file you meant; export it again as CSV, JSON lines or Parquet.",
        ) from error


def _renamed(error: SourceError, path: Path, name: str | None) -> SourceError:
    if name is None or error.path != str(path):
        return error
    return type(error)(name, error.reason, error.cure)
