"""Campaigns to pass on: whom each met, who moved on, and who reached the goal."""

from collections.abc import Mapping
from typing import Any

from ..language import Words
from . import cells
from .sheet import Cell, Number, Part, Table


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """Every campaign, soft and hard conversions side by side, and what each cost."""
    rows = said["rows"]
    keys = ("campaigns.campaign", "campaigns.stage", "campaigns.met", "sheet.new",
            "campaigns.soft", "campaigns.hard")  # fmt: skip
    costs = tuple(
        (row["campaign"], _money(one["cost"], one["currency"], t),
         _price(one["per_person"], one["currency"], t),
         _price(one["per_soft"], one["currency"], t),
         t("campaigns.guard") if row["judge"] == "soft"
         else _price(one["per_hard"], one["currency"], t))
        for row in rows
        for one in row["costs"]
    )  # fmt: skip
    prices = ("campaigns.campaign", "touchpoints.cost", "campaigns.per.person",
              "campaigns.per.soft", "campaigns.per.hard")  # fmt: skip
    days = said.get("horizon_days")
    note = ""
    if days:
        rule = t("campaigns.rule", share=t.percent(said["most"]))
        note = f"{t('campaigns.why.text', days=days)} {rule}"
    return [
        Table("", tuple(map(t, keys)), tuple(_row(row, t) for row in rows), note),
        Table(t("campaigns.money"), tuple(map(t, prices)), costs, t("campaigns.money.text")),
    ]


def _row(row: Mapping[str, Any], t: Words) -> tuple[Cell, ...]:
    hard = t("campaigns.guard") if row["judge"] == "soft" else cells.rate(row["hard"], t)
    return (
        row["campaign"],
        t.stage(row["lens"], row["stage"]) if row["stage"] else None,
        cells.count(row["people"], t),
        cells.people(row["new"], t),
        cells.rate(row["soft"], t),
        hard,
    )


def _money(value: float, currency: str, t: Words) -> Number:
    return Number(t.money(round(value, 2), currency), round(value, 2))


def _price(told: Mapping[str, Any] | None, currency: str, t: Words) -> Cell:
    """What one of them cost; of too few people nothing is told."""
    if told is None:
        return None
    return t("few") if told["too_few"] else _money(told["value"], currency, t)
