"""From events to people: the tables `identifiers` and `joins`.

Each event's identifiers are read strongest first (user id, e-mail, phone, the file's own person
id, order number, browser). Blocked values identify nobody. An event's strongest identifier is
joined to each of its others if the policy allows it; consent *denied* never joins. Order numbers
are compared without `#`, letters before the digits, and leading zeros, because a web tool, a shop
and a newsletter write the same order differently.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

import duckdb
import numpy as np
import pyarrow as pa
import yaml

from ..events.schema import IDENTIFIERS
from .devices import split
from .graph import join
from .policies import Policy

EXEMPT = ("person",)
"""Kinds whose values are never blocked: the file vouches for them."""


@dataclass(frozen=True)
class People:
    """Who is who."""

    identifiers: pa.Table
    """One row an identifier: `kind, value, node, person, from, to, first, last, events`.
    `node` is the identifier's own id; `from` and `to` bound when it is the person's (null: always).
    """

    joins: pa.Table
    """One row a pair seen together: `strong_kind, strong_value, weak_kind, weak_value, time,
    event_id, refused`; refused pairs would have given one person two user ids."""


def clean(kind: str, column: str) -> str:
    """SQL for the comparable value of an identifier, null if it identifies nobody."""
    if kind in EXEMPT:
        return f"nullif(trim({column}), '')"
    value = f"trim({column})"
    if kind == "order_id":
        value = rf"regexp_replace(regexp_replace(upper({value}), '^[A-Z]*[#\s_-]*', ''), '^0+', '')"
    return f"CASE WHEN NOT is_blocked(trim({column})) THEN nullif({value}, '') END"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make `is_blocked(value)` known to a connection."""
    blocked = yaml.safe_load(files(__package__).joinpath("blocked.yaml").read_text("utf-8"))
    values = ", ".join(_quoted(value) for value in blocked["values"])
    longest = max(len(value) for value in blocked["values"])
    con.execute(f"""
        CREATE OR REPLACE MACRO is_blocked(value) AS
            (length(value) <= {longest} AND lower(value) IN ({values}))
            OR regexp_full_match(value, {_quoted(blocked["pattern"])})
    """)


def _quoted(text: str) -> str:
    """A constant as SQL: constants are looked up and compiled once, variables for every row."""
    return "'" + text.replace("'", "''") + "'"


def strongest() -> str:
    """SQL for an event's strongest identifier, as `kind:value`, over the cleaned columns."""
    return "coalesce(" + ", ".join(f"'{kind}:' || {kind}" for kind in IDENTIFIERS) + ")"


def resolve(
    con: duckdb.DuckDBPyConnection,
    key: str,
    policy: Policy,
    apart: Iterable[tuple[str, str]] = (),
) -> People:
    """Find the people in the table `facts` of a connection.

    key    the workspace's; apart  identifiers (kind, value) that are joined to nobody

    Reads `facts(time, event_id, consent, <identifiers, cleaned>)`; leaves the tables `together`
    (distinct sets of identifiers) and `identifiers` in the connection.
    """
    con.execute("SET VARIABLE key = $key", {"key": key})
    con.execute("SET VARIABLE consents = $consents", {"consents": list(policy.consent)})
    con.execute("SET VARIABLE apart = $names", {"names": [f"{k}:{v}" for k, v in apart]})
    each = " UNION ALL ".join(
        f"SELECT {rank} AS rank, '{kind}' AS kind, {kind} AS value, first, last, events "
        f"FROM together WHERE {kind} IS NOT NULL"
        for rank, kind in enumerate(IDENTIFIERS)
    )
    pairs = " UNION ALL ".join(
        f"SELECT {strongest()} AS strong, '{kind}:' || {kind} AS weak, {rank} AS rank, "
        f"first, event_id FROM together "
        f"WHERE list_contains(getvariable('consents'), consent) AND {kind} IS NOT NULL "
        f"AND {strongest()} <> '{kind}:' || {kind}"
        for rank, kind in enumerate(IDENTIFIERS)
    )
    con.execute(f"""
        -- identifiers that one event carried, and how often
        CREATE OR REPLACE TABLE together AS
        SELECT {", ".join(IDENTIFIERS)},
               CASE WHEN consent IN ('granted', 'denied') THEN consent ELSE 'unknown' END
                   AS consent,
               min(time) AS first, max(time) AS last, min(event_id) AS event_id, count(*) AS events
        FROM facts GROUP BY ALL;

        -- one row an identifier, strongest kind first: its position is its number in the graph
        CREATE OR REPLACE TABLE nodes AS
        SELECT row_number() OVER (ORDER BY rank, value) - 1 AS place, kind, value,
               kind || ':' || value AS name,
               ('0x' || substr(sha256(getvariable('key') || kind || ':' || value), 1, 15))::BIGINT
                   AS node,
               min(first) AS first, max(last) AS last, sum(events)::BIGINT AS events
        FROM ({each}) GROUP BY rank, kind, value;

        -- one row a pair that must be one person's, in the order in which it is tried
        CREATE OR REPLACE TABLE pairs AS
        SELECT a.place::INT AS low, b.place::INT AS high,
               a.kind AS strong_kind, a.value AS strong_value,
               b.kind AS weak_kind, b.value AS weak_value, min(p.first) AS time,
               arg_min(p.event_id, (p.first, p.event_id)) AS event_id, p.rank
        FROM ({pairs}) AS p
        JOIN nodes AS a ON a.name = p.strong JOIN nodes AS b ON b.name = p.weak
        WHERE NOT list_contains(getvariable('apart'), p.strong)
            AND NOT list_contains(getvariable('apart'), p.weak)
        GROUP BY ALL;
    """)
    edges = con.sql("SELECT * FROM pairs ORDER BY rank, time, event_id, low, high").to_arrow_table()
    nodes = con.sql("SELECT * FROM nodes ORDER BY place").to_arrow_table()
    unique = np.isin(nodes.column("kind").to_numpy(), policy.unique)
    person, refused = join(
        len(nodes),
        edges.column("low").to_numpy().astype(np.int32),
        edges.column("high").to_numpy().astype(np.int32),
        unique,
    )
    own = nodes.column("node").to_numpy()
    never = pa.nulls(len(nodes), pa.timestamp("us", "UTC"))
    identifiers = pa.table(
        {
            **{name: nodes.column(name) for name in ("kind", "value", "node")},
            "person": own[person] if len(own) else own,
            "from": never,
            "to": never,
            **{name: nodes.column(name) for name in ("first", "last", "events")},
        }
    )
    con.register("found", identifiers)
    con.execute("CREATE OR REPLACE TABLE identifiers AS SELECT * FROM found")
    con.unregister("found")
    joins = edges.drop_columns(["low", "high", "rank"]).append_column("refused", pa.array(refused))
    if policy.devices == "split" and refused.any():
        con.register("pairs_refused", joins.filter(pa.array(refused)))
        split(con)
        con.unregister("pairs_refused")
        identifiers = con.sql(
            'SELECT * FROM identifiers ORDER BY kind, value, "from" NULLS FIRST'
        ).to_arrow_table()
    return People(identifiers, joins)
