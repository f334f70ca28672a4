"""Campaign rounds to pass on: each round, whom it reached, what was tried, the customers."""

from collections.abc import Mapping
from typing import Any

from ..language import Words
from . import cells
from .sheet import Cell, Number, Part, Table

CUSTOMERS = ("people", "starts", "current", "reentries", "returned",
             "question", "channel", "content", "product", "nothing")  # fmt: skip


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """A table for each question they answer; without rounds there is nothing to pass on."""
    if not said["rounds"]:
        return []

    def table(title: str, heads: tuple[str, ...], rows: Any, note: str = "") -> Table:
        return Table(t(title), tuple(t(f"rounds.{head}") for head in heads), tuple(rows), note)

    fine = t("rounds.fine", n=said["horizon_days"])
    if said["ai_unseen"]:
        fine += " " + t("rounds.ai.unseen")
    rounds = ("round_no", "days", "next", "assets_no", "week", "template", "tests_no", "month",
              "won_of", "gain")  # fmt: skip
    reach = ("round_no", "channel", "people", "visits", "touchpoints", "later")
    variants = ("round_no", "test", "tailored", "generic", "apart", "label")
    customers = ("stage", "people", *(f"c.{name}" for name in CUSTOMERS[1:]))
    model = said["customer_model"]
    return [
        table("rounds.scores", rounds, (_round(row, t) for row in said["rounds"])),
        table("rounds.reach", reach, (_reach(row, t) for row in said["reach"]), fine),
        table("rounds.variants", variants, (_variant(row, t) for row in said["variants"])),
        table(
            "rounds.customers",
            customers,
            (
                (t.stage(model, row["stage"]), *(cells.people(row[name], t) for name in CUSTOMERS))
                for row in said["customers"]
            ),
        ),
    ]


def _round(row: Mapping[str, Any], t: Words) -> tuple[Cell, ...]:
    gain, away = row["winners_gain"], row["days_to_next"]
    return (
        cells.count(row["round"], t),
        f"{t.date(row['from'])} – {t.date(row['to'])}",
        None if away is None else t.duration(away * 86_400),
        cells.count(row["assets"], t),
        _decimal(row["assets_per_week"], t),
        f"{t.number(row['on_template'])} / {t.number(row['assets'])}",
        cells.count(row["tests"], t),
        _decimal(row["tests_per_month"], t),
        f"{t.number(row['won'])} / {t.number(row['decided'])}",
        cells.share(gain, t),
    )


def _reach(row: Mapping[str, Any], t: Words) -> tuple[Cell, ...]:
    name = t.channel(row["channel"])
    return (
        cells.count(row["round"], t),
        name if row["worked"] else t("rounds.unworked", channel=name),
        cells.people(row["people"], t),
        cells.count(row["visits"], t),
        cells.count(row["touchpoints"], t),
        cells.rate(row["later"], t),
    )


def _variant(row: Mapping[str, Any], t: Words) -> tuple[Cell, ...]:
    apart = None if row["too_few"] else row["difference"]
    between = ""
    if apart:
        between = " – ".join(t.decimal(100 * apart[end]) for end in ("low", "high"))
    return (
        cells.count(row["round"], t),
        row["name"],
        cells.rate(row["tailored"], t),
        cells.rate(row["generic"], t),
        Number(f"{t.decimal(100 * apart['value'])} ({between})", round(apart["value"], 6))
        if apart
        else None,
        t(f"rounds.label.{row['label']}"),
    )


def _decimal(value: float | None, t: Words) -> Cell:
    return None if value is None else Number(t.decimal(value), round(value, 3))
