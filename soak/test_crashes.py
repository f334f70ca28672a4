"""Kill imports and builds at random moments: the workspace must open and answer as before or after.

`SOAK_ROUNDS` sets how often (default 40), `SOAK_SEED` the moments. Real processes, real files.
"""

import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

import omvei

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "40"))
SEED = int(os.environ.get("SOAK_SEED", "2026"))
TAKE = "import sys, omvei; omvei.open(sys.argv[1]).take(sys.argv[2])"


def lines(first, count):
    """Rows that are all different: one every seven minutes."""
    start = datetime(2020, 1, 1)
    return "".join(
        f"p{i % 97},{start + timedelta(minutes=7 * i)},{'abcd'[i % 4]}\n"
        for i in range(first, first + count)
    )


def told(workspace):
    shop = workspace.journeys
    summary = shop.summary().to_json()
    return {key: summary[key] for key in ("events", "touchpoints", "people")}, shop.map().to_json()


@pytest.fixture
def files(tmp_path):
    found = []
    for number in range(ROUNDS + 1):
        path = tmp_path / f"{number}.csv"
        path.write_text("person,time,event\n" + lines(number * 5_000, 5_000))
        found.append(path)
    return found


def test_a_kill_at_any_moment_leaves_the_state_before_or_after(tmp_path, files):
    chance = random.Random(SEED)
    workspace = omvei.init(tmp_path / "w")
    workspace.take(files[0])
    killed = landed = 0
    for path in files[1:]:
        before = told(workspace)
        process = subprocess.Popen([sys.executable, "-c", TAKE, str(tmp_path / "w"), str(path)])
        try:
            process.wait(chance.uniform(0.2, 2.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
        now = told(omvei.open(tmp_path / "w"))
        assert now[0]["events"] - before[0]["events"] in (0, 5_000)
        if now[0]["events"] == before[0]["events"]:
            assert now == before
        (again,) = workspace.take(path)  # nothing that was acknowledged is lost or doubled
        landed += again["known"]
        after = told(workspace)
        assert after[0]["events"] == before[0]["events"] + 5_000
        assert not workspace.stale
    assert killed, "every process was done before its kill"
    print(f"{ROUNDS} rounds, {killed} killed, {landed} had landed")  # noqa: T201


def test_two_processes_importing_at_once_lose_nothing(tmp_path, files):
    workspace = omvei.init(tmp_path / "w")
    for round_ in range(min(10, ROUNDS // 2)):
        pair = files[2 * round_ : 2 * round_ + 2]
        running = [
            subprocess.Popen([sys.executable, "-c", TAKE, str(tmp_path / "w"), str(path)])
            for path in pair
        ]
        while any(process.poll() is None for process in running):
            if workspace.events.exists() and (tmp_path / "w" / "journeys").exists():
                with suppress(omvei.NothingToAnswerError):
                    told(omvei.open(tmp_path / "w"))
            time.sleep(0.05)
        for path in pair:
            workspace.take(path)
        assert told(workspace)[0]["events"] == 5_000 * 2 * (round_ + 1)
