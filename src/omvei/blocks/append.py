"""Bring the journeys up to date by building only the people whom something new concerns.

1. Which identifiers are *touched*: those of new events, of events that a new copy replaces, and of
   people who were deleted; and all that were ever seen together with them (`people/components.py`).
2. The facts of the touched, old and new, are stitched and named as in a full build.
3. Their people's bits are cleared in the blocks there are, and their whole journeys, as they are
   now, are written as new blocks.
4. One commit makes the new blocks, bitmaps and people what readers see.

Whatever a full build would decide by looking at everything is counted, so that what is new can be
added: events by class, and the site's own hosts. Where what is new would change how *old* rows are
named (another host of one's own, other rules, another Omvei), nothing is appended: the answer is
None, and a full build is due.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..events.addresses import escaped
from ..events.checksum import checksum
from ..events.schema import IDENTIFIERS
from ..events.table import Events, Import, Progress
from ..people import components, deleted
from ..people import table as people_table
from ..people.policies import policy
from ..people.resolve import People, resolve
from ..touchpoints import naming
from ..touchpoints.definitions import Definitions
from . import facts, manifest
from .block import open_block, read_living, read_merged, write_living
from .build import (
    CLASSES,
    Settings,
    connect,
    joined,
    made,
    made_by,
    name_events,
    new_folder,
    remember,
    tally_hosts,
    words_of,
    write_blocks,
)
from .dictionaries import Dictionaries

LAYERS = 24
"""Appends after which a full build is due: every one leaves small blocks and a layer behind."""

REPEATED = "CREATE TABLE repeated AS FROM read_parquet(getvariable('repeated'))"
"""Rows that were superfluous before."""

COPIES = """
-- rows that another row with the same event id makes superfluous, now that the new files are there
CREATE TABLE again AS
SELECT file, row FROM (
    SELECT file, row, row_number() OVER (PARTITION BY event_id ORDER BY file, row) AS nth
    FROM read_parquet(getvariable('files'), union_by_name = true)
    SEMI JOIN (SELECT event_id FROM read_parquet(getvariable('new'))) USING (event_id)
) WHERE nth > 1 EXCEPT FROM repeated
"""

GONE = """
-- old facts that are facts no longer: replaced by a copy, or somebody's who was deleted
CREATE TABLE gone AS
SELECT f.* FROM facts AS f
WHERE NOT list_contains(getvariable('fresh'), f.file) AND (
    (f.file, f.row) IN (SELECT (file, row) FROM again)
    OR EXISTS (SELECT 1 FROM erased AS d WHERE d.name = f.strongest
        AND (d."from" IS NULL OR f.time >= d."from") AND (d."to" IS NULL OR f.time < d."to")))
"""

TOUCHED = """
INSERT INTO touched
SELECT DISTINCT name FROM (
    SELECT unnest([{names}]) AS name FROM {rows}
) WHERE name <> 0 EXCEPT FROM touched
"""

FRESH_CLASSES = """
SELECT class, count(*) FROM named
WHERE list_contains(getvariable('fresh'), file) GROUP BY class
"""

STITCHED = """
FROM old_{table} WHERE hash({name}) NOT IN (FROM touched)
UNION ALL BY NAME FROM found_{table}
"""

CONCERNED = """
SELECT DISTINCT unnest([person, node]) AS person FROM old_identifiers
WHERE hash(kind || ':' || value) IN (FROM touched)
"""

SUBSET = """
CREATE TABLE subset AS
SELECT * FROM facts
WHERE list_contains(getvariable('fresh'), file) OR hash(strongest) IN (FROM touched)
"""

GONE_CLASSES = """
-- what the rows in `gone` were counted as
SELECT CASE WHEN n.class = 4 AND g.strongest IS NOT NULL THEN 0 ELSE n.class END, count(*)
FROM named AS n JOIN gone AS g USING (file, row) GROUP BY ALL
"""


def append(
    events: Events,
    people_folder: Path,
    journeys_folder: Path,
    settings: Settings,
    definitions: Definitions,
    progress: Progress = lambda done, total, phase: None,
) -> manifest.Build | None:
    """Make what is new part of the journeys; None where a full build is due instead.

    The answers are those of a full build.
    """
    now = manifest.read(journeys_folder)
    maker = made_by(settings, definitions)
    if now is None or now.settings.get("made_by") != maker:
        return None
    if len(now.settings["layers"]) > LAYERS:
        return None  # it pays to lay everything out anew
    version, new = events.version, events.since(now.events_version)
    erased = settings.deleted.waiting[now.settings["deleted"] :]
    if new is None or now.settings["deleted"] > len(settings.deleted.waiting):
        return None
    folder = new_folder(journeys_folder)
    words = Dictionaries.read(now.folder / "dictionaries.parquet")
    with connect(folder) as con:
        progress(0, 5, "people")
        _gather(con, events, new, now, settings, erased, folder)
        found = resolve(con, settings.key, policy(settings.policy), settings.apart)
        progress(1, 5, "names")
        con.execute("CREATE OR REPLACE VIEW facts AS FROM subset UNION ALL FROM gone")
        known = now.settings["hosts"]
        naming.look_up(con, replace(definitions, hosts=definitions.hosts | known.keys()))
        hosts = _changed_hosts(con, known)
        if {host for host, rows in hosts.items() if rows} != set(known):
            return None
        progress(2, 5, "touchpoints")
        counts = _count(con, now)
        progress(3, 5, "journeys")
        for name, seen in words_of(con).items():
            words.add(name, seen)
        blocks = write_blocks(con, folder, "", words, settings)
        words.write(folder / "dictionaries.parquet")
        whole, concerned = _stitched(con, people_folder, now.people_version, found)
        base = remember(con, folder, maker, hosts, now.settings["layers"])
    blocks += _without(now, folder, concerned)
    people_version = people_table.write(people_folder, whole)
    progress(5, 5, "done")
    return made(
        journeys_folder,
        people_folder,
        folder,
        blocks,
        version,
        people_version,
        counts | joined(whole),
        settings,
        base,
    )


def _gather(
    con: duckdb.DuckDBPyConnection,
    events: Events,
    new: list[Import],
    now: manifest.Build,
    settings: Settings,
    erased: deleted.Names,
    folder: Path,
) -> None:
    """Make `touched(name)`, `subset` (the facts of the touched) and `gone` (no facts any more)."""
    copies = any(done.duplicates for done in new)
    repeated = now.folder.parent / now.settings["repeated"]
    con.execute("SET VARIABLE repeated = $path", {"path": escaped(repeated.as_posix())})
    once = REPEATED if copies or pq.read_metadata(repeated).num_rows else None
    facts.show(con, events.files() or [facts.empty(folder)], once, None, settings.deleted)
    deleted.names(con, "waiting", settings.deleted.waiting[: now.settings["deleted"]])
    deleted.names(con, "erased", erased)
    fresh = [done.file for done in new]
    parts = [part for part, (file, _) in events.parts().items() if file in set(fresh)]
    files = [escaped((events.folder / part).as_posix()) for part in parts]
    con.execute("SET VARIABLE fresh = $fresh::VARCHAR[]", {"fresh": fresh})
    con.execute("SET VARIABLE new = $files::VARCHAR[]", {"files": files})
    con.execute(COPIES if copies and files else "CREATE TABLE again (file VARCHAR, row BIGINT)")
    con.execute(GONE if copies or erased else "CREATE TABLE gone AS FROM facts LIMIT 0")
    con.execute("INSERT INTO repeated FROM again")
    con.execute("INSERT INTO waiting FROM erased")

    con.execute("CREATE TABLE touched AS SELECT DISTINCT hash(name) AS name FROM erased")
    names = ", ".join(components.hashed(kind) for kind in IDENTIFIERS)
    con.execute(TOUCHED.format(names=names, rows="gone"))
    if files:
        everything = events.files()
        con.execute("SET VARIABLE files = $files", {"files": files})
        con.execute(TOUCHED.format(names=names, rows="facts"))
        con.execute("SET VARIABLE files = $files", {"files": everything})
    layers = [now.folder.parent / layer for layer in now.settings["layers"]]
    components.spread(con, layers)
    con.execute(SUBSET)
    con.execute("CREATE OR REPLACE VIEW facts AS FROM subset")


def _changed_hosts(con: duckdb.DuckDBPyConnection, hosts: dict[str, int]) -> dict[str, int]:
    """How many facts tell of each of the site's own hosts, now."""
    came = tally_hosts(con, "(FROM subset WHERE list_contains(getvariable('fresh'), file))")
    went = tally_hosts(con, "gone")
    return {
        host: hosts.get(host, 0) + came.get(host, 0) - went.get(host, 0)
        for host in hosts.keys() | came.keys()
    }


def _count(con: duckdb.DuckDBPyConnection, now: manifest.Build) -> dict[str, int]:
    """Name the subset (table `named`); return how many events became what, of all there are."""
    counts = dict(now.counts) | {"touchpoints": now.counts["touchpoints"] + now.counts["merged"]}

    def add(found: list[tuple[int, int]], sign: int) -> None:
        for code, rows in found:
            counts[CLASSES[code]] += sign * rows
            counts["events"] += sign * rows

    if con.table("gone").limit(1).fetchall():
        con.execute("CREATE OR REPLACE VIEW facts AS FROM gone")
        name_events(con, 1, "person")
        add(con.execute(GONE_CLASSES).fetchall(), -1)
    con.execute("CREATE OR REPLACE VIEW facts AS FROM subset")
    (rows,) = con.execute("SELECT count(*) FROM subset").fetchall()[0]
    name_events(con, rows, "person")
    add(con.execute(FRESH_CLASSES).fetchall(), 1)
    return counts


def _stitched(
    con: duckdb.DuckDBPyConnection, folder: Path, version: int, found: People
) -> tuple[People, NDArray[np.int64]]:
    """Everybody's tables, with the touched as they were `found`; and whom that concerns."""
    people_table.show_both(con, folder, version)
    con.register("found_identifiers", found.identifiers)
    con.register("found_joins", found.joins)
    identifiers = con.sql(STITCHED.format(table="identifiers", name="kind || ':' || value"))
    joins = con.sql(STITCHED.format(table="joins", name="strong_kind || ':' || strong_value"))
    whole = People(identifiers.to_arrow_table(), joins.to_arrow_table())
    concerned = con.sql(CONCERNED).to_arrow_table().column("person").to_numpy()
    return whole, concerned


def _without(now: manifest.Build, folder: Path, people: NDArray[np.int64]) -> list[manifest.Row]:
    """The lines of the blocks there are, after these people's bits are cleared."""

    def clear(row: manifest.Row) -> manifest.Row:
        block = open_block(now.place(row), row["block"])
        living = now.living(row)
        live = (
            np.ones(block.people, np.bool_) if living is None else read_living(living, block.people)
        )
        left = live & ~np.isin(block.person, people)
        if (left == live).all():
            return row
        path = folder / f"{row['folder']}-{row['block']}.live"
        write_living(path, left)
        bounds = np.append(block.starts[:-1][left], 0), np.append(block.starts[1:][left], 0)
        first, last = (block["time"][rows[:-1]] for rows in (bounds[0], bounds[1] - 1))
        merged = read_merged(now.place(row), row["block"])
        return row | {
            "people": int(left.sum()),
            "touchpoints": int((bounds[1] - bounds[0]).sum()),
            "merged": int(merged[left].sum()),
            "first": int(first.min()) if left.any() else None,
            "last": int(last.max()) if left.any() else None,
            "live": f"{folder.name}/{path.name}",
            "live_checksum": checksum(path),
        }

    with ThreadPoolExecutor() as threads:
        rows = list(threads.map(clear, now.blocks))
    return [row for row in rows if row["people"]]
