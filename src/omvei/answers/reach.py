"""Whom a firm's own work reached: people who met it in its days, and what they did later.

*Work* is asked for by campaign, content, channel and days; several are one group, met by whoever
met any of them. `later` counts, of the people who are observed for the whole horizon after they
first met a group, those who reached the goal within it, after that touchpoint. Of two groups that
are compared, who met both belongs to neither.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from .loops import within

Counts = NDArray[np.int64]
PEOPLE, TOUCHPOINTS, VISITS, RISK, LATER = range(5)
"""What is counted of a group."""
BOTH, RISK_A, LATER_A, RISK_B, LATER_B = range(5)
"""What is counted of a pair."""


@dataclass(frozen=True)
class Work:
    """Touchpoints that are one piece of work; None stands for any."""

    first: int
    last: int
    """Microseconds: from `first` up to, not including, `last`."""
    channels: tuple[int, ...] | None = None
    campaigns: tuple[int, ...] | None = None
    contents: tuple[int, ...] | None = None

    def rows(self, block: Block) -> NDArray[np.bool_]:
        """(rows,) whether the touchpoint is this work's."""
        time = block["time"]
        found: NDArray[np.bool_] = (time >= self.first) & (time < self.last)
        for column, codes in (
            ("channel", self.channels),
            ("campaign", self.campaigns),
            ("content", self.contents),
        ):
            if codes is not None:
                found = found & np.isin(block[column], codes)
        return found


@dataclass(frozen=True)
class Reach:
    """The analysis: `groups` of work, and `pairs` of groups to compare, by their places."""

    groups: tuple[tuple[Work, ...], ...]
    pairs: tuple[tuple[int, int], ...]
    goal: int
    horizon: int
    end: int

    def empty(self) -> dict[str, Counts]:
        """Nobody: (groups, 5) and (pairs, 5) counts."""
        return {
            "groups": np.zeros((len(self.groups), 5), np.int64),
            "pairs": np.zeros((len(self.pairs), 5), np.int64),
        }

    def scan(self, block: Block) -> dict[str, Counts]:
        """Count one block."""
        found = self.empty()
        if not block.people:
            return found
        place, time = block.place, block["time"]
        bought = np.append(0, np.cumsum(block["kind"] == self.goal))
        met, risk, later = (np.zeros((len(self.groups), block.people), np.bool_) for _ in range(3))
        for group, works in enumerate(self.groups):
            rows = np.zeros(block.rows, np.bool_)
            for work in works:
                rows |= work.rows(block)
            who, at = np.unique(place[rows], return_index=True)
            row = np.flatnonzero(rows)[at]
            until = time[row] + self.horizon
            stop = within(block.starts, time, who.astype(np.int64), until)
            met[group, who] = True
            risk[group, who] = until <= self.end
            later[group, who] = risk[group, who] & (bought[stop] > bought[row + 1])
            visit = place[rows].astype(np.int64) << 32 | block["session"][rows]
            counted = (len(who), rows.sum(), len(np.unique(visit)))
            found["groups"][group] = (*counted, risk[group].sum(), later[group].sum())
        for pair, (a, b) in enumerate(self.pairs):
            only_a, only_b = met[a] & ~met[b], met[b] & ~met[a]
            found["pairs"][pair] = (
                (met[a] & met[b]).sum(),
                (risk[a] & only_a).sum(),
                (later[a] & only_a).sum(),
                (risk[b] & only_b).sum(),
                (later[b] & only_b).sum(),
            )
        return found

    def merge(self, a: dict[str, Counts], b: dict[str, Counts]) -> dict[str, Counts]:
        """Add."""
        return {key: a[key] + b[key] for key in a}

    def finish(self, kept: dict[str, Counts]) -> dict[str, Any]:
        """As counted."""
        return kept
