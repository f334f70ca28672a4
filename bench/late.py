"""How long it takes until 100,000 late events show in every answer.

    python -m bench.late [EVENTS] [FOLDER]

A simulated shop is imported and built; then whole visits of people who are there come once more,
an hour after, in a file of their own. `omvei import` of it is measured as a process of its own, its
start-up among it, three times, each on a copy that shares its files with the workspace. What lies
in FOLDER already is used again, and stays.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

import omvei

from .making import measured

LATE = 100_000
TURNS = 3

VISITS = """
COPY (
    SELECT * REPLACE (event_id || 'late' AS event_id, time + INTERVAL 1 HOUR AS time,
        order_id || '9' AS order_id)
    FROM read_parquet(getvariable('shop')) WHERE session_id IS NOT NULL
    ORDER BY hash(session_id) LIMIT {late}
) TO '{file}' (FORMAT parquet)
"""


def make(folder: Path, events: int) -> tuple[Path, Path]:
    """A workspace of so many events, and the file of those that come late."""
    shop, file, workspace = folder / "shop", folder / "late.parquet", folder / "w"
    if not shop.exists():
        measured("simulate", "--events", str(events), "--out", str(shop))
    if not workspace.exists():
        measured("-w", str(workspace), "init")
        measured("-w", str(workspace), "import", str(shop / "events.parquet"))
    if not file.exists():
        with duckdb.connect() as con:
            con.execute("SET TimeZone = 'UTC'")
            con.execute("SET memory_limit = '3GB'")
            con.execute(f"SET VARIABLE shop = '{shop / 'events.parquet'}'")
            con.execute(VISITS.format(late=LATE, file=file))
    return workspace, file


def main() -> None:
    """Run and print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    table = Table(title=f"{LATE:,} late events into {events:,}", title_justify="left")
    for name in ("at the clock, s", "processor time, s", "peak memory, MB", "load before"):
        table.add_column(name, justify="right")
    with tempfile.TemporaryDirectory(prefix="omvei-late-") as scratch:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(scratch)
        workspace, late = make(folder, events)
        before = omvei.open(workspace).journeys.summary().to_json()["events"]
        copy = folder / "copy"
        for _ in range(TURNS):
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(workspace, copy, copy_function=os.link)
            load = os.getloadavg()[0]
            used = measured("-w", str(copy), "import", str(late))
            after = omvei.open(copy).journeys.summary().to_json()["events"]
            assert after == before + LATE, "some do not show"
            told = (f"{used['wall']:.1f}", f"{used['cpu']:.1f}", f"{used['peak']:,.0f}")
            table.add_row(*told, f"{load:.1f}")
        shutil.rmtree(copy)
    Console().print(table)


if __name__ == "__main__":
    main()
