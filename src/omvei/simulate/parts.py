"""A shop of any size, written part by part: several processes make the parts, memory is bounded.

A part is a shop of its own with other people: its luck comes from the seed and the number of the
part, so the files are the same however many processes make them. Its numbers (events, orders,
people, cookies, visits) begin a million after those of the part before. Only friends stay within
a part, and time starts again with each: a row group of `events.parquet` is one part, in order of
time. Up to the size of one part, the shop is `simulate`'s own.
"""

import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from . import exports, truth
from .behaviour import world
from .shop import EXPORTS, FILES, LABEL, simulate

EVENTS, ORDERS = 200_000, 600
"""The most events, and the most orders, of one part; a part needs about 0.6 GB."""

STEP = 1_000_000
"""How far the numbers of one part are from those of the next; no part comes near it."""

EXPORTED = 5
"""The most parts of which exports are written: those of a million events take 0.6 GB of disk."""

AT_ONCE = 4
"""The most processes without being asked: more would need more memory than a small machine has."""

Progress = Callable[[int, int | None, str], None]


@dataclass(frozen=True)
class Part:
    """One part to make: its number, its size in one of two, and where to put it."""

    number: int
    events: int | None
    orders: int | None
    seed: int
    exported: bool
    folder: Path

    @property
    def luck(self) -> int:
        """The part's own seed."""
        drawn = np.random.SeedSequence([self.seed, self.number]).generate_state(1, np.uint64)
        return int(drawn[0])


def write(
    folder: Path | str,
    events: int | None = None,
    *,
    orders: int | None = None,
    seed: int = 2026,
    workers: int | None = None,
    part: int | None = None,
    progress: Progress = lambda done, total, phase: None,
) -> dict[str, Path]:
    """Write a shop of `events` events or `orders` orders to `folder`; the paths by name.

    `workers` processes make the parts, each of at most `part` events or orders. `progress` is
    called with rows done, rows in all, and what is being done. The exports are left out of a shop
    of more than `EXPORTED` parts. A program that calls this for more than one part needs the usual
    `if __name__ == "__main__":`, because processes begin by importing it.
    """
    whole, most = (events, EVENTS) if orders is None else (orders, ORDERS)
    if whole is None or None not in (events, orders):
        raise ValueError("Give either events or orders: the one that sets the size.")
    sizes = shares(whole, part or most)
    if len(sizes) < 2:
        return simulate(events, orders=orders, seed=seed).write(folder)
    exported = len(sizes) <= EXPORTED
    names = [one for one in FILES if exported or one not in EXPORTS]
    paths = {one: Path(folder) / FILES[one] for one in names}
    Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".parts-") as scratch:
        parts = [
            Part(
                number,
                size if orders is None else None,
                None if orders is None else size,
                seed,
                exported,
                Path(scratch) / str(number),
            )
            for number, size in enumerate(sizes)
        ]
        at_once = min(workers or min(os.cpu_count() or 1, AT_ONCE), len(parts))
        whole_files = Path(scratch)
        said = []
        with Joined(whole_files) as joined:
            for made, told in zip(parts, finished(parts, at_once), strict=True):
                joined.add(made.folder)
                said.append(told)
                done = sum(one["events"] for one in said)
                total = events or round(done * len(parts) / len(said))
                progress(done, total, "simulating")
        truth.write(truth.together(said, seed), whole_files / FILES["truth"])
        exports.definitions(world(), paths["definitions"])
        # Files that are not whole never stand under their names.
        for one in (one for one in names if one != "definitions"):
            paths[one].parent.mkdir(exist_ok=True)
            os.replace(whole_files / Path(FILES[one]).name, paths[one])
    return paths


def shares(whole: int, most: int) -> list[int]:
    """`whole` in as few parts as possible, none above `most`, all about as large.

    >>> shares(1_000_001, 400_000), shares(7, 400_000)
    ([333334, 333334, 333333], [7])
    """
    count = max(1, -(-whole // most))
    return [whole // count + (place < whole % count) for place in range(count)]


def finished(parts: list[Part], workers: int) -> Iterator[dict[str, Any]]:
    """Make the parts; the truth of each in order. One more than `workers` is ahead, never more."""
    ahead: deque[Future[dict[str, Any]]] = deque()
    pool = ProcessPoolExecutor(workers, get_context("spawn"))
    try:
        for part in parts:
            if len(ahead) > workers:
                yield ahead.popleft().result()
            ahead.append(pool.submit(make, part))
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def make(part: Part) -> dict[str, Any]:
    """Make one part: its files in its folder, its truth."""
    first = part.number * STEP
    shop = simulate(part.events, orders=part.orders, seed=part.luck, first=first)
    part.folder.mkdir()
    for name, table in (("events", shop.events), ("people", shop.people)):
        labelled = table.replace_schema_metadata({"omvei": LABEL} if name == "events" else None)
        with pa.ipc.new_file(part.folder / name, labelled.schema) as file:
            file.write_table(labelled)
    if part.exported:
        shop.export({name: part.folder / name for name in EXPORTS})
    return shop.truth


class Joined:
    """The files of the whole shop, open while its parts are added one after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables: dict[str, pq.ParquetWriter] = {}
        self.texts: dict[str, BinaryIO] = {}

    def __enter__(self) -> "Joined":
        return self

    def __exit__(self, *_: object) -> None:
        for file in (*self.tables.values(), *self.texts.values()):
            file.close()

    def add(self, part: Path) -> None:
        """Add the files of `part`, and remove them."""
        for name, kind in (("events", "events"), ("people", "truth_people")):
            with pa.memory_map(str(part / name)) as mapped:
                table = pa.ipc.open_file(mapped).read_all()
                if kind not in self.tables:
                    path = self.folder / FILES[kind]
                    self.tables[kind] = pq.ParquetWriter(path, table.schema, compression="zstd")
                self.tables[kind].write_table(table)
                del table
        for name in EXPORTS:
            if (part / name).exists():
                self._append(name, part / name)
        shutil.rmtree(part)

    def _append(self, name: str, path: Path) -> None:
        new = name not in self.texts
        if new:
            self.texts[name] = (self.folder / Path(FILES[name]).name).open("wb")
        with path.open("rb") as file:
            if not new and FILES[name].endswith(".csv"):
                file.readline()  # the heading stands once
            shutil.copyfileobj(file, self.texts[name])
