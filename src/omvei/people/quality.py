"""How far the stitching can be trusted: identifiers a person, shared ones, orders that match.

An order that the web tool told of (an event with an address) and the shop told of too (one
without) is *matched*: it is the bridge between a cookie and an e-mail address.
"""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from deltalake import DeltaTable
from numpy.typing import NDArray

from ..events.addresses import show
from .names import name
from .resolve import clean, prepare

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
        SELECT person, count(DISTINCT node) AS identifiers,
            count(DISTINCT node) FILTER (kind = 'anonymous_id') AS browsers,
            count(DISTINCT node) FILTER (kind = 'email') AS emails,
            count(DISTINCT node) FILTER (kind = 'order_id') AS orders
        FROM identifiers GROUP BY person ORDER BY identifiers DESC, person LIMIT $shown""",
    # identifiers that occurred with two people, one of whom was refused
    "shared": """
        SELECT weak_kind AS kind, weak_value AS value, count(*) AS refused
        FROM joins WHERE refused GROUP BY ALL ORDER BY refused DESC, kind, value LIMIT $shown""",
}

ORDERS = """
-- one row an order number: whether the web told of it, and whether the shop did
SELECT order_id, bool_or(url IS NOT NULL) AS web, bool_or(url IS NULL) AS shop
FROM (SELECT {order_id} AS order_id, url FROM read_parquet(getvariable('events')))
WHERE order_id IS NOT NULL GROUP BY order_id
"""


def measure(
    events: list[str], folder: Path, version: int, people: NDArray[np.int64]
) -> dict[str, Any]:
    """Measure the stitching of one build, for the `people` who have touchpoints.

    `people`, `known` (people with an identifier that names somebody), `kinds`, `sizes`, `largest`,
    `shared`, and `orders`: `web, shop, matched, only_web, only_shop` (counts) with the first
    `unmatched_web` and `unmatched_shop` order numbers.
    """
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        prepare(con)
        tables = {
            "identifiers": DeltaTable(str(folder / "identifiers"), version=version),
            "joins": DeltaTable(str(folder / "joins")),
        }
        for table, delta in tables.items():
            show(con, f"all_{table}", delta)
        con.register("met", pa.table({"person": people}))
        con.execute("CREATE VIEW joins AS SELECT * FROM all_joins")
        con.execute(
            "CREATE VIEW identifiers AS SELECT * FROM all_identifiers SEMI JOIN met USING (person)"
        )
        con.execute("SET VARIABLE events = $files", {"files": events})
        found: dict[str, Any] = {}
        for question, sql in QUESTIONS.items():
            values = {"shown": SHOWN} if "$shown" in sql else {}
            found[question] = con.sql(sql, params=values).to_arrow_table().to_pylist()
        for row in found["largest"]:
            row["person"] = name(row["person"])
        for row in found["shared"]:
            if row["kind"] in ("email", "phone"):
                row["value"] = row["value"][:8] + "…"
        count, known = con.execute(
            "SELECT count(DISTINCT person), "
            "count(DISTINCT person) FILTER (list_contains($known, kind)) FROM identifiers",
            {"known": list(KNOWN)},
        ).fetchall()[0]
        return {"people": count, "known": known, "orders": _orders(con)} | found


def _orders(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    con.execute("CREATE TABLE orders AS " + ORDERS.format(order_id=clean("order_id", "order_id")))
    web, shop, matched = con.execute(
        "SELECT count(*) FILTER (web), count(*) FILTER (shop), count(*) FILTER (web AND shop) "
        "FROM orders"
    ).fetchall()[0]

    def first(condition: str) -> list[str]:
        rows = con.execute(
            f"SELECT order_id FROM orders WHERE {condition} ORDER BY order_id LIMIT {SHOWN}"
        ).fetchall()
        return [order for (order,) in rows]

    return {
        "web": web,
        "shop": shop,
        "matched": matched,
        "only_web": web - matched,
        "only_shop": shop - matched,
        "unmatched_web": first("web AND NOT shop"),
        "unmatched_shop": first("shop AND NOT web"),
    }
