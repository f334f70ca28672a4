"""The questions people ask: the words they searched for, how many asked, and what came after.

Words come from a source's own column, from the address of a search engine where it still tells
them, and from the site's own search. Each has a class: problem, category, brand, comparison,
review, price or discount (`touchpoints/queries.yaml`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses.rules import DAY
from ..result import Result
from ..touchpoints.vocabulary import CLASSES
from .adding import Added
from .map import OTHER, Moves, walk
from .searches import searches

if TYPE_CHECKING:
    from ..journeys import Journeys


@dataclass(frozen=True)
class ClassOf:
    """Which class the words of each query have, and how many touchpoints and people each class."""

    size: int

    def empty(self) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """Nothing asked."""
        return np.full(self.size, -1, np.int8), np.zeros((len(CLASSES), 2), np.int64)

    def scan(self, block: Block) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """Look at one block."""
        found, counts = self.empty()
        asked = block["query"] >= 0
        classes = block["query_class"][asked]
        found[block["query"][asked]] = classes
        places = block.place[asked]
        for code in range(len(CLASSES)):
            of_class = places[classes == code]
            counts[code] = len(of_class), len(np.unique(of_class))
        return found, counts

    def merge(self, a: Any, b: Any) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """Keep what either saw; add the counts."""
        return np.maximum(a[0], b[0]), a[1] + b[1]

    def finish(self, partial: Any) -> Any:
        """As found."""
        return partial


def questions(journeys: "Journeys", *, many: int = 100, horizon_days: int = 90) -> Result:
    """List the questions people ask, the most asked first.

    Parts: `classes` (`query_class, people, touchpoints`) and `questions`, at most `many` rows:
    `query, query_class, people, touchpoints`, and `later`: a rate, people who reached the goal
    within the horizon after they first asked (None without a goal). `others` says how many further
    questions there are. `outside` says what a search engine counts (None: not observed), and the
    part `outside_queries` has its queries (see `searches`): they are everybody's, not our people's.
    `n` is how many people asked anything.
    """
    place, labels, other = walk(journeys, "query", many + 2)
    goal = journeys.goal_code
    counted = journeys.run(Moves(place, labels, goal, horizon_days * DAY, journeys.end))
    words = journeys.words["query"]
    class_of, by_class = journeys.run(ClassOf(len(words)))
    codes = {word: code for code, word in enumerate(words)}
    rows = [
        {
            "query": node["id"],
            "query_class": CLASSES[class_of[codes[node["id"]]]],
            **{key: node[key] for key in ("people", "touchpoints", "later")},
        }
        for node in counted["nodes"]
        if node["id"] in codes
    ]
    asked = journeys.run(Askers())
    seen, outside = searches(journeys, many)
    return Result(
        "questions",
        journeys.meaning(asked)
        | {
            "horizon_days": horizon_days,
            "outside": seen,
            "others": (other["names"] if other and OTHER in labels else 0) + len(rows[many:]),
        },
        {
            "classes": [
                {"query_class": name, "people": int(people), "touchpoints": int(touchpoints)}
                for name, (touchpoints, people) in zip(CLASSES, by_class, strict=True)
                if touchpoints
            ],
            "outside_queries": outside,
            "questions": rows[:many],
        },
    )


@dataclass(frozen=True)
class Askers(Added):
    """How many people searched with words that are known."""

    def empty(self) -> int:
        """Nobody."""
        return 0

    def scan(self, block: Block) -> int:
        """Count one block."""
        return len(np.unique(block.place[block["query"] >= 0]))
