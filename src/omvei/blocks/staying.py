"""Which of the rows that the blocks keep of some people stay, and whose they are now.

A row that stays goes from its block to a new one as it is, column by column. Only what is decided
anew of it (has somebody been deleted, has a copy taken its place, whose is it) is asked of SQL, of
the few columns that say so.
"""

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..people import claims, components
from ..people.resolve import strongest
from . import facts, kept, manifest
from .dictionaries import Dictionaries

TOLD = """
-- rows of the touched, as the blocks keep them, in the words that stitching reads
CREATE OR REPLACE VIEW kept_rows AS
SELECT k.key, k.event_id, k.row, k.place, make_timestamptz(k.time) AS time,
    ['unknown', 'granted', 'denied'][k.consent + 1] AS consent,
    event_.word AS event, file_.word AS file
FROM {rows} AS k
LEFT JOIN words AS event_ ON event_.dictionary = 'event' AND event_.code = k.event
LEFT JOIN words AS file_ ON file_.dictionary = 'file' AND file_.code = k.file
"""

SETS = f"""
CREATE TABLE known_sets AS
SELECT *, {strongest()} AS strongest FROM read_sets UNION FROM sets
"""

GONE = """
-- rows that a copy replaces, or that are somebody's who was deleted
CREATE TABLE gone AS
SELECT k.place, k.file, k.row
FROM kept_rows AS k JOIN known_sets AS s USING (key)
WHERE (k.file, k.row) IN (SELECT (file, row) FROM again)
    OR EXISTS (SELECT 1 FROM erased AS d WHERE d.name = s.strongest
        AND (d."from" IS NULL OR k.time >= d."from")
        AND (d."to" IS NULL OR k.time < d."to"))
"""

WHOSE = f"""
SELECT f.place, coalesce({claims.WHOSE}, -1) AS person, coalesce(i.node, -1) AS identifier
FROM kept_rows AS f
JOIN owned AS i ON i.key = f.key
    AND (i."from" IS NULL OR f.time >= i."from") AND (i."to" IS NULL OR f.time < i."to")
"""


def read(
    con: duckdb.DuckDBPyConnection,
    now: manifest.Build,
    concerned: NDArray[np.int64],
    held: list[kept.Held],
    layers: list[components.Layer],
    words: Dictionaries,
) -> pa.Table:
    """The rows of those concerned, as numbers; makes `kept_rows` of them, and `known_sets`."""
    moved: dict[str, NDArray[np.int64]] = {}
    later = np.zeros(0, np.int64)
    for layer in reversed(layers):
        moved[layer.folder.name] = later
        later = np.union1d(later, layer.moved)
    rows, sets = kept.read(now, concerned, held, moved)
    con.register("read_sets", sets)
    known = [(name, code, word) for name in ("event", "file") for code, word in words.coded(name)]
    names, codes, told = zip(*known, strict=True) if known else ((), (), ())
    con.register(
        "words",
        pa.table(
            {
                "dictionary": pa.array(names, pa.string()),
                "code": pa.array(codes, pa.int32()),
                "word": pa.array(told, pa.string()),
            }
        ),
    )
    con.execute(SETS)
    _tell(con, rows)
    return rows


def _tell(con: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    """Make the view `kept_rows`."""
    narrow = rows.select(["key", "event_id", "row", "time", "consent", "event", "file"])
    narrow = narrow.append_column("place", pa.array(np.arange(len(rows))))
    con.register("read_rows", narrow)
    con.execute(TOLD.format(rows="read_rows"))


def without_gone(con: duckdb.DuckDBPyConnection, rows: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows that stay, and those that are gone: of which `gone(place, file, row)` is made.

    Reads `again(file, row)` and `erased`.
    """
    con.execute(facts.scrubbed("known_sets", "erased"))
    con.execute(GONE)
    left = np.ones(len(rows), np.bool_)
    left[con.sql("SELECT place FROM gone").to_arrow_table().column("place").to_numpy()] = False
    stay, gone = (rows.filter(pa.array(which)) for which in (left, ~left))
    _tell(con, stay)
    return stay, gone


def whose(con: duckdb.DuckDBPyConnection, rows: pa.Table) -> pa.Table:
    """The rows under the people whose they are now, by the table `owned`."""
    told = con.sql(WHOSE).to_arrow_table()
    place = told.column("place").to_numpy()
    for name in ("person", "identifier"):
        column = np.full(len(rows), -1, np.int64)
        column[place] = told.column(name).to_numpy()
        rows = rows.set_column(rows.schema.get_field_index(name), name, pa.array(column))
    return rows
