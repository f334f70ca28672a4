"""A planned journey beside the actual ones, to pass on."""

from collections.abc import Mapping
from typing import Any

from ..answers.sharing import LEAST
from ..drawings.planned import FATES, deviation, instead
from ..language import Words
from . import cells
from .page import text
from .sheet import Cell, Item, Part, Sentences, Table


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """How well the ways fit the plan, what became of each step, and the deviations."""
    if said["n"] < LEAST:
        return [
            Sentences(said["name"], (Item(t("conform.none") if not said["n"] else cells.small(t)),))
        ]
    kept = text(cells.people(said["kept"], t))
    lead = [t("conform.lead", n=said["n"], kept=kept)]
    fitness = said["fitness"]
    if fitness and not fitness["too_few"]:
        ends = (t.of_hundred(fitness[end]) for end in ("value", "low", "high"))
        lead.append(t("conform.fitness", **dict(zip(("value", "low", "high"), ends, strict=True))))
    steps = (t("conform.step"), *(t(f"conform.fate.{fate}") for fate in FATES),
             t("conform.state.late"), t("conform.did"), t("conform.instead"))  # fmt: skip
    heads = map(t, ("conform.deviation", "people", "conform.later", "conform.otherwise"))
    return [
        Sentences(said["name"], tuple(map(Item, lead))),
        Table(
            t("conform.steps"),
            steps,
            tuple(_step(row, t) for row in said["touchpoints"]),
        ),
        Table(
            t("conform.deviations"),
            tuple(heads),
            tuple(
                (deviation(row, t), cells.people(row["people"], t),
                 cells.rate(row["later"], t), cells.rate(row["otherwise"], t))
                for row in said["deviations"]
            ),
            t("conform.note", days=said["horizon_days"]),
        ),
    ]  # fmt: skip


def _step(row: Mapping[str, Any], t: Words) -> tuple[Cell, ...]:
    if not row["observed"]:
        return (t.kind(row["touchpoint"]), *[None] * (len(FATES) + 1), t("own.unseen"), None)
    counted = (cells.people(row[name], t) for name in (*FATES, "late"))
    others = ", ".join(instead(one, t) for one in row["instead"] if one["converted"] >= LEAST)
    return (t.kind(row["touchpoint"]), *counted, cells.rate(row["took"], t), others or None)
