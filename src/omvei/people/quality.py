"""How far the stitching can be trusted: identifiers a person, shared ones, orders that match."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from . import orders
from .changes import changes
from .deleted import Names, names, raw_without
from .names import name
from .resolve import clean, prepare
from .sharing import sharing
from .table import tell

KNOWN = ("user_id", "email", "phone", "person")
"""Kinds that name somebody; an order number or a browser alone does not."""

SHOWN = 20
"""How many examples are listed."""

QUESTIONS = {
    # how many identifiers of each kind, and how many people have one
    "kinds": """
        SELECT kind, count(DISTINCT node) AS identifiers, count(DISTINCT person) AS people
        FROM identifiers GROUP BY kind ORDER BY identifiers DESC, kind""",
    # how many people have so many identifiers
    "sizes": """
        SELECT identifiers, count(*) AS people
        FROM (SELECT person, count(DISTINCT node) AS identifiers FROM identifiers GROUP BY person)
        GROUP BY identifiers ORDER BY identifiers""",
    # the people with most identifiers, and of how many kinds
    "largest": """
        SELECT *, CASE WHEN emails > 1 THEN 'emails' WHEN browsers > 5 THEN 'browsers'
            WHEN sized.identifiers > 20 THEN 'identifiers' END AS look
        FROM (
            SELECT person, count(DISTINCT node) AS identifiers,
                count(DISTINCT node) FILTER (kind = 'anonymous_id') AS browsers,
                count(DISTINCT node) FILTER (kind = 'email') AS emails,
                count(DISTINCT node) FILTER (kind = 'order_id') AS orders
            FROM identifiers GROUP BY person
        ) AS sized ORDER BY sized.identifiers DESC, person LIMIT $shown""",
    # identifiers that occurred with two people, one of whom was refused
    "shared": """
        SELECT weak_kind AS kind, weak_value AS value, count(*) AS refused,
            mode(reason ORDER BY reason) AS reason
        FROM joins WHERE refused GROUP BY weak_kind, weak_value
        ORDER BY count(*) DESC, kind, value LIMIT $shown""",
}

FOLDED = """
SELECT 'user_id' AS kind, value, list_sort(list(DISTINCT spelling)) AS spellings
FROM (SELECT {value} AS value, user_id AS spelling FROM told)
WHERE value IS NOT NULL GROUP BY value HAVING count(DISTINCT spelling) > 1
ORDER BY value LIMIT $shown
"""


def measure(
    events: list[str],
    folder: Path,
    identifiers: list[str],
    joins: list[str],
    people: NDArray[np.int64],
    devices: str,
    until: int | None = None,
    waiting: Names = (),
) -> dict[str, Any]:
    """Measure the stitching of one build, for the `people` who have touchpoints.

    `people`, `known` (people with an identifier that names somebody), `alone` (people who are one
    browser and nothing else), `kinds`, `sizes`, `largest`, `shared`, `folded` (spellings that
    became one), `changes`, `sharing` (`sharing.py`; `devices` is the policy's), and what
    `orders.compare` says. `events`, `identifiers` and `joins`: the files that hold them; `until`:
    only events before then; `waiting`: identifiers of people who were deleted, whose events are
    still there.
    """
    with duckdb.connect() as con:
        _tell_events(con, events, until, waiting)
        tell(con, folder, "identifiers", identifiers, "all_identifiers")
        tell(con, folder, "joins", joins, "joins")
        con.register("met", pa.table({"person": people}))
        con.execute(
            "CREATE VIEW identifiers AS SELECT * FROM all_identifiers SEMI JOIN met USING (person)"
        )
        found: dict[str, Any] = {}
        for question, sql in QUESTIONS.items():
            values = {"shown": SHOWN} if "$shown" in sql else {}
            found[question] = con.sql(sql, params=values).to_arrow_table().to_pylist()
        for row in found["largest"]:
            row["person"] = name(row["person"])
        found["sharing"] = sharing(con, devices)
        for row in [*found["shared"], *found["sharing"]]:
            if row["kind"] in ("email", "phone"):
                row["value"] = row["value"][:8] + "…"
        count, known = con.execute(
            "SELECT count(DISTINCT person), "
            "count(DISTINCT person) FILTER (list_contains($known, kind)) FROM identifiers",
            {"known": list(KNOWN)},
        ).fetchall()[0]
        (alone,) = con.execute(
            "SELECT count(*) FROM (SELECT person FROM identifiers GROUP BY person "
            "HAVING count(DISTINCT node) = 1 AND min(kind) = 'anonymous_id')"
        ).fetchall()[0]
        days = con.execute(
            "SELECT source, time::DATE, count(*) FROM told GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        found["folded"] = (
            con.sql(FOLDED.format(value=clean("user_id", "user_id")), params={"shown": SHOWN})
            .to_arrow_table()
            .to_pylist()
        )
        found["changes"] = changes(days)
        return {"people": count, "known": known, "alone": alone} | orders.compare(con) | found


def unlike(
    events: list[str], until: int | None = None, waiting: Names = ()
) -> list[dict[str, Any]]:
    """Every order that the web and the shop do not tell alike: see `orders.unlike`."""
    with duckdb.connect() as con:
        _tell_events(con, events, until, waiting)
        return orders.unlike(con)


def _tell_events(
    con: duckdb.DuckDBPyConnection, events: list[str], until: int | None, waiting: Names
) -> None:
    """Make the view `told`: the events as they came, but for those of deleted people."""
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")
    prepare(con)
    con.execute("SET VARIABLE events = $files", {"files": events})
    known_then = f"WHERE time < make_timestamptz({until})" if until is not None else ""
    rows = f"(FROM read_parquet(getvariable('events'), union_by_name = true) {known_then})"
    names(con, "waiting", waiting)
    con.execute(f"CREATE VIEW told AS {raw_without(rows, 'waiting') if waiting else rows}")
