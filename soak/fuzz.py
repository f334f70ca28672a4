"""Damaged files by the thousand: no crash, no silent loss.

A file is made of the fixture of a source, with its first lines as they are and then many lines, of
which some were damaged in ways files get damaged: bytes flipped, cut off, doubled, cells swapped,
odd words and letters put in. Each line is one input (of an XES log, each event). What must hold:

* only errors of ours are raised, and they name a reason;
* every row has the schema, and either a reason or the fields that a row cannot do without;
* where a line is a row (a log, JSON lines, a table without quotation marks), every line that is not
  blank is either read or rejected, or a total that a note counts;
* what was imported is what was read: rows = events + rejected + duplicates.

    python -m soak.fuzz --inputs 100000 --seed 2026
"""

import argparse
import json
import random
import re
import string
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

import duckdb

from omvei import sources
from omvei.errors import OmveiError
from omvei.events.schema import READS, TABLES
from omvei.events.table import Facts

FIXTURES = Path(__file__).parents[1] / "tests" / "sources" / "fixtures"
LINES = 500
"""Damaged lines a file."""

TRACES = 40
"""How often an XES log's traces are repeated."""

SEEDS: dict[str, dict[str, int]] = {
    "table": {"shop_nordic.csv": 1},
    "access-log": {"access.log": 0, "common.log": 0},
    "ga4": {"ga4.jsonl": 0},
    "segment": {"segment.jsonl": 0},
    "shopify": {"shopify.csv": 1},
    "woocommerce": {"woocommerce.csv": 1},
    "newsletter": {"newsletter.csv": 1, "mailchimp_members.csv": 1},
    "snowplow": {"snowplow.csv": 1},
    "matomo": {"matomo.json": 0},
    "posthog": {"posthog.jsonl": 0},
    "hubspot": {"hubspot_contacts.csv": 1, "hubspot_deals.csv": 1},
    "hubspot-engagements": {"engagements.jsonl": 0, "engagements.csv": 1},
    "google-ads": {"google_ads.csv": 3},
    "meta-ads": {"meta_ads.csv": 1},
    "costs": {"costs.csv": 1},
    "search-console": {"search_console.csv": 1},
    "paths": {"paths.csv": 1},
    "survey": {"survey.csv": 1},
    "xes": {"log.xes": 0},
}
"""The fixtures of each source, and how many of their first lines are a header."""

LINEWISE = {"access-log", "ga4", "segment", "posthog"}
"""Sources in which a line is always a row."""

GROUPED = {"shopify", "woocommerce"}
"""Sources in which several lines are one row."""

ODD = [
    "", " ", "NULL", "NA", "\t", ",", ";", "|", "-", "--", "0", "-1", "1e999", "9" * 40, "1.234,56",
    "(not set)", "Total", "I alt", "2026-02-30", "0000-00-00", "31.12.2025", "12/31/25 11:59 PM",
    "æøåÅÄÖ", "\u00a0", "\ufeff", "\u202e", "\x00", "\x1b", "\r", "{", "}", "[]", "null", "true",
    '{"a":1}', "\\", "'", "%00", "<x/>", "&amp;", "=1+1", "🧭", "a" * 300, "../../x", "NaN",
]  # fmt: skip


def damaged(line: str, luck: random.Random, quotes: bool) -> str:
    """A line after one to four mishaps."""
    for _ in range(luck.randint(1, 4)):
        way = luck.randrange(8)
        place = luck.randrange(len(line) + 1)
        if way == 0:
            line = line[:place] + luck.choice(ODD) + line[place:]
        elif way == 1:
            line = line[:place]
        elif way == 2:
            line = line[:place] + chr(luck.randrange(32, 0x250)) + line[place + 1 :]
        elif way == 3:
            line = line[place:] + line[:place]
        elif way == 4:
            mark = luck.choice(",;\t")
            cells = line.split(mark)
            cells[luck.randrange(len(cells))] = luck.choice(ODD)
            line = mark.join(cells)
        elif way == 5:
            mark = luck.choice(",;\t")
            cells = line.split(mark)
            luck.shuffle(cells)
            line = mark.join(cells)
        elif way == 6:
            line += line[place:]
        elif quotes:
            line = line[:place] + '"' + line[place:]
    line = line.replace("\n", " ").replace("\r", " ")
    return line if quotes else line.replace('"', "")


def lines_of(path: Path) -> list[str]:
    """The lines of a fixture; of a JSON array, an element a line."""
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        return [json.dumps(one, ensure_ascii=False) for one in json.loads(text)]
    return text.splitlines()


def log(lines: list[str], luck: random.Random) -> str:
    """An XES log whose values are damaged, and now and then its form."""

    def spoil(found: re.Match[str]) -> str:
        said = found[1] if luck.random() < 0.8 else damaged(found[1], luck, False)
        said = "".join(letter for letter in said if letter.isprintable())
        return f"value={quoteattr(said)}"

    whole = "\n".join(lines)
    first, last = whole.index("<trace"), whole.rindex("</trace>") + len("</trace>")
    text = re.sub(r'value="([^"]*)"', spoil, whole[first:last] * TRACES)
    text = f"{whole[:first]}{text}{whole[last:]}"
    return damaged(text, luck, True) if luck.random() < 0.05 else text


def files(name: str, luck: random.Random) -> Iterator[tuple[bytes, list[str], bool]]:
    """Endless damaged files of a source: bytes, lines, and whether they hold no quotation mark."""
    found = [
        (lines_of(path), head)
        for path, head in ((FIXTURES / one, head) for one, head in SEEDS[name].items())
    ]
    while True:
        lines, head = luck.choice(found)
        if name == "xes":
            yield log(lines, luck).encode(), [], False
            continue
        quotes = name in LINEWISE or lines[0].startswith(("{", "[", "<")) or luck.random() < 0.3
        made = lines[:head]
        if not quotes:
            made = [line.replace('"', "") for line in made]
        for _ in range(LINES):
            line = luck.choice(lines[head:])
            kept = luck.random() < 0.7
            plain = line if quotes else line.replace('"', "")
            made.append(plain if kept else damaged(plain, luck, quotes))
        content = "\n".join(made).encode("utf-8", "surrogatepass")
        if luck.random() < 0.1:  # bytes are damaged too
            spoilt = bytearray(content)
            for _ in range(luck.randint(1, 30)):
                spoilt[luck.randrange(len(spoilt))] = luck.randrange(256)
            yield bytes(spoilt), [], False
        else:
            yield content, made, not quotes or name in LINEWISE


def check(name: str, path: Path, lines: list[str], plain: bool) -> Counter[str]:
    """Read one file, and look at what came of it."""
    told: Counter[str] = Counter(files=1)
    try:
        reading = sources.read(path, source=name)
        schema = READS[reading.table]
        rows, good, bad = [], 0, 0
        for batch in reading.batches:
            assert batch.schema == schema, "another schema"
            reasons = batch.column("reason").to_pylist()
            good += reasons.count(None)
            bad += len(reasons) - reasons.count(None)
            rows += batch.column("row").to_pylist()
            if reading.table == "events":
                times = batch.column("time").to_pylist()
                assert all(r or t for r, t in zip(reasons, times, strict=True)), "no time"
    except OmveiError as error:
        told["refused" if len(str(error)) > 20 else "refused without a reason"] += 1
        return told
    told["good"], told["rejected"] = good, bad
    if plain and lines and name not in GROUPED:
        head = len(lines) - LINES
        blank = "\x00 \t\r\n\f\v"
        numbers = set(rows)
        lost = [
            n
            for n, line in enumerate(lines, 1)
            if n > head and line.strip(f"{blank}{string.whitespace}\u00a0\x85") and n not in numbers
        ]
        totals = sum(
            int(note.partition("(")[2].partition(")")[0])
            for note in reading.notes
            if note.startswith("Lines of totals")
        )
        empty = [n for n in lost if not lines[n - 1].strip(",;\t| ")]
        assert len(lost) - len(empty) <= totals, f"lost lines {lost[:5]}"
    return told


def land(name: str, path: Path) -> None:
    """Import one file into a table of its own, and count what the table holds."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            reading = sources.read(path, source=name)
            facts = Facts(Path(folder) / reading.table, TABLES[reading.table])
            done = facts.append(
                reading, file="0" * 16, name="x", now="2026-01-01", allow_rejects=True
            )
        except OmveiError:
            return
        assert done.rows == done.events + done.rejected + done.duplicates
        (held,) = duckdb.execute(
            "SELECT count(*) FROM read_parquet($files)", {"files": facts.files()}
        ).fetchall()[0]
        assert held == done.rows - done.rejected, "the table holds other rows"
        assert len(facts.imports()) == 1


def run(name: str, inputs: int, seed: int, keep: Path | None = None) -> dict[str, object]:
    """Damage at least so many lines of a source; what was found."""
    luck = random.Random(f"{seed}/{name}")
    counts: Counter[str] = Counter()
    failures: list[str] = []
    began, slowest = time.monotonic(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number, (content, lines, plain) in enumerate(files(name, luck)):
            if counts["inputs"] >= inputs:
                break
            path = Path(folder) / f"{number}.txt"
            path.write_bytes(content)
            start = time.monotonic()
            try:
                counts += check(name, path, lines, plain)
                if number % 20 == 0:
                    land(name, path)
                    counts["landed"] += 1
            except Exception as error:
                failures.append(f"{number}: {type(error).__name__}: {str(error)[:300]}")
                if keep:
                    (keep / f"{name}-{number}.txt").write_bytes(content)
            slowest = max(slowest, time.monotonic() - start)
            counts["inputs"] += content.count(b"<event>") if name == "xes" else LINES
            path.unlink()
    seconds = round(time.monotonic() - began)
    return {"source": name, "seed": seed, **counts, "seconds": seconds,
            "slowest": round(slowest, 2), "failures": failures}  # fmt: skip


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", default=list(SEEDS))
    asked.add_argument("--inputs", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--keep", type=Path)
    said = asked.parse_args()
    for one in said.names:
        result = run(one, said.inputs, said.seed, said.keep)
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()
