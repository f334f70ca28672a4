"""What came earlier in a person's journey: the columns behind the conditions that look back.

A person *sets out* at the first thing they do, and again at the first after a silence of `quiet`
in which they did nothing. What merely reaches them (a passive kind, such as an ad seen) is nothing
they do: an ad in the middle of a silence does not end it.
"""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..touchpoints.visits import seen_before
from ..touchpoints.vocabulary import CLASSES, codes, kinds

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


class Earlier:
    """The columns of whole journeys that say what came before each row.

    All are (rows,). They are computed when first asked, and kept for the other rules of a model.
    `quiet` is in microseconds; 0: no silence is long.
    """

    def __init__(self, columns: Any, quiet: int) -> None:
        self.columns = columns
        self.quiet = quiet

    @cached_property
    def repeated(self) -> Flags:
        """Whether the person met the same kind of touchpoint before."""
        return seen_before(self._person, self.columns["kind"].astype(np.int32))

    @cached_property
    def evaluated(self) -> Flags:
        """Whether the person weighed alternatives since their latest purchase, or ever."""
        weighs = _of_kind(self.columns["kind"], group="evaluation")
        bought = self.columns["purchases_before"]
        opens = self._first.copy()
        opens[1:] |= bought[1:] != bought[:-1]
        return _before(weighs, _latest(opens)) > 0

    @cached_property
    def visits(self) -> Counts:
        """In how many visits the person did something, this row included."""
        acts = np.flatnonzero(self._acts)
        person, session = self._person[acts], self.columns["session"][acts]
        begins = np.ones(len(acts), np.bool_)
        begins[1:] = (person[1:] != person[:-1]) | (session[1:] != session[:-1])
        marks = np.zeros(len(self._acts), np.bool_)
        marks[acts[begins]] = True
        return _before(marks, _latest(self._first)) + marks

    @cached_property
    def sets_out(self) -> Flags:
        """Whether the person sets out at this row."""
        acts = np.flatnonzero(self._acts)
        person, time = self._person[acts], self.columns["time"][acts]
        wakes = np.ones(len(acts), np.bool_)
        wakes[1:] = person[1:] != person[:-1]
        if self.quiet:
            wakes[1:] |= time[1:] - time[:-1] >= self.quiet
        found = np.zeros(len(self._acts), np.bool_)
        found[acts[wakes]] = True
        return found

    @cached_property
    def under_way(self) -> Counts:
        """Microseconds since the person last set out; -1 before they did."""
        time = self.columns["time"]
        began = _latest(self._first | self.sets_out)
        return np.where(self.sets_out[began], time - time[began], -1)

    @cached_property
    def bought_under_way(self) -> Flags:
        """Whether the person has bought since they last set out."""
        bought = self.columns["purchases_before"]
        found: Flags = bought > bought[_latest(self._first | self.sets_out)]
        return found

    @cached_property
    def looked_around(self) -> Flags:
        """Whether the person, since the row where they set out, searched or weighed alternatives.

        A search that names a brand goes straight to it: that is not looking around.
        """
        kind = self.columns["kind"]
        named = self.columns["query_class"] == CLASSES.index("brand")
        looks = _of_kind(kind, group="evaluation") | (_of_kind(kind, group="search") & ~named)
        return _before(looks & ~self.sets_out, _latest(self._first | self.sets_out)) > 0

    @cached_property
    def _first(self) -> Flags:
        found: Flags = self.columns["gap"] < 0
        return found

    @cached_property
    def _person(self) -> NDArray[np.int32]:
        return (np.cumsum(self._first) - 1).astype(np.int32)

    @cached_property
    def _acts(self) -> Flags:
        return _of_kind(self.columns["kind"], passive=False)


def _of_kind(column: NDArray[Any], **wanted: Any) -> Flags:
    """Which rows are of a kind that is so."""
    ((name, value),) = wanted.items()
    table = np.zeros(len(codes()), np.bool_)
    table[[codes()[kind.name] for kind in kinds().values() if getattr(kind, name) == value]] = True
    found: Flags = table[column]
    return found


def _latest(marks: Flags) -> Counts:
    """The latest marked row, this one included. The first row of all is marked.

    >>> _latest(np.array([True, False, True, False])).tolist()
    [0, 0, 2, 2]
    """
    found: Counts = np.maximum.accumulate(np.where(marks, np.arange(len(marks)), 0))
    return found


def _before(marks: Flags, since: Counts) -> Counts:
    """How many marked rows there are from row `since` to just before each row.

    >>> _before(np.array([True, True, False]), np.array([0, 0, 1])).tolist()
    [0, 1, 1]
    """
    total: Counts = np.cumsum(marks) - marks
    return total - total[since]
