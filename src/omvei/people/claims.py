"""What of a device's history is a person's: how far back, and under which consent.

A browser that is first joined to a person in May was somebody's in April too, most likely theirs.
A policy says how many days `back` that is believed; what was done on the device before stays the
device's own. And what was done on it under a consent that may not join (denied, or unknown under
the strict policy) is never the person's, however often the device is joined later.
"""

import duckdb

from .devices import CONSENT
from .policies import Policy

BACK = """
CREATE OR REPLACE TABLE early AS
-- devices whose history begins too long before they were first joined to anybody
SELECT i.value AS device, t.joined - to_days({back}) AS begins
FROM identifiers AS i
JOIN (SELECT weak_value AS device, min(time) AS joined FROM tried
      WHERE weak_kind = 'anonymous_id' AND reason IS NULL GROUP BY ALL) AS t ON t.device = i.value
WHERE i.kind = 'anonymous_id' AND i."from" IS NULL AND i.person <> i.node
    AND i.first < t.joined - to_days({back})
    AND coalesce(i."to" > t.joined - to_days({back}), true)
"""

EARLY = """
CREATE OR REPLACE TABLE identifiers AS
SELECT i.* REPLACE (coalesce(i."from", e.begins) AS "from",
        CASE WHEN e.device IS NULL OR i."from" IS NOT NULL THEN i.first
             ELSE (SELECT min(time) FROM facts
                   WHERE anonymous_id = e.device AND time >= e.begins) END AS first,
        CASE WHEN e.device IS NULL OR i."from" IS NOT NULL THEN i.events
             ELSE i.events - (SELECT count(*) FROM facts
                   WHERE anonymous_id = e.device AND time < e.begins) END AS events)
FROM identifiers AS i LEFT JOIN early AS e ON i.kind = 'anonymous_id' AND i.value = e.device
UNION ALL
SELECT 'anonymous_id', i.value, i.node, i.node, NULL, e.begins, min(f.time), max(f.time), count(*)
FROM early AS e
JOIN (SELECT DISTINCT value, node FROM identifiers WHERE kind = 'anonymous_id') AS i
    ON i.value = e.device
JOIN facts AS f ON f.anonymous_id = e.device AND f.time < e.begins
GROUP BY ALL
"""

ALONE = """
-- a joined device that was also used under a consent that may not join is, for those events, its
-- own: the row says so, and its empty time claims no event that may be joined
INSERT INTO identifiers
SELECT 'anonymous_id', d.value, d.node, d.node, make_timestamptz(0), make_timestamptz(0),
    min(t.first), max(t.last), sum(t.events)::BIGINT
FROM (SELECT value, node FROM identifiers WHERE kind = 'anonymous_id'
      GROUP BY ALL HAVING bool_or(person <> node) AND NOT bool_or(person = node)) AS d
JOIN together AS t ON t.anonymous_id = d.value AND {strongest} = 'anonymous_id:' || d.value
WHERE NOT list_contains(getvariable('consents'), t.consent)
GROUP BY ALL
"""


JOINS = f"list_contains(getvariable('consents'), {CONSENT})"
"""SQL for whether the consent of an event lets it be joined."""

WHOSE = f"CASE WHEN i.kind <> 'anonymous_id' OR {JOINS} THEN i.person ELSE i.node END"
"""SQL for the person of an event `f`, whose strongest identifier is the row `i`: what a browser did
under a consent that may not join stays the browser's own."""


def claim(con: duckdb.DuckDBPyConnection, policy: Policy, strongest: str) -> None:
    """Bound in the table `identifiers` what of a device is a person's; reads `facts`, `tried`."""
    if policy.back is not None:
        con.execute(BACK.format(back=policy.back))
        if con.execute("SELECT 1 FROM early LIMIT 1").fetchall():
            con.execute(EARLY)
    con.execute(ALONE.format(strongest=strongest))
