"""Polars, in memory, with its lazy engine."""

import polars as pl
import told


def load(folder):
    return (
        pl.read_parquet(f"{folder}/touchpoints.parquet"),
        pl.read_parquet(f"{folder}/stages.parquet"),
        told.facts(folder),
    )


def moves(at):
    found = at[0].lazy().filter(pl.col("before") >= 0).group_by("before", "kind").len().collect()
    return [list(row) for row in found.rows()]


def gaps(at):
    rows = at[0].lazy().filter(pl.col("before") >= 0)
    found = rows.group_by("before", "kind").agg(pl.col("gap").median()).collect()
    return [list(row) for row in found.rows()]


def funnel(at):
    table, _, facts = at
    rows = table.lazy().select("person", "place", "time", "kind")
    first, *steps = facts["steps"]
    at_step = (
        rows.filter(pl.col("kind") == first)
        .group_by("person")
        .agg(pl.col("place").min(), pl.col("time").min().alias("entered"))
    )
    counts = [at_step]
    for step in steps:
        later = rows.filter(pl.col("kind") == step).select("person", "time", next="place")
        at_step = (
            at_step.join(later, on="person")
            .filter(
                (pl.col("next") > pl.col("place"))
                & (pl.col("time") <= pl.col("entered") + facts["within"])
            )
            .group_by("person")
            .agg(pl.col("next").min().alias("place"), pl.col("entered").first())
        )
        counts.append(at_step)
    return [found.height for found in pl.collect_all([each.select("person") for each in counts])]


def reentries(at):
    found = (
        at[1]
        .lazy()
        .filter(pl.col("stage") != pl.col("before"))
        .group_by("person", "stage")
        .len()
        .group_by("stage")
        .agg((pl.col("len") - 1).sum())
        .collect()
    )
    return [list(map(int, row)) for row in found.rows()]


def visits(table):
    rows = table.lazy().filter(pl.col("came")).sort("person", "place")
    return rows.group_by("person", "session", maintain_order=True).agg(
        pl.col("place").first(),
        pl.col("channel").first(),
        pl.col("cycle").first(),
        pl.col("time").first(),
    )


def orders(at):
    found = (
        visits(at[0])
        .group_by("person", "cycle", maintain_order=True)
        .agg(pl.col("channel").filter(pl.col("channel").rle_id().diff().fill_null(1) != 0))
        .group_by("channel")
        .len()
        .sort("len", descending=True)
        .head(20)
        .collect()
    )
    return [[list(way), n] for way, n in found.rows()]


def removal(at):
    table, _, facts = at
    reached = table.lazy().filter(pl.col("goal")).select("person", "cycle").unique()
    reached = reached.with_columns(yes=pl.lit(True))
    way = ["person", "cycle"]
    closed = (
        visits(table)
        .join(reached, on=way, how="left")
        .with_columns(pl.col("yes").fill_null(False))
        .with_columns(
            before=pl.col("channel").shift(1).over(way, order_by="place").fill_null(-1),
            after=pl.col("channel").shift(-1).over(way, order_by="place").fill_null(-1),
            last=pl.col("time").max().over(way),
        )
        .filter(pl.col("yes") | (pl.col("last") <= facts["settled"]))
        .collect()
    )
    inner = closed.filter(pl.col("before") != pl.col("channel"))
    ends = closed.filter(pl.col("after") == -1)
    ends = ends.with_columns(into=pl.when("yes").then(-2).otherwise(-3))
    return [list(row) for row in inner.group_by("before", "channel").len().rows()] + [
        list(row) for row in ends.group_by("channel", "into").len().rows()
    ]


def one_person(at):
    found = at[0].lazy().filter(pl.col("person") == at[2]["person"]).collect()
    return [found.height, int(found["kind"].cast(pl.Int64).sum())]


told.tell(
    {
        "moves": moves,
        "gaps": gaps,
        "funnel": funnel,
        "reentries": reentries,
        "orders": orders,
        "removal": removal,
        "one person": one_person,
    },
    load,
)
