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

from .policies import Policy, Shared

CROWDED = """
-- identifiers of a kind that more than `most` others used within `days`
INSERT INTO crowded
SELECT DISTINCT name FROM (
    SELECT name, count(DISTINCT other) OVER (
        PARTITION BY name ORDER BY time
        RANGE BETWEEN to_days({days}) PRECEDING AND CURRENT ROW) AS others
    FROM (
        SELECT '{kind}:' || {kind} AS name, {other} AS other, time FROM facts
        WHERE {kind} IN (
            SELECT {kind} FROM together WHERE {kind} IS NOT NULL
            GROUP BY {kind} HAVING count(DISTINCT {other}) > {most})
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
JOIN identifiers AS i ON i.kind = 'user_id' AND i.value = f.user_id
WHERE list_contains(getvariable('consents'), {consent})
"""

LOGOUTS = """
INSERT INTO marks
SELECT f.anonymous_id, f.time + INTERVAL 1 MICROSECOND, i.node, NULL
FROM facts AS f
JOIN identifiers AS i ON i.kind = 'anonymous_id' AND i.value = f.anonymous_id
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
CREATE OR REPLACE TABLE identifiers AS
SELECT * FROM identifiers WHERE kind <> 'anonymous_id' OR value NOT IN (SELECT device FROM spans)
UNION ALL
SELECT i.kind, i.value, i.node, s.person, s."from", s."to",
    min(f.time), max(f.time), count(f.time)
FROM spans AS s
JOIN identifiers AS i ON i.kind = 'anonymous_id' AND i.value = s.device
LEFT JOIN facts AS f ON f.anonymous_id = s.device
    AND (s."from" IS NULL OR f.time >= s."from") AND (s."to" IS NULL OR f.time < s."to")
GROUP BY ALL;
"""

SHARED = """
CREATE OR REPLACE TABLE divided AS
-- devices that somebody was refused, because a person holds one user id
SELECT DISTINCT weak_value AS device FROM tried
WHERE reason = 'limit user_id' AND weak_kind = 'anonymous_id'
"""

ANY = """
CREATE OR REPLACE TABLE divided AS
-- every device that somebody logged in on and out of, and those that somebody was refused
SELECT DISTINCT weak_value AS device FROM tried WHERE weak_kind = 'anonymous_id'
    AND strong_kind = 'user_id' AND coalesce(reason, '') <> 'shared'
"""

CONSENT = "CASE WHEN consent IN ('granted', 'denied') THEN consent ELSE 'unknown' END"
"""SQL for the consent of an event: anything but granted or denied is unknown."""

PLAIN_EVENT = "trim(regexp_replace(lower(f.event), '[^a-zæøåäö0-9]+', '_', 'g'), '_')"

CHANGES = {
    "device-split": "since + (time - since) / 2",
    "last-auth": "time",
    "reset-on-logout": "time",
}


def crowded(con: duckdb.DuckDBPyConnection, shared: tuple[Shared, ...]) -> None:
    """Make the table `crowded(name)` of identifiers that are everybody's; reads `facts`."""
    con.execute("CREATE OR REPLACE TABLE crowded (name VARCHAR)")
    for rule in shared:
        for other in ("user_id", "email"):
            if other != rule.kind:
                con.execute(
                    CROWDED.format(
                        kind=rule.kind, other=other, most=rule.most, days=rule.days, consent=CONSENT
                    )
                )


def divide(con: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """Divide shared devices in the table `identifiers`; reads `facts` and `tried` (the pairs)."""
    resets = policy.devices == "reset-on-logout"
    con.execute(ANY if resets else SHARED)
    con.execute(MARKS.format(consent=CONSENT))
    if resets:
        con.execute(LOGOUTS.format(event=PLAIN_EVENT))
    con.execute(SPANS.format(change=CHANGES[policy.devices]))
    if con.execute("SELECT 1 FROM spans LIMIT 1").fetchall():
        con.execute(DIVIDED)
