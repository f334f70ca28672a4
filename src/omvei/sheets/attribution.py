"""Attribution to pass on: what each rule gives each channel, its place in the ways, the orders."""

from collections.abc import Mapping
from typing import Any

from ..answers.sharing import LEAST
from ..language import Words
from . import cells
from .sheet import Cell, Part, Table

PLACES = ("first", "between", "last")


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """The credit of each channel by every rule, where it was met, and the orders of channels."""
    rows = [row for row in said["rows"] if row["ways"]]
    rules = [told["rule"] for told in rows[0]["credit"]] if rows else []
    heads = (t("content.channel"), t("people"), t("attribution.ways"),
             *(t(f"attribution.rule.{rule}") for rule in rules), t("sheet.between"))  # fmt: skip
    placed = [row for row in said["rows"] if any(row[name] for name in PLACES)]
    places = (t("content.channel"), *(t(f"attribution.{name}") for name in PLACES))
    orders = tuple(
        map(t, ("attribution.order", "attribution.many", "attribution.bought", "attribution.open"))
    )
    note = f"{t('attribution.text')} {t('attribution.caution')}"
    if said["untouched"]:
        note += " " + t("attribution.untouched", n=said["untouched"])
    return [
        Table(
            t("attribution.share", n=said["reached"] - said["untouched"]),
            heads,
            tuple(_credit(row, t) for row in rows),
            note,
        ),
        Table(
            t("attribution.place"),
            places,
            tuple(
                (t.channel(row["channel"]), *(cells.people(row[name], t) for name in PLACES))
                for row in placed
            ),
            t("attribution.place.text"),
        ),
        Table(
            t("attribution.orders"),
            orders,
            tuple(_order(row, t) for row in said["orders"]),
            f"{t('attribution.orders.text', days=said['settled_days'])} {t('association')}",
        ),
    ]


def _credit(row: Mapping[str, Any], t: Words) -> tuple[Cell, ...]:
    """The shares of a channel; none where they would tell of few people. The interval is the
    last one's."""
    few = row["too_few"] or row["ways"] < LEAST
    counted = (cells.people(row["people"], t), cells.people(row["ways"], t))
    told = tuple(None if few else cells.share(one["share"], t) for one in row["credit"])
    last = row["credit"][-1]
    sure = not few and last["low"] is not None
    between = f"{t.percent(last['low'])}–{t.percent(last['high'])}" if sure else None
    return (t.channel(row["channel"]), *counted, *told, between)


def _order(row: Mapping[str, Any], t: Words) -> tuple[Cell, ...]:
    name = " → ".join(t.channel(channel) for channel in row["order"])
    closed = row["reached"] + row["ended"]
    bought = cells.rate({**row, "people": closed}, t)
    return (name, cells.people(row["ways"], t), bought, cells.people(row["open"], t))
