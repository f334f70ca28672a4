"""The stage of every touchpoint of a block under a lens: one byte a row, kept beside the block.

The file's name holds the hash of the model's file, so a changed model is simply another column.
"""

import os
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from .carrier import MODES, carry
from .lens import Lens
from .rules import DAY, placed


def settled(lens: Lens) -> NDArray[np.bool_]:
    """Which stages silence does not leave."""
    return np.isin(np.arange(len(lens.stages)), lens.settled)


def stage_column(
    block: Block, folder: Path, lens: Lens, words: dict[str, list[str]]
) -> NDArray[np.uint8]:
    """The stages of whole journeys; `block` must not be narrowed."""
    file = folder / f"{block.name}.{lens.digest}.stage"
    if file.exists() and file.stat().st_size == block.rows:
        return np.fromfile(file, np.uint8) if block.rows else np.empty(0, np.uint8)
    found = placed(lens.rules, block, words, lens.quiet_days)
    stage = carry(
        block.starts,
        found,
        block["gap"],
        block["purchases_before"],
        MODES[lens.carrier],
        lens.rest,
        int(lens.quiet_days * DAY),
        settled(lens),
    )
    if lens.draft:
        return stage
    scratch = folder / f".{uuid4().hex}"
    stage.tofile(scratch)
    os.replace(scratch, file)  # another process may be writing the same column: either is right
    return stage
