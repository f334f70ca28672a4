"""Bring the journeys up to date by building only the people whom something new concerns.

1. Which identifiers are *touched*: those of new events, of events that a new copy replaces, and of
   people who were deleted; and all that were ever seen together with them (`people/components.py`).
2. The rows of the touched are read from the blocks there are (`kept.py`, `staying.py`), what is new
   from the new files; both are stitched, and what is new is named, as in a full build.
3. Their people's bits are cleared in the blocks there are, and their whole journeys, as they are
   now, are written as new blocks.
4. One commit makes the new blocks, bitmaps and people what readers see.

So an append costs what is new and what that touches, however much there is. Whatever a full build
would decide by looking at everything is counted, so that what is new can be added: events by class,
and the site's own hosts. Where what is new would change how *old* rows are named (another host of
one's own, other rules, another Omvei), nothing is appended: the answer is None, and a full build is
due.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..events.addresses import escaped
from ..events.checksum import checksum
from ..events.schema import IDENTIFIERS
from ..events.table import Events, Import, Progress
from ..people import components, deleted
from ..people import table as people_table
from ..people.policies import policy
from ..people.resolve import clean, resolve
from ..people.seen import gather
from ..touchpoints import naming
from ..touchpoints.definitions import Definitions
from . import facts, kept, manifest, staying
from .block import open_block, read_living, write_living
from .build import (
    CLASSES,
    Settings,
    connect,
    joined,
    made,
    made_by,
    new_folder,
    remember,
    tally_hosts,
    write_blocks,
)
from .dictionaries import Dictionaries

LAYERS = 24
"""Appends after which a full build is due: every one leaves small blocks and a layer behind."""

COPIES = f"""
-- rows that another row with the same event id makes superfluous, now that the new files are there
INSERT INTO again
SELECT file, row FROM (
    SELECT file, row, row_number() OVER (PARTITION BY event_id ORDER BY file, row) AS nth
    FROM read_parquet(getvariable('everything'), union_by_name = true)
    SEMI JOIN (SELECT event_id FROM {facts.EVENTS_READ}) USING (event_id)
) WHERE nth > 1 EXCEPT FROM repeated
"""

REPLACED = f"""
-- old events that a new copy replaces, as they were told
CREATE TABLE replaced AS
SELECT file, row, host, url, {", ".join(IDENTIFIERS)}
FROM read_parquet(getvariable('everything'), union_by_name = true)
SEMI JOIN again USING (file, row)
WHERE NOT list_contains(getvariable('fresh'), file)
"""

ERASED = f"""
-- the same of people who were deleted
INSERT INTO replaced
SELECT e.file, e.row, e.host, e.url, {", ".join(f"e.{kind}" for kind in IDENTIFIERS)}
FROM read_parquet(getvariable('everything'), union_by_name = true) AS e
SEMI JOIN gone USING (file, row)
ANTI JOIN replaced AS r USING (file, row)
"""

FACTS = f"""
-- what is new and what stays, with the identifiers of each
CREATE OR REPLACE VIEW facts AS
SELECT f.*, {", ".join(f"s.{kind}" for kind in IDENTIFIERS)}, s.strongest
FROM (
    SELECT {{told}} FROM rows UNION ALL SELECT {{told}} FROM kept_rows
) AS f JOIN sets AS s USING (key)
"""

TOLD = "time, event_id, consent, event, key"

JOINED = """
SELECT count(*) FILTER (NOT refused), count(*) FILTER (refused) FROM old_joins
WHERE hash(strong_kind || ':' || strong_value) IN (SELECT name FROM touched)
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
    known_words = now.folder / "dictionaries.parquet"
    words = Dictionaries.read(known_words, now.checksum(known_words))
    layers = [components.Layer(journeys_folder / name) for name in now.settings["layers"]]
    with new_folder(journeys_folder) as folder:
        with connect(folder) as con:
            progress(0, None, "people")
            for layer in layers:
                layer.compare()
            changed = _look(con, events, new, now, settings, erased, folder)
            touched = components.spread(layers, _named(con))
            concerned = components.holders(layers, touched)
            held = kept.find(now, concerned)
            rows = staying.read(con, now, concerned, held, layers, words)
            counts = now.counts | {"touchpoints": now.counts["touchpoints"] + now.counts["merged"]}
            if changed:
                left = _gone(con, rows, counts)
                if left is None:
                    return None
                rows, counts = left
            if not _all_facts(con):
                return None
            found = resolve(con, settings.key, policy(settings.policy), settings.apart)
            progress(0, None, "names")
            known = now.settings["hosts"]
            naming.look_up(con, replace(definitions, hosts=definitions.hosts | known.keys()))
            hosts = _changed_hosts(con, known)
            if {host for host, rows in hosts.items() if rows} != set(known):
                return None
            for name, seen in naming.words(con).items():
                words.add(name, seen)
            many = len(rows) + sum(done.events for done in new)
            stay = partial(staying.whose, con, rows)
            blocks, added = write_blocks(
                con, folder, "", words, settings, many, progress, kept=stay
            )
            words.write(folder / "dictionaries.parquet")
            components.write(con, folder, touched, concerned)
            pairs = _joins(con, people_folder, now, touched, joined(found))
            base = remember(con, folder, maker, hosts, [*now.settings["layers"], folder.name])
        blocks += _without(now, folder, held)
        people_version = people_table.add(people_folder, found, touched)
        progress(1, 1, "done")
        totals = {name: counts[name] + added[name] for name in ("events", *CLASSES)}
        return made(
            journeys_folder,
            people_folder,
            folder,
            blocks,
            version,
            people_version,
            now.counts | totals | pairs,
            settings,
            base,
            now,
        )


def _all_facts(con: duckdb.DuckDBPyConnection) -> bool:
    """Make `facts`, `sets` and `gathered` those of the touched, old and new; False if two sets have
    one key."""
    con.execute("CREATE OR REPLACE TABLE sets AS FROM known_sets")
    con.execute(FACTS.format(told=TOLD))
    gather(con, f"(SELECT {TOLD} FROM rows UNION ALL SELECT {TOLD} FROM kept_rows)")
    (alike,) = con.execute("SELECT count(*) - count(DISTINCT key) FROM sets").fetchall()[0]
    return not alike


def _joins(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    now: manifest.Build,
    touched: NDArray[np.uint64],
    found: dict[str, int],
) -> dict[str, int]:
    """How many pairs of identifiers were joined and refused, after the touched are as `found`."""
    con.register("touched", pa.table({"name": touched}))
    people_table.tell(con, folder, "joins", now.who("joins"), "old_joins")
    before = dict(zip(found, con.execute(JOINED).fetchall()[0], strict=True))
    return {name: now.counts[name] - before[name] + pairs for name, pairs in found.items()}


def _look(
    con: duckdb.DuckDBPyConnection,
    events: Events,
    new: list[Import],
    now: manifest.Build,
    settings: Settings,
    erased: deleted.Names,
    folder: Path,
) -> bool:
    """Show the new files as `rows` and `facts`; make `repeated`, `erased`, `again`, and `replaced`:
    what of the old files a copy in the new ones replaces.

    Returns whether rows that are there may be gone: copied, or somebody's who was deleted.
    """
    repeated = now.folder.parent / now.settings["repeated"]
    fresh = [done.file for done in new]
    parts = [part for part, (file, _) in events.parts().items() if file in set(fresh)]
    files = [escaped((events.folder / part).as_posix()) for part in parts]
    files = files or [facts.empty(folder)]
    copies = any(done.duplicates for done in new)
    for name, value in (
        ("repeated", [escaped(repeated.as_posix())]),
        ("fresh", fresh),
        ("files", files),
        ("everything", (events.files() or files) if copies or erased else files),
    ):
        con.execute(f"SET VARIABLE {name} = $value::VARCHAR[]", {"value": value})
    con.execute("CREATE TABLE repeated AS FROM read_parquet(getvariable('repeated'))")
    con.execute("CREATE TABLE again (file VARCHAR, row BIGINT)")
    if copies:
        con.execute(COPIES)
        con.execute("INSERT INTO repeated FROM again")
    con.execute(REPLACED if copies else f"{REPLACED} LIMIT 0")
    facts.show(con, files, copies, None, settings.deleted)
    deleted.names(con, "erased", erased)
    return copies or bool(erased)


def _named(con: duckdb.DuckDBPyConnection) -> NDArray[np.uint64]:
    """The identifiers (hashes) of what is new, what is replaced, and who was deleted."""
    names = ", ".join(components.hashed(kind) for kind in IDENTIFIERS)
    cleaned = ", ".join(f"{clean(kind, kind)} AS {kind}" for kind in IDENTIFIERS)
    told = con.sql(f"""
        SELECT unnest([{names}]) AS name FROM sets
        UNION SELECT unnest([{names}]) FROM (SELECT {cleaned} FROM replaced)
        UNION SELECT hash(name) FROM erased
    """)
    found: NDArray[np.uint64] = told.to_arrow_table().column("name").to_numpy()
    return found[found != 0]


def _gone(
    con: duckdb.DuckDBPyConnection, rows: pa.Table, counts: dict[str, int]
) -> tuple[pa.Table, dict[str, int]] | None:
    """The rows that stay, and the counts without those that are gone; None if a row that is
    replaced is nobody's: the blocks do not keep it, and so it cannot be counted."""
    stay, gone = staying.without_gone(con, rows)
    if con.execute("FROM replaced ANTI JOIN gone USING (file, row) LIMIT 1").fetchall():
        return None
    if len(gone):
        con.execute(ERASED)
    which, times = np.unique(gone.column("class").to_numpy(), return_counts=True)
    less = {CLASSES[code]: int(many) for code, many in zip(which, times, strict=True)}
    less["events"] = len(gone)
    return stay, {name: many - less.get(name, 0) for name, many in counts.items()}


def _changed_hosts(con: duckdb.DuckDBPyConnection, hosts: dict[str, int]) -> dict[str, int]:
    """How many events tell of each of the site's own hosts, now."""
    came, went = tally_hosts(con, "rows"), tally_hosts(con, "replaced")
    return {
        host: hosts.get(host, 0) + came.get(host, 0) - went.get(host, 0)
        for host in hosts.keys() | came.keys()
    }


def _without(now: manifest.Build, folder: Path, held: list[kept.Held]) -> list[manifest.Row]:
    """The lines of the blocks there are, after the bits of some people are cleared."""
    there = {(each.row["folder"], each.row["block"]): each for each in held}

    def clear(row: manifest.Row) -> manifest.Row:
        each = there.get((row["folder"], row["block"]))
        if each is None:
            return row
        living = now.living(row)
        left = (
            np.ones(each.people.rows, np.bool_)
            if living is None
            else read_living(living, each.people.rows, row["live_checksum"])
        )
        left[each.places] = False
        path = folder / f"{row['folder']}-{row['block']}.live"
        write_living(path, left)
        merged = each.people("merged")[each.places]
        first, last = row["first"], row["last"]
        if first == each.first or last == each.last:
            block = open_block(now.place(row), row["block"])
            bounds = block.starts[:-1][left], block.starts[1:][left] - 1
            first = int(block["time"][bounds[0]].min()) if left.any() else None
            last = int(block["time"][bounds[1]].max()) if left.any() else None
        return row | {
            "people": row["people"] - len(each.places),
            "touchpoints": row["touchpoints"] - int(each.lengths.sum()),
            "merged": row["merged"] - int(merged.sum()),
            "first": first,
            "last": last,
            "live": f"{folder.name}/{path.name}",
            "live_checksum": checksum(path),
        }

    with ThreadPoolExecutor() as threads:
        rows = list(threads.map(clear, now.blocks))
    return [row for row in rows if row["people"] or row["aside"]]
