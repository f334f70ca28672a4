"""Simulate, import, build and ask, side by side with others; print it and write it down.

    make bench                  1 and 10 million events
    BENCH=full make bench       and 50 million
    BENCH_EVENTS=200000 make bench

Every result is checked to be the same before its time counts. Times move with the machine; the
ratios of one run are what to read. With `BENCH_WRITE=1` the tables become docs/benchmarks.md.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import omvei

from . import page
from .asking import ALL_ORDERS, Chained, attribution, effects, models, questions, timed
from .making import measured, paths, tables
from .peers import PEERS, agrees, ask

SAME = 0.02
"""By how much a simulated removal effect may differ from the exact one."""


def sizes() -> list[int]:
    """How many events, each."""
    if one := os.environ.get("BENCH_EVENTS"):
        return [int(one)]
    return [1_000_000, 10_000_000, *([50_000_000] if os.environ.get("BENCH") == "full" else [])]


def main() -> None:
    """Run every size; what is written down grows with each."""
    told = []
    for events in sizes():
        told.append(run(events))
        if os.environ.get("BENCH_WRITE"):
            page.write(Path(__file__).parents[1] / "docs" / "benchmarks.md", told)


def run(events: int) -> dict[str, Any]:
    """One size: what it took to make, and every question by everyone."""
    console = Console(width=150)
    with tempfile.TemporaryDirectory(prefix="omvei-bench-") as scratch:
        folder = Path(scratch)
        made = make(folder, events)
        workspace = omvei.open(folder / "w")
        journeys = workspace.journeys
        made["events"] = journeys.summary().to_json()["events"]
        person = journeys.people(limit=1).to_dicts()[0]["person"]
        who = journeys.find(person)
        assert who is not None
        made["models"] = models(journeys)
        tables(journeys, folder, who)
        show_making(console, made)
        rounds = 5 if events <= 1_000_000 else 3
        paths(journeys.run(attribution(journeys, ALL_ORDERS)), folder)
        rows = []
        for question in questions(journeys, person):
            scan, answer = timed(question.scan, rounds), timed(question.answer, rounds)
            own = question.told(scan.pop("result"))
            answer.pop("result")
            channels = len(journeys.words["channel"])
            row = {"question": question.name, "bytes": question.bytes, "scan": scan}
            row |= {"answer": answer, "peers": {}}
            for name, peer in PEERS.items():
                if question.name not in peer["asks"] or events > peer.get("most", events):
                    continue
                other = ask(name, question.name, folder, min(rounds, 3))
                if isinstance(other, dict):
                    close = name == "channel-attribution"
                    found = journeys.run(Chained(attribution(journeys))) if close else None
                    mine = effects(found, channels) if close else own
                    if not agrees(question.name, mine, other.pop("result"), SAME * close):
                        other = "tells something else"
                row["peers"][name] = other
            rows.append(row)
            show(console, row, made["events"])
    return {"made": made, "rows": rows}


def make(folder: Path, events: int) -> dict[str, Any]:
    """Simulate, import and build; and ask one thing in a new process."""
    measured("simulate", "--events", "2000", "--out", str(folder / "small"))
    measured("-w", str(folder / "warm"), "init")
    measured("-w", str(folder / "warm"), "import", str(folder / "small" / "events.parquet"))
    measured("-w", str(folder / "warm"), "map", "--by", "kind", "--json")
    shop = folder / "shop"
    simulated = measured("simulate", "--events", str(events), "--out", str(shop))
    measured("-w", str(folder / "w"), "init")
    imported = measured("-w", str(folder / "w"), "import", str(shop / "events.parquet"))
    measured("-w", str(folder / "w"), "summary", "--json")
    cold = measured("-w", str(folder / "w"), "map", "--by", "kind", "--json")
    floor = measured("--help")
    return {"asked": events, "simulate": simulated, "import": imported, "cold": cold, "help": floor}


def show_making(console: Console, made: dict[str, Any]) -> None:
    table = Table(title=f"{made['events']:,} simulated events", title_justify="left")
    for column in ("what", "wall s", "CPU s", "peak MB", "events/s"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for what, name in page.MADE.items():
        used = made[what]
        speed = f"{made['events'] / used['wall']:,.0f}" if what in page.FAST else ""
        table.add_row(name, *(f"{used[key]:,.2f}" for key in ("wall", "cpu", "peak")), speed)
    console.print(table)


def show(console: Console, row: dict[str, Any], events: int) -> None:
    table = Table(title=page.ASKED[row["question"]], title_justify="left")
    for column in page.COLUMNS:
        table.add_column(column, justify="left" if column == "who" else "right")
    for line in page.lines(row, events):
        table.add_row(*line)
    console.print(table)


if __name__ == "__main__":
    main()
