"""Damaged files by the thousand, for every source: see `soak/fuzz.py`.

`SOAK_INPUTS` sets how many lines a source (default 100,000), `SOAK_SEED` which.
"""

import os

import pytest

from omvei import sources
from soak.fuzz import SEEDS, run

INPUTS = int(os.environ.get("SOAK_INPUTS", "100000"))
SEED = int(os.environ.get("SOAK_SEED", "2026"))


def test_every_source_of_ours_is_damaged():
    assert set(SEEDS) == set(sources.names())


@pytest.mark.parametrize("name", SEEDS)
def test_no_damaged_file_ends_in_a_crash_or_loses_a_row(name):
    assert run(name, INPUTS, SEED)["failures"] == []
