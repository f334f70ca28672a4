"""A block as an analysis sees it: columns of whole journeys, mapped from disk when first used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..errors import DamagedError
from ..events.checksum import unchanged
from ..mapped import Column, Mapped
from ..stores.copies import here


@dataclass
class Block:
    """Whole journeys of some people.

    `block["time"]` is a column of `layout.TOUCHPOINTS`; person i's rows are
    `starts[i]` up to `starts[i + 1]`.
    """

    person: NDArray[np.int64]
    starts: NDArray[np.int64]
    column: Callable[[str], Column]
    name: str = ""
    _columns: dict[str, Column] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Column:
        if name not in self._columns:
            self._columns[name] = self.column(name)
        return self._columns[name]

    @property
    def rows(self) -> int:
        """How many touchpoints."""
        return int(self.starts[-1])

    @property
    def people(self) -> int:
        """How many people."""
        return len(self.person)

    @property
    def place(self) -> NDArray[np.int32]:
        """The position of each row's person in the block."""
        if "place" not in self._columns:
            lengths = np.diff(self.starts)
            self._columns["place"] = np.repeat(np.arange(self.people, dtype=np.int32), lengths)
        return self._columns["place"]

    def alone(self, place: int) -> "Block":
        """One person's block: the one at `place`."""
        first, last = int(self.starts[place]), int(self.starts[place + 1])
        return Block(
            self.person[place : place + 1],
            np.array([0, last - first], np.int64),
            lambda name: self[name][first:last],
            self.name,
        )

    def of(self, people: NDArray[np.bool_]) -> "Block":
        """The whole journeys of some of the people; where most stay, it costs little more than all.

        >>> time = np.array([1, 2, 3, 4, 5])
        >>> block = Block(np.array([7, 8, 9]), np.array([0, 2, 3, 5]), lambda name: time)
        >>> block.of(np.array([True, False, True]))["time"].tolist()
        [1, 2, 4, 5]
        """
        starts, runs = _runs(self.starts, people)

        def column(name: str) -> Column:
            whole = self[name]
            found = np.empty(starts[-1], whole.dtype)
            # as plain numbers of their size: compiled once for each size, whatever they mean
            plain = f"u{whole.dtype.itemsize}"
            _copy(whole.view(plain), runs, found.view(plain))
            return found

        return Block(self.person[people], starts, column, self.name)

    def keep(self, rows: NDArray[np.bool_]) -> "Block":
        """The same people with only the rows where `rows` holds; who has none drops out."""
        counts = np.bincount(self.place[rows], minlength=self.people)
        stay = counts > 0
        starts = np.concatenate([[0], np.cumsum(counts[stay])]).astype(np.int64)
        return Block(self.person[stay], starts, lambda name: self[name][rows], self.name)


@njit(cache=True, nogil=True)
def _runs(
    starts: NDArray[np.int64], people: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`starts` of the people who stay, and (runs, 2) from which row up to which they stand."""
    kept, many = np.zeros(len(starts), np.int64), 0
    runs, found = np.empty((len(starts) // 2 + 1, 2), np.int64), 0
    stood = False
    for person in range(len(people)):
        stays = people[person]
        if stays:
            many += 1
            kept[many] = kept[many - 1] + starts[person + 1] - starts[person]
        if stays != stood:
            runs[found, 0 if stays else 1] = starts[person]
            found += stood
        stood = stays
    if stood:
        runs[found, 1] = starts[-1]
        found += 1
    return kept[: many + 1], runs[:found]


@njit(cache=True, nogil=True)
def _copy(whole: Column, runs: NDArray[np.int64], found: Column) -> None:
    """Fill `found` with the runs of rows of a column."""
    at = np.uint64(0)
    for run in range(len(runs)):
        first, stop = np.uint64(runs[run, 0]), np.uint64(runs[run, 1])
        for row in range(stop - first):  # no number is below 0, so none is counted from the end
            found[at + row] = whole[first + row]
        at += stop - first


@njit(cache=True, nogil=True)
def heads(starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows are a person's first, and True after the last.

    With it a kernel goes over all rows in one loop: a loop over each person's few rows costs a
    missed branch a person, which is more than the rows themselves.

    >>> heads(np.array([0, 2, 3])).tolist()
    [True, False, True, True]
    """
    found = np.zeros(starts[-1] + 1, np.bool_)
    for person in range(len(starts)):
        found[starts[person]] = True
    return found


@njit(cache=True, nogil=True)
def marked(mark: NDArray[np.uint8 | np.bool_]) -> NDArray[np.int32]:
    """The rows with a mark: a few plain loops mark rows many at a time, and only these are looked
    into one by one.

    >>> marked(np.array([0, 2, 1], np.uint8)).tolist()
    [1, 2]
    """
    found, many = np.empty(len(mark) + 1, np.int32), 0
    for row in range(len(mark)):
        found[many] = row
        many += mark[row] != 0
    return found[:many]


def open_block(folder: Path, name: str, told: Mapping[str, Any] | None = None) -> Block:
    """Map the two files of a block.

    told  its line of the manifest, where the folder is a copy that may not have it yet

    Raises `DamagedError` if one is missing, cut off or no Arrow file; and later, when a column is
    first asked for that is not as it was written.
    """
    said = told or {}
    people = Mapped(folder / f"{name}.people.arrow", said.get("people_checksum"))
    touchpoints = Mapped(folder / f"{name}.touchpoints.arrow", said.get("touchpoints_checksum"))
    starts = np.append(people("start"), np.int64(touchpoints.rows)).astype(np.int64)
    return Block(people("person"), starts, touchpoints, name)


def write_living(path: Path, live: NDArray[np.bool_]) -> None:
    """Write which of a block's people live: one bit each."""
    np.packbits(live).tofile(path)


def read_living(path: Path, people: int, told: str | None = None) -> NDArray[np.bool_]:
    """Which of a block's people live.

    Raises `DamagedError` if the file is missing, too short, or has not the checksum it is `told` to
    have.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "0000.live"
    >>> write_living(path, np.array([True, False, True]))
    >>> read_living(path, 3).tolist()
    [True, False, True]
    """
    try:
        bits = np.fromfile(here(path, told), np.uint8)
    except OSError:
        raise DamagedError(path) from None
    if len(bits) != (people + 7) // 8 or (told and not unchanged(path, told)):
        raise DamagedError(path)
    return np.unpackbits(bits, count=people).astype(np.bool_)
