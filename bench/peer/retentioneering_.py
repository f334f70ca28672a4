"""Retentioneering: the transition graph's data, of its own event stream."""

import os

os.environ["RETENTIONEERING_NO_TRACK"] = "1"

import pandas as pd
import told
from retentioneering import Eventstream


def load(folder):
    steps = pd.read_parquet(f"{folder}/touchpoints.parquet", columns=["person", "place", "kind"])
    table = pd.DataFrame(
        {
            "user_id": steps["person"],
            "event": steps["kind"].astype(str),
            "timestamp": pd.to_datetime(steps["place"] * 1_000_000, unit="us"),
        }
    )
    return Eventstream(table)


def moves(stream):
    found = stream.transition_graph_data(edge_weight="count").drop(
        index=["path_start", "path_end"], columns=["path_start", "path_end"], errors="ignore"
    )
    counts = found.stack()
    return [[int(a), int(b), int(n)] for (a, b), n in counts[counts > 0].items()]


told.tell({"moves": moves}, load)
