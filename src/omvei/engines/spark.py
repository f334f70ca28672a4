"""Run an analysis on Spark: every task opens blocks from where they are shared, scans and merges.

Spark moves no touchpoints: a task is handed the numbers of its blocks and gives back one partial
result. Partial results are merged in the tasks, then by a few tasks, then here. A task that is
lost with its worker is run again elsewhere: a scan only reads.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import Any

import pyarrow as pa

from ..blocks.block import Block
from .session import plain, session

SHARE = 4
"""Blocks that a task scans one after another, at least: to begin a task costs about as much as to
scan so many."""

TASKS = 512
"""Tasks a scan is divided into, at most."""

HERE = 32
"""Partial results that are merged here; of more, each of as many tasks merges some first."""

PARTIAL = "partial binary"
"""The schema of a partial result's row, as Spark writes it."""


def run(analysis: Any, blocks: Iterable[Callable[[], Block]], address: str) -> Any:
    """Scan every block, merge the partial results, finish; an analysis may ask for one more scan.

    `blocks` are opened inside the task that scans them, from a shared folder or a store.

    Raises `EngineError` if there is no Spark at the address, or its workers cannot do it.
    """
    opened = list(blocks)
    while True:
        merged = _scan(analysis, opened, address)
        result = analysis.finish(merged)
        if not hasattr(result, "scan"):
            return result
        analysis = result


def _scan(analysis: Any, blocks: list[Callable[[], Block]], address: str) -> Any:
    def scan(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        partial = analysis.empty()
        for batch in batches:
            for place in batch.column(0).to_pylist():
                partial = analysis.merge(partial, analysis.scan(blocks[place]()))
        yield _row(partial)

    def merge(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield _row(reduce(analysis.merge, _partials(batches), analysis.empty()))

    spark = session(address)
    tasks = max(1, min(-(-len(blocks) // SHARE), TASKS))
    with plain(address):
        found = spark.range(0, len(blocks), 1, tasks).mapInArrow(scan, PARTIAL)
        if tasks > HERE:
            found = found.repartition(HERE).mapInArrow(merge, PARTIAL)
        rows = found.toArrow()
    return reduce(analysis.merge, _partials(rows.to_batches()), analysis.empty())


def _row(partial: Any) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"partial": pa.array([pickle.dumps(partial)], pa.binary())})


def _partials(batches: Iterable[pa.RecordBatch]) -> Iterator[Any]:
    for batch in batches:
        yield from map(pickle.loads, batch.column(0).to_pylist())
