"""The facts that journeys are built from: each event once, and nobody's who was deleted.

The table `sets` has each distinct set of identifiers once, as they can be compared, with the
strongest of them: comparing texts is dear, and most events carry a set that came before. The view
`rows` has each event once (of the rows with one event id the one with the smallest file and row)
with the `key` of its set, and the view `facts` the same with its identifiers. People who were
deleted but are not purged yet are in neither.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ..events.addresses import escaped
from ..events.schema import EVENTS, IDENTIFIERS
from ..people import deleted
from ..people.deleted import Deleted
from ..people.resolve import clean, prepare, strongest

UNUSED = ("attributes", "title", "session_id", "utm_term", "utm_content", "domain")
"""Columns of the events that no touchpoint needs yet."""

FIRMS = f"""
-- which company is named beside the domain of an address, and how often
SELECT lower(trim(domain)) AS domain, {clean("account", "account")} AS name, count(*) AS events
FROM read_parquet(getvariable('files'), union_by_name = true)
WHERE nullif(trim(domain), '') IS NOT NULL AND {{known}} GROUP BY ALL
"""

NAMED = """
-- a row that names no company is its domain's
LEFT JOIN firms AS d ON d.domain = lower(trim(e.domain))
"""

COLUMNS = ", ".join(name for name in EVENTS.names if name not in {*IDENTIFIERS, *UNUSED})

REPEATED = """
CREATE TABLE repeated AS
    SELECT file, row FROM (
        SELECT file, row, row_number() OVER (PARTITION BY event_id ORDER BY file, row) AS nth
        FROM read_parquet(getvariable('files'), union_by_name = true)
    ) WHERE nth > 1
"""

SETS = f"""
CREATE OR REPLACE TABLE sets AS
SELECT *, {strongest()} AS strongest FROM (
    SELECT {{key}} AS key, {", ".join(f"{clean(kind, kind)} AS {kind}" for kind in IDENTIFIERS)}
    FROM (SELECT DISTINCT {", ".join(IDENTIFIERS)} FROM (FROM {{events}}))
)
"""

DROPPED = """
-- sets whose events are somebody's who was deleted, with the time they were theirs
CREATE OR REPLACE TABLE dropped AS
SELECT s.key, d."from", d."to" FROM sets AS s JOIN waiting AS d ON d.name = s.strongest
"""

ROWS = """
CREATE OR REPLACE VIEW rows AS
SELECT {columns}, {key} AS key FROM {events} AS e
{once}
{named}
WHERE {known} AND {left}
"""

LEFT = """
NOT EXISTS (SELECT 1 FROM dropped AS d WHERE d.key = {key}
    AND (d."from" IS NULL OR e.time >= d."from") AND (d."to" IS NULL OR e.time < d."to"))
"""

FACTS = f"""
CREATE OR REPLACE VIEW facts AS
SELECT r.*, {", ".join(f"s.{kind}" for kind in IDENTIFIERS)}, s.strongest
FROM rows AS r JOIN sets AS s USING (key)
"""

EVENTS_READ = "read_parquet(getvariable('files'), union_by_name = true)"

SALTS = range(8)


def show(
    con: duckdb.DuckDBPyConnection,
    files: list[str],
    repeated: bool,
    until: int | None,
    gone: Deleted,
    firms: Mapping[str, str] | None = None,
) -> int:
    """Make `sets`, `rows`, `facts` and `waiting`; see above.

    `firms` says whose rows are that name no company, by the domain of their address.
    `repeated` says whether some rows came twice; the table `repeated(file, row)` then has those to
    leave out. Returns how many events are left out because they came at `until` (microseconds) or
    later.
    """
    prepare(con)
    con.execute("SET VARIABLE files = $files", {"files": files})
    deleted.names(con, "waiting", gone.waiting)
    key = _sets(con, bool(gone.waiting))
    once = "ANTI JOIN repeated AS r ON r.file = e.file AND r.row = e.row" if repeated else ""
    left = LEFT.format(key=key) if gone.waiting else "true"
    columns, named = COLUMNS, ""
    if firms and _with_domains(con):
        con.register("firms", pa.table({"domain": [*firms], "name": [*firms.values()]}))
        name = f"coalesce({clean('account', 'e.account')}, d.name) AS account"
        columns = ", ".join(name if c == "account" else f"e.{c}" for c in COLUMNS.split(", "))
        named = NAMED

    def tell(known: str) -> None:
        con.execute(
            ROWS.format(
                columns=columns,
                key=key,
                events=EVENTS_READ,
                once=once,
                named=named,
                known=known,
                left=left,
            )
        )

    later = 0
    if until is not None:
        moment = f"make_timestamptz({until})"
        tell(f"e.time >= {moment}")
        (later,) = con.execute("SELECT count(*) FROM rows").fetchall()[0]
        tell(f"e.time < {moment}")
    else:
        tell("true")
    con.execute(FACTS)
    return int(later)


def domains(
    con: duckdb.DuckDBPyConnection, files: list[str], until: int | None
) -> list[tuple[str, str | None, int]]:
    """The domains of addresses in some files, each company named beside one, and in how many rows.

    Only of rows before `until` (microseconds).
    """
    prepare(con)
    con.execute("SET VARIABLE files = $files", {"files": files})
    if not _with_domains(con):
        return []
    known = "true" if until is None else f"time < make_timestamptz({until})"
    return con.execute(FIRMS.format(known=known)).fetchall()


def _with_domains(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether any of the files is from a time when domains were kept."""
    there = "SELECT 1 FROM parquet_schema(getvariable('files')) WHERE name = 'domain' LIMIT 1"
    return bool(con.execute(there).fetchall())


def firms(told: Iterable[tuple[str, str | None, int]]) -> dict[str, str]:
    """The company of each domain: the one named beside it most often, else the domain itself.

    >>> firms([("nordas.no", None, 9), ("nordas.no", "Nord AS", 2), ("sor.no", None, 1)])
    {'nordas.no': 'Nord AS', 'sor.no': 'sor.no'}
    """
    counts: dict[str, Counter[str]] = {}
    for domain, name, events in told:
        counts.setdefault(domain, Counter())[name or ""] += events
    found = {}
    for domain, names in sorted(counts.items()):
        names.pop("", None)
        found[domain] = min(names, key=lambda name: (-names[name], name), default=domain)
    return found


def _sets(con: duckdb.DuckDBPyConnection, waiting: bool) -> str:
    """Make `sets` and `dropped`; return SQL for the key of an event's set.

    A key is a hash. Where two sets have one, all are hashed anew.
    """
    for salt in SALTS:
        key = f"hash({salt}, {', '.join(IDENTIFIERS)})"
        con.execute(SETS.format(key=key, events=EVENTS_READ))
        told = "SELECT count(*) - count(DISTINCT key) FROM sets"
        if not con.execute(told).fetchall()[0][0]:
            break
    if waiting:
        con.execute(DROPPED)
        con.execute(scrubbed("sets", "waiting"))
    return key


def scrubbed(sets: str, gone: str) -> str:
    """SQL that takes the identifiers of deleted people (`gone`) out of a table of sets."""
    always = f'SELECT name FROM {gone} WHERE "from" IS NULL AND "to" IS NULL'
    left = ", ".join(
        f"CASE WHEN '{kind}:' || {kind} NOT IN ({always}) THEN {kind} END AS {kind}"
        for kind in IDENTIFIERS
    )
    return f"CREATE OR REPLACE TABLE {sets} AS SELECT * REPLACE ({left}) FROM {sets}"


def once(con: duckdb.DuckDBPyConnection, files: list[str], repeated: bool) -> None:
    """Make the table `repeated` of rows in `files` that are superfluous; where no event came twice
    (`repeated`), none is looked for."""
    con.execute("SET VARIABLE files = $files", {"files": files})
    con.execute(REPEATED if repeated else "CREATE TABLE repeated (file VARCHAR, row BIGINT)")


def empty(folder: Path) -> str:
    """A file of no events, for a workspace whose imports were all undone."""
    path = folder / "empty.parquet"
    pq.write_table(EVENTS.empty_table(), path)
    return escaped(path.as_posix())
