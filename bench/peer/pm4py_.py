"""PM4Py: a directly-follows graph and variants, of its own formatted table."""

import pandas as pd
import pm4py
import told

COLUMNS = ("case:concept:name", "concept:name", "time:timestamp")


def formatted(case, name, time):
    values = case.astype(str), name.astype(str), time
    table = pd.DataFrame(dict(zip(COLUMNS, values, strict=True)))
    return pm4py.format_dataframe(
        table, case_id=COLUMNS[0], activity_key=COLUMNS[1], timestamp_key=COLUMNS[2]
    )


def load(folder):
    steps = pd.read_parquet(f"{folder}/touchpoints.parquet")
    # times that differ, so that its sort keeps the order
    when = pd.to_datetime(steps["place"] * 1_000_000, unit="us", utc=True)
    visits = steps[steps["came"]].drop_duplicates(["person", "session"])
    ways = visits["person"].astype(str) + "-" + visits["cycle"].astype(str)
    again = (ways == ways.shift()) & (visits["channel"] == visits["channel"].shift())
    return (
        formatted(steps["person"], steps["kind"], when),
        formatted(ways[~again], visits["channel"][~again], when[visits.index][~again]),
    )


def moves(at):
    graph, _, _ = pm4py.discover_dfg(at[0])
    return [[int(a), int(b), int(n)] for (a, b), n in graph.items()]


def orders(at):
    found = pm4py.get_variants(at[1])
    counts = sorted(((n, way) for way, n in found.items()), reverse=True)[:20]
    return [[list(map(int, way)), int(n)] for n, way in counts]


told.tell({"moves": moves, "orders": orders}, load)
