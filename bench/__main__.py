"""Simulate, import, build and ask; print how long each takes, beside DuckDB for what SQL can say.

`BENCH_EVENTS` sets the size (default 1,000,000). Every result that has a peer is checked equal
before it is timed. Times move with the machine: compare the ratios of one run.
"""

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

import omvei
from omvei.simulate import simulate

MOVES = """
WITH steps AS (
    SELECT kind, lead(kind) OVER (PARTITION BY person ORDER BY place) AS next FROM touchpoints
)
SELECT kind, next, count(*) FROM steps WHERE next IS NOT NULL GROUP BY ALL
"""

STEPS = ("product_view", "add_to_cart", "purchase")
FUNNEL = """
WITH one AS (
    SELECT person, min(place) AS place FROM touchpoints WHERE kind = $a GROUP BY person
), entered AS (
    SELECT o.person, o.place, t.time FROM one AS o JOIN touchpoints AS t USING (person, place)
), two AS (
    SELECT e.person, e.time, min(t.place) AS place FROM entered AS e JOIN touchpoints AS t
    ON t.person = e.person AND t.kind = $b AND t.place > e.place AND t.time <= e.time + $within
    GROUP BY ALL
), three AS (
    SELECT e.person, min(t.place) AS place FROM two AS e JOIN touchpoints AS t
    ON t.person = e.person AND t.kind = $c AND t.place > e.place AND t.time <= e.time + $within
    GROUP BY ALL
)
SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM two), (SELECT count(*) FROM three)
"""


def timed(work: Callable[[], Any], rounds: int = 5) -> tuple[float, Any]:
    """The median time of some rounds, after one to warm up, and what came out."""
    out = work()
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        out = work()
        took.append(time.perf_counter() - start)
    return statistics.median(took), out


def table_of(journeys: Any) -> duckdb.DuckDBPyConnection:
    """The touchpoints as a sorted DuckDB table with precomputed places: the fairest peer."""
    import numpy as np
    import pyarrow as pa

    con = duckdb.connect()
    blocks = [opened() for opened in journeys.blocks()]
    columns = {
        "person": np.concatenate([b.person[b.place] for b in blocks]),
        "place": np.concatenate([np.arange(b.rows) for b in blocks]),
        "time": np.concatenate([b["time"] for b in blocks]),
        "kind": np.concatenate([b["kind"] for b in blocks]),
    }
    con.register("columns", pa.table(columns))
    con.execute("CREATE TABLE touchpoints AS SELECT * FROM columns")
    return con


def check_moves(journeys: Any, con: duckdb.DuckDBPyConnection) -> None:
    """Both count the same moves."""
    kinds = journeys.words["kind"]
    told = {(kinds[a], kinds[b]): n for a, b, n in con.execute(MOVES).fetchall()}
    edges = journeys.map("kind", nodes=100).to_json()["edges"]
    found = {(e["source"], e["target"]): e["transitions"] for e in edges}
    between = {
        k: v for k, v in found.items() if not k[0].startswith("(") and not k[1].startswith("(")
    }
    assert between == told, "the moves differ"


def main() -> None:
    """Run and print."""
    events = int(os.environ.get("BENCH_EVENTS", "1_000_000"))
    out = Table(title=f"Omvei, {events:,} simulated events", title_justify="left")
    for name in ("what", "seconds", "beside"):
        out.add_column(name, justify="left" if name == "what" else "right")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        start = time.perf_counter()
        simulate(events).write(folder / "shop")
        out.add_row("simulate and write", f"{time.perf_counter() - start:.2f}", "")
        warm = omvei.init(folder / "warm")  # loads the libraries and compiles the kernels
        simulate(2_000).write(folder / "small")
        warm.take(folder / "small" / "events.parquet")
        ask(warm.journeys)
        workspace = omvei.init(folder / "w")
        start = time.perf_counter()
        (done,) = workspace.take(folder / "shop" / "events.parquet")
        took = time.perf_counter() - start
        out.add_row("import and build", f"{took:.2f}", f"{done['rows'] / took:,.0f} events/s")
        journeys = workspace.journeys
        for name, work in questions(journeys).items():
            out.add_row(name, f"{timed(work)[0]:.3f}", "")
        con = table_of(journeys)
        check_moves(journeys, con)
        sql = timed(lambda: con.execute(MOVES).fetchall())[0]
        own = timed(lambda: journeys.map("kind"))[0]
        out.add_row(
            "map by kind, beside SQL's bare counts of moves", f"{own:.3f}", f"SQL {sql:.3f}"
        )
        kinds = journeys.words["kind"]
        values = dict(zip("abc", map(kinds.index, STEPS), strict=True))
        values["within"] = 30 * 86_400_000_000
        sql, told = timed(lambda: con.execute(FUNNEL, values).fetchall())
        own, found = timed(lambda: journeys.funnel(list(STEPS), by="kind"))
        people = [step["people"] for step in found.to_json()["steps"]]
        assert people == list(told[0]), "the funnels differ"
        out.add_row(
            "funnel of three steps, beside SQL", f"{own:.3f}", f"SQL {sql:.3f}: {sql / own:.0f}×"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    out.add_row("peak memory of this run", "", f"{peak:.1f} GB")
    Console().print(out)


def questions(journeys: Any) -> dict[str, Callable[[], Any]]:
    """Every answer of a page."""
    someone = journeys.people(limit=1).to_dicts()[0]["person"]
    return {
        "summary": journeys.summary,
        "map by kind": journeys.map,
        "map by channel": lambda: journeys.map("channel"),
        "map by content": lambda: journeys.map("content"),
        "map by stage (hankins)": lambda: journeys.lens("hankins").map("stage"),
        "map by kind, last 12 months": lambda: journeys.between("2025-01-01").map(),
        "leaks": journeys.leaks,
        "funnel": lambda: journeys.funnel(list(STEPS), by="kind"),
        "people on a move": lambda: journeys.people(edge=STEPS[:2], by="kind"),
        "findings": journeys.findings,
        "one person": lambda: journeys.trace(someone),
    }


def ask(journeys: Any) -> None:
    """Ask everything once."""
    for work in questions(journeys).values():
        work()


if __name__ == "__main__":
    main()
