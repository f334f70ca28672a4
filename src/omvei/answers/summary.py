"""The summary: how much there is, and what became of every row."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..result import Result
from ..touchpoints.vocabulary import codes
from .consent import consent
from .coverage import unseen

if TYPE_CHECKING:
    from ..journeys import Journeys


@njit(cache=True, nogil=True)
def sizes(
    starts: NDArray[np.int64], session: NDArray[np.int32], bought: NDArray[np.bool_]
) -> tuple[int, int, int]:
    """Visits, purchases and people who bought; `starts[i]` is person i's first row."""
    visits, purchases, customers = 0, 0, 0
    for person in range(len(starts) - 1):
        before = purchases
        for row in range(starts[person], starts[person + 1]):
            visits += row == starts[person] or session[row] != session[row - 1]
            purchases += bought[row]
        customers += purchases > before
    return visits, purchases, customers


@dataclass(frozen=True)
class Sizes:
    """Touchpoints, people, visits, purchases and customers."""

    def empty(self) -> NDArray[np.int64]:
        """Nobody."""
        return np.zeros(5, np.int64)

    def scan(self, block: Block) -> NDArray[np.int64]:
        """Count one block. A visit is counted in each window that sees any of it."""
        visits, bought, customers = sizes(
            block.starts, block["session"].astype(np.int32), block["kind"] == codes()["purchase"]
        )
        return np.array([block.rows, block.people, visits, bought, customers])

    def merge(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
        """Add."""
        return a + b

    def finish(self, partial: NDArray[np.int64]) -> dict[str, int]:
        """By name."""
        names = ("touchpoints", "people", "sessions", "purchases", "customers")
        return {name: int(count) for name, count in zip(names, partial, strict=True)}


def summary(journeys: "Journeys") -> Result:
    """How much there is.

    `events` are valid rows, counted once each; they divide into `touchpoints`, `bots`, `assets`
    (files of pages), `technical` signals, `unidentified` rows (nobody's) and `merged` rows (an
    order that another source told of too). `people`, `sessions`, `purchases` and `customers` are
    counted over the touchpoints. `rejected`, `duplicates` and `deleted` (rows of people who were
    deleted) are rows that are not events. `consent` says who consented and what the others could
    change (as `consent()`: `granted, reached, bounds`), and `unseen` what this data cannot tell of.
    """
    counted = journeys.run(Sizes())
    counts = journeys.build.counts
    # not those that came since the build: their rows are in no count yet
    imports = journeys.workspace.events.imports(journeys.build.events_version)
    others = [done for done in journeys.workspace.imports() if done["table"] != "events"]
    erased = journeys.workspace.deleted.rows
    deleted = sum(done.deleted + erased.get(done.file, 0) for done in imports)
    said = {
        "events": counts["events"],
        **counted,
        **{
            name: counts[name] for name in ("bots", "assets", "technical", "unidentified", "merged")
        },
        "rejected": sum(done.rejected for done in imports),
        "duplicates": sum(done.rows - done.rejected for done in imports)
        - counts["events"]
        - deleted
        - counts.get("later", 0),
        "deleted": deleted,
        "sources": sorted({done.source for done in imports} | {done["source"] for done in others}),
    }
    asked = consent(journeys).meaning
    said["consent"] = {key: asked[key] for key in ("granted", "reached", "bounds")}
    said["unseen"] = unseen(journeys)
    return Result("summary", journeys.meaning(counted["people"]) | said)
