"""Build the journeys: from the events to blocks, by way of people and touchpoints.

1. `facts`: each event once, and nobody's who was deleted (`facts.py`).
2. people: identifiers that occur together (`people/`).
3. names: kind, channel, content, ... of each event as codes, by rules and joins (`touchpoints/`);
   in one pass, into a file for each bucket of people (`spill.py`).
4. blocks: each bucket of people, sorted; visits, cycles and gaps by kernels; Arrow files.
"""

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..events import checksum
from ..events.table import Events, Progress
from ..people import accounts, claims, components, seen
from ..people import table as people_table
from ..people.deleted import Deleted
from ..people.policies import policy
from ..people.resolve import People, resolve
from ..touchpoints import naming
from ..touchpoints.definitions import Definitions
from ..touchpoints.vocabulary import INITIATORS, MACHINE, OWNERSHIPS, codes
from . import facts, layout, manifest
from .dictionaries import Dictionaries
from .spill import Spill, divided
from .writing import write_block

TARGET = 400_000
"""Touchpoints a block, about: enough to keep a thread busy, small enough to rebuild."""

MEMORY = "3GB"
"""What joins and sorts hold before they go to the disk; `OMVEI_MEMORY` says otherwise. Arrow and
the kernels need about as much again."""

BATCH = 500_000
"""Rows that are named and put into their buckets at a time."""

CLASSES = ("touchpoints", "bots", "assets", "technical", "unidentified")
"""What becomes of an event, besides `merged`."""

OWNED = """
-- whose a set of identifiers is: its strongest identifier's, for each time that is somebody's
CREATE OR REPLACE TABLE owned AS
SELECT s.key, i.kind, i.person, i.node, i."from", i."to",
    CASE WHEN s.order_id IS NULL THEN 0 ELSE (hash(s.order_id) >> 1)::BIGINT END AS number
FROM sets AS s LEFT JOIN identifiers AS i ON i.kind || ':' || i.value = s.strongest
"""

CARRIED = """
-- the sets whose events may be a person's, under each person
SELECT DISTINCT unnest([o.person, o.node]) AS whose, s.*
FROM sets AS s JOIN owned AS o USING (key) WHERE o.person IS NOT NULL
"""

HOSTS = f"""
SELECT host, sum(events)::BIGINT FROM (
    SELECT host, count(*) AS events FROM {{rows}} GROUP BY host
    UNION ALL
    SELECT {naming.host_of("url")}, sum(events)
    FROM (SELECT url, count(*) AS events FROM {{rows}} GROUP BY url) GROUP BY ALL
) WHERE host IS NOT NULL GROUP BY host
"""

OF_UNIT = {
    "person": {"whose": claims.WHOSE, "identifier": "i.node", "named_by": ""},
    "account": {
        "whose": accounts.WHOSE,
        "identifier": "coalesce(i.node, o.number)",
        "named_by": accounts.NAMED_BY,
    },
}
"""Whose an event is, by the unit of the journeys."""


@dataclass(frozen=True)
class Settings:
    """What a build depends on besides the events."""

    session_gap_seconds: float = 1800.0
    key: str = ""
    policy: str = "default"
    """How readily identifiers are joined: a name of `people/policies.yaml`."""
    apart: tuple[tuple[str, str], ...] = ()
    """Identifiers (kind, value) that are joined to nobody."""
    until: int | None = None
    """Only what was known before this moment (microseconds), as if nothing had come later."""
    unit: str = "person"
    """Whose journeys: `person`, or `account`: those of companies."""
    domains: bool = False
    """Whether rows that name no company are the company's whose domain their address has."""
    deleted: Deleted = field(default_factory=Deleted)
    """People who are kept out."""

    @property
    def by_domain(self) -> bool:
        """Whether domains decide whose journeys these are."""
        return self.unit == "account" and self.domains


def build(
    events: Events,
    people_folder: Path,
    journeys_folder: Path,
    settings: Settings,
    definitions: Definitions,
    progress: Progress = lambda done, total, phase: None,
    anew: bool = False,
) -> manifest.Build:
    """Build the journeys of every event there is, and make them what readers see.

    anew  use no dictionary of the build before, so that nothing of it is left
    """
    version, files, imports = events.version, events.files(), events.imports()
    rows = sum(done.rows - done.rejected for done in imports)
    old = manifest.read(journeys_folder)
    known = old.folder / "dictionaries.parquet" if old and not anew else None
    words = Dictionaries.read(known)
    with new_folder(journeys_folder) as folder:
        with ThreadPoolExecutor(max_workers=1) as beside, connect(folder) as con:
            found, later = understand(
                con,
                files or [facts.empty(folder)],
                any(done.duplicates for done in imports),
                settings,
                definitions,
                progress,
            )
            pairs = joined(found)
            people_written = beside.submit(people_table.write, people_folder, found)
            del found  # large
            for name, told in naming.words(con).items():
                words.add(name, told)
            blocks, counts = write_blocks(con, folder, "", words, settings, rows, progress)
            words.write(folder / "dictionaries.parquet")
            components.write(con, folder)
            hosts = tally_hosts(con, "rows")
            base = remember(con, folder, made_by(settings, definitions), hosts, [folder.name])
            people_version = people_written.result()
        progress(rows, rows, "done")
        return made(
            journeys_folder,
            people_folder,
            folder,
            blocks,
            version,
            people_version,
            counts | pairs | {"later": later},
            settings,
            base,
        )


def remember(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    maker: str,
    hosts: dict[str, int],
    layers: list[str],
) -> dict[str, Any]:
    """What an append will have to know; rows that came twice are kept in a file of `folder`.

    layers  the folders where components are, oldest first; that of this build among them
    """
    con.execute("COPY repeated TO $path", {"path": (folder / "repeated.parquet").as_posix()})
    return {
        "made_by": maker,
        "hosts": hosts,
        "layers": layers,
        "repeated": f"{folder.name}/repeated.parquet",
    }


def understand(
    con: duckdb.DuckDBPyConnection,
    files: list[str],
    repeated: bool,
    settings: Settings,
    definitions: Definitions,
    progress: Progress = lambda done, total, phase: None,
) -> tuple[People, int]:
    """Find the people of the events in `files`, and look up what their events are called.

    repeated  whether an event may be there twice

    Returns the people, and how many events are left out because they came later than asked. The
    people of one file are not looked for in another call's: `files` must hold everything that
    may be theirs.
    """
    progress(0, None, "people")
    facts.once(con, files, repeated)
    firms = facts.firms(facts.domains(con, files, settings.until)) if settings.by_domain else None
    later = facts.show(con, files, repeated, settings.until, settings.deleted, firms)
    seen.gather(con, "rows")
    found = resolve(con, settings.key, policy(settings.policy), settings.apart)
    if settings.unit == "account":
        accounts.lift(con)
        found = People(con.table("identifiers").to_arrow_table(), found.joins)
    progress(0, None, "names")
    naming.look_up(con, definitions)
    return found, later


def joined(found: People) -> dict[str, int]:
    """How many pairs of identifiers were joined, and how many were refused."""
    refused = int(pc.sum(found.joins.column("refused")).as_py() or 0)
    return {"joins": len(found.joins) - refused, "refused_joins": refused}


def made(
    journeys_folder: Path,
    people_folder: Path,
    folder: Path,
    blocks: list[manifest.Row],
    version: int,
    people_version: int,
    counts: dict[str, int],
    settings: Settings,
    base: dict[str, Any] | None = None,
    before: manifest.Build | None = None,
) -> manifest.Build:
    """Make what was built in `folder` the state that readers see.

    base    what `remember` returned; without it nothing can be appended, only built again
    before  what this is appended to: its files are known
    """
    merged = sum(block["merged"] for block in blocks)
    layers = base["layers"] if base else []
    remembered = [f"{layer}/{file}" for layer in layers for file in components.FILES]
    remembered += [base["repeated"]] if base else []
    people = people_table.files(people_folder, people_version)
    root = journeys_folder.parent
    counts = counts | {"merged": merged, "touchpoints": counts["touchpoints"] - merged}
    done = manifest.Build(
        folder,
        tuple(blocks),
        version,
        people_version,
        counts,
        {
            "session_gap_seconds": settings.session_gap_seconds,
            "policy": settings.policy,
            "until": settings.until,
            "unit": settings.unit,
            "first": min((row["first"] for row in blocks if row["people"]), default=None),
            "last": max((row["last"] for row in blocks if row["people"]), default=None),
            "deleted": len(settings.deleted.waiting),
            "since": [*(before.settings["since"] if before else ()), people_version],
            **(base or {}),
        },
        manifest.checksums(
            root,
            folder / "dictionaries.parquet",
            *(journeys_folder / path for path in remembered),
            *people,
            known=before.files if before else {},
        ),
        manifest.checksums(
            root, *people, known=before.quick if before else {}, made=checksum.quick
        ),
    )
    manifest.commit(journeys_folder, done)
    return done


def made_by(settings: Settings, definitions: Definitions) -> str:
    """A digest of everything that decides what is made of the events, Omvei itself included.

    Where it is not the same any more, an append would put new rows beside old ones.
    """
    said = replace(settings, deleted=Deleted())
    told = [repr(said), duckdb.__version__]
    for name, value in sorted(vars(definitions).items()):
        told.append(f"{name}={sorted(value) if isinstance(value, frozenset) else value!r}")
    return hashlib.sha256("\n".join([*told, _code()]).encode()).hexdigest()[:16]


@cache
def _code() -> str:
    """A digest of the modules and rules that make journeys."""
    digest = hashlib.sha256()
    house = Path(__file__).parents[1]
    for part in ("people", "touchpoints", "blocks"):
        for file in sorted((house / part).iterdir()):
            if file.suffix in (".py", ".yaml"):
                digest.update(file.read_bytes())
    return digest.hexdigest()


@contextmanager
def new_folder(journeys: Path) -> Iterator[Path]:
    """A folder of its own for what is built; it goes where nothing came of it (an interruption)."""
    folder = journeys / uuid4().hex[:12]
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        now = manifest.read(journeys)
        if now is None or now.folder != folder:
            shutil.rmtree(folder, ignore_errors=True)


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")  # it would write into what is printed as JSON
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET temp_directory = $spill", {"spill": (folder / "spill").as_posix()})
    limit = os.environ.get("OMVEI_MEMORY", MEMORY)
    con.execute("SET memory_limit = $limit", {"limit": limit})
    return con


def buckets(rows: int) -> int:
    """Into how many buckets the people of so many events are divided."""
    return max(min(2, rows // 20_000), rows // TARGET, 1)


def added(each: Iterable[dict[str, int]]) -> dict[str, int]:
    """Several counts as one."""
    total: Counter[str] = Counter()
    for counts in each:
        total.update(counts)
    return dict(total)


def tally_hosts(con: duckdb.DuckDBPyConnection, rows: str) -> dict[str, int]:
    """How many of `rows` tell of each of the site's own hosts, by `host` or by the page's address.

    A host that comes or goes changes what an arrival from it is, everywhere.
    """
    return dict(con.execute(HOSTS.format(rows=rows)).fetchall())


def named(con: duckdb.DuckDBPyConnection, unit: str) -> pa.RecordBatchReader:
    """Every event as numbers (`naming.NAMED`), in batches; codes must stand beside what was looked
    up."""
    asset, technical = (codes()[kind] for kind in MACHINE)
    return con.sql(
        naming.NAMED.format(**OF_UNIT[unit], **naming.OF_EVENT),
        params={
            "asset": asset,
            "technical": technical,
            "ownerships": list(OWNERSHIPS),
            "initiators": list(INITIATORS),
        },
    ).to_arrow_reader(BATCH)


def write_blocks(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    prefix: str,
    words: Dictionaries,
    settings: Settings,
    rows: int,
    progress: Progress = lambda done, total, phase: None,
    kept: Callable[[], pa.Table] | None = None,
) -> tuple[list[manifest.Row], dict[str, int]]:
    """Name the events and write them as blocks, one a bucket of people.

    words  what every word's code is; rows  how many events there are, about
    kept   gives rows that were named before, to be written besides; they are not counted, and
           lie in memory: an append is for what is small beside all there is

    Returns the lines of the manifest, and how many events became what.
    """
    naming.code(con, words.words)
    con.execute(OWNED)
    spill = Spill(folder / f"{prefix}rows", buckets(rows))
    sets = Spill(folder / f"{prefix}sets", spill.buckets, by="whose")
    found = np.zeros(len(CLASSES), np.int64)
    done = 0
    for batch in named(con, settings.unit):
        found += np.bincount(batch.column("class").to_numpy(), minlength=len(CLASSES))
        spill.add(batch.select(layout.ROWS.names).cast(layout.ROWS))
        done += len(batch)
        progress(done, rows, "touchpoints")
    stay = divided(kept(), spill.buckets) if kept is not None else {}
    for batch in con.sql(CARRIED).to_arrow_reader(BATCH):
        sets.add(batch)
    there = sorted({*spill.close(), *stay})
    sets.close()
    gap = int(settings.session_gap_seconds * 1_000_000)

    def write(place: int) -> manifest.Row:
        carried = sets.read(there[place])
        found = (spill.read(there[place]), stay.pop(there[place], None))
        bucket = pa.concat_tables([rows for rows in found if rows is not None])
        if carried is None:  # journeys of companies
            carried = layout.SETS.empty_table()
        return write_block(folder, f"{prefix}{place:04d}", bucket, carried, words, gap)

    blocks = []
    written = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
        for block in threads.map(write, range(len(there))):
            blocks.append(block)
            written += block["touchpoints"] + block["aside"]
            progress(written, int(found.sum()), "journeys")
    spill.remove()
    sets.remove()
    counts = {name: int(found[code]) for code, name in enumerate(CLASSES)}
    return blocks, {"events": int(found.sum())} | counts
