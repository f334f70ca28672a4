"""A shop of any size, on the disk: a simulated million, over and over with other people."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

import omvei.simulate

MILLION = 1_000_000
OWN = ("event_id", "user_id", "anonymous_id", "session_id", "order_id")
"""Columns whose values get another ending in each copy."""


def write(folder: Path, events: int, late: int) -> tuple[Path, Path]:
    """Write about so many events in order of time, and a second file of late ones: whole visits of
    people who are there, an hour after. Memory is for a month of them."""
    made = omvei.simulate.simulate(min(events, MILLION), seed=2026).write(folder)
    copies = max(1, events // MILLION)
    files = folder / "large.parquet", folder / "late.parquet"
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET memory_limit = '2GB'")
        con.execute("SET temp_directory = $spill", {"spill": str(folder / "spill")})
        con.execute(f"CREATE VIEW million AS FROM read_parquet('{made['events']}')")
        there = [name for (name, *_) in con.execute("DESCRIBE million").fetchall()]
        own = [f"{name} || lpad(k::VARCHAR, 2, '0') AS {name}" for name in OWN if name in there]
        told = f"SELECT * REPLACE ({', '.join(own)}, lpad(k::VARCHAR, 2, '0') || email AS email)"
        con.execute(f"CREATE VIEW copied AS {told} FROM million, range({copies}) AS r(k)")
        months = con.execute(
            "SELECT DISTINCT date_trunc('month', time) AS month FROM million ORDER BY month"
        ).fetchall()
        out = None
        for (month,) in months:
            rows = con.sql(
                "SELECT * EXCLUDE (k) FROM copied "
                "WHERE date_trunc('month', time) = $month ORDER BY time",
                params={"month": month},
            ).to_arrow_table()
            out = out or pq.ParquetWriter(files[0], rows.schema, compression="zstd")
            out.write_table(rows, row_group_size=128 * 1024)
        if out:
            out.close()
        con.execute(f"""
            COPY (
                SELECT * REPLACE (event_id || 'late' AS event_id, time + INTERVAL 1 HOUR AS time,
                    order_id || '9' AS order_id)
                FROM read_parquet('{files[0]}')
                WHERE hash(session_id) % {max(1, events // late)} = 0
            ) TO '{files[1]}' (FORMAT parquet)
        """)
    return files
