"""The summary of a month, in plain sentences."""

from collections.abc import Mapping
from typing import Any

from ..drawings.words import sentence
from ..language import Words
from . import advice, cells
from .sheet import Item, Number, Part, Sentences, Table

LENS, NEAREST = "five_stage", "decision"


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """The findings, what changed, what to do, and how far the plan is."""
    found = tuple(Item(sentence(one, t)) for one in said["findings"])
    changed = tuple(_changed(row, said, t) for row in said["changes"])
    none = Item(t("finding.none" if said["n"] else "report.no_data"))
    year = said["advice_window"]
    over = ""
    if year and year["from"]:
        last = t.date(cells.last_day(year["to"]))
        over = t("report.advice", first=t.date(year["from"]), last=last)
    bring = tuple(Item(t(f"advised.bring.{one['what']}")) for one in said["bring"])
    return [
        Sentences(t("report.findings"), found or (none,), numbered=bool(found)),
        Sentences(t("report.changes"), changed or (Item(t("report.changes.none")),)),
        Table(t("report.changes"), _heads(t), tuple(_row(r, t) for r in said["changes"]),
              on_paper=False),
        *advice.listed(said["advice"], t, over),
        *([] if said["plan"] else [Sentences(t("plan.title"), (Item(t("report.no_plan")),))]),
        _plan(said, t),
        Sentences(t("advised.bring"), bring),
    ]  # fmt: skip


def _named(row: Mapping[str, Any], said: Mapping[str, Any], t: Words) -> str:
    name = row["what"]
    if name == "goal" and said["goal"] not in (None, "purchase"):
        name = "goal.other"
    return t(f"report.measure.{name}", stage=t.stage(LENS, NEAREST))


def _changed(row: Mapping[str, Any], said: Mapping[str, Any], t: Words) -> Item:
    """One change as a sentence, with how large it most likely is."""
    what, gap = _named(row, said, t), row["difference"]
    if not gap:
        return Item(t("report.change.few", what=what))
    now, before = (t.measured(one["value"], row["unit"]) for one in (row, row["before"]))
    told = {"what": what, "now": now, "before": before}
    key = ("more" if gap["value"] > 0 else "less") if row["clear"] else "same"
    ends = [gap["low"], gap["high"]]
    if row["unit"] == "share":
        low, high = (_signed(100 * end, t) for end in ends)
        between = t("report.between.points", low=low, high=high)
    else:
        low, high = (_signed(end, t) for end in ends)
        between = t("report.between", low=low, high=high)
    return Item(
        t(f"report.change.{key}", **told),
        (f"{between} {t('report.counted', n=row['n'], m=row['before']['n'])}",),
    )


def _signed(value: float, t: Words) -> str:
    text = t.decimal(abs(value), 1 if abs(value) < 10 else 0)
    return ("+" if value > 0 else "−" if value < 0 else "") + text


def _heads(t: Words) -> tuple[str, ...]:
    keys = ("sheet.what", "report.now", "report.before", "report.difference", "sheet.between",
            "people", "report.people.before")  # fmt: skip
    return tuple(map(t, keys))


def _row(row: Mapping[str, Any], t: Words) -> tuple[Any, ...]:
    name = t(f"report.measure.{row['what']}", stage=t.stage(LENS, NEAREST))
    gap = row["difference"]
    if not gap:
        return (name, t("few"), None, None, None, None, None)
    size = 100 if row["unit"] == "share" else 1
    return (
        name,
        cells.measured(row, t),
        cells.measured({**row, **row["before"]}, t),
        Number(_signed(size * gap["value"], t), round(gap["value"], 6)),
        f"{_signed(size * gap['low'], t)} – {_signed(size * gap['high'], t)}",
        cells.count(row["n"], t),
        cells.count(row["before"]["n"], t),
    )


def _plan(said: Mapping[str, Any], t: Words) -> Table:
    heads = (t("stage"), t("plan.kpi"), t("plan.target"), t("plan.value"), t("sheet.between"),
             t("people"), t("plan.status"))  # fmt: skip
    lines = tuple(
        (
            t.stage_named(said["model"], row["stage"]),
            row["label"] or None,
            cells.measured({**row, "value": row["target"], "too_few": False, "blank": False}, t),
            cells.measured(row, t),
            cells.between(row, t),
            None if row["value"] is None else cells.count(row["n"], t),
            t(f"plan.status.{row['status']}"),
        )
        for row in said["plan"]
    )
    return Table(t("plan.title"), heads, lines)
