"""Journeys drawn as text, and taken through the real pipeline from a file to the blocks.

`journeys(folder, ann="search:review product_view . purchase")`: words are events an hour apart, a
dot is an idle hour, `40d` a silence. `kinds=True` reads the words as kinds of the vocabulary.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import omvei
from omvei.blocks.block import Block
from omvei.journeys import Journeys
from omvei.lenses.carrier import MODES, carry
from omvei.lenses.drawn import columns
from omvei.lenses.lens import Lens
from omvei.lenses.rules import placed

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def rows(line: str) -> list[tuple[datetime, str]]:
    """The events of a drawn journey, with their times."""
    time, found = DAY, []
    for word in line.split():
        if re.fullmatch(r"\d+d", word):
            time += timedelta(days=int(word[:-1]))
            continue
        if word != ".":
            found.append((time, word))
        time += timedelta(hours=1)
    return found


def journeys(folder: Path, *, kinds: bool = True, gap: str = "1800s", **people: str) -> Journeys:
    """A workspace in `folder` with these people's journeys."""
    told = [(person, *row) for person, line in people.items() for row in rows(line)]
    table = pa.table(
        {
            "person": [row[0] for row in told],
            "time": pa.array([row[1] for row in told], pa.timestamp("us", "UTC")),
            "event": [row[2] for row in told],
            "kind": pa.array([row[2] if kinds else None for row in told], pa.string()),
        }
    )
    workspace = omvei.init(folder / "workspace", gap)
    pq.write_table(table, folder / "drawn.parquet")
    workspace.take(folder / "drawn.parquet")
    return workspace.journeys


def pack(lines: list[list[int]]) -> tuple[list[int], list[int]]:
    """`starts` and the values of people's journeys, one after the other."""
    starts, values = [0], []
    for line in lines:
        values += line
        starts.append(len(values))
    return starts, values


def block(lens: Lens, *lines: str) -> Block:
    """A block of people whose journeys are drawn as in a model's examples (`lenses/drawn.py`)."""
    told = [columns(line) for line in lines]
    lengths = [len(one["kind"]) for one in told]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    held = {
        name: np.concatenate([one[name] for one in told])
        for name in told[0]
        if name not in ("starts", "intended_words")
    }
    rows = int(starts[-1])
    for name in ("content", "brand", "currency"):
        held.setdefault(name, np.full(rows, -1, np.int32))
    held |= {name: np.zeros(rows, np.int64) for name in ("value", "cost")}
    found = placed(lens.rules, held, {"channel": [], "intended": []}, lens.quiet_days)
    quiet = int(lens.quiet_days * 86_400_000_000)
    rest = np.isin(np.arange(max(1, len(lens.stages))), lens.settled)
    mode = MODES[lens.carrier]
    bought = held["purchases_before"]
    held["stage"] = carry(starts, found, held["gap"], bought, mode, lens.rest, quiet, rest)
    held[f"stage:{lens.digest}"] = held["stage"]
    return Block(np.arange(len(lines)), starts, held.__getitem__)
