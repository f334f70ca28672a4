"""The tables of the bench, on a terminal and as docs/benchmarks.md."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .peers import PEERS

COLUMNS = ("who", "wall s", "CPU s", "peak MB", "ratio", "ns/event")
MADE = {
    "simulate": "simulate and write",
    "import": "import and build",
    "models": "stages of all models that come along, first time",
    "cold": "first answer of a new process (map, --json)",
    "help": "omvei --help",
}
FAST = ("simulate", "import", "models")
"""What has a speed in events a second."""
ASKED = {
    "moves": "Which kind of touchpoint follows which, how often",
    "gaps": "The same, with the exact median of the time between",
    "funnel": "A funnel of five steps within seven days",
    "reentries": "Returns to each stage of Hankins' hexagon",
    "orders": "The twenty commonest orders of channels on a way to a purchase",
    "removal": "Moves between channels with start, purchase and end (Markov)",
    "one person": "One person's journey",
}
FLOOR = 10.0
"""GB/s that two cores of such a machine read from memory, about: what no reader can beat."""
HEAD = (Path(__file__).parent / "page.md").read_text("utf-8")


def lines(row: dict[str, Any], events: int) -> list[list[str]]:
    """One line for each who was asked."""
    base = row["scan"]["wall"]
    floor = row["bytes"] / FLOOR
    who = f"Omvei, scan (floor {floor:.1f} ns)" if floor else "Omvei, scan"
    told = [_line(who, row["scan"], base, events)]
    told.append(_line("Omvei, answer", row["answer"], base, events))
    for name, other in row["peers"].items():
        shown = PEERS[name]["name"]
        if isinstance(other, str):
            told.append([shown, other, "", "", "", ""])
        else:
            told.append(_line(shown, other, base, events))
    return told


def _line(who: str, used: dict[str, float], base: float, events: int) -> list[str]:
    ratio = used["wall"] / base
    return [
        who,
        f"{used['wall']:.4f}" if used["wall"] < 0.1 else f"{used['wall']:.2f}",
        f"{used['cpu']:.2f}",
        f"{used['peak']:,.0f}",
        f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}",
        f"{used['wall'] / events * 1e9:.1f}",
    ]


def write(path: Path, told: list[dict[str, Any]]) -> None:
    """Write the page."""
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    parts = [HEAD.format(day=day, python=platform.python_version(), cores=cores, floor=FLOOR)]
    for each in told:
        made = each["made"]
        parts.append(f"\n## {made['events']:,} events\n")
        rows = [
            [
                name,
                *(f"{made[what][key]:,.2f}" for key in ("wall", "cpu", "peak")),
                f"{made['events'] / made[what]['wall']:,.0f}" if what in FAST else "",
            ]
            for what, name in MADE.items()
        ]
        parts.append(_table(("what", "wall s", "CPU s", "peak MB", "events/s"), rows))
        for row in each["rows"]:
            parts.append(f"\n**{ASKED[row['question']]}**\n")
            parts.append(_table(COLUMNS, lines(row, made["events"])))
    path.write_text("\n".join(parts) + "\n", "utf-8")


def _table(columns: tuple[str, ...], rows: list[list[str]]) -> str:
    head = ["| " + " | ".join(columns) + " |", "|---" + "|---:" * (len(columns) - 1) + "|"]
    return "\n".join([*head, *("| " + " | ".join(row) + " |" for row in rows)])
