"""Advice to pass on."""

from collections.abc import Mapping
from typing import Any

from ..language import Words
from ..plan.advice import COUNTED, elsewhere, leads, sentences
from ..plan.kpis import kpis
from . import cells
from .sheet import Cell, Item, Number, Part, Sentences, Table


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """What to do and why, as a list and for a spreadsheet; then what would tell more."""
    rows = said["rows"]
    heads = (t("advised.list"), t("sheet.why"), t("stage"), t("people"), t("sheet.evidence"),
             t("sheet.between"), t("advised.measure"), t("plan.value"))  # fmt: skip
    bring = tuple(Item(t(f"advised.bring.{one['what']}")) for one in said["bring"])
    return [
        *listed(rows, t, leads(said, t)),
        Table(t("advised.list"), heads, tuple(_row(row, t) for row in rows), on_paper=False),
        Sentences(t("advised.bring"), bring),
    ]


def listed(rows: list[Mapping[str, Any]], t: Words, since: str = "") -> list[Part]:
    """What to do, the first thing first; `since` is said first in the note."""
    items = tuple(_item(row, t) for row in rows)
    return [
        Sentences(
            t("advised.list"), items, numbered=True, note=f"{since} {t('association')}".strip()
        )
    ]


def _item(row: Mapping[str, Any], t: Words) -> Item:
    what, why = sentences(row, t)
    kpi, now, told = kpis()[row["kpi"]], row["measure"], row["evidence"]
    key = f"advised.evidence{COUNTED.get(row['action'], '')}"
    evidence = f"{t.stage_named(row['lens'], row['stage'])}. {t(key, n=told['n'])}"
    if (value := _value(told, t)) is not None:
        evidence += f": {value.text} {_between(told, t) or ''}"
    judged = f"{t('advised.measure')}: {kpi.label[t.language]}, {kpi.definition[t.language]}."
    if isinstance(there := cells.measured(now, t), Number) and not now["too_few"]:
        judged += " " + t("advised.now", x=there.text, between=f"({cells.between(now, t)})")
    also = [f"{t('advised.also')} {'; '.join(elsewhere(row, t))}."] if row["others"] else []
    return Item(what, (why, *also, evidence.strip(), judged))


def _row(row: Mapping[str, Any], t: Words) -> tuple[Cell, ...]:
    what, why = sentences(row, t)
    told = row["evidence"]
    return (
        what,
        why,
        t.stage(row["lens"], row["stage"]),
        cells.count(told["n"], t),
        _value(told, t),
        _between(told, t),
        kpis()[row["kpi"]].label[t.language],
        cells.measured(row["measure"], t),
    )


def _value(told: Mapping[str, Any], t: Words) -> Number | None:
    if told["value"] is None or told["too_few"]:
        return None
    if told["unit"] == "difference":
        return Number(t("sheet.points", x=t.decimal(100 * told["value"])), round(told["value"], 6))
    return Number(
        t.measured(told["value"], told["unit"], told.get("currency")), round(told["value"], 6)
    )


def _between(told: Mapping[str, Any], t: Words) -> str | None:
    if told["value"] is None or told["too_few"]:
        return None
    if told["unit"] == "difference":
        return f"({t.decimal(100 * told['low'])}–{t.decimal(100 * told['high'])})"
    return f"({cells.between(told, t)})"
