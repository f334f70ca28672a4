"""Damaged files by the thousand, guided by coverage: what reaches new code is damaged further.

Beside `soak/fuzz.py`, which damages lines in the ways lines get damaged, this lets
[atheris](https://pypi.org/project/atheris/) change bytes, beginning with the fixtures of a source.
One input is one file. What must hold is the same: only errors of ours, every row with a reason or
with what a row cannot do without, and, for every `LAND`th input, rows = events + rejected +
duplicates in a table of its own.

    pip install atheris
    python -m soak.guided segment --inputs 100000 --seed 2026
"""

import argparse
import json
import pkgutil
import sys
import tempfile
import time
from collections import Counter
from importlib import import_module
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["omvei.sources"]):
    from omvei import sources

    for module in pkgutil.iter_modules(sources.__path__):
        import_module(f"omvei.sources.{module.name}")

from soak.fuzz import FIXTURES, SEEDS, check, land

LAND = 500
"""Every so many inputs one is imported, too."""

LONGEST = 4_096
"""Bytes an input, at most."""


def begin(name: str, folder: Path) -> None:
    """Lay out the fixtures of a source as what to begin with: whole, and a few lines of each."""
    for one, head in SEEDS[name].items():
        text = (FIXTURES / one).read_bytes()
        lines = text.splitlines(keepends=True)
        (folder / one).write_bytes(text[:LONGEST])
        (folder / f"few-{one}").write_bytes(b"".join(lines[: head + 3]))


def main(name: str, inputs: int, seed: int, keep: Path) -> None:
    """Damage so many files of a source; print what came of them, or end with the first failure."""
    counts: Counter[str] = Counter()
    began = time.monotonic()
    scratch = tempfile.TemporaryDirectory()
    path = Path(scratch.name) / "input.txt"

    def one(content: bytes) -> None:
        path.write_bytes(content)
        told = check(name, path, [], False)
        counts.update(told)
        if counts["files"] % LAND == 0:
            land(name, path)
            counts["landed"] += 1
        if counts["files"] == inputs:
            said = {"source": name, "seed": seed, **counts}
            said["seconds"] = round(time.monotonic() - began)
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()

    seeds = Path(scratch.name) / "seeds"
    seeds.mkdir()
    begin(name, seeds)
    flags = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={LONGEST}", f"-artifact_prefix={keep}/"]
    atheris.Setup([sys.argv[0], *flags, "-timeout=60", "-verbosity=0", str(seeds)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("name", choices=list(SEEDS))
    asked.add_argument("--inputs", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()))
    told = asked.parse_args()
    main(told.name, told.inputs, told.seed, told.keep)
