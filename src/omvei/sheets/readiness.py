"""Who is ready to buy now, to pass on."""

from collections.abc import Mapping
from typing import Any

from ..language import Words
from . import cells
from .sheet import Part, Table


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """The share that is ready, whole and by channel."""
    return [ready(said, said["rows"], t)]


def ready(said: Mapping[str, Any], rows: list[Mapping[str, Any]], t: Words) -> Table:
    """The table of readiness, with the claim below it."""
    lines = tuple(
        (t.channel(row["channel"]) if row["channel"] else t("touchpoints.all"),
         cells.count(row["people"], t), cells.rate(row, t))
        for row in rows
    )  # fmt: skip
    stage = t.stage(said["lens"], said["ready"])
    note = t("channels.ready.text", days=said["seen_days"], stage=stage)
    claim = f"{t('channels.claim')}: {t.percent(said['claim'])}."
    heads = (t("channels.last"), t("people"), t("channels.ready.now"))
    return Table(t("channels.ready"), heads, lines, f"{note} {claim}")
