"""Channel choice to pass on: what the model says for each stage, and what the data say."""

from collections.abc import Mapping
from typing import Any

from ..language import Words
from . import cells, readiness
from .sheet import Item, Part, Sentences, Table


def parts(said: Mapping[str, Any], t: Words) -> list[Part]:
    """The model's table; ready now; how soon people buy; visits; pools; sales."""
    model = t.model(said["lens"])
    keys = ("stage", "channels.thinks", "channels.create", "channels.where")
    stages = tuple(
        (
            t.stage_named(model.id, stage.id),
            t.of_stage(model.id, stage.id, "thought") or None,
            t.of_stage(model.id, stage.id, "content") or None,
            ", ".join(t.channel(channel) for channel in stage.channels) or None,
        )
        for stage in model.stages
    )
    found: list[Part] = [
        Table(t("channels.stages"), tuple(map(t, keys)), stages, t("channels.advice"))
    ]
    if not said["n"]:
        return found
    days = [told["days"] for told in said["rows"][0]["within"]] if said["rows"] else []
    lag = tuple(
        (t.channel(row["channel"]), cells.count(row["people"], t),
         *(cells.rate(told, t) for told in row["within"]))
        for row in said["rows"]
    )  # fmt: skip
    visits = tuple(
        (f"{row['visit']}{'+' if row['visit'] == 10 else ''}", cells.count(row["people"], t),
         cells.rate(row, t), cells.share(row["share"], t))
        for row in said["visits"]
    )  # fmt: skip
    pools = tuple(
        (t.stage(model.id, row["stage"]), cells.count(row["people"], t),
         cells.count(row["consented"], t))
        for row in said["pools"]
    )  # fmt: skip
    sales = tuple(
        Item(t(f"channels.sales.{row['customer']}", n=row["purchases"],
               share=t.percent(row["share"])))
        for row in said["sales"]
        if row["share"] is not None
    )  # fmt: skip
    within = tuple(t("channels.within", n=n) for n in days)
    asked = {"days": said["seen_days"]}
    return [
        *found,
        readiness.ready(said, said["readiness"], t),
        Table(t("channels.lag"), (t("content.channel"), t("people"), *within), lag,
              t("channels.lag.text")),
        Table(t("channels.visits"), (t("channels.visit"), t("people"), t("channels.visit.rate"),
              t("channels.visit.share")), visits, t("channels.visits.text")),
        Table(t("channels.pools"), (t("stage"), t("people"), t("channels.consented")), pools,
              t("channels.pools.text", **asked)),
        *_again(said["remarketing"], model.id, t),
        Sentences("", sales),
    ]  # fmt: skip


def _again(rows: list[Mapping[str, Any]], lens: str, t: Words) -> list[Table]:
    """Those reached by remarketing beside others in the same situation."""
    if not rows:
        return []
    heads = ("stage", "reached", "on", "others", "difference")
    lines = tuple(
        (
            t.stage(lens, row["stage"]) if row["stage"] else t("remarketing.all"),
            cells.count(row["people"], t),
            *(
                (t("few"), None, None)
                if row["too_few"]
                else (
                    t.of_hundred(row["went_on"]),
                    t.of_hundred(row["others"]),
                    f"{_points(row['difference'], t)} "
                    f"({_points(row['low'], t)} – {_points(row['high'], t)})",
                )
            ),
        )
        for row in rows
    )
    return [Table(t("remarketing.title"), tuple(t(f"remarketing.{head}") for head in heads), lines,
                  t("remarketing.note"))]  # fmt: skip


def _points(value: float, t: Words) -> str:
    return ("+" if value > 0 else "−" if value < 0 else "") + t.of_hundred(abs(value))
