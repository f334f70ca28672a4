"""The stage of every touchpoint of a block under a lens: one byte a row, kept beside the block.

The file's name holds the hash of the model's file, so a changed model is simply another column.
Its last four bytes are a checksum of the others: one that is not as it was written is made again.
"""

import os
import zlib
from contextlib import suppress
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
    if (kept := _kept(file, block.rows)) is not None:
        return kept
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
    try:
        scratch.write_bytes(stage.tobytes() + _checksum(stage))
        os.replace(scratch, file)  # another process may be writing the same column: either is right
    except OSError:  # no room, no right to write, or the block is gone: the answer needs no file
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
    return stage


def _kept(file: Path, rows: int) -> NDArray[np.uint8] | None:
    """What the file holds; None where it is missing, of another length, or changed."""
    try:
        held = np.fromfile(file, np.uint8)
    except OSError:
        return None
    stage, told = held[:rows], held[rows:]
    return stage if len(stage) == rows and told.tobytes() == _checksum(stage) else None


def _checksum(stage: NDArray[np.uint8]) -> bytes:
    return zlib.crc32(stage.tobytes()).to_bytes(4, "little")
