"""A device that several people log in on is divided by time: each event is the nearest login's.

Two user ids are never one person, so the second to log in on a family's tablet is refused the
tablet. What was done on it without logging in then belongs to whoever logged in nearest in time:
the device changes hands halfway between the last login of one person and the next of another.
Before the first login and after the last one it is theirs who logged in there.
"""

import duckdb

SPLIT = """
CREATE OR REPLACE TABLE spans AS
WITH shared AS (
    -- one row a device that somebody was refused
    SELECT DISTINCT weak_value AS device FROM pairs_refused WHERE weak_kind = 'anonymous_id'
),
logins AS (
    -- one row a login on it, in order
    SELECT f.anonymous_id AS device, f.time, i.person, i.value AS login
    FROM facts AS f
    JOIN shared AS s ON s.device = f.anonymous_id
    JOIN identifiers AS i ON i.kind = 'user_id' AND i.value = f.user_id
),
turns AS (
    -- the person and time of the login before
    SELECT device, person, time,
        lag(person) OVER told AS before, lag(time) OVER told AS since
    FROM logins WINDOW told AS (PARTITION BY device ORDER BY time, login)
),
changes AS (
    -- one row each time the device changes hands, halfway between the two logins
    SELECT device, person, since + (time - since) / 2 AS begins FROM turns
    WHERE before IS NULL OR before <> person
)
SELECT device, person, begins AS "from",
    lead(begins) OVER (PARTITION BY device ORDER BY begins NULLS FIRST) AS "to"
FROM changes;

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


def split(con: duckdb.DuckDBPyConnection) -> None:
    """Divide shared devices in the table `identifiers`; reads `facts` and `pairs_refused`."""
    con.execute(SPLIT)
