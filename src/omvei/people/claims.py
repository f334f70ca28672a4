"""What of a device's history is a person's: how far back, and under which consent.

A browser that is first joined to a person in May was somebody's in April too, most likely theirs.
A policy says how many days `back` that is believed; what was done on the device before stays the
device's own. And what was done on it under a consent that may not join (denied, or unknown under
the strict policy) is never the person's, however often the device is joined later.
"""

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .devices import BROWSER, CONSENT
from .pairs import Pairs
from .seen import Seen, moments

DAY = 86_400_000_000
"""Microseconds."""

BACK = """
CREATE OR REPLACE TABLE early AS
-- browsers whose history begins too long before they were first joined to anybody
SELECT i.value AS device, b.begins
FROM changing AS i JOIN begun AS b ON b.device = i.value
WHERE i."from" IS NULL AND i.person <> i.node
    AND i.first < b.begins AND coalesce(i."to" > b.begins, true)
"""

EARLY = """
CREATE OR REPLACE TABLE changing AS
SELECT i.* REPLACE (coalesce(i."from", e.begins) AS "from",
        CASE WHEN e.device IS NULL OR i."from" IS NOT NULL THEN i.first
             ELSE (SELECT min(time) FROM facts
                   WHERE anonymous_id = e.device AND time >= e.begins) END AS first,
        CASE WHEN e.device IS NULL OR i."from" IS NOT NULL THEN i.events
             ELSE i.events - (SELECT count(*) FROM facts
                   WHERE anonymous_id = e.device AND time < e.begins) END AS events)
FROM changing AS i LEFT JOIN early AS e ON i.value = e.device
UNION ALL
SELECT 'anonymous_id', i.value, i.node, i.node, NULL, e.begins, min(f.time), max(f.time), count(*)
FROM early AS e
JOIN (SELECT DISTINCT value, node FROM changing) AS i ON i.value = e.device
JOIN facts AS f ON f.anonymous_id = e.device AND f.time < e.begins
GROUP BY ALL
"""

ALONE = """
-- a joined browser that was also used under a consent that may not join is, for those events, its
-- own: the row says so, and its empty time claims no event that may be joined
INSERT INTO changing
SELECT 'anonymous_id', d.value, d.node, d.node, make_timestamptz(0), make_timestamptz(0),
    a.first, a.last, a.events
FROM (SELECT value, node FROM changing
      GROUP BY ALL HAVING bool_or(person <> node) AND NOT bool_or(person = node)) AS d
JOIN alone AS a ON a.device = d.value
"""


JOINS = f"list_contains(getvariable('consents'), {CONSENT})"
"""SQL for whether the consent of an event lets it be joined."""

WHOSE = f"CASE WHEN i.kind <> 'anonymous_id' OR {JOINS} THEN i.person ELSE i.node END"
"""SQL for the person of an event `f`, whose strongest identifier is the row `i`: what a browser did
under a consent that may not join stays the browser's own."""


def begun(seen: Seen, tried: Pairs, joined: NDArray[np.bool_], back: int | None) -> pa.Table:
    """Browsers that came before they may be a person's: `place, device, begins`.

    joined  (pairs,) which were not refused; back  days
    """
    first = np.full(len(seen.rank), np.iinfo(np.int64).min)
    # nothing was early where all there is lies within `back`
    if back is not None and len(tried) and tried.time.max() - back * DAY > seen.first.min():
        rows = np.flatnonzero(joined & (seen.rank[tried.weak] == BROWSER))[::-1]
        first[tried.weak[rows]] = tried.time[rows] - back * DAY  # the earliest is written last
    found = np.flatnonzero(seen.first < first)
    return pa.table(
        {
            "place": pa.array(found),
            "device": seen.value.take(pa.array(found)),
            "begins": moments(first[found]),
        }
    )


def alone(seen: Seen, tried: Pairs, may: NDArray[np.bool_]) -> pa.Table:
    """Browsers of some pair that nobody was logged in on under a consent that may not join.

    may  (sets,) whether the consent may; `place, device, first, last, events` of those events
    """
    paired = np.zeros(len(seen.rank), np.bool_)
    paired[tried.weak] = True
    browser = seen.sets.get(BROWSER, np.full(len(may), -1, np.int32))
    rows = np.flatnonzero(~may & (browser >= 0) & (browser == seen.strongest()))
    rows = rows[paired[browser[rows]]]
    found, which = np.unique(browser[rows], return_inverse=True)
    first, last, events = (np.zeros(len(found), np.int64) for _ in range(3))
    first += np.iinfo(np.int64).max
    last += np.iinfo(np.int64).min
    np.minimum.at(first, which, seen.since[rows])
    np.maximum.at(last, which, seen.until[rows])
    np.add.at(events, which, seen.times[rows])
    return pa.table(
        {
            "place": pa.array(found),
            "device": seen.value.take(pa.array(found)),
            "first": moments(first),
            "last": moments(last),
            "events": pa.array(events),
        }
    )


def claim(con: duckdb.DuckDBPyConnection, begun: pa.Table, alone: pa.Table) -> None:
    """Bound in the table `changing` what of a browser is a person's; reads `facts`."""
    con.register("begun", begun)
    con.register("alone", alone)
    if len(begun):
        con.execute(BACK)
        if con.execute("SELECT 1 FROM early LIMIT 1").fetchall():
            con.execute(EARLY)
    con.execute(ALONE)
    con.unregister("begun")
    con.unregister("alone")
