"""What every peer's script does: load its own form of the table, then ask one question.

    python bench/peer/duckdb_.py FOLDER QUESTION ROUNDS

prints one JSON line: `result`, `wall` and `cpu` (seconds, the median of the rounds after one to
warm up), `peak` (MB of memory, the loaded table included). Loading is not timed.
"""

import json
import statistics
import sys
import time


def tell(questions, load):
    """Answer the question of the command line; `load(folder)` gives what a question is asked of."""
    folder, question, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    loaded = load(folder)
    ask = questions[question]
    walls, cpus = [], []
    result = ask(loaded)
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        result = ask(loaded)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    with open("/proc/self/status") as file:  # unlike ru_maxrss, not the memory of who began it
        peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1e3
    told = {"result": result, "wall": statistics.median(walls), "cpu": statistics.median(cpus)}
    sys.stdout.write(json.dumps(told | {"peak": peak}))


def facts(folder):
    """What the questions need besides the tables: steps, window, person, settled."""
    with open(f"{folder}/facts.json") as file:
        return json.load(file)
