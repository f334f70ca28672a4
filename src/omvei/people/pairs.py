"""Pairs of identifiers that must be one person's, in the order in which they are tried.

An event's strongest identifier is paired with each of its others. Of the events that carried a
pair the earliest counts. Pairs are tried by the kind of the weaker, the strongest first, then by
time, then by event id, so that the outcome does not depend on the order in which events arrived.
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from .seen import Numbers, Places, Seen


@dataclass(frozen=True)
class Pairs:
    """Pairs, in order."""

    strong: Places
    weak: Places
    """(pairs,) the two nodes."""
    time: Numbers
    """(pairs,) microseconds, when it first came."""
    set: Places
    """(pairs,) the set of identifiers that brought it, whose event id it bears."""

    def __len__(self) -> int:
        return len(self.strong)


def pairs(
    con: duckdb.DuckDBPyConnection, seen: Seen, may: NDArray[np.bool_], apart: Places
) -> Pairs:
    """The pairs of the sets that may join identifiers.

    may    (sets,) whether the consent lets the set join anything
    apart  nodes that are joined to nobody
    """
    strong = seen.strongest()
    alone = np.zeros(len(seen.rank), np.bool_)
    alone[apart] = True
    found = []
    for weak in seen.sets.values():
        rows = np.flatnonzero(may & (weak >= 0) & (strong != weak)).astype(np.int32)
        if len(apart):
            rows = rows[~(alone[strong[rows]] | alone[weak[rows]])]
        rows = _once(con, seen, strong, weak, rows)
        rows = _in_order(con, seen, strong, weak, rows)
        found.append((strong[rows], weak[rows], rows))
    if not found:
        none = np.zeros(0, np.int32)
        return Pairs(none, none, none.astype(np.int64), none)
    left, right, rows = (np.concatenate(part) for part in zip(*found, strict=True))
    return Pairs(left, right, seen.since[rows], rows)


def _once(
    con: duckdb.DuckDBPyConnection, seen: Seen, strong: Places, weak: Places, rows: Places
) -> Places:
    """Of the sets with one pair, the earliest; of equally early ones that with the smallest id."""
    often = np.bincount(weak[rows])[weak[rows]] > 1
    if not often.any():
        return rows
    once, rows = rows[~often], rows[often]
    pair = strong[rows].astype(np.int64) << 32 | weak[rows]
    order = np.argsort(pair)
    pair, rows = pair[order], rows[order]
    early = _early(pair, seen.since[rows])
    rows, pair = rows[early], pair[early]
    again = np.append(False, pair[1:] == pair[:-1])
    if again.any():
        place = np.flatnonzero(again | np.append(again[1:], False))
        rows[place] = rows[place][_by_event(con, seen, pair[place], strong, weak, rows[place])]
    return np.concatenate([once, rows[~again]])


@njit(cache=True, nogil=True)
def _early(pair: Numbers, time: Numbers) -> NDArray[np.bool_]:
    """Which rows are the earliest of their pair; equal pairs stand together."""
    found = np.zeros(len(pair), np.bool_)
    start = 0
    while start < len(pair):
        end, least = start, time[start]
        while end < len(pair) and pair[end] == pair[start]:
            least = min(least, time[end])
            end += 1
        for row in range(start, end):
            found[row] = time[row] == least
        start = end
    return found


def _in_order(
    con: duckdb.DuckDBPyConnection, seen: Seen, strong: Places, weak: Places, rows: Places
) -> Places:
    """The sets by time, then by event id."""
    rows = rows[np.argsort(seen.since[rows])]
    time = seen.since[rows]
    same = time[1:] == time[:-1]
    place = np.flatnonzero(np.append(False, same) | np.append(same, False))
    if len(place):
        rows[place] = rows[place][_by_event(con, seen, time[place], strong, weak, rows[place])]
    return rows


def _by_event(
    con: duckdb.DuckDBPyConnection,
    seen: Seen,
    first: Numbers,
    strong: Places,
    weak: Places,
    rows: Places,
) -> Numbers:
    """The order of sets by `first`, then event id (then node, should two events share an id)."""
    tied = {
        "place": pa.array(np.arange(len(rows))),
        "first": pa.array(first),
        "event_id": seen.event_id.take(pa.array(rows)),
        "strong": pa.array(seen.hash[strong[rows]]),
        "weak": pa.array(seen.hash[weak[rows]]),
    }
    con.register("tied", pa.table(tied))
    order = con.sql("SELECT place FROM tied ORDER BY first, event_id, strong, weak")
    found: Numbers = order.to_arrow_table().column("place").to_numpy()
    con.unregister("tied")
    return found
