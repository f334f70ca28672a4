"""Which identifiers there are, and which were seen together: the facts as numbers.

Strings are read once: each distinct identifier gets a place, and from then on everything is done
with places. The strongest kind comes first; within a kind the order is any. Events find their
identifiers' places by a 64-bit hash. Two identifiers with one hash would be one by mistake, so each
distinct string is hashed, and where two hashes meet, all are hashed anew with another word.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from ..events.schema import IDENTIFIERS

Places = NDArray[np.int32]
Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]

CONSENTS = ("unknown", "granted", "denied")
"""A consent is its place here."""

WORDS = ("", "#", "##", "###")
"""What is hashed with an identifier: the first of these under which all hashes differ."""

GATHERED = """
-- one row a set of identifiers and consent that events carried, and how often
CREATE OR REPLACE TABLE gathered AS
SELECT key, consent, min(time) AS first, max(time) AS last,
    -- an identifier alone joins nothing: which event brought it first is not asked
    (min(struct_pack(time := time, event_id := event_id)) FILTER (several)).event_id AS event_id,
    count(*) AS events
FROM (
    SELECT key, time, event_id, key IN (SELECT key FROM sets WHERE {several}) AS several,
        CASE consent WHEN 'granted' THEN 1 WHEN 'denied' THEN 2 ELSE 0 END::TINYINT AS consent
    FROM {rows}
) GROUP BY key, consent
"""

SEVERAL = " + ".join(f"({kind} IS NOT NULL)::TINYINT" for kind in IDENTIFIERS) + " > 1"
"""SQL for whether a set has several identifiers."""

VALUES = """
SELECT value, {hash} AS hash,
    ('0x' || substr(sha256(getvariable('key') || '{kind}:' || value), 1, 15))::BIGINT AS node
FROM (
    SELECT DISTINCT {kind} AS value FROM sets
    WHERE {kind} IS NOT NULL AND key IN (SELECT key FROM gathered)
)
"""

SETS = """
SELECT {hashes}g.consent, g.first, g.last, g.event_id, g.events
FROM gathered AS g JOIN sets USING (key)
"""


def moments(microseconds: Numbers) -> pa.Array:
    """Numbers as times."""
    return pa.array(microseconds).cast(pa.timestamp("us", "UTC"))


@dataclass(frozen=True)
class Seen:
    """The identifiers of the facts (nodes), and the distinct sets in which they came."""

    starts: Numbers
    """(kinds + 1,) the first place of each kind of `IDENTIFIERS`, and after them the end."""
    rank: NDArray[np.int8]
    """(nodes,) the kind, as a place in `IDENTIFIERS`."""
    value: pa.Array
    """(nodes,) the cleaned value."""
    node: Numbers
    """(nodes,) the keyed hash by which it is known outside."""
    hash: Hashes
    """(nodes,) the hash by which it was found; all of a kind are different."""
    first: Numbers
    last: Numbers
    """(nodes,) microseconds, when it came first and last."""
    events: Numbers
    """(nodes,) how many events carried it."""
    sets: dict[int, Places]
    """(sets,) the node of each kind that there is, strongest first; -1 for none."""
    consent: NDArray[np.int8]
    """(sets,) a place in `CONSENTS`."""
    since: Numbers
    until: Numbers
    """(sets,) microseconds, when the set came first and last."""
    times: Numbers
    """(sets,) how many events were this set."""
    event_id: pa.Array
    """(sets,) the id of the event that brought it first; of equally early ones the smallest. None
    where it is a single identifier."""

    def of(self, rank: int) -> slice:
        """The places of a kind."""
        return slice(int(self.starts[rank]), int(self.starts[rank + 1]))

    def strongest(self) -> Places:
        """(sets,) the strongest identifier of each; -1 for none."""
        found = np.full(len(self.consent), -1, np.int32)
        for column in reversed(self.sets.values()):
            np.copyto(found, column, where=column >= 0)
        return found

    def places(self, rank: int, values: pa.Array) -> Places:
        """The places of those of some values of a kind that there are."""
        here = self.of(rank)
        known = self.value.slice(here.start, here.stop - here.start)
        told = pc.is_in(known, value_set=values.cast(known.type))
        return (here.start + np.flatnonzero(told.to_numpy(zero_copy_only=False))).astype(np.int32)


def gather(con: duckdb.DuckDBPyConnection, rows: str) -> None:
    """Make the table `gathered`: what `rows(key, time, event_id, consent)` say of each set of the
    table `sets`. Events are many and sets are few, so that identifiers are looked at once a set,
    not once an event."""
    con.execute(GATHERED.format(rows=rows, several=SEVERAL))


def see(con: duckdb.DuckDBPyConnection) -> Seen:
    """Read the tables `sets(key, <identifiers, cleaned>)` and `gathered` (see `gather`).

    The variable `key` of the connection holds the workspace's key.
    """
    for word in WORDS:
        found = [_values(con, kind, word) for kind in IDENTIFIERS]
        if not any(values.alike for values in found):
            return _see(con, found, word)
    raise AssertionError("no hash tells the identifiers apart")  # pragma: no cover


def hashed(kind: str, value: str, word: str = "") -> str:
    """SQL for the hash of an identifier; 0 for none."""
    with_word = f" || '{word}'" if word else ""
    return f"CASE WHEN {value} IS NULL THEN 0 ELSE hash('{kind}:' || {value}{with_word}) END"


@dataclass(frozen=True)
class _Values:
    """The distinct values of a kind."""

    value: pa.Array
    hash: Hashes
    node: Numbers
    order: Numbers
    """The places by ascending hash."""
    alike: bool
    """Whether two values have one hash, or one has that of no value."""


def _values(con: duckdb.DuckDBPyConnection, kind: str, word: str) -> _Values:
    told = con.sql(VALUES.format(kind=kind, hash=hashed(kind, "value", word))).to_arrow_table()
    numbers = told.column("hash").to_numpy()
    order = np.argsort(numbers)
    sorted_ = numbers[order]
    alike = bool((sorted_[1:] == sorted_[:-1]).any() or (sorted_[:1] == 0).any())
    # offsets of 64 bits: the values of a kind may well be longer than 2 GiB together
    value = told.column("value").cast(pa.large_string()).combine_chunks()
    return _Values(value, numbers, told.column("node").to_numpy(), order, alike)


def _see(con: duckdb.DuckDBPyConnection, found: list[_Values], word: str) -> Seen:
    starts = np.cumsum([0, *(len(values.hash) for values in found)])
    there = [rank for rank, values in enumerate(found) if len(values.hash)]
    told = con.sql(
        SETS.format(
            hashes="".join(
                f"{hashed(IDENTIFIERS[rank], IDENTIFIERS[rank], word)} AS {IDENTIFIERS[rank]}, "
                for rank in there
            ),
        )
    ).to_arrow_table()

    def places(rank: int) -> Places:
        wanted = told.column(IDENTIFIERS[rank]).to_numpy()
        return _places(found[rank].hash, found[rank].order, wanted, starts[rank])

    with ThreadPoolExecutor() as threads:
        sets = dict(zip(there, threads.map(places, there), strict=True))
    since, until = (told.column(n).cast(pa.int64()).to_numpy() for n in ("first", "last"))
    times = told.column("events").to_numpy()
    first = np.full(starts[-1], np.iinfo(np.int64).max)
    last = np.full(starts[-1], np.iinfo(np.int64).min)
    events = np.zeros(starts[-1], np.int64)
    for column in sets.values():
        _measure(column, since, until, times, first, last, events)
    return Seen(
        starts,
        np.repeat(np.arange(len(found), dtype=np.int8), np.diff(starts)),
        pa.concat_arrays([values.value for values in found]),
        np.concatenate([values.node for values in found]),
        np.concatenate([values.hash for values in found]),
        first,
        last,
        events,
        sets,
        told.column("consent").to_numpy(),
        since,
        until,
        times,
        # a copy: a piece of what was read lives as long as any of its columns
        told.column("event_id").cast(pa.large_string()).combine_chunks(),
    )


def _places(known: Hashes, order: Numbers, wanted: Hashes, start: int) -> Places:
    """The places of hashes among known ones, counted from `start`; -1 for 0.

    order  puts the known in ascending order

    >>> known, wanted = np.array([5, 3], np.uint64), np.array([5, 0, 3, 5], np.uint64)
    >>> _places(known, np.argsort(known), wanted, 10).tolist()
    [10, -1, 11, 10]
    """
    found = np.full(len(wanted), -1, np.int32)
    _walk(known, order, wanted, np.argsort(wanted), start, found)
    return found


@njit(cache=True, nogil=True)
def _walk(
    known: Hashes, order: Numbers, wanted: Hashes, turn: Numbers, start: int, out: Places
) -> None:
    place = 0
    for which in turn:
        if wanted[which] != 0:
            while known[order[place]] < wanted[which]:
                place += 1
            out[which] = start + order[place]


@njit(cache=True, nogil=True)
def _measure(
    column: Places,
    since: Numbers,
    until: Numbers,
    times: Numbers,
    first: Numbers,
    last: Numbers,
    events: Numbers,
) -> None:
    """Add what the sets say of their nodes."""
    for which in range(len(column)):
        node = column[which]
        if node >= 0:
            first[node] = min(first[node], since[which])
            last[node] = max(last[node], until[which])
            events[node] += times[which]
