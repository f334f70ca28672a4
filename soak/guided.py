"""Damaged files by the hundred thousand, guided by coverage: what reaches new code is damaged more.

`soak/fuzz.py` draws its mishaps from a seed. Here the bytes that
[atheris](https://pypi.org/project/atheris/) makes decide them: which row of a fixture, which
mishaps and where, and the bytes left over are put into it. One input is one row. Every `ALONE`th is
a whole fixture damaged byte by byte, header and all, and a file of its own, and it is these that
coverage guides; the others stand by `LINES` under a header, since a file costs more than its
rows, and what reads rows is SQL, which coverage does not see. What must hold is the same: only
errors of ours, every row with a reason or with what a row cannot do without, and, of every `LAND`th
file, rows = events + rejected + duplicates in a table of its own.

    python -m soak.guided segment --inputs 100000 --seed 2026
"""

import argparse
import json
import pkgutil
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["omvei.sources"]):
    from omvei import sources

    for module in pkgutil.iter_modules(sources.__path__):
        import_module(f"omvei.sources.{module.name}")

from soak.fuzz import FIXTURES, LINES, LINEWISE, SEEDS, check, damaged, land, lines_of, log

ALONE = {"xes": 20}
"""Every so many inputs one is a file of its own, by source; 200 for the others."""

LAND = 25
"""Every so many files one is imported, too."""

LONGEST = 256
"""Bytes an input, at most: they only choose."""


class Luck(random.Random):
    """Chances that bytes decide; where they end, always the first."""

    def __new__(cls, content: bytes) -> "Luck":
        return super().__new__(cls, 0)

    def __init__(self, content: bytes) -> None:
        self.said = atheris.FuzzedDataProvider(content)

    def getrandbits(self, bits: int) -> int:
        """So many bits of the input."""
        return int(self.said.ConsumeUInt((bits + 7) // 8)) >> (-bits % 8)

    def random(self) -> float:
        """A number from 0 to 1 of two bytes of the input."""
        return self.getrandbits(16) / (1 << 16)

    def rest(self) -> bytes:
        """What is left of the input."""
        return bytes(self.said.ConsumeBytes(self.said.remaining_bytes()))


def spoilt(content: bytes, luck: Luck) -> bytes:
    """A file after one to four mishaps among its bytes, and with the bytes that were left over."""
    for _ in range(luck.randint(1, 4)):
        place, length = luck.randrange(len(content) + 1), luck.randrange(64)
        before, piece, after = (
            content[:place],
            content[place : place + length],
            content[place + length :],
        )
        found = (before, before + after, before + piece * 3 + after, after + piece + before)
        content = found[luck.randrange(4)] or content
    place = luck.randrange(len(content) + 1)
    return content[:place] + luck.rest() + content[place:]


class Damage:
    """What becomes of the inputs of one source."""

    def __init__(self, name: str, keep: Path) -> None:
        self.name, self.keep = name, keep
        self.counts: Counter[str] = Counter()
        self.fixtures = [(FIXTURES / one, head) for one, head in SEEDS[name].items()]
        self.lines = [lines_of(path) for path, _ in self.fixtures]
        self.waiting: list[str] = []

    def one(self, content: bytes) -> None:
        """One input: read it alone, or let it wait for others."""
        self.counts["inputs"] += 1
        luck = Luck(content)
        if self.counts["inputs"] % ALONE.get(self.name, 200) == 0:
            path, _ = luck.choice(self.fixtures)
            self.read(spoilt(path.read_bytes(), luck))
        else:
            self.waiting.append(self.row(luck))
        if len(self.waiting) == LINES:
            self.rest()

    def row(self, luck: Luck) -> str:
        """A row of the fixture whose turn it is, damaged."""
        turn = self.counts["together"] % len(self.fixtures)
        lines, (_, head) = self.lines[turn], self.fixtures[turn]
        if self.name == "xes":
            return luck.rest().decode("latin-1")
        quotes = self.name in LINEWISE or lines[0].startswith(("{", "["))
        line = luck.choice(lines[head:])
        line = damaged(line if quotes else line.replace('"', ""), luck, quotes)
        place, more = luck.randrange(len(line) + 1), luck.rest().decode("latin-1")
        line = line[:place] + more.replace('"', "") + line[place:]
        return "".join(one for one in line if one >= " ")  # bytes of no text refuse a whole file

    def rest(self) -> None:
        """Read what waits, under the header of the fixture whose turn it is."""
        if not self.waiting:
            return
        turn = self.counts["together"] % len(self.fixtures)
        lines, (_, head) = self.lines[turn], self.fixtures[turn]
        if self.name == "xes":
            luck = Luck("".join(self.waiting).encode())
            self.read(log(lines, luck).encode("utf-8", "surrogatepass"))
        else:
            made = [*lines[:head], *self.waiting]
            plain = self.name in LINEWISE or not any('"' in line for line in made)
            told = made if plain and len(self.waiting) == LINES else []
            self.read("\n".join(made).encode(), told)
        self.counts["together"] += 1
        self.waiting = []

    def read(self, content: bytes, lines: Sequence[str] = ()) -> None:
        """Read one file, and every so often import it; where that fails, it stays in `keep`.

        lines  those of the file, where each must be read or rejected
        """
        path = self.keep / f"guided-{self.name}.txt"
        path.write_bytes(content)
        self.counts.update(check(self.name, path, list(lines), bool(lines)))
        if self.counts["files"] % LAND == 0:
            land(self.name, path)
            self.counts["landed"] += 1
        path.unlink()


def main(name: str, inputs: int, seed: int, keep: Path) -> None:
    """Damage so many inputs of a source; print what came of them, or end with the first failure."""
    began = time.monotonic()
    damage = Damage(name, keep)

    def one(content: bytes) -> None:
        damage.one(content)
        if damage.counts["inputs"] == inputs:
            damage.rest()
            said = {"source": name, "seed": seed, **damage.counts}
            said["seconds"] = round(time.monotonic() - began)
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()

    luck = random.Random(seed)
    with tempfile.TemporaryDirectory() as seeds:
        for number in range(50):
            (Path(seeds) / str(number)).write_bytes(luck.randbytes(luck.randrange(8, LONGEST)))
        flags = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={LONGEST}"]
        flags += [f"-artifact_prefix={keep}/", "-timeout=60", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *flags, seeds], one)
        atheris.Fuzz()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("name", choices=list(SEEDS))
    asked.add_argument("--inputs", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()))
    told = asked.parse_args()
    main(told.name, told.inputs, told.seed, told.keep)
