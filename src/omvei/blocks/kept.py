"""The rows of some people as the blocks keep them: what an append starts from.

Blocks are sorted by person and mapped from disk, so only the rows of those people are read. A
person's touchpoints are where their bit lives; rows aside hold unless a later append moved the
person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from . import layout, manifest
from .block import Mapped, read_living

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Held:
    """Some people in one block."""

    row: manifest.Row
    places: Numbers
    """Where they are among the block's people; only those who live."""
    lengths: Numbers
    """How many touchpoints each has."""


def find(now: manifest.Build, people: Numbers) -> list[Held]:
    """In which blocks people are; blocks without any are left out.

    people  ids, in ascending order
    """
    found = []
    for row in now.blocks:
        if not row["people"]:
            continue
        mapped = Mapped(now.place(row) / f"{row['block']}.people.arrow")
        known = mapped("person")
        places = _places(known, people)
        if (living := now.living(row)) is not None and len(places):
            places = places[read_living(living, len(known))[places]]
        if len(places):
            starts = mapped("start")
            ends = np.append(starts[1:], _rows(now, row))
            found.append(Held(row, places, ends[places] - starts[places]))
    return found


def _rows(now: manifest.Build, row: manifest.Row) -> int:
    return Mapped(now.place(row) / f"{row['block']}.touchpoints.arrow").rows


def _places(known: Numbers, wanted: Numbers) -> Numbers:
    """Where the wanted are among the known, both ascending.

    >>> _places(np.array([2, 5, 9]), np.array([1, 5, 9, 11])).tolist()
    [1, 2]
    """
    if not len(known):
        return np.zeros(0, np.int64)
    near = wanted[np.searchsorted(wanted, known[0]) : np.searchsorted(wanted, known[-1], "right")]
    place = np.searchsorted(known, near)
    return place[known[place] == near]


def read(
    now: manifest.Build, people: Numbers, held: Iterable[Held], moved: dict[str, Numbers]
) -> tuple[pa.Table, pa.Table]:
    """The rows of people, and the sets of identifiers that they carried (`layout.SETS`).

    held   what `find` said of the same people
    moved  by folder of blocks, whose rows there were replaced by later ones (ascending ids)
    """
    rows, sets = [layout.ROWS.empty_table()], [layout.SETS.empty_table()]

    def take(folder: Path, block: str, part: str, places: Numbers, people: Numbers) -> None:
        mapped = Mapped(folder / f"{block}.{part}.arrow")
        own = Mapped(folder / f"{block}.sets.arrow").table
        place = mapped("set")[places]
        columns = {
            name: pa.array(mapped(name)[places])
            for name in layout.ROWS.names
            if name not in ("key", "person", "class", "event_id")
        }
        columns["event_id"] = mapped.table.column("event_id").take(pa.array(places))
        columns["key"] = pa.array(own.column("key").to_numpy()[place])
        columns["person"] = pa.array(people)
        columns["class"] = pa.array(
            mapped("class")[places] if part == "aside" else np.zeros(len(places), np.int8)
        )
        rows.append(pa.table(columns).select(layout.ROWS.names).cast(layout.ROWS))
        sets.append(own.take(pa.array(np.unique(place))))

    for each in held:
        folder, block = now.place(each.row), str(each.row["block"])
        mapped = Mapped(folder / f"{block}.people.arrow")
        starts, person = mapped("start")[each.places], mapped("person")[each.places]
        places = ranges(starts, each.lengths)
        take(folder, block, "touchpoints", places, np.repeat(person, each.lengths))
    for row in now.blocks:
        if row["aside"]:
            folder = now.place(row)
            person = Mapped(folder / f"{row['block']}.aside.arrow")("person")
            there = people[(people >= person[0]) & (people <= person[-1])]
            if (gone := moved.get(str(row["folder"]))) is not None:
                there = there[~np.isin(there, gone)]
            first, last = (np.searchsorted(person, there, side) for side in ("left", "right"))
            if len(places := ranges(first, last - first)):
                take(folder, str(row["block"]), "aside", places, person[places])
    return pa.concat_tables(rows), pa.concat_tables(sets)


def ranges(starts: Numbers, lengths: Numbers) -> Numbers:
    """The numbers of several ranges, one after another.

    >>> ranges(np.array([5, 20]), np.array([2, 3])).tolist()
    [5, 6, 20, 21, 22]
    """
    before = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
