"""The touchpoint map to pass on."""

from collections.abc import Mapping
from typing import Any

from ..drawings.ranges import Range, draw
from ..language import Words
from . import cells
from .sheet import Cell, Drawing, Number, Part, Table

ORDER = ("invest", "fix", "drop", "keep")
"""What calls for a decision comes first."""
DRAWN = 16
"""Touchpoints of which the difference is drawn: those that most people met."""


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """What to do with each, how many more went on, and what is controlled."""
    rows = sorted(said["rows"], key=lambda r: (ORDER.index(r["advice"]), -(r["people"] or 0)))
    heads = tuple(
        t(key)
        for key in ("touchpoints.touchpoint", "touchpoints.advice", "touchpoints.why",
                    "touchpoints.trust", "sheet.between", "people", "touchpoints.whose",
                    "touchpoints.stages", "touchpoints.cost")
    )  # fmt: skip
    note = t("touchpoints.do.text", days=said["horizon_days"]) if said["horizon_days"] else ""
    names = [named(row, t) for row in rows]
    lines = tuple(
        _row(row, f"{name} ({t('touchpoints.by.' + (row['by'] or 'hand'))})"
             if names.count(name) > 1 else name, said["lens"], t)
        for row, name in zip(rows, names, strict=True)
    )  # fmt: skip
    found: list[Part] = [Table(t("touchpoints.do"), heads, lines, note)]
    compared = [row for row in rows if row["trust"] is not None and not row["too_few"]]
    compared = sorted(compared, key=lambda row: -row["people"])[:DRAWN]
    if compared:
        bars = [
            Range(named(row, t), row["trust"], row["low"], row["high"], _points(row["trust"], t))
            for row in sorted(compared, key=lambda row: -row["trust"])
        ]
        found.append(Drawing(t("touchpoints.trust"), draw(bars)))
    return [*found, *_spoken(said, t), _control(said, t)]


def named(row: Mapping[str, Any], t: Words) -> str:
    """What a touchpoint is called."""
    return t.label(row["by"], row["id"]) if row["by"] else str(row["id"])


def _row(row: Mapping[str, Any], name: str, lens: str, t: Words) -> tuple[Cell, ...]:
    few = row["trust"] is None or row["too_few"]
    stages = row["stages"]
    cost = ", ".join(t.money(amount, currency) for currency, amount in row["cost"].items())
    return (
        name,
        t(f"advice.{row['advice']}"),
        reason(row, t),
        None if few else Number(_points(row["trust"], t), round(row["trust"], 6)),
        None if few else f"{_points(row['low'], t)} – {_points(row['high'], t)}",
        cells.count(row["people"] or None, t),
        f"{t('ownership.' + row['ownership'])}, "
        f"{t('touchpoints.push') if row['push'] else t('touchpoints.pull')}",
        ", ".join(t.stage(lens, stage) for stage in stages) or None,
        cost or None,
    )


def reason(row: Mapping[str, Any], t: Words) -> str:
    """Why the advice is what it is."""
    why, near = row["reason"], row["near"]
    if why in ("more", "less", "paid_less"):
        x, y = t.of_hundred(row["went_on"]), t.of_hundred(row["others"])
        return t(f"advice.reason.{why}", x=x, y=y)
    if why in ("nearer", "further"):
        x, y = t.of_hundred(near["share"]), t.of_hundred(near["others"])
        return t(f"advice.reason.{why}", x=x, y=y)
    return t(f"advice.reason.{why}")


def _points(value: float, t: Words) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + t.of_hundred(abs(value))


def _spoken(said: Mapping[str, Any], t: Words) -> list[Table]:
    """What people say there, and how much of it was answered."""
    spoken = [row for row in said["rows"] if row["said"]]
    if not spoken:
        return []
    heads = ("touchpoints.touchpoint", "people", "statements.positive", "statements.neutral",
             "statements.negative", "statements.answered", "statements.waits")  # fmt: skip
    lines = tuple(
        (
            f"{named(row, t)} ({t('touchpoints.by.' + row['by'])})",
            *(cells.count(row["said"][one], t) for one in ("people", "positive", "neutral")),
            cells.count(row["said"]["negative"], t),
            cells.rate(row["said"], t),
            cells.count(row["said"]["negative_unanswered"], t),
        )
        for row in spoken
    )
    return [Table(t("statements.title"), tuple(t(head) for head in heads), lines,
                  t("statements.note"))]  # fmt: skip


def _control(said: Mapping[str, Any], t: Words) -> Table:
    owners = ("owned", "partner", "customer", "independent")
    heads = (t("stage"), t("touchpoints.controlled"), *(t(f"ownership.{one}") for one in owners))
    lines = tuple(
        (
            t.stage(said["lens"], row["stage"]) if row["stage"] else t("touchpoints.all"),
            cells.share(row["controlled"], t),
            *(cells.count(row[one], t) for one in owners),
        )
        for row in said["control"]
    )
    return Table(t("touchpoints.control"), heads, lines)
