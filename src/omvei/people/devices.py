"""A device that several people log in on is divided by time; one that nobody can claim is nobody's.

Two user ids are never one person, so the second to log in on a family's tablet is refused the
tablet. Whose is what was done on it without logging in? A policy says, in `devices`:

device-split     the nearest login's: the device changes hands halfway between two logins
last-auth        the latest login's, until somebody else logs in
reset-on-logout  the latest login's until a logout; after it nobody's, until the next login. This
                 holds for every device, shared or not.

Before the first login it is theirs who logged in first. A device that too many logged in on at a
time (a till, a library) joins nobody at all, and what was done on it without logging in is its own.
"""

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..events.schema import IDENTIFIERS
from .pairs import Pairs
from .policies import Policy, Shared
from .seen import Places, Seen

CROWDED = """
-- identifiers of a kind that more than `most` others used within `days`
SELECT DISTINCT name FROM (
    SELECT name, count(DISTINCT other) OVER (
        PARTITION BY name ORDER BY time
        RANGE BETWEEN to_days({days}) PRECEDING AND CURRENT ROW) AS others
    FROM (
        SELECT {kind} AS name, {other} AS other, time FROM facts
        WHERE {kind} IN (SELECT value FROM met)
        AND {other} IS NOT NULL AND list_contains(getvariable('consents'), {consent})
    )
) WHERE others > {most}
"""

MARKS = """
CREATE OR REPLACE TABLE marks AS
-- one row a login on a divided device, and a logout where those count: whose it is from then on
SELECT f.anonymous_id AS device, f.time, i.person, i.value AS login
FROM facts AS f
JOIN divided AS d ON d.device = f.anonymous_id
JOIN found AS i ON i.kind = 'user_id' AND i.value = f.user_id
WHERE list_contains(getvariable('consents'), {consent})
"""

LOGOUTS = """
INSERT INTO marks
SELECT f.anonymous_id, f.time + INTERVAL 1 MICROSECOND, i.node, NULL
FROM facts AS f
JOIN changing AS i ON i.value = f.anonymous_id
WHERE i.value IN (SELECT device FROM marks)
    AND list_contains(getvariable('logout'), {event})
"""

SPANS = """
CREATE OR REPLACE TABLE spans AS
WITH turns AS (
    -- the person and time of the mark before
    SELECT device, person, time, lag(person) OVER told AS before, lag(time) OVER told AS since
    FROM marks WINDOW told AS (PARTITION BY device ORDER BY time, login)
),
changes AS (
    -- one row each time the device changes hands
    SELECT device, person,
        CASE WHEN before IS NOT NULL THEN {change} END AS begins
    FROM turns WHERE before IS NULL OR before <> person
)
SELECT device, person, begins AS "from",
    lead(begins) OVER (PARTITION BY device ORDER BY begins NULLS FIRST) AS "to"
FROM changes;
"""

DIVIDED = """
-- a divided device has one row for each time it was somebody's
CREATE OR REPLACE TABLE changing AS
SELECT * FROM changing WHERE value NOT IN (SELECT device FROM spans)
UNION ALL
SELECT i.kind, i.value, i.node, s.person, s."from", s."to",
    min(f.time), max(f.time), count(f.time)
FROM spans AS s
JOIN changing AS i ON i.value = s.device
LEFT JOIN facts AS f ON f.anonymous_id = s.device
    AND (s."from" IS NULL OR f.time >= s."from") AND (s."to" IS NULL OR f.time < s."to")
GROUP BY ALL;
"""

CONSENT = "CASE WHEN consent IN ('granted', 'denied') THEN consent ELSE 'unknown' END"
"""SQL for the consent of an event: anything but granted or denied is unknown."""

PLAIN_EVENT = "trim(regexp_replace(lower(f.event), '[^a-zæøåäö0-9]+', '_', 'g'), '_')"

CHANGES = {
    "device-split": "since + (time - since) / 2",
    "last-auth": "time",
    "reset-on-logout": "time",
}


BROWSER, LOGIN = IDENTIFIERS.index("anonymous_id"), IDENTIFIERS.index("user_id")


def crowded(con: duckdb.DuckDBPyConnection, seen: Seen, shared: tuple[Shared, ...]) -> Places:
    """The nodes that are everybody's; reads `facts` for those that met many."""
    found = [np.zeros(0, np.int32)]
    for rule in shared:
        for other in ("user_id", "email"):
            if other != rule.kind and len(met := _met_many(seen, rule, IDENTIFIERS.index(other))):
                con.register("met", pa.table({"value": seen.value.take(pa.array(met))}))
                told = con.sql(
                    CROWDED.format(
                        kind=rule.kind, other=other, most=rule.most, days=rule.days, consent=CONSENT
                    )
                ).to_arrow_table()
                con.unregister("met")
                names = told.column("name").combine_chunks()
                found.append(seen.places(IDENTIFIERS.index(rule.kind), names))
    return np.concatenate(found)


def _met_many(seen: Seen, rule: Shared, other: int) -> Places:
    """The nodes of a kind that came with more than so many of another, whenever that was."""
    here, there = seen.sets.get(IDENTIFIERS.index(rule.kind)), seen.sets.get(other)
    if here is None or there is None:
        return np.zeros(0, np.int32)
    both = (here >= 0) & (there >= 0)
    often = np.bincount(here[both], minlength=len(seen.rank)) > rule.most  # sets, at least
    both &= often[here]
    met = np.unique(here[both].astype(np.int64) << 32 | there[both])
    nodes, times = np.unique(met >> 32, return_counts=True)
    return nodes[times > rule.most].astype(np.int32)


def divided(seen: Seen, tried: Pairs, why: NDArray[np.int8], policy: Policy) -> Places:
    """The browsers to divide by time; `why` each pair was refused is told by `resolve.joined`.

    Those that somebody was refused because a person holds one user id; where logouts count, every
    one that somebody logged in on, but those that are everybody's.
    """
    if policy.devices == "reset-on-logout":
        rows = (why < len(policy.limits)) & (seen.rank[tried.strong] == LOGIN)
    else:
        login = [which for which, limit in enumerate(policy.limits) if limit.kind == "user_id"]
        rows = np.isin(why, login)
    return np.unique(tried.weak[rows & (seen.rank[tried.weak] == BROWSER)])


def divide(con: duckdb.DuckDBPyConnection, policy: Policy, devices: pa.Array) -> None:
    """Divide browsers in the table `changing`; reads `facts` and `found` (all identifiers)."""
    con.register("divided", pa.table({"device": devices}))
    con.execute(MARKS.format(consent=CONSENT))
    con.unregister("divided")
    if policy.devices == "reset-on-logout":
        con.execute(LOGOUTS.format(event=PLAIN_EVENT))
    con.execute(SPANS.format(change=CHANGES[policy.devices]))
    con.execute(DIVIDED)
