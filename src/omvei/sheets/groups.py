"""Target groups to pass on: how many each holds, and their share of all."""

from collections.abc import Mapping
from typing import Any

from ..answers.intervals import FEW
from ..language import Words
from . import cells
from .sheet import Cell, Part, Table


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """A row a group, in the order of the file."""
    heads = tuple(map(t, ("groups.group", "people", "groups.share", "sheet.between")))
    rows = tuple(_row(row, said["n"], t) for row in said["rows"])
    note = t("groups.list.text", n=said["n"]) if said["n"] else ""
    return [Table(t("groups.list"), heads, rows, note)]


def _row(row: Mapping[str, Any], n: int, t: Words) -> tuple[Cell, ...]:
    names = row["name"]
    name = names.get(t.language) or names.get("en") or row["group"]
    if row.get("blank"):
        return (name, cells.small(t), None, None)
    if row["people"] is None or n < FEW:
        return (name, cells.count(row["people"], t), None, None)
    between = f"{t.percent(row['low'])}–{t.percent(row['high'])}"
    return (name, cells.count(row["people"], t), cells.share(row["share"], t), between)
