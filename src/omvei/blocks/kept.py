"""The rows of some people as the blocks keep them: what an append starts from.

Blocks are sorted by person and mapped from disk, so only the rows of those people are read. A
person's touchpoints are where their bit lives; rows aside hold unless a later append moved the
person. Whether they are as they were written, the sums of their rows tell (`rowsums.py`).
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..errors import DamagedError
from ..mapped import Column, Mapped, ends
from . import layout, manifest, rowsums
from .block import read_living

Numbers = NDArray[np.int64]
Taken = tuple[pa.Table, pa.Table]
"""Rows (`layout.ROWS`), and the sets of identifiers that they carried (`layout.SETS`)."""


@dataclass(frozen=True)
class Held:
    """Some people in one block."""

    row: manifest.Row
    places: Numbers
    """Where they are among the block's people; only those who live."""
    lengths: Numbers
    """How many touchpoints each has."""
    first: int
    last: int
    """When their first and their last touchpoint are (microseconds)."""
    people: Mapped
    touchpoints: Mapped
    """The block's files."""


def find(now: manifest.Build, people: Numbers) -> list[Held]:
    """In which blocks people are; blocks without any are left out.

    people  ids, in ascending order
    """

    def of_block(row: manifest.Row) -> Held | None:
        if not row["people"]:
            return None
        mapped = Mapped(now.place(row) / f"{row['block']}.people.arrow")
        known = mapped("person")
        places = _places(known, people)
        if (living := now.living(row)) is not None and len(places):
            places = places[read_living(living, len(known), row["live_checksum"])[places]]
        if not len(places):
            return None
        touchpoints = Mapped(now.place(row) / f"{row['block']}.touchpoints.arrow")
        starts = mapped("start")
        begin, end = starts[places], np.append(starts[1:], touchpoints.rows)[places]
        time = touchpoints("time", compared=False)  # of these rows only: `read` compares them
        first, last = int(time[begin].min()), int(time[end - 1].max())
        return Held(row, places, end - begin, first, last, mapped, touchpoints)

    with ThreadPoolExecutor() as threads:
        return [each for each in threads.map(of_block, now.blocks) if each is not None]


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
) -> Taken:
    """The rows of people, and the sets of identifiers that they carried.

    held   what `find` said of the same people
    moved  by folder of blocks, whose rows there were replaced by later ones (ascending ids)

    Raises `DamagedError` for rows that are not as they were written.
    """
    in_block = {(each.row["folder"], each.row["block"]): each for each in held}

    def of_block(row: manifest.Row) -> list[Taken]:
        found = []
        sets = Mapped(now.place(row) / f"{row['block']}.sets.arrow")
        if (each := in_block.get((row["folder"], row["block"]))) is not None:
            found.append(_touchpoints(each, sets))
        if row["aside"]:
            aside = Mapped(now.place(row) / f"{row['block']}.aside.arrow")
            gone = moved.get(str(row["folder"]), np.zeros(0, np.int64))
            found.append(_aside(aside, people, gone, sets))
        return found

    with ThreadPoolExecutor() as threads:
        taken = [each for found in threads.map(of_block, now.blocks) for each in found]
    rows = pa.concat_tables([layout.ROWS.empty_table(), *(rows for rows, _ in taken)])
    return rows, pa.concat_tables([layout.SETS.empty_table(), *(sets for _, sets in taken)])


def _touchpoints(held: Held, sets: Mapped) -> Taken:
    """The touchpoints of people in a block."""
    starts, person, told = (held.people(name)[held.places] for name in ("start", "person", "sum"))
    places = ranges(starts, held.lengths)
    said, sums = _said(held.touchpoints, places)
    if not np.array_equal(told, rowsums.of_people(sums, held.lengths)):
        raise DamagedError(held.touchpoints.path)
    owner = np.repeat(person, held.lengths)
    return _carrying(said, owner, np.zeros(len(places), np.int8), sets)


def _aside(aside: Mapped, people: Numbers, gone: Numbers, sets: Mapped) -> Taken:
    """The rows aside of people, but those who are gone from the block."""
    person = aside("person")
    there = people[(people >= person[0]) & (people <= person[-1])]
    there = there[~np.isin(there, gone)]
    first, last = (np.searchsorted(person, there, side) for side in ("left", "right"))
    places = ranges(first, last - first)
    said, sums = _said(aside, places)
    if not np.array_equal(aside("sum", compared=False)[places], sums):
        raise DamagedError(aside.path)
    return _carrying(said, person[places], aside("class")[places], sets)


def _said(mapped: Mapped, places: Numbers) -> tuple[dict[str, Column | pa.Array], Numbers]:
    """Some rows of the columns of `layout.SAID`, and the sums of the rows."""
    said = {held.name: _taken(mapped, held, places) for held in layout.SAID}
    return said, rowsums.sums(said.__getitem__, len(places))


def _carrying(
    said: dict[str, Column | pa.Array], person: Numbers, of_class: Column, sets: Mapped
) -> Taken:
    """Rows with the key of the set that each carries, and these sets."""
    place = said.pop("set")
    columns = said | {"key": sets("key")[place], "person": person, "class": of_class}
    rows = pa.table(columns).select(layout.ROWS.names).cast(layout.ROWS)
    return rows, sets.table().take(pa.array(np.unique(place)))


def _taken(mapped: Mapped, held: layout.Held, places: Numbers) -> Column | pa.Array:
    """Some rows of a column, which is not compared as a whole."""
    if held.type is not np.str_:
        return np.take(mapped(held.name, compared=False), places)
    column = mapped.array(held.name, compared=False)
    offsets, text = ends(column)
    first, last = offsets[places], offsets[places + 1]
    if ((first < 0) | (last < first) | (last > len(text))).any():
        raise DamagedError(mapped.path)
    return column.take(pa.array(places))


def ranges(starts: Numbers, lengths: Numbers) -> Numbers:
    """The numbers of several ranges, one after another.

    >>> ranges(np.array([5, 20]), np.array([2, 3])).tolist()
    [5, 6, 20, 21, 22]
    """
    before = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
