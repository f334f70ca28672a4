"""What a Spark cluster takes for each event: the figures that docs/scale.md rests on.

    python -m bench.cluster [EVENTS]

A standalone master and two workers of one core each, all on this machine, as processes of their
own; the same workspace built and asked by the local engine and by the cluster, and told to be the
same. `shuffle` is what Spark's own event log says its tasks wrote for others; memory is what the
processes of a worker hold together at most, looked at twice a second.
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from rich.console import Console
from rich.table import Table

import omvei
from omvei.engines.session import session

from .making import measured

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "engines"))
from cluster import cluster

CORES = 2
DEFAULTS = """
spark.eventLog.enabled true
spark.eventLog.compress false
spark.eventLog.dir file://{log}
spark.executor.memory 1200m
spark.driver.memory 1g
"""


def asked(workspace: str, engine: str = "local") -> dict[str, float]:
    """Ask every question of a kind once; seconds in this process after one to warm up."""
    os.environ["OMVEI_ENGINE"] = engine
    shop = omvei.open(workspace).journeys
    questions = {
        "map": shop.map,
        "matrix with intervals": lambda: shop.lens("hankins").matrix(),
        "attribution with intervals": shop.attribution,
        "leaks": shop.leaks,
    }
    told = {}
    for name, ask in questions.items():
        ask()
        start = time.perf_counter()
        ask()
        told[name] = time.perf_counter() - start
    return told


def written(log: Path) -> tuple[int, float]:
    """Bytes that tasks wrote for other tasks, and the seconds that tasks ran, by the event log."""
    size, seconds = 0, 0.0
    for file in log.rglob("*"):
        # one event a line; beside the logs lie checksums, which are none
        lines = file.read_bytes().split(b"\n") if file.is_file() else []
        for line in (each for each in lines if each.startswith(b"{")):
            if metrics := json.loads(line).get("Task Metrics"):
                size += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
                seconds += metrics["Executor Run Time"] / 1e3
    return size, seconds


@contextmanager
def watched(workers: dict[int, Any]) -> Iterator[dict[str, float]]:
    """The most that the processes of one worker held, MB: `all` of them, and those of `python`; and
    the processor time of all workers, seconds."""
    most = {"all": 0.0, "python": 0.0, "cpu": 0.0}
    done = Event()

    def look() -> None:
        while not done.wait(0.5):
            held: Counter[tuple[str, int]] = Counter()
            used: Counter[int] = Counter()  # by session, of processes that have ended, too
            for status in Path("/proc").glob("[0-9]*/stat"):
                with suppress(OSError):
                    name, _, rest = status.read_text().partition("(")[2].rpartition(")")
                    words = rest.split()
                    resident = int(words[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6
                    used[int(words[3])] += sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")
                    for kind in ("all", *(["python"] if name.startswith("python") else [])):
                        held[kind, int(words[3])] += resident  # by session
            most["cpu"] = max(most["cpu"], sum(used[worker.pid] for worker in workers.values()))
            for kind in ("all", "python"):
                own = [held[kind, worker.pid] for worker in workers.values()]
                most[kind] = max(most[kind], *own)

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        done.set()
        thread.join()


def size_of(folder: Path, pattern: str) -> int:
    return sum(file.stat().st_size for file in folder.rglob(pattern))


def main() -> None:
    """Run and print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    table = Table(title=f"{events:,} events, {CORES} cores", title_justify="left")
    for name in ("what", "local", "Spark"):
        table.add_column(name, justify="left" if name == "what" else "right")
    with tempfile.TemporaryDirectory(prefix="omvei-cluster-") as scratch:
        folder = Path(scratch)
        (folder / "conf").mkdir()
        (folder / "log").mkdir()
        defaults = DEFAULTS.format(log=folder / "log")
        (folder / "conf" / "spark-defaults.conf").write_text(defaults)
        os.environ["SPARK_CONF_DIR"] = str(folder / "conf")
        w = str(folder / "w")
        measured("simulate", "--events", str(events), "--out", str(folder / "shop"))
        measured("-w", w, "init")
        measured("-w", w, "import", str(folder / "shop" / "events.parquet"))
        local = measured("-w", w, "build")
        before = json.dumps(omvei.open(w).journeys.map().to_json())
        alone = asked(w)
        with cluster(folder) as spark_cluster:
            address = spark_cluster.address
            with watched(spark_cluster.workers) as memory:
                spark = measured("--engine", address, "-w", w, "build")
            shuffled, ran = written(folder / "log")
            together = asked(w, address)
            session(address).stop()  # its log is in the folder that goes
        os.environ["OMVEI_ENGINE"] = "local"
        assert json.dumps(omvei.open(w).journeys.map().to_json()) == before, "the maps differ"
        table.add_row("build, s", f"{local['wall']:.1f}", f"{spark['wall']:.1f}")
        table.add_row(
            "build, events/s and core",
            *(f"{events / used['wall'] / CORES:,.0f}" for used in (local, spark)),
        )
        table.add_row(
            "processor time of the process and of the workers, s",
            *(f"{used:.1f}" for used in (local["cpu"], spark["cpu"] + memory["cpu"])),
        )
        table.add_row("tasks of the build, core seconds at the clock", "", f"{ran:.1f}")
        table.add_row(
            "events a second of processor time",
            *(f"{events / used:,.0f}" for used in (local["cpu"], spark["cpu"] + memory["cpu"])),
        )
        table.add_row(
            "peak memory of the process, MB", *(f"{u['peak']:,.0f}" for u in (local, spark))
        )
        table.add_row("peak memory of a worker's processes, MB", "", f"{memory['all']:,.0f}")
        table.add_row("of it Python's, MB", "", f"{memory['python']:,.0f}")
        table.add_row("shuffle, bytes an event", "", f"{shuffled / events:.0f}")
        for name in alone:
            table.add_row(f"{name}, s", f"{alone[name]:.3f}", f"{together[name]:.3f}")
        blocks = size_of(folder / "w" / "journeys", "*.arrow") / 2  # two builds are kept
        table.add_row("blocks, bytes an event", f"{blocks / events:.0f}", "")
        kept = size_of(folder / "w" / "events", "*.parquet")
        table.add_row("events, bytes an event", f"{kept / events:.0f}", "")
    Console().print(table)


if __name__ == "__main__":
    main()
