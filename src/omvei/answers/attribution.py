"""Attribution: which channels people came by before they reached the goal, and in which order.

The ways, and seven of the rules that divide a purchase among their visits, are defined in `credit`.
The eighth, `removal`, looks at all ways, also those that ended without the goal: the purchases are
divided in proportion to what the chain of `removal` would lose without each channel.

Credit is a way to divide what happened, not what a channel brought about: every rule here gives a
channel that does nothing its part, if it is merely there (methods 1.1). What people did after a
channel, beside others in the same situation, is `touchpoints`' question.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..errors import NothingToAnswerError, OmveiError
from ..lenses.rules import DAY
from ..result import Result
from ..touchpoints.vocabulary import INITIATORS
from . import variants
from .bootstrap import REPLICATES, interval, weighted
from .credit import DECAY, NO, OPEN, RULES, WHOLE, YES, divide, ways
from .intervals import FEW, wilson
from .removal import divided, moves, removal, roles

if TYPE_CHECKING:
    from ..journeys import Journeys

ALL = (*RULES, "removal")
CUSTOMER = INITIATORS.index("customer")


@dataclass(frozen=True)
class Attribution:
    """The analysis: credit by rule and channel, moves between channels, and orders."""

    channels: int
    direct: int
    unknown: int
    """The channel Unassigned: nobody knows how such a visit began, so it is none."""
    goal: int
    settled: int
    many: int
    replicates: int = REPLICATES

    def ways(self, block: Block) -> tuple[Any, ...]:
        """The ways of a block; see `credit.ways`."""
        return ways(
            block.starts,
            block["time"],
            block["channel"],
            block["session"],
            block["initiator"],
            block["kind"],
            CUSTOMER,
            self.unknown,
            self.goal,
            self.settled,
        )

    def empty(self) -> dict[str, Any]:
        """Nobody."""
        cells = len(RULES) * self.channels, (self.channels + 2) ** 2
        none = np.empty(0, np.uint64)
        return {
            "credit": np.zeros(cells[0], np.int64),
            "moves": np.zeros(cells[1], np.int64),
            "credits": np.zeros((cells[0], self.replicates), np.int64),
            "movings": np.zeros((cells[1], self.replicates), np.int64),
            "roles": np.zeros((self.channels, 5), np.int64),
            "ends": np.zeros(4, np.int64),
            "people": 0,
            "orders": {
                "one": none,
                "two": none,
                "counts": np.zeros((0, 3), np.int64),
                "person": np.empty(0, np.int64),
            },
        }

    def scan(self, block: Block) -> dict[str, Any]:
        """Count one block."""
        first, met, begun, person, end, reached = self.ways(block)
        when = block["time"][begun]
        whose, cell, units = divide(
            first, met, when, end, reached, self.direct, self.channels, DECAY
        )
        lines, going, line = moves(first, met, end, self.channels, self.replicates > 0)
        kept: dict[str, Any] = self.empty() | {
            "roles": roles(first, met, person, end, self.channels),
            "people": block.people,
            "orders": variants.counted(first, met, end, block.person[person]),
            "moves": lines,
        }
        np.add.at(kept["credit"], cell, units)
        kept["ends"][:3] = np.bincount(end, minlength=3)
        kept["ends"][3] = int(((end == YES) & (np.diff(first) == 0)).sum())
        if self.replicates:
            ids, draws = block.person, self.replicates
            kept["credits"] = weighted(ids, person[whose], cell, units, len(kept["credit"]), draws)
            once = np.ones(len(line), np.int64)
            kept["movings"] = weighted(ids, person[going], line, once, len(kept["moves"]), draws)
        return kept

    def merge(self, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
        """Add."""
        joined = {
            name: np.concatenate([a["orders"][name], b["orders"][name]]) for name in a["orders"]
        }
        return {key: a[key] + b[key] for key in a if key != "orders"} | {
            "orders": variants.tallied(**joined)
        }

    def finish(self, kept: dict[str, Any]) -> Any:
        """As counted, and the words of the busiest orders by one more scan."""
        orders = kept.pop("orders")
        at = variants.busiest(orders, self.many)
        return variants.Words(self, {name: orders[name][at] for name in orders}, kept)


def attribution(journeys: "Journeys", *, settled_days: int = 30, many: int = 20) -> Result:
    """Credit by channel and rule, and the orders of channels that ways took.

    settled_days  a way without the goal counts as ended if nothing came for so long; else it is
                  `open`, and no rule looks at it
    many          how many orders are listed

    Parts: `rows`, one a channel: `channel, people, ways` (with the goal), `first, between, last`
    (visits of ways of two or more), `effect` (the removal effect), `credit` (by rule: `rule,
    purchases, share, low, high`; the interval is of the share), `too_few`; `orders`: `order` (a
    list of channels), `ways, reached, ended, open, rate, low, high, too_few` (`rate` of those not
    open). Beside them stand `ways, reached, ended, open` and `untouched`: reached without a visit
    whose channel is known; no rule spreads these.

    Raises `NothingToAnswerError` where nobody reached the goal.
    """
    if journeys.goal_code < 0:
        raise NothingToAnswerError(
            "Nobody here reached a goal, so there is nothing to divide. The goal is named in"
            ' omvei.toml: [goal] kind = "purchase".'
        )
    if settled_days < 0:
        raise OmveiError(f"settled_days is {settled_days}; it is a number of days, from 0.")
    names = journeys.words["channel"]
    direct, unknown = (
        names.index(name) if name in names else -1 for name in ("Direct", "Unassigned")
    )
    kept = journeys.run(
        Attribution(
            len(names),
            direct,
            unknown,
            journeys.goal_code,
            journeys.end - settled_days * DAY,
            many,
        )
    )
    ended, reached, open_, untouched = kept["ends"].tolist()
    counts = {"ways": ended + reached + open_, "reached": reached, "ended": ended, "open": open_}
    return Result(
        "attribution",
        journeys.meaning(kept["people"])
        | {"method": f"bootstrap by person, {REPLICATES} replicates", "settled_days": settled_days}
        | counts
        | {"untouched": untouched},
        {
            "rows": _rows(kept, names),
            "orders": [_order(words, told, names) for words, told in kept["busiest"]],
        },
    )


def _rows(kept: dict[str, Any], names: list[str]) -> list[dict[str, Any]]:
    """One row a channel, the most credit by `removal` first."""
    side = len(names) + 2
    lines = kept["moves"].reshape(side, side)
    effect = removal(lines)
    units = np.vstack([kept["credit"].reshape(len(RULES), -1) / WHOLE, divided(lines)])
    drawn = np.concatenate(
        [
            kept["credits"].T.reshape(-1, len(RULES), len(names)) / WHOLE,
            divided(kept["movings"].T.reshape(-1, side, side))[:, None],
        ],
        axis=1,
    )
    share, shares = _shares(units), _shares(drawn)
    rows = []
    for code in np.lexsort((np.arange(len(names)), -units[-1])):
        people, reached, *places = (int(n) for n in kept["roles"][code])
        if not people:
            continue
        credit = []
        for rule, name in enumerate(ALL):
            low, high = interval(shares[:, rule, code])
            told = {"rule": name, "purchases": float(units[rule, code])}
            credit.append(told | {"share": float(share[rule, code]), "low": low, "high": high})
        rows.append(
            {
                "channel": names[code],
                "people": people,
                "ways": reached,
                **dict(zip(("first", "between", "last"), places, strict=True)),
                "effect": float(effect[code]),
                "credit": credit,
                "too_few": people < FEW,
            }
        )
    return rows


def _shares(units: NDArray[np.float64]) -> NDArray[np.float64]:
    total = units.sum(axis=-1, keepdims=True)
    return np.divide(units, total, out=np.zeros_like(units), where=total > 0)


def _order(words: tuple[int, ...], counts: list[int], names: list[str]) -> dict[str, Any]:
    ended, reached, open_ = counts[NO], counts[YES], counts[OPEN]
    low, high = wilson(reached, ended + reached) if ended + reached else (None, None)
    return {
        "order": [names[code] for code in words],
        "ways": ended + reached + open_,
        "reached": reached,
        "ended": ended,
        "open": open_,
        "rate": reached / (ended + reached) if ended + reached else None,
        "low": low,
        "high": high,
        "too_few": ended + reached < FEW,
    }
