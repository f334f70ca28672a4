"""Kill work on a workspace at many moments, and do it while others read, or work, too.

`SOAK_ROUNDS` sets how many kills each work gets (default 40), `SOAK_SEED` the moments. Real
processes, real files; see `tests/crashing.py`.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter

import pytest
from crashing import ANN, WORKS, half_made, kill, told, works
from test_delete import found as holding

import omvei

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "40"))
SEED = int(os.environ.get("SOAK_SEED", "2026"))
TAKE = "import sys, omvei; omvei.open(sys.argv[1]).take(sys.argv[2])"


@pytest.fixture(scope="module")
def all_works(tmp_path_factory):
    return works(tmp_path_factory.mktemp("works"))


def traces(folder):
    """The files of a workspace that hold anything of the person who was purged."""
    workspace = omvei.open(folder)
    return holding(workspace, *ANN, workspace.words(ANN[1])["email"])


@pytest.mark.parametrize("name", WORKS)
def test_a_kill_leaves_the_state_before_or_after_and_the_next_run_cleans_up(
    all_works, name, tmp_path
):
    work = all_works[name]
    work.clock(tmp_path / "clock")
    chance = random.Random(f"{SEED}/{name}")
    happened = Counter()
    for number in range(ROUNDS):
        share = (number + chance.random()) / ROUNDS
        happened += kill(work, tmp_path / "w", chance, share)
        if name == "purge":
            assert traces(tmp_path / "w") == []
    assert happened[f"{name}: killed"] > ROUNDS // 2, "most were done before their kill"
    print(f"\nseed {SEED}, {work.seconds:.1f} s, {work.places} places: {dict(happened)}")  # noqa: T201


@pytest.mark.parametrize("name", WORKS)
def test_who_reads_meanwhile_sees_the_state_before_or_after(all_works, name, tmp_path):
    work = all_works[name]
    reads = Counter()
    for _ in range(max(1, ROUNDS // 20)):
        folder = work.copy(tmp_path / "w")
        running = work.start(folder)
        while running.process.is_alive():
            try:
                now = told(folder)
            except omvei.DamagedError:
                reads["the state was cleared away meanwhile"] += 1
                continue
            assert now in (work.before, work.after)
            reads["before" if now == work.before else "after"] += 1
        assert running.ended()
        assert told(folder) == work.after
    assert name == "purge" or not reads["the state was cleared away meanwhile"]
    print(f"\n{name}: {dict(reads)}")  # noqa: T201


@pytest.mark.parametrize(
    ("begin", "other"), [("append", "import"), ("compact", "import"), ("purge", "append")]
)
def test_two_processes_at_once_do_as_one_after_the_other(all_works, begin, other, tmp_path):
    work, second = all_works[begin], all_works[other]
    for _ in range(max(1, ROUNDS // 20)):
        folder = work.copy(tmp_path / "w")
        running = [one.start(folder) for one in (work, second)]
        assert all(one.ended() for one in running)
        omvei.open(folder).renew()
        both = told(folder)
        folder = work.copy(tmp_path / "w")
        work.do(folder)
        second.do(folder)
        omvei.open(folder).renew()
        assert both == told(folder)
        assert half_made(folder) == []
        if begin == "purge":
            assert traces(folder) == []


def test_two_processes_importing_at_once_lose_nothing(tmp_path):
    from crashing import table

    workspace = omvei.init(tmp_path / "w")
    for round_ in range(max(1, ROUNDS // 20)):
        pair = [
            table(tmp_path / f"{number}.csv", number * 1_000, 1_000)
            for number in (2 * round_, 2 * round_ + 1)
        ]
        running = [
            subprocess.Popen([sys.executable, "-c", TAKE, str(tmp_path / "w"), str(path)])
            for path in pair
        ]
        while any(process.poll() is None for process in running):
            time.sleep(0.05)
        for path in pair:
            (again,) = workspace.take(path)
            assert again["known"]
        assert workspace.journeys.summary().to_json()["events"] == 2_000 * (round_ + 1)
