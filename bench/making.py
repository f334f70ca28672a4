"""The same data for everybody: simulated, imported, and as tables for the peers."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from omvei.answers.map import Walk, walk
from omvei.answers.ways import stays
from omvei.blocks.block import Block
from omvei.journeys import Journeys
from omvei.touchpoints.vocabulary import INITIATORS, codes

STEPS = ("category_view", "product_view", "add_to_cart", "checkout_start", "purchase")
WITHIN_DAYS = 7
SETTLED_DAYS = 30
DAY = 86_400_000_000
LENS = "hankins"


RUN = """
import atexit, resource, sys
def told():
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, peak(), file=sys.stderr)
{peak}
atexit.register(told)
from omvei.cli import main
main()
"""
PEAK = """
def peak():
    with open("/proc/self/status") as file:  # unlike ru_maxrss, not the memory of who began it
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1e3
"""


def measured(*command: str) -> dict[str, float]:
    """Run a command of Omvei's in a process of its own: seconds of wall and CPU, peak MB."""
    start = time.perf_counter()
    run = [sys.executable, "-c", RUN.format(peak=PEAK), *command]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"omvei {' '.join(command)} failed: {done.stderr}")
    cpu, peak = map(float, done.stderr.splitlines()[-1].split())
    return {"wall": wall, "cpu": cpu, "peak": peak}


def settled(journeys: Journeys) -> int:
    """The moment after which a way without the goal is open."""
    return journeys.end - SETTLED_DAYS * DAY


def tables(journeys: Journeys, folder: Path, person: int) -> None:
    """Write `touchpoints`, `stages`, `paths` and `facts` for the peers, sorted by person, place."""
    kinds, channels = list(codes()), journeys.words["channel"]
    unknown = channels.index("Unassigned") if "Unassigned" in channels else -1
    lens = journeys.lens(LENS)
    place, labels, _ = walk(lens, "stage", 0)
    opens = kinds.index(STEPS[0])
    writers: dict[str, pq.ParquetWriter] = {}

    def write(name: str, table: pa.Table) -> None:
        if name not in writers:
            writers[name] = pq.ParquetWriter(folder / f"{name}.parquet", table.schema)
        writers[name].write_table(table)

    for opened, staged in zip(journeys.blocks(), lens.blocks(), strict=True):
        block = opened()
        write("touchpoints", _touchpoints(block, unknown, journeys.goal_code, opens))
        write("stages", _stages(staged(), place, len(labels) - 1))
    for writer in writers.values():
        writer.close()
    facts = {
        "steps": [kinds.index(step) for step in STEPS],
        "within": WITHIN_DAYS * DAY,
        "settled": settled(journeys),
        "person": person,
    }
    (folder / "facts.json").write_text(json.dumps(facts))


def _touchpoints(block: Block, unknown: int, goal: int, opens: int) -> pa.Table:
    kind = block["kind"].astype(np.int16)
    before = np.append(np.int16(-1), kind[:-1])
    heads = block.starts[:-1]
    before[heads] = -1
    of_step = np.flatnonzero(kind == opens)
    _, first = np.unique(block.place[of_step], return_index=True)
    enters = np.zeros(block.rows, np.bool_)
    enters[of_step[first]] = True
    came = (block["initiator"] == INITIATORS.index("customer")) & (block["channel"] != unknown)
    return pa.table(
        {
            "person": block.person[block.place],
            "place": np.arange(block.rows) - heads[block.place],
            "time": block["time"],
            "kind": kind,
            "before": before,
            "gap": block["gap"],
            "channel": block["channel"],
            "session": block["session"],
            "cycle": block["purchases_before"],
            "came": came,
            "goal": kind == goal,
            "opens": enters,
        }
    )


def _stages(block: Block, place: Walk, none: int) -> pa.Table:
    """The stages of a model along each journey, silences included; `before` is the one before."""
    starts, _, node, _ = place.rows(block)
    person, _, first, stop = stays(starts, node, np.zeros(len(node), np.int32), none, False)
    stage = np.repeat(node[first].astype(np.int16), stop - first)
    who = np.repeat(person, stop - first)
    before = np.append(np.int16(-1), stage[:-1])
    before[np.append(True, who[1:] != who[:-1])[: len(who)]] = -1
    return pa.table(
        {
            "person": block.person[who],
            "place": np.arange(len(who)),
            "stage": stage,
            "before": before,
        }
    )


def paths(found: dict[str, Any], folder: Path) -> None:
    """Write the counted paths, as attribution packages take them."""
    rows = [
        (" > ".join(f"c{code}" for code in way), reached, ended)
        for way, (ended, reached, _) in found["busiest"]
        if ended or reached
    ]
    names = ("path", "yes", "no")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    pq.write_table(table, folder / "paths.parquet")
