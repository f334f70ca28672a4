"""Devices and addresses of several people: who shares them, and what was made of it.

A *household* shares a tablet: a few people log in on it, never more within a month than the policy
allows, and each keeps what is theirs. A *kiosk* is a till, a terminal in the shop, a computer of a
library: so many log in that it is nobody's. A *mailbox* is an address such as info@ that several
accounts use. What was done is the policy's: the device was divided by time (`device-split`,
`last-auth`, `reset-on-logout`), joined to nobody (`nobody`), or all were taken for one (`joined`).
"""

from typing import Any

import duckdb

HOUSEHOLD = 3
"""More people than this are no household, where the device is everybody's."""

SHARING = """
WITH used AS (
    SELECT weak_kind AS kind, weak_value AS value, strong_value AS login, time,
        strong_kind = 'user_id' AS account, coalesce(reason, '') AS reason
    FROM joins
    WHERE weak_kind IN ('anonymous_id', 'email') AND strong_kind IN ('user_id', 'email')
),
shared AS (
    SELECT kind, value, count(DISTINCT login) AS people,
        count(DISTINCT login) FILTER (account) AS accounts, min(time) AS first, max(time) AS last,
        -- an address that is everybody's is refused its devices too: only some of a device's pairs
        bool_and(reason = 'shared') AS everybodys, bool_or(reason = 'limit user_id') AS refused
    FROM used GROUP BY kind, value
)
SELECT kind, value, people, first, last,
    CASE WHEN kind = 'email' THEN 'mailbox'
         WHEN everybodys AND people > $household THEN 'kiosk' ELSE 'household' END AS judged,
    CASE WHEN everybodys THEN 'nobody' WHEN kind = 'email' AND refused THEN 'first'
         WHEN refused THEN $devices ELSE 'joined' END AS done
FROM shared WHERE accounts > 1 OR (everybodys AND people > 1)
ORDER BY people DESC, kind, value
"""


def sharing(con: duckdb.DuckDBPyConnection, devices: str) -> list[dict[str, Any]]:
    """What several people share, most people first: `kind, value, people, first, last, judged`
    (household, kiosk or mailbox) and `done` (a policy's word for `devices`, `nobody`, `first`: it
    stayed with who had it first, or `joined`).

    Reads the view `joins`; `people` are the accounts, or addresses, that were logged in with.
    """
    told = con.sql(SHARING, params={"household": HOUSEHOLD, "devices": devices})
    return [
        row | {end: row[end].isoformat().replace("+00:00", "Z") for end in ("first", "last")}
        for row in told.to_arrow_table().to_pylist()
    ]
