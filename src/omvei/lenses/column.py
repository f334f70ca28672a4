"""The stage of every touchpoint of a block under a lens: one byte a row, kept beside the block.

The file's name holds the hash of the model's file, so a changed model is simply another column.
Its last four bytes are a checksum of the others: one that is not as it was written is made again. A
process compares a file once, and again when it is another file.
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

SUM = 4
"""Bytes of the checksum."""

_sound: set[tuple[object, ...]] = set()
"""The files that this process has compared: path, node and time."""


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
        found = file.stat()
        if found.st_size != rows + SUM:
            return None
        held = np.asarray(np.memmap(file, np.uint8, "r"))
    except OSError:
        return None
    stage = held[:rows]
    mark = str(file), found.st_ino, found.st_mtime_ns
    if mark not in _sound:
        if held[rows:].tobytes() != _checksum(stage):
            return None
        _sound.add(mark)
    return stage


def _checksum(stage: NDArray[np.uint8]) -> bytes:
    return zlib.crc32(stage.data).to_bytes(SUM, "little")
