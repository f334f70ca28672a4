"""From events to people: the tables `identifiers` and `joins`.

Each event's identifiers are read strongest first (user id, e-mail, phone, the file's own person
id, order number, browser). Blocked values identify nobody. An event's strongest identifier is
joined to each of its others if the policy allows it; consent *denied* never joins. Order numbers
are compared without `#`, letters before the digits, and leading zeros, because a web tool, a shop
and a newsletter write the same order differently. User ids are compared without capitals, and all
values in one form of Unicode; `quality` lists the spellings that became one.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..events.schema import IDENTIFIERS
from ..shipped import shipped
from .claims import DAY, alone, begun, claim
from .devices import crowded, divide, divided
from .graph import join
from .pairs import Pairs, pairs
from .policies import Policy, logouts
from .seen import CONSENTS, Places, Seen, moments, see

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


@cache
def _blocked() -> str:
    """The macro `is_blocked(value)`."""
    blocked = shipped(__package__, "blocked.yaml")
    values = ", ".join(_quoted(value) for value in blocked["values"])
    longest = max(len(value) for value in blocked["values"])
    return f"""
        CREATE OR REPLACE MACRO is_blocked(value) AS
            (length(value) <= {longest} AND lower(value) IN ({values}))
            OR regexp_full_match(value, {_quoted(blocked["pattern"])})
    """


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make `is_blocked(value)` known to a connection."""
    con.execute(_blocked())


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
    """Find the people of the events that a connection knows.

    key    the workspace's; apart  identifiers (kind, value) that are joined to nobody

    Reads `sets(key, <identifiers, cleaned>)`, what `seen.gather` said of them, and, of the few
    that need a closer look, `facts(time, event_id, consent, event, <identifiers>)`; leaves the
    view `identifiers` in the connection.
    """
    con.execute("SET VARIABLE key = $key", {"key": key})
    con.execute("SET VARIABLE consents = $consents", {"consents": list(policy.consent)})
    con.execute("SET VARIABLE logout = $words", {"words": logouts()})
    seen = see(con)
    may = np.isin(seen.consent, [CONSENTS.index(consent) for consent in policy.consent])
    tried = pairs(con, seen, may, _places(seen, apart))
    person, why = _join(seen, tried, crowded(con, seen, policy.shared), policy)
    identifiers = _identifiers(con, seen, person)
    identifiers = _changed(con, seen, tried, why, may, policy, identifiers)
    con.register("identifiers", identifiers)
    return People(identifiers, _joins(seen, tried, why, policy))


def _places(seen: Seen, names: Iterable[tuple[str, str]]) -> Places:
    """The nodes of identifiers (kind, value), of those that there are."""
    asked: dict[str, list[str]] = {}
    for kind, value in names:
        asked.setdefault(kind, []).append(value)
    found = [seen.places(IDENTIFIERS.index(kind), pa.array(said)) for kind, said in asked.items()]
    return np.concatenate([np.zeros(0, np.int32), *found])


def _join(
    seen: Seen, tried: Pairs, everybodys: Places, policy: Policy
) -> tuple[Places, NDArray[np.int8]]:
    """A node of each node's person, and which rule refused each pair.

    -1: none did; from 0: a limit of the policy; after the last limit: one node is everybody's.
    """
    limit = np.full(len(seen.rank), -1, np.int8)
    for which, rule in enumerate(policy.limits):
        limit[seen.of(IDENTIFIERS.index(rule.kind))] = which
    shared = np.zeros(len(seen.rank), np.bool_)
    shared[everybodys] = True
    open_ = ~(shared[tried.strong] | shared[tried.weak])
    person, passed = join(
        tried.strong[open_],
        tried.weak[open_],
        limit,
        seen.first,
        np.array([rule.most for rule in policy.limits], np.int64),
        np.array([rule.days * DAY for rule in policy.limits], np.int64),
    )
    why = np.full(len(tried), len(policy.limits), np.int8)
    why[open_] = passed
    return person, why


def _identifiers(con: duckdb.DuckDBPyConnection, seen: Seen, person: Places) -> pa.Table:
    """One row an identifier, all of them their person's for all time."""
    never = _never(len(person))
    return pa.table(
        {
            "kind": pa.DictionaryArray.from_arrays(pa.array(seen.rank), pa.array(IDENTIFIERS)),
            "value": seen.value,
            "node": seen.node,
            "person": seen.node[_smallest(con, seen, person)[person]],
            "from": never,
            "to": never,
            "first": moments(seen.first),
            "last": moments(seen.last),
            "events": seen.events,
        }
    )


def _never(rows: int) -> pa.ChunkedArray:
    """A column without a time in it. Its pieces are one and the same: it takes no room."""
    piece = pa.nulls(min(rows, 1 << 20), pa.timestamp("us", "UTC"))
    pieces = [piece] * (rows >> 20) if rows >> 20 else []
    return pa.chunked_array([*pieces, piece.slice(0, rows & (1 << 20) - 1)])


def _smallest(con: duckdb.DuckDBPyConnection, seen: Seen, person: Places) -> Places:
    """For each node that stands for a person, their strongest, then smallest, identifier."""
    best = np.arange(len(person), dtype=np.int32)
    rival = (seen.rank == seen.rank[person]) & (person != best)
    if not rival.any():
        return best
    rival[person[rival]] = True
    place = np.flatnonzero(rival)
    con.register(
        "rivals",
        pa.table(
            {
                "place": pa.array(place),
                "person": pa.array(person[place]),
                "value": seen.value.take(pa.array(place)),
            }
        ),
    )
    least = con.sql("SELECT person, arg_min(place, value) AS place FROM rivals GROUP BY person")
    told = least.to_arrow_table()
    con.unregister("rivals")
    best[told.column("person").to_numpy()] = told.column("place").to_numpy()
    return best


def _changed(
    con: duckdb.DuckDBPyConnection,
    seen: Seen,
    tried: Pairs,
    why: NDArray[np.int8],
    may: NDArray[np.bool_],
    policy: Policy,
    found: pa.Table,
) -> pa.Table:
    """The identifiers, after shared browsers are divided and what is not a person's is let go."""
    shared = divided(seen, tried, why, policy)
    early, own = begun(seen, tried, why < 0, policy.back), alone(seen, tried, may)
    changing = np.zeros(len(found), np.bool_)
    for places in (shared, early.column("place").to_numpy(), own.column("place").to_numpy()):
        changing[places] = True
    if not changing.any():
        return found
    con.register("found", found)
    con.register("moving", found.filter(pa.array(changing)))
    con.execute("CREATE OR REPLACE TABLE changing AS FROM moving")
    con.unregister("moving")
    if len(shared):
        divide(con, policy, seen.value.take(pa.array(shared)))
    claim(con, early, own)
    con.unregister("found")
    changed = con.table("changing").to_arrow_table().cast(found.schema)
    return pa.concat_tables([found.filter(pa.array(~changing)), changed])


def _joins(seen: Seen, tried: Pairs, why: NDArray[np.int8], policy: Policy) -> pa.Table:
    """The log: one row a pair that was tried, in order."""
    reasons = [*(f"limit {rule.kind}" for rule in policy.limits), "shared"]
    reason = pa.array(why, mask=why < 0)
    kinds = [pa.array(seen.rank[place]) for place in (tried.strong, tried.weak)]
    with ThreadPoolExecutor() as threads:
        strong, weak, event_id = threads.map(
            lambda told: told[0].take(pa.array(told[1])),
            (
                (seen.value, tried.strong),
                (seen.value, tried.weak),
                (seen.event_id, tried.set),
            ),
        )
    return pa.table(
        {
            "strong_kind": pa.DictionaryArray.from_arrays(kinds[0], pa.array(IDENTIFIERS)),
            "strong_value": strong,
            "weak_kind": pa.DictionaryArray.from_arrays(kinds[1], pa.array(IDENTIFIERS)),
            "weak_value": weak,
            "time": moments(tried.time),
            "event_id": event_id,
            "refused": pc.is_valid(reason),
            "reason": pa.DictionaryArray.from_arrays(reason, pa.array(reasons)),
        }
    )
