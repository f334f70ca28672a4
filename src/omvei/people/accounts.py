"""Companies as the travellers: a company's journey is all its people's touchpoints in order.

A row may name the company it was done for (`account`). A person belongs to the company that most
of their rows name, of equals the latest; a row that names another company is that company's. What
nobody can be placed by stays out of the companies' journeys, and is counted as `unidentified`.
"""

import duckdb

from .claims import JOINS
from .resolve import clean

KEY = "lower(nfc_normalize({}))"

LIFT = """
-- one row a company, under the name that is written most often
CREATE OR REPLACE TABLE accounts AS
SELECT key, mode(name ORDER BY name) AS name,
    ('0x' || substr(sha256(getvariable('key') || 'account:' || key), 1, 15))::BIGINT AS number,
    min(time) AS first, max(time) AS last, count(*) AS events
FROM (SELECT {key} AS key, {name} AS name, time FROM facts)
WHERE key IS NOT NULL GROUP BY key;

-- the company of each person
CREATE OR REPLACE TABLE members AS
SELECT person, arg_max(number, (events, last, number)) AS number
FROM (
    SELECT i.person, a.number, count(*) AS events, max(f.time) AS last
    FROM facts AS f
    JOIN accounts AS a ON a.key = {fkey}
    JOIN identifiers AS i ON i.kind || ':' || i.value = f.strongest
        AND (i."from" IS NULL OR f.time >= i."from") AND (i."to" IS NULL OR f.time < i."to")
    WHERE {joins}
    GROUP BY ALL
) GROUP BY person;

CREATE OR REPLACE TABLE lifted AS
SELECT i.* REPLACE (m.number AS person) FROM identifiers AS i JOIN members AS m USING (person)
UNION ALL SELECT 'account', name, number, number, NULL, NULL, first, last, events FROM accounts;
"""


def lift(con: duckdb.DuckDBPyConnection) -> None:
    """Replace the people of the view `identifiers` by their companies; make `accounts`.

    Reads `facts` (with `account` as it was written) and `identifiers`.
    """
    name = clean("account", "account")
    con.execute(
        LIFT.format(
            name=name,
            key=KEY.format(name),
            fkey=KEY.format(clean("account", "f.account")),
            joins=JOINS,
        )
    )
    con.unregister("identifiers")
    con.execute("CREATE VIEW identifiers AS FROM lifted")


WHOSE = f"CASE WHEN {JOINS} THEN coalesce(o.number, i.person) END"
"""SQL for the company of an event `f`, whose strongest identifier is the row `i`."""

NAMED_BY = f"LEFT JOIN accounts AS o ON o.key = {KEY.format(clean('account', 'f.account'))}"
"""SQL that finds the company `o` that an event `f` names itself."""
