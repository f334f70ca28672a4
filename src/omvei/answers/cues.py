"""Bias cues: who met a page with a cue while evaluating, and who bought later.

Of the people who evaluated in the period, had not bought by the end of the visit in which they
first did, and were observed for `horizon_days` after it: the share who bought within that time, for
those who had met the cue by then, and for those who had not. The cue comes before the purchase that
counts, so the outcome does not choose the group; yet who meets a cue may differ from others
beforehand. The difference is an association (Newcombe's interval), not the effect of the cue.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from ..blocks.block import Block
from ..errors import DefinitionError
from ..shipped import shipped
from ..touchpoints.vocabulary import codes, kinds
from .figures import DAY, Joined, Partial
from .intervals import newcombe, rate
from .spans import of_people

if TYPE_CHECKING:
    from ..journeys import Journeys

HORIZON_DAYS = 30


def tags(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Which kinds and contents carry each cue: the firm's `definitions/cues.yaml`, else ours.

    Raises `DefinitionError` for a file that is wrong.
    """
    own = folder / "definitions" / "cues.yaml"
    known: dict[str, dict[str, list[str]]] = shipped("omvei.answers", "cues.yaml")
    if not own.exists():
        return known
    try:
        said = yaml.safe_load(own.read_text("utf-8")) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DefinitionError(own, mark.line + 1 if mark else 1, f"is not YAML: {error}") from None
    if not isinstance(said, dict):
        raise DefinitionError(own, 1, "expected a cue and what carries it, as in `social_proof:`")
    for cue, carries in said.items():
        if cue not in known:
            raise DefinitionError(own, 1, f"{cue!r} is not one of {', '.join(known)}")
        if not isinstance(carries, dict) or set(carries) - {"kind", "content"}:
            raise DefinitionError(own, 1, f"{cue} needs `kind:` or `content:`, each a list")
        for kind in carries.get("kind") or []:
            if kind not in kinds():
                raise DefinitionError(own, 1, f"{kind!r} is not one of {', '.join(kinds())}")
    return {cue: said.get(cue) or {} for cue in known}


@dataclass(frozen=True)
class Met(Joined):
    """The analysis: people who evaluated, by whether they met each cue, and who bought."""

    stage: str
    evaluates: int
    contents: tuple[tuple[int, ...], ...]
    """For each cue, the codes of the contents that carry it, and of the kinds."""
    kind: tuple[tuple[int, ...], ...]
    horizon: int
    end: int

    def scan(self, block: Block) -> Partial:
        """Count one block: for each cue, people and buyers with it, people and buyers without."""
        if not block.people:
            return {}
        time, visit, place = block["time"], block["session"], block.place
        rows = np.flatnonzero(block[self.stage] == self.evaluates)[::-1]
        began = np.full(block.people, -1, np.int64)
        began[place[rows]] = rows  # the first one stays
        some = began >= 0
        first_visit = np.where(some, visit[began], 0)
        so_far = some[place] & (visit <= first_visit[place])
        last = np.full(block.people, -1, np.int64)
        inside = np.flatnonzero(so_far)
        last[place[inside]] = inside
        start = np.where(some, time[last], 0)
        buys = block["kind"] == codes()["purchase"]
        already = of_people(block, buys & (visit == first_visit[place])) > 0
        risk = some & ~already & (start + self.horizon <= self.end)
        later = buys & (np.arange(block.rows) > last[place])
        later &= time <= start[place] + self.horizon
        bought = of_people(block, later) > 0
        counts = []
        for contents, named in zip(self.contents, self.kind, strict=True):
            carries = np.isin(block["content"], contents) | np.isin(block["kind"], named)
            met = of_people(block, carries & so_far) > 0
            counts.append(
                [
                    (risk & met).sum(),
                    (risk & met & bought).sum(),
                    (risk & ~met).sum(),
                    (risk & ~met & bought).sum(),
                ]
            )
        return {"cues": np.array(counts, np.int64)}

    def finish(self, kept: Partial) -> list[list[int]]:
        """The counts of each cue."""
        return [[int(n) for n in row] for row in kept["cues"]] if kept else []


def cues(journeys: "Journeys", horizon_days: int = HORIZON_DAYS) -> list[dict[str, Any]]:
    """One row a cue: `cue, tagged, people` who met it, `met` and `otherwise` (rates of later
    purchase), `difference` of the two; the last three are None for a cue that nothing carries.
    """
    found = tags(journeys.workspace.path)
    contents = journeys.words["content"]
    held = [
        tuple(
            code
            for code, name in enumerate(contents)
            if any(
                fnmatchcase(name.lower(), pattern.lower()) for pattern in said.get("content") or []
            )
        )
        for said in found.values()
    ]
    named = [tuple(codes()[kind] for kind in said.get("kind") or []) for said in found.values()]
    model = journeys.model
    counted = journeys.run(
        Met(
            f"stage:{model.digest}",
            model.place("evaluation"),
            tuple(held),
            tuple(named),
            horizon_days * DAY,
            journeys.end,
        )
    )
    rows = []
    for cue, (said, counts) in zip(found, zip(found.values(), counted, strict=False), strict=False):
        n, k, m, j = counts
        tagged = bool(said.get("kind") or said.get("content"))
        rows.append(
            {
                "cue": cue,
                "tagged": tagged,
                "people": n,
                "met": rate(k, n) if tagged else None,
                "otherwise": rate(j, m) if tagged else None,
                "difference": newcombe(k, n, j, m) if tagged else None,
                "horizon_days": horizon_days,
            }
        )
    return rows
