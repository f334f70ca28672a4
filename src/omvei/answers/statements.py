"""Statements: how well people speak of the firm, and which of it was answered.

A *statement* is a review, a survey's score or a complaint: a kind that `says` something in
`vocabulary.yaml`. It is *positive* from four of five stars (75 of 100), *negative* under three (50
of 100) and neutral between; a complaint is negative whatever its rating. Words are never read.

A `reply` answers what the person said last that nobody has answered, with all they said at that
moment; one reply answers no more, so an old complaint is not answered by thanks for a new review.
The time to an answer is the median over all statements, those still unanswered held for at least as
long as they have stood (Kaplan & Meier 1958): a firm that answers a tenth at once is not quick.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.rules import DAY
from ..moment import moment
from ..people.names import name
from ..result import Result
from ..touchpoints.visits import scales
from ..touchpoints.vocabulary import kinds
from .dwell import median_stay
from .figures import part, sums
from .intervals import FEW

if TYPE_CHECKING:
    from ..journeys import Journeys

Counts = NDArray[np.int64]
Row = dict[str, Any]
GOOD, BAD = 75, 50
"""From 75 of 100 (four of five stars) a rating is good; under 50 it is bad."""
POLARITIES = ("negative", "neutral", "positive")
HELD = ("person", "time", "kind", "channel", "content", "score", "polarity", "wait")
"""What is kept of a statement; `wait` in microseconds, -1 for one that nobody answered."""


def score(block: Block) -> Counts:
    """What each row's person said, from 0 to 100; -1 where they said nothing.

    Stars go from 1 to 5, a survey from 0 to 10.
    """
    how, rating = scales()[block["kind"]], block["rating"].astype(np.int64)
    stars = np.clip((rating - 100) // 4, 0, 100)
    told = np.where(how == 5, stars, np.where(how == 10, np.minimum(100, rating // 10), -1))
    return np.where(rating >= 0, told, -1)


def polarity(block: Block, told: Counts) -> Counts:
    """The place in `POLARITIES` of each row; -1 for one that says nothing of the firm."""
    rated = np.where(told >= GOOD, 2, np.where(told >= BAD, 1, 0))
    bad = np.array([kind.says == "bad" for kind in kinds().values()])[block["kind"]]
    return np.where(bad, 0, np.where(told >= 0, rated, -1))


@njit(cache=True, nogil=True)
def answered(
    starts: Counts, time: Counts, says: NDArray[np.bool_], reply: NDArray[np.bool_]
) -> Counts:
    """How long each statement waited for its answer; -1 for none, and for what is no statement.

    Each reply answers the person's latest statement before it that has no answer, and all others
    of the same moment.

    says     (rows,)  whether the row is a statement; reply (rows,) whether it is the firm's answer
    returns  (rows,)  in the unit of `time`
    """
    wait = np.full(len(time), -1, np.int64)
    for person in range(len(starts) - 1):
        for row in range(starts[person], starts[person + 1]):
            if not reply[row]:
                continue
            said = np.int64(-1)
            for before in range(row - 1, starts[person] - 1, -1):
                if says[before] and wait[before] < 0 and (said < 0 or time[before] == said):
                    said = time[before]
                    wait[before] = time[row] - said
                elif said >= 0 and time[before] != said:
                    break
    return wait


@dataclass(frozen=True)
class Statements:
    """The analysis: every statement, and how long it waited."""

    def empty(self) -> dict[str, Counts]:
        """Nobody."""
        return {column: np.empty(0, np.int64) for column in HELD}

    def scan(self, block: Block) -> dict[str, Counts]:
        """Gather the statements of one block."""
        told = score(block)
        how = polarity(block, told)
        reply = np.array([kind.answers for kind in kinds().values()])[block["kind"]]
        wait = answered(block.starts, block["time"], how >= 0, reply)
        columns = {
            "person": block.person[block.place],
            "score": told,
            "polarity": how,
            "wait": wait,
        } | {column: block[column] for column in ("time", "kind", "channel", "content")}
        return {column: columns[column][how >= 0].astype(np.int64) for column in HELD}

    def merge(self, a: dict[str, Counts], b: dict[str, Counts]) -> dict[str, Counts]:
        """Put one after the other."""
        return {column: np.concatenate([a[column], b[column]]) for column in HELD}

    def finish(self, partial: dict[str, Counts]) -> dict[str, Counts]:
        """In order of time, so that no split into blocks shows."""
        order = np.lexsort([partial[column] for column in reversed(("time", *HELD))])
        return {column: values[order] for column, values in partial.items()}


def statements(journeys: "Journeys", *, limit: int = 50, offset: int = 0) -> Result:
    """Say how people speak of the firm, and which of it nobody has answered.

    Parts: `unanswered`, the negative ones without an answer, the newest first, `limit` of them from
    `offset`: `person, time, kind, channel, content, score` (0 to 100; None where it has none) and
    `days` it has waited. `rows`, the whole (`by` and `id` None), then by channel and by kind: `by,
    id, statements, people, negative, neutral, positive, answered, unanswered` (counts),
    `negative_unanswered, rate` (answered / statements) with `low, high` and `too_few` (people), and
    `days`: the median time to an answer (`value, low, high`; None: not half of them were answered).
    What was said lately has had less time.
    """
    found = journeys.run(Statements())
    words, end = journeys.words, journeys.end
    rows = [{"by": None, "id": None, **_row(found, end)}]
    for by in ("channel", "kind"):
        rows += [
            {
                "by": by,
                "id": words[by][code],
                **_row(_among(found, found[by] == code), end),
            }
            for code in np.unique(found[by]).tolist()
        ]
    rows[1:] = sorted(rows[1:], key=lambda row: (row["by"], -row["statements"], row["id"]))
    open_ = np.flatnonzero((found["polarity"] == 0) & (found["wait"] < 0))[::-1]
    listed = [
        _listed({c: int(held[at]) for c, held in found.items()}, journeys)
        for at in open_[offset : offset + limit].tolist()
    ]
    return Result(
        "statements",
        journeys.meaning(rows[0]["people"])
        | {"open": len(open_), "shown": len(listed), "offset": offset},
        {"unanswered": listed, "rows": rows if rows[0]["statements"] else []},
    )


def _among(held: dict[str, Counts], which: NDArray[np.bool_]) -> dict[str, Counts]:
    return {column: values[which] for column, values in held.items()}


def _row(held: dict[str, Counts], end: int) -> Row:
    """One row: how it was said, and whether it was answered before `end`."""
    done, how = held["wait"] >= 0, held["polarity"]
    _, who = np.unique(held["person"], return_inverse=True)
    people = int(who.max(initial=-1)) + 1
    told = part("answered", sums(np.bincount(who, done), np.bincount(who)), "statements")
    waits = np.where(done, held["wait"], end - held["time"])
    days = [None if at is None else at / DAY for at in median_stay(waits, done, people)]
    return {
        "statements": len(how),
        "people": people,
        **{name: int((how == place).sum()) for place, name in enumerate(POLARITIES)},
        "answered": int(done.sum()),
        "unanswered": int((~done).sum()),
        "negative_unanswered": int((~done & (how == 0)).sum()),
        "rate": told["value"],
        "low": told["low"],
        "high": told["high"],
        "too_few": people < FEW,
        "days": dict(zip(("value", "low", "high"), days, strict=True)),
    }


def _listed(held: dict[str, int], journeys: "Journeys") -> Row:
    """One statement that nobody has answered."""
    words = journeys.words
    return {
        "person": name(held["person"]),
        "time": moment(held["time"]),
        "kind": words["kind"][held["kind"]],
        "channel": words["channel"][held["channel"]],
        "content": words["content"][held["content"]] if held["content"] >= 0 else None,
        "score": held["score"] if held["score"] >= 0 else None,
        "days": (journeys.end - held["time"]) / DAY,
    }
