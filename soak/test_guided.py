"""Damaged bytes guided by coverage, for every source: see `soak/guided.py`.

A process each, since a fuzzer ends its own. `SOAK_GUIDED` sets how many inputs a source (default
100,000), `SOAK_SEED` which.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from soak.fuzz import SEEDS

INPUTS = int(os.environ.get("SOAK_GUIDED", "100000"))
SEED = int(os.environ.get("SOAK_SEED", "2026"))


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris comes for Linux only")
@pytest.mark.parametrize("name", SEEDS)
def test_no_damaged_bytes_end_in_a_crash_or_lose_a_row(name, tmp_path):
    asked = [sys.executable, "-m", "soak.guided", name, f"--inputs={INPUTS}", f"--seed={SEED}"]
    done = subprocess.run(
        [*asked, f"--keep={tmp_path}"], capture_output=True, text=True, check=False
    )
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]
    assert told[0]["inputs"] == INPUTS
