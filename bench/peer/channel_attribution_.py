"""ChannelAttribution: removal effects of the first order, by simulated walks over counted paths."""

import contextlib
import io

import ChannelAttribution
import pandas as pd
import told


def load(folder):
    return pd.read_parquet(f"{folder}/paths.parquet")


def removal(paths):
    with contextlib.redirect_stdout(io.StringIO()):
        found = ChannelAttribution.markov_model(
            paths, "path", "yes", var_null="no", out_more=True, seed=1, verbose=False
        )
    table = found["removal_effects"]
    effects = zip(table["channel_name"], table["removal_effect"], strict=True)
    return [[int(name[1:]), float(effect)] for name, effect in effects]


told.tell({"removal": removal}, load)
