"""Millions of events are imported, built and appended to, in bounded time and memory.

`SOAK_EVENTS` sets how many (a million; fifty for the promise of a laptop), `OMVEI_MEMORY` what
joins may hold. Every step is a process of its own, so that its peak memory is its own.
"""

import json
import os
import subprocess
import sys

import omvei
from soak.large import write

EVENTS = int(os.environ.get("SOAK_EVENTS", "1000000"))
LATE = 100_000
GIB = 4 if EVENTS <= 10_000_000 else 8

STEP = """
import json, resource, sys, time
import omvei

workspace, file = omvei.open(sys.argv[1]), sys.argv[2]
start = time.perf_counter()
rows = sum(done["rows"] for done in workspace.take(file, build=False)) if file else 0
imported = time.perf_counter()
workspace.renew() if file else workspace.build()
built = time.perf_counter()
answer = omvei.open(sys.argv[1]).journeys.map("kind").to_json()
answered = time.perf_counter()
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "rows": rows, "import": imported - start, "build": built - imported, "map": answered - built,
    "cpu": usage.ru_utime + usage.ru_stime, "GiB": usage.ru_maxrss / 2**20, "answer": answer,
}))
"""


def step(workspace, file=""):
    """Take a file in and bring the journeys up to date; without a file, build them anew."""
    done = subprocess.run(
        [sys.executable, "-c", STEP, str(workspace), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    answer = told.pop("answer")
    sys.stdout.write(f"{ {name: round(value, 2) for name, value in told.items()} }\n")
    return told, answer


def test_millions_of_events_and_then_some_that_come_late(tmp_path):
    large, late = write(tmp_path, EVENTS, LATE)
    workspace = omvei.init(tmp_path / "w").path
    first, _ = step(workspace, large)
    assert first["GiB"] < GIB
    second, appended = step(workspace, late)
    assert second["GiB"] < GIB
    third, built = step(workspace)
    assert third["GiB"] < GIB
    assert appended == built
    assert second["build"] < third["build"]
