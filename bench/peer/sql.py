"""The questions in SQL, as both DuckDB and ClickHouse understand it; `{...}` is filled in."""

MOVES = """
SELECT before, kind, count(*) FROM touchpoints WHERE before >= 0 GROUP BY before, kind
"""

# each step joins the first touchpoint of the next one after it; the window counts from step 1
FUNNEL = """
WITH s1 AS (SELECT person, min(place) AS place FROM touchpoints WHERE kind = {0} GROUP BY person),
e AS (SELECT s1.person, s1.place, t.time AS time FROM s1 JOIN touchpoints AS t
    ON t.person = s1.person AND t.place = s1.place),
s2 AS (SELECT e.person, e.time, min(t.place) AS place FROM e JOIN touchpoints AS t
    ON t.person = e.person WHERE t.kind = {1} AND t.place > e.place
    AND t.time <= e.time + {within} GROUP BY ALL),
s3 AS (SELECT s.person, s.time, min(t.place) AS place FROM s2 AS s JOIN touchpoints AS t
    ON t.person = s.person WHERE t.kind = {2} AND t.place > s.place
    AND t.time <= s.time + {within} GROUP BY ALL),
s4 AS (SELECT s.person, s.time, min(t.place) AS place FROM s3 AS s JOIN touchpoints AS t
    ON t.person = s.person WHERE t.kind = {3} AND t.place > s.place
    AND t.time <= s.time + {within} GROUP BY ALL),
s5 AS (SELECT s.person, min(t.place) AS place FROM s4 AS s JOIN touchpoints AS t
    ON t.person = s.person WHERE t.kind = {4} AND t.place > s.place
    AND t.time <= s.time + {within} GROUP BY s.person)
SELECT (SELECT count(*) FROM s1), (SELECT count(*) FROM s2), (SELECT count(*) FROM s3),
    (SELECT count(*) FROM s4), (SELECT count(*) FROM s5)
"""

REENTRIES = """
SELECT stage, sum(n - 1) FROM (
    SELECT person, stage, count(*) AS n FROM stages WHERE stage <> before GROUP BY person, stage
) GROUP BY stage
"""

# visits by the first row with which the customer came; a way is a person's visits of one cycle
VISITS = """
WITH visits AS (
    SELECT person, session, min(place) AS first, {arg_min}(channel, place) AS channel,
        {arg_min}(cycle, place) AS cycle, min(time) AS time
    FROM touchpoints WHERE came GROUP BY person, session
), reached AS (
    SELECT DISTINCT person, cycle FROM touchpoints WHERE goal
)"""

REMOVAL = (
    VISITS
    + """, steps AS (
    SELECT person, cycle, time, channel,
        {lag}(channel, 1, -1) OVER (PARTITION BY person, cycle ORDER BY first {rows}) AS before,
        {lead}(channel, 1, -1) OVER (PARTITION BY person, cycle ORDER BY first {rows}) AS after
    FROM visits
), ends AS (
    SELECT s.person, s.cycle, max(s.time) AS last, max(CAST(r.person IS NOT NULL AS INTEGER)) AS yes
    FROM steps AS s LEFT JOIN reached AS r ON s.person = r.person AND s.cycle = r.cycle
    GROUP BY s.person, s.cycle
), closed AS (
    SELECT s.*, e.yes FROM steps AS s JOIN ends AS e ON s.person = e.person AND s.cycle = e.cycle
    WHERE e.yes = 1 OR e.last <= {settled}
)
SELECT before, channel, count(*) FROM closed WHERE before <> channel GROUP BY ALL
UNION ALL SELECT channel, CASE WHEN yes = 1 THEN -2 ELSE -3 END AS into, count(*)
FROM closed WHERE after = -1 GROUP BY ALL
"""
)
