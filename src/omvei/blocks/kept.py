"""The rows of some people as the blocks keep them: what an append starts from.

Blocks are sorted by person and mapped from disk, so only the rows of those people are read. A
person's touchpoints are where their bit lives; rows aside hold unless a later append moved the
person. Whether they are as they were written, the sums of their rows tell (`rowsums.py`).
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class _Piece:
    """Some rows of one file of a block."""

    file: Mapped
    places: Numbers
    person: Numbers
    of_class: Column
    lengths: Numbers
    """How many of the rows, one after another, each of `sums` is of."""
    sums: Numbers
    sets: Mapped
    """The sets that the block's rows carry."""


def read(
    now: manifest.Build, people: Numbers, held: Iterable[Held], moved: dict[str, Numbers]
) -> Taken:
    """The rows of people, and the sets of identifiers that they carried.

    held   what `find` said of the same people
    moved  by folder of blocks, whose rows there were replaced by later ones (ascending ids)

    Raises `DamagedError` for rows that are not as they were written.
    """
    in_block = {(each.row["folder"], each.row["block"]): each for each in held}

    def of_block(row: manifest.Row) -> list[_Piece]:
        found = []
        sets = Mapped(now.place(row) / f"{row['block']}.sets.arrow")
        if (each := in_block.get((row["folder"], row["block"]))) is not None:
            found.append(_touchpoints(each, sets))
        if row["aside"]:
            aside = Mapped(now.place(row) / f"{row['block']}.aside.arrow")
            gone = moved.get(str(row["folder"]), np.zeros(0, np.int64))
            found.append(_aside(aside, people, gone, sets))
        return [piece for piece in found if len(piece.places)]

    with ThreadPoolExecutor() as threads:
        pieces = [piece for found in threads.map(of_block, now.blocks) for piece in found]
        if not pieces:
            return layout.ROWS.empty_table(), layout.SETS.empty_table()
        said = _gathered(threads, [(piece.file, piece.places) for piece in pieces], SAID)
        sums = rowsums.sums(said.__getitem__, len(said["event_id"]))
        sums = rowsums.of_people(sums, np.concatenate([piece.lengths for piece in pieces]))
        told = np.concatenate([piece.sums for piece in pieces])
        _compare(sums, told, [(piece.file, len(piece.sums)) for piece in pieces])
        key, sets = _carried(threads, pieces, said.pop("set"))
    columns = said | {
        "key": key,
        "person": np.concatenate([piece.person for piece in pieces]),
        "class": np.concatenate([piece.of_class for piece in pieces]),
    }
    return pa.table(columns).select(layout.ROWS.names).cast(layout.ROWS), sets


def _touchpoints(held: Held, sets: Mapped) -> _Piece:
    """The touchpoints of people in a block."""
    starts, person, told = (held.people(name)[held.places] for name in ("start", "person", "sum"))
    places = ranges(starts, held.lengths)
    owner, shown = np.repeat(person, held.lengths), np.zeros(len(places), np.int8)
    return _Piece(held.touchpoints, places, owner, shown, held.lengths, told, sets)


def _aside(aside: Mapped, people: Numbers, gone: Numbers, sets: Mapped) -> _Piece:
    """The rows aside of people, but those who are gone from the block."""
    person = aside("person")
    there = people[(people >= person[0]) & (people <= person[-1])]
    there = there[~np.isin(there, gone)]
    first, last = (np.searchsorted(person, there, side) for side in ("left", "right"))
    places = ranges(first, last - first)
    told = aside("sum", compared=False)[places]
    alone = np.ones(len(places), np.int64)
    return _Piece(aside, places, person[places], aside("class")[places], alone, told, sets)


def _carried(
    threads: ThreadPoolExecutor, pieces: list[_Piece], place: Numbers
) -> tuple[Column, pa.Table]:
    """The key of the set that each row carries, by its `place` in its block; and these sets."""
    ends_ = np.cumsum([len(piece.places) for piece in pieces])
    wanted, which, before = [], [], 0
    for piece, of_piece in zip(pieces, np.split(place, ends_[:-1]), strict=True):
        places, nth = np.unique(of_piece, return_inverse=True)
        if not 0 <= places[0] <= places[-1] < piece.sets.rows:
            raise DamagedError(piece.file.path)
        wanted.append((piece.sets, places))
        which.append(nth + before)
        before += len(places)
    found = _gathered(threads, wanted, (*layout.SETS.names, "sum"))
    told = found.pop("sum")
    sets = pa.table(found, layout.SETS)
    _compare(rowsums.of_sets(sets), told, [(file, len(places)) for file, places in wanted])
    return found["key"][np.concatenate(which)], sets


SAID = tuple(held.name for held in layout.SAID)


def _gathered(
    threads: ThreadPoolExecutor, wanted: list[tuple[Mapped, Numbers]], names: Iterable[str]
) -> dict[str, Column | pa.Array]:
    """Some rows of columns of some files, one file after another: columns are not compared."""
    ends_ = np.cumsum([len(places) for _, places in wanted])
    found: dict[str, Any] = {}
    for name in names:
        kind = wanted[0][0].type_of(name)
        text = pa.types.is_string(kind)
        found[name] = [] if text else np.empty(ends_[-1], kind.to_pandas_dtype())

    def take(number: int) -> list[pa.Array]:
        file, places = wanted[number]
        texts_ = []
        for name, whole in found.items():
            if isinstance(whole, list):
                texts_.append(_texts(file, name, places))
            else:  # a place that is not there shows in the sums
                own = whole[ends_[number] - len(places) : ends_[number]]
                np.take(file(name, compared=False), places, out=own, mode="clip")
        return texts_

    told = list(threads.map(take, range(len(wanted))))
    texts_ = (pa.concat_arrays(parts) for parts in zip(*told, strict=True))
    return {name: next(texts_) if isinstance(at, list) else at for name, at in found.items()}


def _texts(file: Mapped, name: str, places: Numbers) -> pa.Array:
    """Some rows of a column of texts."""
    column = file.array(name, compared=False)
    offsets, text = ends(column)
    first, last = offsets[places], offsets[places + 1]
    if ((first < 0) | (last < first) | (last > len(text))).any():
        raise DamagedError(file.path)
    return column.take(pa.array(places))


def _compare(made: Numbers, told: Numbers, files: list[tuple[Mapped, int]]) -> None:
    """Raise `DamagedError` for the first of some files, each with so many sums, of which one is not
    as it was written."""
    if len(wrong := np.flatnonzero(made != told)):
        ends_ = np.cumsum([sums for _, sums in files])
        raise DamagedError(files[int(np.searchsorted(ends_, wrong[0], "right"))][0].path)


def ranges(starts: Numbers, lengths: Numbers) -> Numbers:
    """The numbers of several ranges, one after another.

    >>> ranges(np.array([5, 20]), np.array([2, 3])).tolist()
    [5, 6, 20, 21, 22]
    """
    before = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
