"""The content map to pass on."""

from collections.abc import Mapping
from typing import Any

from ..answers.intervals import FEW
from ..drawings.ranges import Range, draw
from ..language import Words
from ..touchpoints import channels
from ..touchpoints.formats import formats
from ..touchpoints.inventory import STAGES
from . import cells
from .sheet import Cell, Drawing, Item, Part, Sentences, Table

LENS = "five_stage"


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """Stage, format and channel; people and content; questions; loops; the inventory."""
    rows = said["rows"]
    stages = tuple(
        (
            t.stage_named(LENS, row["stage"]),
            cells.count(row["people"], t),
            cells.share(row.get("people_share"), t),
            cells.count(row["items"], t),
            cells.share(row.get("item_share"), t),
        )
        for row in said["stages"]
    )
    heads = (t("stage"), t("people"), t("content.share.people"), t("content.pieces"),
             t("content.share.items"))  # fmt: skip
    bars = [
        Range(f"{t.stage(LENS, row['stage'])}: {label}", value, None, None, t.percent(value))
        for row in said["stages"]
        for label, value in (
            (t("people"), row.get("people_share")),
            (t("content.pieces"), row.get("item_share")),
        )
        if value is not None and said["n"]
    ]
    found: list[Part] = [_matrix(rows, said["pieces"], t)]
    if bars:
        found.append(Drawing(t("content.supply"), draw(bars)))
    return [
        *found,
        Table(t("content.supply"), heads, stages, t("content.supply.text")),
        _missing(rows, t),
        _early(said, t),
        *_questions(said, t),
        _inventory(said["pieces"], t),
    ]


def _matrix(rows: list[Mapping[str, Any]], pieces: list[Mapping[str, Any]], t: Words) -> Table:
    asked = {channel for one in formats().values() for channel in one.create}
    across = [name for name in channels.names() if name in asked]
    made = {(row["stage"], row["format"], row["channel"]): row for row in rows}
    lines: list[tuple[Cell, ...]] = []
    for stage in STAGES:
        names = dict.fromkeys(row["format"] for row in rows if row["stage"] == stage)
        for name in names:
            line = [made.get((stage, name, channel)) for channel in across]
            if any(line):
                first = f"{t.stage(LENS, stage)}: {formats()[name].labels[t.language]}"
                if n := sum(_unplaced(piece, stage, name) for piece in pieces):
                    first += f" ({t('content.unplaced', n=n)})"
                lines.append((first, *(_cell(one, t) for one in line)))
    heads = (t("content.format"), *(t.channel(name) for name in across))
    return Table(t("content.matrix"), heads, tuple(lines), t("sheet.matrix"))


def _unplaced(piece: Mapping[str, Any], stage: str, name: str) -> bool:
    return (piece["stage"], piece["format"]) == (stage, name) and not piece["channels"]


def _cell(row: Mapping[str, Any] | None, t: Words) -> Cell:
    if row is None:
        return ""
    return t("content.missing") if row["gap"] else cells.count(row["items"], t)


def _missing(rows: list[Mapping[str, Any]], t: Words) -> Table:
    heads = (t("stage"), t("content.format"), t("content.channel"), t("people"))
    lines = tuple(
        (t.stage(LENS, row["stage"]), formats()[row["format"]].labels[t.language],
         t.channel(row["channel"]), cells.count(row["people"], t))
        for row in rows
        if row["gap"]
    )  # fmt: skip
    return Table(t("content.missing"), heads, lines, on_paper=False)


def _early(said: Mapping[str, Any], t: Words) -> Sentences:
    items = tuple(
        Item(
            t("content.early.text", n=row["early"], people=row["people"],
              content=t.label("content", row["content"])),
            (t("interval", low=t.percent(row["low"]), high=t.percent(row["high"])),),
        )
        for row in said.get("early", ())
        if row["early"] >= FEW
    )  # fmt: skip
    return Sentences(t("content.early"), items)


def _questions(said: Mapping[str, Any], t: Words) -> list[Part]:
    asked = tuple(
        (
            row["query"],
            cells.count(row["people"], t),
            t.label("content", row["answered"]) if row["answered"] else t("content.missing"),
        )
        for row in said.get("questions", ())
    )
    loops = tuple(
        (
            f"{t.label('content', row['source'])} ⇄ {t.label('content', row['target'])}",
            cells.count(row["people"], t),
            cells.count(row["back"], t),
        )
        for row in said.get("loops", ())
    )
    return [
        Table(t("content.questions"), (t("field.query"), t("people"), t("content.answer")), asked,
              t("content.questions.text")),
        Table(t("content.loops"), (t("content.loop"), t("content.there"), t("content.back")), loops,
              t("content.loops.text")),
    ]  # fmt: skip


def _inventory(pieces: list[Mapping[str, Any]], t: Words) -> Table:
    heads = (t("content.name"), t("stage"), t("content.format"), t("content.channel"), t("people"),
             t("content.owner"), t("content.updated"))  # fmt: skip
    lines = tuple(
        (
            t.label("content", row["name"]),
            t.stage(LENS, row["stage"]),
            formats()[row["format"]].labels[t.language],
            ", ".join(t.channel(channel) for channel in row["channels"][:3]) or None,
            cells.count(row["people"], t),
            row["owner"],
            t.date(row["updated"]) if row["updated"] else None,
        )
        for row in pieces
    )
    return Table(t("content.inventory"), heads, lines)
