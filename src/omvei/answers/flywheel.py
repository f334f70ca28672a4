"""The flywheel: how fast it turns, what slows it, how big it is (Halligan, HubSpot 2018).

Speed      days_to_engage and days_to_delight: medians from a person's first touchpoint of one stage
           to their first later one of the next. rotation_days: a full turn passes through *another*
           person: from a person's first attract to the first friend of theirs who bought
           (`referral_converted`). The friend's own first touchpoint is another journey, which no
           source ties to this one, so the turn is measured to the friend's purchase.
Friction   lost_before_engage: people attracted who never engage. lost_before_delight: people
           engaged who are never delighted. Both leave out people first seen in the last
           `quiet_days`, who had little time. More friction is in `buyers`: carts and checkouts
           given up, support, returns and complaints per purchase.
Size       people who bought in the period.
Momentum   (ours) size x full turns a year x (1 - the mean of the observed frictions that are
           shares). A number to compare periods by; it has no meaning of its own.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from .figures import DAY, Figure, Joined, Partial, estimate, gathered, middle, share
from .spans import kind_is

if TYPE_CHECKING:
    from ..journeys import Journeys

FRICTIONS = (
    "lost_before_engage",
    "lost_before_delight",
    "cart_abandonment",
    "checkout_abandonment",
)
YEAR = 365.25


@dataclass(frozen=True)
class Turns(Joined):
    """The analysis; `stages` are the codes of attract, engage and delight."""

    stage: str
    stages: tuple[int, int, int]
    quiet: int
    end: int

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        if not block.people:
            return {}
        time, stage = block["time"], block[self.stage]
        attract, engage, delight = (stage == code for code in self.stages)
        first = _first(block, attract)
        engaged = _first(block, engage & _after(block, first))
        start = _first(block, engage)
        delighted = _first(block, delight & _after(block, start))
        friend = _first(block, kind_is(block, "referral_converted") & _after(block, first))
        settled = time[block.starts[:-1]] + self.quiet <= self.end
        kept: dict[str, Any] = {
            "engage?": (time[engaged] - time[first])[engaged >= 0],
            "delight?": (time[delighted] - time[start])[delighted >= 0],
            "rotation?": (time[friend] - time[first])[friend >= 0],
            "lost": np.array(
                [
                    (settled & (first >= 0) & (engaged < 0)).sum(),
                    (settled & (first >= 0)).sum(),
                    (settled & (start >= 0) & (delighted < 0)).sum(),
                    (settled & (start >= 0)).sum(),
                ]
            ),
        }
        return {name: np.asarray(values, np.int64) for name, values in kept.items()}

    def finish(self, kept: Partial) -> list[Figure]:
        """The figures of speed, and the two frictions between stages."""
        if not kept:
            return []
        kept = gathered(kept)
        lost = [int(n) for n in kept["lost"]]
        names = {"engage?": "days_to_engage", "delight?": "days_to_delight"}
        names |= {"rotation?": "rotation_days"}
        return [
            *(
                middle(name, kept[key], len(kept[key]), "days", DAY)  # one value a person
                for key, name in names.items()
            ),
            share("lost_before_engage", *lost[:2]),
            share("lost_before_delight", *lost[2:]),
        ]


def flywheel(journeys: "Journeys", buyers: dict[str, Figure]) -> list[Figure]:
    """Speed, friction, size and momentum; `buyers` holds the figures of the purchases."""
    model = journeys.model
    places = (model.place("attract"), model.place("engage"), model.place("delight"))
    quiet = int(model.quiet_days * DAY)
    turns: list[Figure] = journeys.run(Turns(f"stage:{model.digest}", places, quiet, journeys.end))
    return [*turns, _momentum({f["name"]: f for f in turns} | buyers)]


def _momentum(told: dict[str, Figure]) -> Figure:
    """Size x turns a year x (1 - mean friction); not known without a full turn.

    >>> from .figures import count, middle, share
    >>> told = [
    ...     count("customers", 100),
    ...     middle("rotation_days", np.array([73 * DAY]), 1, "days", DAY),
    ... ]
    >>> told.append(share("cart_abandonment", 1, 2))
    >>> round(_momentum({figure["name"]: figure for figure in told})["value"], 1)
    250.2
    """
    size, turn = told.get("customers"), told.get("rotation_days")
    shares = [told[name]["value"] for name in FRICTIONS if name in told]
    known = [value for value in shares if value is not None]
    if not size or not turn or not turn["value"] or not known:
        return estimate("momentum", None, None, None, size["people"] if size else 0, "momentum")
    force = size["value"] * YEAR * (1 - sum(known) / len(known))
    low = force / turn["high"] if turn["high"] else None
    high = force / turn["low"] if turn["low"] else None
    return estimate("momentum", force / turn["value"], low, high, turn["people"], "momentum")


def _first(block: Block, rows: Any) -> Any:
    """(people,) each person's first row that is so; -1 for none."""
    found = np.full(block.people, -1, np.int64)
    at = np.flatnonzero(rows)[::-1]
    found[block.place[at]] = at
    return found


def _after(block: Block, since: Any) -> Any:
    """(rows,) whether a row comes after its person's row `since`; never where that is -1."""
    limit = np.where(since >= 0, since, block.rows)
    return np.arange(block.rows) > limit[block.place]
