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
            result = analysis.finish(merged(analysis, partials))
            if not hasattr(result, "scan"):
                return result
            analysis = result


def merged(analysis: Any, partials: Iterable[Any]) -> Any:
    """All partial results as one: those of equally many blocks are merged first.

    So what is gathered, and not added, is copied a few times only, however many blocks there are.
    """
    held: list[tuple[int, Any]] = []
    for partial in partials:
        blocks, whole = 1, partial
        while held and held[-1][0] == blocks:
            whole = analysis.merge(held.pop()[1], whole)
            blocks *= 2
        held.append((blocks, whole))
    return reduce(lambda a, b: analysis.merge(b[1], a), held[::-1], analysis.empty())
