"""Totals that are nobody's, read whole: what advertising cost.

A platform goes on correcting the figures of the last days, and a marketer exports overlapping
periods. So the newest file that speaks of a key (a campaign's day) speaks for it alone: rows of
earlier files for the same key are replaced, never added.
"""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb
import pyarrow as pa

from .table import Facts


class Totals(NamedTuple):
    """The rows that hold now."""

    rows: pa.Table
    """In the columns of the table, in order of file and row."""

    replaced: int
    """How many rows of earlier files no longer hold."""


def newest(facts: Facts, key: Sequence[str]) -> Totals:
    """The rows of the newest import for each `key`; nothing where nothing was imported."""
    files = facts.files()
    if not files:
        return Totals(facts.schema.empty_table(), 0)
    order = [done.file for done in facts.imports()]
    with duckdb.connect() as con:
        turns = pa.table({"file": order, "turn": list(range(len(order)))})
        con.register("turns", turns)
        told: pa.Table = con.sql(
            f"""
            WITH told AS (
                SELECT f.*, t.turn,
                       t.turn = max(t.turn) OVER (PARTITION BY {", ".join(key)}) AS holds
                FROM read_parquet($files) AS f JOIN turns AS t USING (file)
            )
            SELECT * EXCLUDE (turn) FROM told ORDER BY turn, "row"
            """,
            params={"files": files},
        ).to_arrow_table()
    held = told.filter(told["holds"]).select(facts.schema.names)
    return Totals(held, len(told) - len(held))
