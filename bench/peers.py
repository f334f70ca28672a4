"""Others, each in an environment of its own, asked the same, and checked to say the same."""

import json
import math
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
PEERS: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "peers.yaml").read_text("utf-8"))
PATIENCE = 1200
"""Seconds after which a peer is given up."""


def python(name: str) -> Path | str:
    """The Python of a peer's environment, made if it is not there; or why it cannot be."""
    folder = HERE / ".peers" / name
    found = folder / "bin" / "python"
    if (folder / "made").exists():
        return found
    venv.create(folder, with_pip=True, clear=True)
    packages = PEERS[name]["packages"]
    command = [str(found), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"cannot be installed: {done.stderr.strip().splitlines()[-1]}"
    (folder / "made").touch()
    return found


def ask(name: str, question: str, tables: Path, rounds: int) -> dict[str, Any] | str:
    """What a peer told (see `peer/told.py`), or why it did not."""
    run = python(name)
    if isinstance(run, str):
        return run
    script = HERE / "peer" / f"{name.replace('-', '_')}_.py"
    command = [str(run), str(script), str(tables), question, str(rounds)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return f"not done after {PATIENCE // 60} minutes"
    if done.returncode:
        sys.stderr.write(done.stderr[-2000:])
        last = (done.stderr.strip().splitlines() or ["stopped"])[-1]
        return f"stopped: {last[:120]}"
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def agrees(question: str, own: list[Any], other: list[Any], near: float = 0.0) -> bool:
    """Whether two told the same; `near` allows so large a difference of shares.

    Orders that equally many took may stand in any order, and may be cut off at the end.
    """
    if near:
        told = dict(map(tuple, other))
        return all(abs(told.get(code, 0.0) - effect) <= near for code, effect in own)
    if question == "orders":
        least = min(count for _, count in own)
        sides = [{(tuple(way), n) for way, n in rows if n > least} for rows in (own, other)]
        return sides[0] == sides[1] and sorted(n for _, n in own) == sorted(n for _, n in other)
    if question == "gaps":
        told = {(a, b): gap for a, b, gap in other}
        return len(told) == len(own) and all(
            math.isclose(told[int(a), int(b)], gap, abs_tol=1) for a, b, gap in own
        )
    if own and isinstance(own[0], list):
        return sorted(own) == sorted(other)
    return own == other
