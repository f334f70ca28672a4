"""Which column of a table means what: the user's word first, then the words in the header."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from omvei.errors import SourceError, UnknownNameError
from omvei.events.schema import GIVEN, IDENTIFIERS
from omvei.shipped import shipped

FIELDS = tuple(column.name for column in GIVEN)


@cache
def words() -> dict[str, Any]:
    """The rules of `columns.yaml`."""
    rules: dict[str, Any] = shipped("omvei.sources", "columns.yaml")
    return rules


@dataclass(frozen=True)
class Understood:
    """What the columns of a file mean."""

    mapping: Mapping[str, str]
    """Our field to the file's: `A`, `A+B` (joined with a blank) or `A|B` (the first filled)."""

    unmapped: tuple[str, ...]
    """Columns without a meaning: they go to `attributes`."""

    hidden: tuple[str, ...]
    """Columns that are not kept."""

    notes: tuple[str, ...]


def is_own(columns: Sequence[str]) -> bool:
    """Whether columns are Omvei's own: no others, a time, an identifier, and `event` or `kind`."""
    names = set(columns)
    return (
        len(names) == len(columns)
        and names <= set(FIELDS)
        and "time" in names
        and bool(names & set(IDENTIFIERS))
        and bool(names & {"event", "kind"})
    )


def parts(value: str, columns: Sequence[str]) -> tuple[str, list[str]]:
    """The columns a mapping names, and how they are put together: `+`, `|` or nothing.

    >>> parts("Date+Time", ["Date", "Time"])
    ('+', ['Date', 'Time'])
    """
    if value not in columns:
        for mark in "+|":
            if mark in value:
                return mark, [part.strip() for part in value.split(mark)]
    return "", [value]


def understand(
    path: Path,
    columns: Sequence[str],
    first: Mapping[str, str | None],
    given: Mapping[str, str],
    event: str | None,
    inner: Sequence[str] = (),
) -> Understood:
    """What each column means. `first` is a row of the file, to tell a clock from a whole time;
    `inner` are keys inside others (`user.id`), which only the user can name.

    What the user gives wins; an empty column takes a field out. Without it the best word for each
    field is taken; with it, a field is guessed only where one column alone can be meant.

    Raises `UnknownNameError` for a field or column that is not there, and `SourceError` when there
    is no time, or nothing that tells one person from another.
    """
    every = (*columns, *inner)
    for field, value in given.items():
        if field not in FIELDS:
            raise UnknownNameError("field", field, FIELDS)
        for column in parts(value, every)[1] if value else ():
            if column not in every:
                raise UnknownNameError("column", column, every)
    mapping, notes = {field: value for field, value in given.items() if value}, []
    if is_own(columns) and not given:
        mapping = {column: column for column in columns}
    else:
        _guess(columns, first, mapping, {*given} - {*mapping}, sure=bool(given))
    if event is not None and "event" not in given:
        mapping.pop("event", None)
    _needed(path, columns, mapping)
    used = {column for value in mapping.values() for column in parts(value, every)[1]}
    unmapped = tuple(column for column in columns if column not in used)
    hidden = [column for column in unmapped if plain(column) in words()["personal"]]
    if hidden:
        unmapped = tuple(column for column in unmapped if column not in hidden)
        notes.append(f"Not kept, because it says in words who a person is: {', '.join(hidden)}.")
    ordered = {field: mapping[field] for field in FIELDS if field in mapping}
    return Understood(ordered, unmapped, tuple(hidden), tuple(notes))


def _guess(
    columns: Sequence[str],
    first: Mapping[str, str | None],
    mapping: dict[str, str],
    without: Collection[str],
    sure: bool,
) -> None:
    """Add what the header words say to `mapping`, but for the fields in `without`; with `sure`,
    only what has one reading."""
    taken = {column for value in mapping.values() for column in parts(value, columns)[1]}
    named = {column: plain(column) for column in columns if column not in taken}
    if "time" not in mapping and "time" not in without:
        day = [column for column, word in named.items() if word in words()["day"]]
        clock = [
            column
            for column, word in named.items()
            if word in words()["clock"]
            and re.fullmatch(r"\d{1,2}[:.]\d{2}([:.]\d{2}.*)?", first.get(column) or "")
        ]
        if len(day) == 1 and len(clock) == 1:
            mapping["time"] = f"{day[0]}+{clock[0]}"
            taken |= {day[0], clock[0]}
    for field, synonyms in words()["fields"].items():
        if field in mapping or field in without:
            continue
        found = [column for word in synonyms for column in columns if named.get(column) == word]
        found = [column for column in found if column not in taken]
        if found and not (sure and len(found) > 1):
            mapping[field] = found[0]
            taken.add(found[0])


def plain(column: str) -> str:
    """A column's name as the words of `columns.yaml` are written.

    >>> plain(" Order-ID ")
    'order_id'
    """
    return re.sub(r"[^\w]+|_+", "_", column.strip().lower()).strip("_")


def _needed(path: Path, columns: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Complain, with the command to type, when nobody or no time is known."""
    person = any(field in mapping for field in IDENTIFIERS)
    if person and "time" in mapping:
        return
    lacking = [
        what
        for known, what in (
            (person, "tells one person from another"),
            ("time" in mapping, "says when"),
        )
        if not known
    ]
    shown = ", ".join(columns[:40]) + (
        f" and {len(columns) - 40} more" if len(columns) > 40 else ""
    )
    example = [] if person else ["--map person=COLUMN"]
    example += [] if "time" in mapping else ["--map time=COLUMN"]
    raise SourceError(
        path,
        f"no column was recognised that {' or that '.join(lacking)}. The columns are: {shown}.",
        f"Say which they are: omvei import {path.name} {' '.join(example)}. If no column holds"
        " them, the file has totals or summaries, and no journey can be made of it: export one"
        " row for each event.",
    )
