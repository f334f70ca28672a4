"""The content map: what there is for whom, what is missing, and what leads to what.

The stages are those of `five_stage`, whose table says what each asks for. A piece of content is one
of the firm's inventory (`definitions/content.yaml`), or a name of the journeys' own: a page, an
article, a mail. Its format and stage are as said there, else those of the kind of touchpoint by
which most met it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..blocks.block import Block
from ..lenses import lens as lenses
from ..lenses.carrier import NOWHERE
from ..result import Result, of_nobody
from ..touchpoints import inventory
from ..touchpoints.formats import formats, of_kind
from ..touchpoints.vocabulary import kinds
from .intervals import wilson

if TYPE_CHECKING:
    from ..journeys import Journeys

LENS = "five_stage"
SELLS = ("offer",)
"""The formats that try to sell."""
EARLY = ("awareness",)
"""The stages in which people are not looking to buy."""

Row = dict[str, Any]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Together:
    """The analysis: people who met each pair of a content and a stage, a channel or a kind, and who
    were in a stage through a channel.
    """

    stage: str
    sizes: dict[str, int]

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """What is counted together."""
        return (
            ("content", "stage"),
            ("content", "channel"),
            ("content", "kind"),
            ("stage", "channel"),
            ("content", "before"),
        )

    def empty(self) -> dict[str, Counts]:
        """Nobody."""
        made = {
            f"{a} {b}": np.zeros((self.sizes[a], self.sizes[b]), np.int64) for a, b in self.pairs()
        }
        return {
            **made,
            "content": np.zeros(self.sizes["content"], np.int64),
            "stage": np.zeros(self.sizes["stage"], np.int64),
        }

    def scan(self, block: Block) -> dict[str, Counts]:
        """Count one block; each person once a pair."""
        found = self.empty()
        stage = block[self.stage].astype(np.int64)
        stage[stage == NOWHERE] = self.sizes["stage"] - 1
        before = np.append(self.sizes["stage"] - 1, stage[:-1])[: len(stage)]
        before[block.starts[:-1][np.diff(block.starts) > 0]] = self.sizes["stage"] - 1
        columns = {"stage": stage, "before": before}
        columns |= {name: block[name].astype(np.int64) for name in ("content", "channel", "kind")}
        place = block.place.astype(np.int64)
        for name in ("content", "stage"):
            key = np.unique(place * self.sizes[name] + columns[name])
            found[name] += np.bincount(key % self.sizes[name], minlength=self.sizes[name])
        for a, b in self.pairs():
            size = self.sizes[a] * self.sizes[b]
            key = np.unique(place * size + columns[a] * self.sizes[b] + columns[b])
            counts = np.bincount(key % size, minlength=size)
            found[f"{a} {b}"] += counts.reshape(self.sizes[a], self.sizes[b])
        return found

    def merge(self, a: dict[str, Counts], b: dict[str, Counts]) -> dict[str, Counts]:
        """Add."""
        return {name: a[name] + b[name] for name in a}

    def finish(self, partial: dict[str, Counts]) -> dict[str, Counts]:
        """As counted."""
        return partial


def content(journeys: "Journeys") -> Result:
    """Map the content: pieces, loops, supply and demand, fit, questions, and the gaps.

    Parts: `pieces` (`name, page, stage, format, channels, question, language, owner, updated,
    people`, None where the piece is not in the data, `ends`, `inventory`), `loops` (`source,
    target, people, back`: pieces that lead to each other), `stages` (`stage, people, items,
    people_share, item_share`), `fit` (`intended, before, people`: the stage a piece is meant for
    and the stage people were in before they met it), `early` (`content, people, early, share, low,
    high`: content that sells, and of its people those who met it in an early stage), `questions`
    (`query, people, answered`) and `rows` (`stage, format, channel, items, people, gap`).
    """
    model = lenses.load(LENS)
    here = journeys.lens(LENS)
    names = (*(stage.id for stage in model.stages), "(no stage)")
    sizes = {
        "stage": len(names),
        "before": len(names),
        **{name: len(journeys.words[name]) for name in ("content", "channel", "kind")},
    }
    counted = here.run(Together(f"stage:{model.digest}", sizes))
    drawn = here.map("content", nodes=200).to_json()
    ends = {node["id"]: node["ends"] for node in drawn["nodes"]}
    pieces = _pieces(
        inventory.load(journeys.workspace.path / "definitions"), journeys.words, counted, ends
    )
    people = {name: int(counted["stage"][i]) for i, name in enumerate(names)}
    through = {
        (names[i], channel): int(counted["stage channel"][i, j])
        for i in range(len(names))
        for j, channel in enumerate(journeys.words["channel"])
    }
    n = drawn["n"]
    return Result(
        "content",
        journeys.meaning(n) | {"lens": LENS},
        {
            "pieces": pieces,
            "loops": _loops(drawn),
            "stages": supply(pieces, people),
            "fit": _fit(pieces, journeys.words["content"], names, counted["content before"]),
            "early": _early(pieces, journeys.words["content"], names, counted),
            "questions": _asked(journeys, pieces),
            "rows": gaps(pieces, people, through),
        },
    )


def without_data(folder: Path, simulated: bool) -> Result:
    """The content map of a workspace without data: the inventory in `folder`, and the gaps."""
    pieces = _pieces(inventory.load(folder), {}, {}, {})
    nothing: dict[str, Any] = {
        **of_nobody(simulated),
        "lens": LENS,
    }
    return Result(
        "content",
        nothing,
        {
            "pieces": pieces,
            "loops": [],
            "stages": supply(pieces, {}),
            "fit": [],
            "early": [],
            "questions": [],
            "rows": gaps(pieces, {}, {}),
        },
    )


def _pieces(
    said: list[inventory.Piece],
    words: dict[str, list[str]],
    counted: dict[str, Counts],
    ends: dict[str, int],
) -> list[Row]:
    """The inventory, then what else people met, the most people first."""
    codes = {name: code for code, name in enumerate(words.get("content", ()))}
    rows: list[Row] = []
    for piece in said:
        code = next((codes[n] for n in (piece.name, piece.page) if n in codes), None)
        met = 0 if code is None else int(counted["content"][code])
        seen = [] if code is None else _through(words, counted, code)
        rows.append(
            {
                "name": piece.name,
                "page": piece.page,
                "stage": piece.meant_for,
                "format": piece.sort,
                "channels": list(piece.channels) or seen,
                "question": piece.question,
                "language": piece.language,
                "owner": piece.owner,
                "updated": piece.updated,
                "people": met or (0 if words else None),
                "ends": ends.get(piece.name) if met else None,
                "inventory": True,
            }
        )
    known = {row["name"] for row in rows} | {row["page"] for row in rows}
    for name, code in codes.items():
        met = int(counted["content"][code])
        kind = words["kind"][int(counted["content kind"][code].argmax())] if met else ""
        sort = of_kind(kind) if met else None
        if not met or sort is None or name in known or kinds()[kind].initiator == "other":
            continue
        rows.append(
            {
                "name": name,
                "page": None,
                "stage": formats()[sort].stage,
                "format": sort,
                "channels": _through(words, counted, code),
                **dict.fromkeys(("question", "language", "owner", "updated")),
                "people": met,
                "ends": ends.get(name),
                "inventory": False,
            }
        )
    rows.sort(key=lambda row: (-(row["people"] or 0), row["name"]))
    return rows


def _through(words: dict[str, list[str]], counted: dict[str, Counts], code: int) -> list[str]:
    """The channels through which people met a content, the most people first."""
    met = counted["content channel"][code]
    order = sorted(np.flatnonzero(met).tolist(), key=lambda place: (-met[place], place))
    return [words["channel"][place] for place in order]


def gaps(
    pieces: list[Row], people: dict[str, int], through: dict[tuple[str, str], int]
) -> list[Row]:
    """Every stage, format and channel that has content, and those of the model's table that do not.

    A gap is a format the table asks for in a stage, through a channel that usually serves it, of
    which there is no piece. `people` are those in the stage through the channel; None without data.
    """
    rows: dict[tuple[str, str, str], int] = {}
    for name, one in formats().items():
        rows |= {(one.stage, name, channel): 0 for channel in one.create}
    for piece in pieces:
        for channel in piece["channels"]:
            cell = (piece["stage"], piece["format"], channel)
            rows[cell] = rows.get(cell, 0) + 1
    order = {stage: place for place, stage in enumerate(inventory.STAGES)}
    found: list[Row] = [
        {
            "stage": stage,
            "format": sort,
            "channel": channel,
            "items": items,
            "people": through.get((stage, channel), 0) if people else None,
            "gap": items == 0,
        }
        for (stage, sort, channel), items in rows.items()
    ]
    found.sort(
        key=lambda row: (
            order[row["stage"]],
            not row["gap"],
            -(row["people"] or 0),
            row["format"],
            row["channel"],
        )
    )
    return found


def supply(pieces: list[Row], people: dict[str, int]) -> list[Row]:
    """For each stage the people in it and the pieces for it, and both as shares of all."""
    items = {stage: sum(p["stage"] == stage for p in pieces) for stage in inventory.STAGES}
    everybody, all_ = sum(people.get(s, 0) for s in inventory.STAGES), sum(items.values())
    return [
        {
            "stage": stage,
            "people": people.get(stage, 0) if people else None,
            "items": items[stage],
            "people_share": people.get(stage, 0) / everybody if everybody else None,
            "item_share": items[stage] / all_ if all_ else None,
        }
        for stage in inventory.STAGES
    ]


def _loops(drawn: Row, many: int = 12) -> list[Row]:
    """Pieces that lead to each other, by how many people went both ways at least."""
    people = {(e["source"], e["target"]): e["people"] for e in drawn["edges"]}
    found: list[Row] = [
        {"source": a, "target": b, "people": there, "back": people[b, a]}
        for (a, b), there in people.items()
        if (b, a) in people and (there, b) > (people[b, a], a) and "Other" not in (a, b)
    ]
    found.sort(key=lambda row: (-min(row["people"], row["back"]), row["source"], row["target"]))
    return found[:many]


def _fit(pieces: list[Row], words: list[str], names: tuple[str, ...], before: Counts) -> list[Row]:
    meant = {piece["name"]: piece["stage"] for piece in pieces}
    rows: dict[tuple[str, str], int] = {}
    for code, name in enumerate(words):
        if name in meant:
            for place in np.flatnonzero(before[code]).tolist():
                cell = (meant[name], names[place])
                rows[cell] = rows.get(cell, 0) + int(before[code, place])
    return [
        {"intended": intended, "before": stage, "people": people}
        for (intended, stage), people in sorted(rows.items())
    ]


def _early(
    pieces: list[Row], words: list[str], names: tuple[str, ...], counted: dict[str, Counts]
) -> list[Row]:
    """Content that sells, and how many of its people met it while not looking to buy."""
    sells = {piece["name"] for piece in pieces if piece["format"] in SELLS}
    early = [place for place, name in enumerate(names) if name in EARLY]
    rows: list[Row] = []
    for code, name in enumerate(words):
        people = int(counted["content"][code])
        if name in sells and people:
            met = int(counted["content before"][code][early].sum())
            low, high = wilson(min(met, people), people)
            rows.append(
                {"content": name, "people": people, "early": met, "share": met / people,
                 "low": low, "high": high}
            )  # fmt: skip
    rows.sort(key=lambda row: (-row["early"], row["content"]))
    return rows


def _asked(journeys: "Journeys", pieces: list[Row], many: int = 25) -> list[Row]:
    """The most asked questions, and the piece that answers each.

    A piece answers a question whose every word of four letters or more is in its question or title.
    """
    texts = [(p["name"], f"{p['name']} {p['question'] or ''}".lower()) for p in pieces]
    rows = []
    for row in journeys.questions(many=many).to_json()["questions"]:
        words = [word for word in row["query"].lower().split() if len(word) > 3]
        answer = next((n for n, text in texts if words and all(w in text for w in words)), None)
        rows.append({"query": row["query"], "people": row["people"], "answered": answer})
    return rows
