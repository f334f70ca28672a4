"""The measurement plan to pass on."""

from collections.abc import Mapping
from typing import Any

from ..drawings.ranges import Range, draw
from ..language import Words
from . import cells
from .sheet import Cell, Drawing, Item, Part, Sentences, Table


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """The plan, how far each target is, what exactly is counted, and month by month."""
    model, rows = said["model"], said["rows"]
    fields = ("goal", "group", "content", "channel", "kpi", "target", "value")
    heads = (t("stage"), *(t(f"plan.{name}") for name in fields), t("sheet.between"), t("people"),
             *(t(f"plan.{name}") for name in ("status", "note", "review")))  # fmt: skip
    plan = Table("", heads, tuple(_row(model, row, t) for row in rows), t.lens(model))
    aims = [
        Range(t.stage(model, row["stage"]), min(reached, 1.5), None, None, _aim(row, t))
        for row in rows
        if (reached := _reached(row)) is not None
    ]
    defined = tuple(Item(row["label"], (row["definition"],)) for row in rows if row["label"])
    found: list[Part] = [plan]
    if aims:
        found.append(Drawing(t("sheet.aims"), draw(aims, line=1.0)))
    found.append(Sentences(t("sheet.defined"), tuple(dict.fromkeys(defined))))
    return [*found, _trend(model, rows, t)]


def _row(model: str, row: Mapping[str, Any], t: Words) -> tuple[Cell, ...]:
    target = {**row, "value": row["target"], "too_few": False, "blank": False}
    return (
        t.stage_named(model, row["stage"]),
        *(row[name] or None for name in ("goal", "group", "content", "channel")),
        row["label"] or None,
        cells.measured(target, t),
        cells.measured(row, t),
        cells.between(row, t),
        None if row.get("blank") or row["value"] is None else cells.count(row["n"], t),
        t(f"plan.status.{row['status']}"),
        row["note"] or None,
        t.date(row["review"]) if row["review"] else None,
    )


def _reached(row: Mapping[str, Any]) -> float | None:
    value, target = row["value"], row["target"]
    if not value or not target or row["too_few"]:
        return None
    return float(target / value if row["less"] else value / target)


def _aim(row: Mapping[str, Any], t: Words) -> str:
    now, aim = (t.measured(row[key], row["unit"], row["currency"]) for key in ("value", "target"))
    return f"{now} ({t('plan.target.is', x=aim)})"


def _trend(model: str, rows: list[Mapping[str, Any]], t: Words) -> Table:
    told = [row for row in rows if row["trend"]]
    heads = (t("plan.month"), *(f"{t.stage(model, r['stage'])}: {r['label']}" for r in told))
    months = [one["month"] for one in told[0]["trend"]] if told else []
    lines = tuple(
        (t.month(month), *(cells.measured({**row, **row["trend"][at]}, t) for row in told))
        for at, month in enumerate(months)
    )
    return Table(t("plan.trend"), heads, lines, t("plan.trend.note"))
