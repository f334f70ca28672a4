"""pandas, in memory."""

import pandas as pd
import told


def load(folder):
    return (
        pd.read_parquet(f"{folder}/touchpoints.parquet", columns=["before", "kind", "gap"]),
        pd.read_parquet(f"{folder}/stages.parquet"),
    )


def moves(at):
    table = at[0]
    found = table[table["before"] >= 0].groupby(["before", "kind"]).size()
    return [[int(a), int(b), int(n)] for (a, b), n in found.items()]


def gaps(at):
    table = at[0]
    found = table[table["before"] >= 0].groupby(["before", "kind"])["gap"].median()
    return [[int(a), int(b), float(n)] for (a, b), n in found.items()]


def reentries(at):
    table = at[1]
    stays = table[table["stage"] != table["before"]].groupby(["person", "stage"]).size() - 1
    return [[int(stage), int(n)] for stage, n in stays.groupby("stage").sum().items()]


told.tell({"moves": moves, "gaps": gaps, "reentries": reentries}, load)
