"""Which models fit the data: what each needs of `numbers`, counted for all of them in one scan.

A model can fail the data in three ways: its rules place few touchpoints, people make moves that it
forbids, or some of its stages stay empty. It fits as well as the *weakest* of the three. A fit says
that a model can be used here; what it is good for is another matter (docs/models.md), and a coarse
model fits easily.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from ..lenses.catching import by_rule
from ..lenses.lens import Lens, names
from ..result import Result
from .figures import Joined, Partial, part, sums
from .intervals import FEW
from .map import Walk, walk
from .ways import allowed, fewest, rounds, stays, turns_of_ways

if TYPE_CHECKING:
    from ..journeys import Journeys


@dataclass(frozen=True)
class Fits(Joined):
    """The analysis: touchpoints placed, moves allowed and people of each stage, of every model."""

    models: tuple[tuple[Walk, Lens, str], ...]
    """How a model is walked, the model, and the column of the rules that catch its touchpoints."""

    def empty(self) -> Partial:
        """Nobody."""
        found = {"people": np.zeros(1, np.int64)}
        for _, lens, _ in self.models:
            found |= {
                f"{lens.digest} placed": np.zeros(6, np.int64),
                f"{lens.digest} moves": np.zeros(6, np.int64),
                f"{lens.digest} stages": np.zeros(len(lens.stages), np.int64),
            }
        return found

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        found = self.empty()
        if not block.people:
            return found
        found["people"][0] = block.people
        every = np.bincount(block.place, minlength=block.people)
        for place, lens, rules in self.models:
            kept = block[rules] != NOWHERE
            caught = np.bincount(block.place[kept], minlength=block.people)
            found[f"{lens.digest} placed"] = sums(caught, every)
            starts, node, origin = place.nodes_of(block)
            cycle = rounds(block["purchases_before"], origin)
            size = len(lens.stages)
            person, way, first, _ = stays(starts, node, cycle, size, lens.carrier == "deepest")
            stage = node[first].astype(np.int64)
            moves = allowed(lens)
            told, _, _ = turns_of_ways(person, way, stage, moves, fewest(moves), block.people)
            found[f"{lens.digest} moves"] = sums(told[:, 1], told[:, 0])
            met = np.zeros((block.people, size), np.bool_)
            met[person, stage] = True
            found[f"{lens.digest} stages"] = met.sum(axis=0)
        return found

    def finish(self, kept: Partial) -> Partial:
        """As counted."""
        return kept


def fit(journeys: "Journeys", *models: str) -> Result:
    """Which of the models fit these journeys, the best first; all that come with Omvei by default.

    `best` is the one that fits best, and `alike` names others whose weakest share is the same to a
    whole per cent; None and nobody under 30 people, which are too few to say.

    Part `models`: `lens`, the figures `placed` and `fit_moves` as in `numbers`, `free` (the model
    allows every move, so none can go against it), `stages`, `seen` (stages with anybody in them),
    `empty` (those with nobody), `weakest` (the least of the three shares; None without
    touchpoints) and `too_few`. Of those that fit alike, the one with most stages comes first: it
    says most.

    Raises `UnknownNameError` for a model that is not there.
    """
    views = {str(name): journeys.lens(name) for name in models or names()}
    everything = journeys.lens(next(iter(views)))
    asked = []
    for view in views.values():
        rules = by_rule(view.model)
        everything._lens[view.model.digest] = view.model  # columns of all are read in one scan
        everything._lens[rules.digest] = rules
        asked.append((walk(view, "stage", 0)[0], view.model, f"stage:{rules.digest}"))
    kept = everything.run(Fits(tuple(asked)))
    people = int(kept["people"][0])
    rows = [_row(name, view.model, kept, people) for name, view in views.items()]
    rows.sort(key=lambda row: (-_hundredths(row), -row["stages"], row["lens"]))
    top = [row["lens"] for row in rows if _hundredths(row) == _hundredths(rows[0])]
    best, alike = (top[0], top[1:]) if people >= FEW else (None, [])
    told = journeys.meaning(people) | {"best": best, "alike": alike}
    return Result("fit", told, {"models": rows})


def _hundredths(row: dict[str, Any]) -> int:
    return round((row["weakest"] or 0) * 100)


def _row(name: str, lens: Lens, kept: Partial, people: int) -> dict[str, Any]:
    placed = part("placed", kept[f"{lens.digest} placed"], "touchpoints")
    moves = part("fit_moves", kept[f"{lens.digest} moves"], "moves")
    there = kept[f"{lens.digest} stages"] > 0
    # where nobody moves, no move goes against the model
    shares = [placed["value"], 1.0 if moves["value"] is None else moves["value"], there.mean()]
    return {
        "lens": name,
        "placed": placed,
        "fit_moves": moves,
        "free": bool(allowed(lens).sum() == len(there) * (len(there) - 1)),
        "stages": len(there),
        "seen": int(there.sum()),
        "empty": [stage.id for stage, met in zip(lens.stages, there, strict=True) if not met],
        "weakest": None if placed["value"] is None else float(min(shares)),
        "too_few": people < FEW,
    }
