"""What changed from one month to the next: each measure in both, and the difference.

A difference is clear where its whole 95 % interval lies on one side of zero: Newcombe's for shares,
the normal one of two counts for numbers of people, which are told per 30 days since months differ.
People are counted once in each month; who was there in both is in both, so that the intervals are
rather too wide than too narrow.
"""

from typing import TYPE_CHECKING, Any

from ..answers.intervals import FEW, Z, newcombe
from .kpis import read_by

if TYPE_CHECKING:
    from ..journeys import Journeys

Row = dict[str, Any]

LENS = "five_stage"
NEAREST = "decision"
MEASURES: dict[str, dict[str, Any]] = {
    "people": {"many": {}},
    "new": {"many": {"first": True}},
    "returned": {"of": {}, "share": {}, "when": "again"},
    "decided": {"of": {}, "share": {"stage": "here"}, "when": "any"},
    "signed_up": {"of": {}, "share": {"kind": "newsletter_signup"}, "when": "any"},
    "goal": {"of": {}, "share": {"kind": "purchase"}, "when": "any"},
}
"""What is compared, as `answers.measures.measure` is asked; `goal` asks for the firm's own goal."""


def changes(now: "Journeys", before: "Journeys", seen: set[str]) -> list[Row]:
    """Compare two months, clear differences first; what the data cannot tell of is left out.

    Rows: `what, value, low, high, n, unit, before` (`value, low, high, n`), `difference`
    (`value, low, high`; None where one of the two has too few people), `clear, too_few, fewest`
    (people of the smaller of the two).
    """
    rows = []
    for name, asked in MEASURES.items():
        if name == "goal":
            if now.workspace.goal is None:
                continue
            asked = {**asked, "share": {"kind": now.workspace.goal}}
        told = [read_by(asked, one.lens(LENS), NEAREST, seen) for one in (now, before)]
        if told[0]["missing"] or not (told[0]["n"] or told[1]["n"]):
            continue
        rows.append(_row(name, *told))
    return sorted(rows, key=lambda row: not row["clear"])


def _row(name: str, now: Row, before: Row) -> Row:
    fewest = min(now["n"], before["n"])
    difference = None if fewest < FEW else _difference(now, before)
    clear = difference is not None and (difference["low"] > 0 or difference["high"] < 0)
    numbers = ("value", "low", "high", "n")
    return {
        "what": name,
        **{key: now[key] for key in (*numbers, "unit")},
        "before": {key: before[key] for key in numbers},
        "difference": difference,
        "clear": clear,
        "too_few": fewest < FEW,
        "fewest": fewest,
    }


def _difference(now: Row, before: Row) -> dict[str, float] | None:
    if now["unit"] == "share":
        counted = [(round(one["value"] * one["n"]), one["n"]) for one in (now, before)]
        return newcombe(*counted[0], *counted[1])
    value = now["value"] - before["value"]
    # of a count n over some time, the rate n/t has the variance n/t², which is rate²/n
    half = Z * sum(one["value"] ** 2 / one["n"] for one in (now, before)) ** 0.5
    return {"value": value, "low": value - half, "high": value + half}
