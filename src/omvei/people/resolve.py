"""From events to people: the tables `identifiers` and `joins`.

Each event's identifiers are read strongest first (user id, e-mail, phone, the file's own person
id, order number, browser). Blocked values identify nobody. An event's strongest identifier is
joined to each of its others if the policy allows it; consent *denied* never joins. Order numbers
are compared without `#`, letters before the digits, and leading zeros, because a web tool, a shop
and a newsletter write the same order differently. User ids are compared without capitals, and all
values in one form of Unicode; `quality` lists the spellings that became one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from numpy.typing import NDArray

from ..events.schema import IDENTIFIERS
from .claims import claim
from .devices import CONSENT, crowded, divide
from .graph import join
from .policies import Policy, logouts

DAY = 86_400_000_000
"""Microseconds."""

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
    event_id, refused, reason`. A pair is refused because a person would hold too many identifiers
    of a kind (`limit user_id`), or because one of the two is everybody's (`shared`); the weaker
    then stays where it was."""


def clean(kind: str, column: str) -> str:
    """SQL for the comparable value of an identifier, null if it identifies nobody."""
    if kind in EXEMPT:
        return f"nullif(trim({column}), '')"
    value = f"nfc_normalize(trim({column}))"
    if kind == "user_id":
        value = f"lower({value})"
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
               {CONSENT} AS consent,
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
               min(p.first) AS time,
               arg_min(p.event_id, (p.first, p.event_id)) AS event_id, p.rank
        FROM ({pairs}) AS p
        JOIN nodes AS a ON a.name = p.strong JOIN nodes AS b ON b.name = p.weak
        WHERE NOT list_contains(getvariable('apart'), p.strong)
            AND NOT list_contains(getvariable('apart'), p.weak)
        GROUP BY ALL;
    """)
    crowded(con, policy.shared)
    edges = con.sql("SELECT * FROM pairs ORDER BY rank, time, event_id, low, high").to_arrow_table()
    nodes = con.sql(
        "SELECT * EXCLUDE (name), name IN (FROM crowded) AS shared FROM nodes ORDER BY place"
    ).to_arrow_table()
    person, reason = _join(nodes, edges, policy)
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
    joins = pa.table(
        {
            f"{side}_{part}": nodes.column(part).take(edges.column(place))
            for side, place in (("strong", "low"), ("weak", "high"))
            for part in ("kind", "value")
        }
        | {"time": edges.column("time"), "event_id": edges.column("event_id")}
        | {"refused": pc.is_valid(reason), "reason": reason}
    )
    con.register("tried", joins)
    con.execute("SET VARIABLE logout = $words", {"words": logouts()})
    divide(con, policy)
    claim(con, policy, strongest())
    con.unregister("tried")
    identifiers = con.sql(
        'SELECT * FROM identifiers ORDER BY kind, value, "from" NULLS FIRST, person'
    ).to_arrow_table()
    return People(identifiers, joins)


def _join(
    nodes: pa.Table, edges: pa.Table, policy: Policy
) -> tuple[NDArray[np.int32], pa.StringArray]:
    """The smallest node of each node's person, and why each edge was refused (null: it was not)."""
    limit = np.full(len(nodes), -1, np.int8)
    for which, rule in enumerate(policy.limits):
        limit[pc.equal(nodes.column("kind"), rule.kind).to_numpy()] = which
    left, right = (edges.column(side).to_numpy().astype(np.int32) for side in ("low", "high"))
    everybodys = nodes.column("shared").to_numpy()
    shared = everybodys[left] | everybodys[right]
    person, passed = join(
        left[~shared],
        right[~shared],
        limit,
        nodes.column("first").cast(pa.int64()).to_numpy(),
        np.array([rule.most for rule in policy.limits], np.int64),
        np.array([rule.days * DAY for rule in policy.limits], np.int64),
    )
    why = np.full(len(edges), len(policy.limits))
    why[~shared] = passed
    names = [f"limit {rule.kind}" for rule in policy.limits]
    codes = pa.array(why, pa.int32(), mask=why < 0)
    return person, pa.array([*names, "shared"]).take(codes)
