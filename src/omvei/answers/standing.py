"""Where people stand: each stage of a model with its people, now and ever, and who drives it.

`people` were ever in the stage, `now` have it as their latest (a long silence counts, where the
model has a rest). `owned` is the share of its touchpoints that are the firm's own,
`customer_driven` the share where the customer took the first step; `contents` counts what is made
for the stage (`stage:` in definitions/touchpoints.yaml) and was met. A silence is no touchpoint.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from ..touchpoints.vocabulary import INITIATORS, OWNERSHIPS
from .figures import Joined, Partial, gathered, part, sums
from .intervals import FEW
from .map import END, NO_STAGE, START

if TYPE_CHECKING:
    from ..journeys import Journeys


@dataclass(frozen=True)
class Traffic(Joined):
    """The analysis: touchpoints by stage, and of these the firm's own and the customer's doing."""

    stage: str
    stages: int

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        stage, place = block[self.stage], block.place
        owned = block["ownership"] == OWNERSHIPS.index("owned")
        customer = block["initiator"] == INITIATORS.index("customer")
        kept: Partial = {}
        for code in range(self.stages):
            here = stage == code
            all_ = np.bincount(place[here], minlength=block.people)
            for name, so in (("owned", owned), ("customer", customer)):
                some = np.bincount(place[here & so], minlength=block.people)
                kept[f"{name} {code}"] = sums(some, all_)
        meant = (block["intended"] >= 0) & (block["content"] >= 0)
        pair = block["intended"][meant].astype(np.int64) * (1 << 31) + block["content"][meant]
        kept["made?"] = np.unique(pair)
        return kept

    def finish(self, kept: Partial) -> Partial:
        """As counted."""
        return gathered(kept)


def standing(journeys: "Journeys") -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
    """Stages, moves, and how many people there are; people and moves are those of the map.

    A stage: `stage, people, now, share` (of all people), `touchpoints, owned, customer_driven`
    (figures), `contents, too_few`. A move: `source, target, people, transitions, probability` (of
    the moves out of the source to other stages), `days` (median), `too_few`.
    """
    model = journeys.model
    seen = journeys.map("stage", nodes=1000).to_json()
    nodes = {node["id"]: node for node in seen["nodes"]}
    traffic = journeys.run(Traffic(f"stage:{model.digest}", len(model.stages)))
    intended = journeys.words["intended"]
    made = np.bincount(
        np.unique(traffic.get("made?", np.empty(0, np.int64))) >> 31, minlength=len(intended)
    )
    stages = []
    for code, stage in enumerate(model.stages):
        node = nodes.get(stage.id, {})
        stages.append(
            {
                "stage": stage.id,
                "people": node.get("people", 0),
                "now": node.get("ends", 0),
                "share": node.get("people", 0) / seen["n"] if seen["n"] else None,
                "touchpoints": node.get("touchpoints", 0),
                **{
                    key: part(key, traffic[f"{name} {code}"], "touchpoints") if traffic else None
                    for key, name in (("owned", "owned"), ("customer_driven", "customer"))
                },
                "contents": int(made[intended.index(stage.id)]) if stage.id in intended else None,
                "too_few": node.get("people", 0) < FEW,
            }
        )
    ends = (START, END, NO_STAGE)
    edges = [e for e in seen["edges"] if e["source"] not in ends and e["target"] not in ends]
    out: dict[str, int] = {}
    for edge in edges:
        if edge["source"] != edge["target"]:
            out[edge["source"]] = out.get(edge["source"], 0) + edge["transitions"]
    moves = [
        {
            "source": edge["source"],
            "target": edge["target"],
            "people": edge["people"],
            "transitions": edge["transitions"],
            "probability": edge["transitions"] / out[edge["source"]],
            "days": edge["median_gap_seconds"] / 86_400,
            "allowed": (edge["source"], edge["target"]) in model.moves,
            "too_few": edge["people"] < FEW,
        }
        for edge in edges
        if edge["source"] != edge["target"]
    ]
    return stages, moves, seen["n"]
