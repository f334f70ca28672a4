"""Build the journeys: from the events to blocks, by way of people and touchpoints.

1. `facts`: each event once, and nobody's who was deleted (`facts.py`).
2. people: identifiers that occur together (`people/`).
3. `named`: kind, channel, content, ... of each event, by rules and joins (`touchpoints/`).
4. blocks: each bucket of people, sorted; visits, cycles and gaps by kernels; two Arrow files.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow.compute as pc

from ..events.table import Events, Progress
from ..people import accounts, claims, components
from ..people import table as people_table
from ..people.deleted import Deleted
from ..people.policies import policy
from ..people.resolve import People, resolve
from ..touchpoints import naming
from ..touchpoints.definitions import Definitions
from ..touchpoints.vocabulary import INITIATORS, MACHINE, OWNERSHIPS, codes
from . import facts, layout, manifest
from .dictionaries import Dictionaries
from .writing import write_block

TARGET = 400_000
"""Touchpoints a block, about: enough to keep a thread busy, small enough to rebuild."""

CLASSES = ("touchpoints", "bots", "assets", "technical", "unidentified")
"""What becomes of an event, besides `merged`."""

CLASSED = """
CREATE OR REPLACE TABLE named AS
SELECT *, (coalesce(person, 0) >> 40) * $buckets // 1048576 AS bucket,
    CASE WHEN bot THEN 1 WHEN kind = $asset THEN 2 WHEN kind = $technical THEN 3
         WHEN person IS NULL THEN 4 ELSE 0 END::TINYINT AS class
FROM ({named})
"""


BUCKET = """
SELECT n.*, a.query_class FROM named AS n LEFT JOIN asked AS a ON a.query = n.query
WHERE n.class = 0 AND n.bucket = $bucket
"""

HOSTS = """
SELECT host, sum(events)::BIGINT FROM (
    SELECT host, count(*) AS events FROM {rows} GROUP BY host
    UNION ALL
    SELECT page_host, sum(events) FROM (SELECT url, count(*) AS events FROM {rows} GROUP BY url)
    JOIN pages USING (url) GROUP BY page_host
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
    deleted: Deleted = field(default_factory=Deleted)
    """People who are kept out."""


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
    folder = new_folder(journeys_folder)
    old = manifest.read(journeys_folder)
    known = old.folder / "dictionaries.parquet" if old and not anew else None
    words = Dictionaries.read(known)
    with connect(folder) as con:
        found, later = understand(
            con,
            files or [facts.empty(folder)],
            any(done.duplicates for done in imports),
            sum(done.rows - done.rejected for done in imports),
            settings,
            definitions,
            progress,
        )
        people_version = people_table.write(people_folder, found)
        progress(3, 5, "journeys")
        for name, seen in words_of(con).items():
            words.add(name, seen)
        blocks = write_blocks(con, folder, "", words, settings)
        counts = tally(con) | joined(found) | {"later": later}
        words.write(folder / "dictionaries.parquet")
        base = remember(con, folder, made_by(settings, definitions), tally_hosts(con, "facts"), [])
    progress(5, 5, "done")
    return made(
        journeys_folder,
        people_folder,
        folder,
        blocks,
        version,
        people_version,
        counts,
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
    """Keep what an append will have to know, in files of `folder` and in what is returned.

    layers  where the components of earlier appends are, oldest first
    """
    components.write(con, folder / "components.parquet")
    con.execute("COPY repeated TO $path", {"path": (folder / "repeated.parquet").as_posix()})
    return {
        "made_by": maker,
        "hosts": hosts,
        "layers": [*layers, f"{folder.name}/components.parquet"],
        "repeated": f"{folder.name}/repeated.parquet",
    }


def understand(
    con: duckdb.DuckDBPyConnection,
    files: list[str],
    repeated: bool,
    rows: int,
    settings: Settings,
    definitions: Definitions,
    progress: Progress = lambda done, total, phase: None,
) -> tuple[People, int]:
    """Find the people of the events in `files`, and name every event: the table `named`.

    repeated  whether an event may be there twice; rows  how many there are, about

    Returns the people, and how many events are left out because they came later than asked. The
    people of one file are not looked for in another call's: `files` must hold everything that
    may be theirs.
    """
    progress(0, 5, "people")
    once = facts.REPEATED if repeated else None
    later = facts.show(con, files, once, settings.until, settings.deleted)
    found = resolve(con, settings.key, policy(settings.policy), settings.apart)
    if settings.unit == "account":
        accounts.lift(con)
        found = People(con.table("identifiers").to_arrow_table(), found.joins)
    progress(1, 5, "names")
    naming.look_up(con, definitions)
    progress(2, 5, "touchpoints")
    name_events(con, rows, settings.unit)
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
) -> manifest.Build:
    """Make what was built in `folder` the state that readers see.

    base  what `remember` returned; without it nothing can be appended, only built again
    """
    merged = sum(block["merged"] for block in blocks)
    remembered = [*base["layers"], base["repeated"]] if base else []
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
            "first": min((row["first"] for row in blocks), default=None),
            "last": max((row["last"] for row in blocks), default=None),
            "deleted": len(settings.deleted.waiting),
            **(base or {}),
        },
        manifest.checksums(
            journeys_folder.parent,
            folder / "dictionaries.parquet",
            *(journeys_folder / path for path in remembered),
            *people_table.files(people_folder, people_version),
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


def new_folder(journeys: Path) -> Path:
    """A folder of its own for what is built."""
    folder = journeys / uuid4().hex[:12]
    folder.mkdir(parents=True)
    return folder


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET temp_directory = $spill", {"spill": (folder / "spill").as_posix()})
    if limit := os.environ.get("OMVEI_MEMORY"):
        con.execute("SET memory_limit = $limit", {"limit": limit})
    return con


def buckets(rows: int) -> int:
    """Into how many buckets the people of so many events are divided."""
    return max(min(2, rows // 20_000), rows // TARGET, 1)


def name_events(con: duckdb.DuckDBPyConnection, rows: int, unit: str) -> None:
    asset, technical = (codes()[kind] for kind in MACHINE)
    con.execute(
        CLASSED.format(named=naming.NAMED.format(**OF_UNIT[unit])),
        {
            "buckets": buckets(rows),
            "asset": asset,
            "technical": technical,
            "ownerships": list(OWNERSHIPS),
            "initiators": list(INITIATORS),
        },
    )


def tally(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """What became of the events of the table `named`."""
    found = dict(con.execute("SELECT class, count(*) FROM named GROUP BY class").fetchall())
    counts = {"events": sum(found.values())}
    return counts | {name: found.get(code, 0) for code, name in enumerate(CLASSES)}


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


def words_of(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The words of the touchpoints in the table `named`, by dictionary: they need codes."""
    found = {}
    for name in (*layout.DICTIONARIES, "channel"):
        seen = con.execute(f"SELECT DISTINCT {name} FROM named WHERE class = 0").fetchall()
        found[name] = [word for (word,) in seen if word is not None]
    return found


def write_blocks(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    prefix: str,
    words: Dictionaries,
    settings: Settings,
) -> list[manifest.Row]:
    """Write the touchpoints of the table `named` as blocks, one a bucket of people."""
    found = con.execute("SELECT DISTINCT bucket FROM named WHERE class = 0 ORDER BY bucket")
    there = [int(bucket) for (bucket,) in found.fetchall()]

    def write(place: int) -> manifest.Row:
        cursor = con.cursor()  # each thread needs its own
        rows = cursor.sql(BUCKET, params={"bucket": there[place]}).to_arrow_table()
        gap = int(settings.session_gap_seconds * 1_000_000)
        return write_block(folder, f"{prefix}{place:04d}", rows, words, gap)

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
        return list(threads.map(write, range(len(there))))
