"""Run an analysis on this machine: one thread a core, each over blocks of its own."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from typing import Any

from ..blocks.block import Block


def run(analysis: Any, blocks: Iterable[Callable[[], Block]]) -> Any:
    """Scan every block, merge the partial results, finish; an analysis may ask for one more scan.

    `blocks` are opened inside the thread that scans them.
    """
    opened = list(blocks)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
        while True:
            partials = threads.map(lambda block, a=analysis: a.scan(block()), opened)
            merged = reduce(analysis.merge, partials, analysis.empty())
            result = analysis.finish(merged)
            if not hasattr(result, "scan"):
                return result
            analysis = result
