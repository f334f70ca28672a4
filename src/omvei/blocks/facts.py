"""The facts that journeys are built from: each event once, and nobody's who was deleted.

The view `told` has each event once (of the rows with one event id the one with the smallest file
and row), with identifiers that can be compared and the strongest of them. The view `facts` leaves
out people who were deleted but are not purged yet.
"""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from ..events.addresses import escaped
from ..events.schema import EVENTS, IDENTIFIERS
from ..people import deleted
from ..people.deleted import Deleted
from ..people.resolve import clean, prepare, strongest

UNUSED = ("attributes", "title", "session_id", "utm_term", "utm_content")
"""Columns of the events that no touchpoint needs yet."""

REPEATED = """
CREATE TABLE repeated AS
    SELECT file, row FROM (
        SELECT file, row, row_number() OVER (PARTITION BY event_id ORDER BY file, row) AS nth
        FROM read_parquet(getvariable('files'), union_by_name = true)
    ) WHERE nth > 1
"""

TOLD = """
CREATE OR REPLACE VIEW told AS
SELECT *, {strongest} AS strongest FROM (
    SELECT {columns}, {cleaned}
    FROM read_parquet(getvariable('files'), union_by_name = true) AS e
    {once}
    {known}
)
"""


def show(
    con: duckdb.DuckDBPyConnection,
    files: list[str],
    repeated: str | None,
    until: int | None,
    gone: Deleted,
) -> int:
    """Make `told`, `facts`, `repeated(file, row)` and `waiting`; see above.

    `repeated` is SQL that makes the table of rows to leave out; None where no row came twice.
    Returns how many events are left out because they came at `until` (microseconds) or later.
    """
    prepare(con)
    con.execute("SET VARIABLE files = $files", {"files": files})
    con.execute(repeated or "CREATE TABLE repeated (file VARCHAR, row BIGINT)")
    deleted.names(con, "waiting", gone.waiting)
    later = 0
    if until is not None:
        moment = f"make_timestamptz({until})"
        _tell(con, f"WHERE e.time >= {moment}", bool(repeated), bool(gone.waiting))
        (later,) = con.execute("SELECT count(*) FROM facts").fetchall()[0]
        _tell(con, f"WHERE e.time < {moment}", bool(repeated), bool(gone.waiting))
    else:
        _tell(con, "", bool(repeated), bool(gone.waiting))
    return int(later)


def _tell(con: duckdb.DuckDBPyConnection, known: str, repeated: bool, waiting: bool) -> None:
    once = "ANTI JOIN repeated AS r ON r.file = e.file AND r.row = e.row" if repeated else ""
    cleaned = ", ".join(f"{clean(kind, kind)} AS {kind}" for kind in IDENTIFIERS)
    columns = ", ".join(name for name in EVENTS.names if name not in {*IDENTIFIERS, *UNUSED})
    con.execute(
        TOLD.format(columns=columns, cleaned=cleaned, strongest=strongest(), once=once, known=known)
    )
    left = deleted.without("told", "waiting") if waiting else "FROM told"
    con.execute(f"CREATE OR REPLACE VIEW facts AS {left}")


def empty(folder: Path) -> str:
    """A file of no events, for a workspace whose imports were all undone."""
    path = folder / "empty.parquet"
    pq.write_table(EVENTS.empty_table(), path)
    return escaped(path.as_posix())
