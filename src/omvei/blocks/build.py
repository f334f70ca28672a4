"""Build the journeys: from the events to blocks, by way of people and touchpoints.

1. `facts`: each event once (the row with the smallest file and row number of an event id stays).
2. people: identifiers that occur together (`people/`).
3. `named`: kind, channel, content, ... of each event, by rules and joins (`touchpoints/`).
4. blocks: each bucket of people, sorted; visits, cycles and gaps by kernels; two Arrow files.

An order seen by two sources (the web tool's purchase, the shop's order) is one touchpoint: the
web's, because it stands in its visit, with the shop's value, because the shop knows what was paid.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..events.schema import IDENTIFIERS
from ..events.table import Events, Progress
from ..people import table as people_table
from ..people.resolve import clean, prepare, resolve, strongest
from ..touchpoints import naming, visits
from ..touchpoints.definitions import Definitions
from ..touchpoints.vocabulary import INITIATORS, MACHINE, OWNERSHIPS, codes
from . import layout, manifest
from .block import Column
from .dictionaries import Dictionaries

TARGET = 400_000
"""Touchpoints a block, about: enough to keep a thread busy, small enough to rebuild."""

CLASSES = ("touchpoints", "bots", "assets", "technical", "unidentified")
"""What becomes of an event, besides `merged`."""

FACTS = """
CREATE OR REPLACE TEMP TABLE repeated AS
    SELECT file, row FROM (
        SELECT file, row, row_number() OVER (PARTITION BY event_id ORDER BY file, row) AS nth
        FROM read_parquet(getvariable('files'), union_by_name = true)
    ) WHERE nth > 1;

-- each event once, with its strongest identifier
CREATE OR REPLACE TEMP VIEW facts AS
SELECT *, {strongest} AS strongest FROM (
    SELECT * REPLACE ({cleaned})
    FROM read_parquet(getvariable('files'), union_by_name = true) AS e
    WHERE NOT EXISTS (SELECT 1 FROM repeated AS r WHERE r.file = e.file AND r.row = e.row)
);
"""

CLASSED = """
CREATE OR REPLACE TEMP TABLE named AS
SELECT *, (coalesce(person, 0) >> 40) * $buckets // 1048576 AS bucket,
    CASE WHEN bot THEN 1 WHEN kind = $asset THEN 2 WHEN kind = $technical THEN 3
         WHEN person IS NULL THEN 4 ELSE 0 END::TINYINT AS class
FROM ({named})
"""


@dataclass(frozen=True)
class Settings:
    """What a build depends on besides the events."""

    session_gap_seconds: float = 1800.0
    key: str = ""


def build(
    events: Events,
    people_folder: Path,
    journeys_folder: Path,
    settings: Settings,
    definitions: Definitions,
    progress: Progress = lambda done, total, phase: None,
) -> manifest.Build:
    """Build the journeys of every event there is, and make them what readers see."""
    version, files = events.version, events.files()
    folder = journeys_folder / uuid4().hex[:12]
    folder.mkdir(parents=True)
    old = manifest.read(journeys_folder)
    words = Dictionaries.read(old.folder / "dictionaries.parquet" if old else None)
    with _connect(folder) as con:
        progress(0, 5, "people")
        _facts(con, files)
        found = resolve(con, settings.key)
        people_version = people_table.write(people_folder, found)
        progress(1, 5, "names")
        naming.look_up(con, definitions)
        progress(2, 5, "touchpoints")
        _name(con)
        progress(3, 5, "journeys")
        for name in layout.DICTIONARIES:
            column = "query" if name == "query" else name
            seen = con.execute(f"SELECT DISTINCT {column} FROM named WHERE class = 0").fetchall()
            words.add(name, (word for (word,) in seen if word is not None))
        first, last = con.execute(
            "SELECT epoch_us(min(time)), epoch_us(max(time)) FROM named WHERE class = 0"
        ).fetchall()[0]
        counts, blocks = _write_blocks(con, folder, words, settings)
        words.write(folder / "dictionaries.parquet")
    progress(5, 5, "done")
    done = manifest.Build(
        folder,
        tuple(blocks),
        version,
        people_version,
        counts,
        {"session_gap_seconds": settings.session_gap_seconds, "first": first, "last": last},
    )
    manifest.commit(journeys_folder, done)
    return done


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET preserve_insertion_order = false")
    con.execute(f"SET temp_directory = '{(folder / 'spill').as_posix()}'")
    if limit := os.environ.get("OMVEI_MEMORY"):
        con.execute("SET memory_limit = $limit", {"limit": limit})
    return con


def _facts(con: duckdb.DuckDBPyConnection, files: list[str]) -> None:
    prepare(con)
    con.execute("SET VARIABLE files = $files", {"files": files})
    cleaned = ", ".join(f"{clean(kind, kind)} AS {kind}" for kind in IDENTIFIERS)
    con.execute(FACTS.format(cleaned=cleaned, strongest=strongest()))


def _name(con: duckdb.DuckDBPyConnection) -> None:
    (rows,) = con.execute("SELECT count(*) FROM facts").fetchall()[0]
    buckets = max(min(2, rows // 20_000), rows // TARGET, 1)
    asset, technical = (codes()[kind] for kind in MACHINE)
    con.execute(
        CLASSED.format(named=naming.NAMED),
        {
            "buckets": buckets,
            "asset": asset,
            "technical": technical,
            "ownerships": list(OWNERSHIPS),
            "initiators": list(INITIATORS),
        },
    )


def _write_blocks(
    con: duckdb.DuckDBPyConnection, folder: Path, words: Dictionaries, settings: Settings
) -> tuple[dict[str, int], list[dict[str, object]]]:
    tally = dict(con.execute("SELECT class, count(*) FROM named GROUP BY class").fetchall())
    counts = {"events": sum(tally.values())}
    counts |= {name: tally.get(code, 0) for code, name in enumerate(CLASSES)}
    counts["merged"] = 0
    blocks: list[dict[str, object]] = []
    buckets = con.execute("SELECT DISTINCT bucket FROM named WHERE class = 0 ORDER BY bucket")
    for (bucket,) in buckets.fetchall():
        rows = con.sql(
            f"""SELECT n.*, a.query_class FROM named AS n LEFT JOIN asked AS a ON a.query = n.query
            WHERE n.class = 0 AND n.bucket = {int(bucket)}
            ORDER BY n.person, n.time, n.row, n.event_id"""
        ).to_arrow_table()
        alone = _one_row_an_order(rows)
        counts["merged"] += len(rows) - len(alone)
        counts["touchpoints"] -= len(rows) - len(alone)
        blocks.append(_write(folder, f"{len(blocks):04d}", alone, words, settings))
    return counts, blocks


def _one_row_an_order(rows: pa.Table) -> pa.Table:
    """Of several purchases with one order number, keep the web's, with the shop's value."""
    bought = pc.and_(
        pc.equal(rows.column("kind"), codes()["purchase"]), pc.is_valid(rows.column("order_id"))
    )
    places = np.flatnonzero(bought.to_numpy())
    if len(places) < 2:
        return rows
    orders = rows.take(places)
    named = orders.column("order_id").combine_chunks().dictionary_encode().indices.to_numpy()
    keep = np.ones(len(rows), bool)
    value = rows.column("value").fill_null(0).to_numpy().copy()
    browsed = orders.column("browsed").to_numpy()
    order = np.lexsort((places, ~browsed, named))  # an order's web row first, then in time
    named, places, browsed = named[order], places[order], browsed[order]
    first = np.append(True, named[1:] != named[:-1])
    owner = places[first][np.cumsum(first) - 1]
    keep[places[~first]] = False
    told = ~browsed & (value[places] != 0)  # what the shop itself says was paid
    value[owner[told][::-1]] = value[places[told]][::-1]
    table = rows.set_column(rows.schema.get_field_index("value"), "value", pa.array(value))
    return table.filter(pa.array(keep))


def _write(
    folder: Path, name: str, rows: pa.Table, words: Dictionaries, settings: Settings
) -> dict[str, object]:
    person = rows.column("person").to_numpy()
    begins = (
        np.flatnonzero(np.append(True, person[1:] != person[:-1]))
        if len(person)
        else np.empty(0, int)
    )
    starts = np.append(begins, len(person)).astype(np.int64)
    columns = _columns(rows, starts, words, settings)
    files = {
        "touchpoints": (layout.TOUCHPOINTS, columns),
        "people": (layout.PEOPLE, {"person": person[begins], "start": starts[:-1]}),
    }
    sums = {}
    for part, (held, values) in files.items():
        path = folder / f"{name}.{part}.arrow"
        arrays = [pa.array(values[h.name].astype(h.type, copy=False)) for h in held]
        with pa.ipc.new_file(path, layout.schema(held)) as out:
            out.write_batch(pa.RecordBatch.from_arrays(arrays, schema=layout.schema(held)))
        sums[f"{part}_checksum"] = manifest.checksum(path)
    return {"block": name, "people": len(begins), "touchpoints": len(person), **sums, "live": None}


def _columns(
    rows: pa.Table, starts: Column, words: Dictionaries, settings: Settings
) -> dict[str, Column]:
    def number(name: str, missing: int = -1) -> Column:
        found: Column = pc.fill_null(rows.column(name), missing).to_numpy()
        return found

    plain = {
        n: number(n)
        for n in ("kind", "query_class", "ownership", "initiator", "rating", "identifier", "row")
    }
    plain |= {n: number(n, 0) for n in ("value", "cost", "consent")}
    coded = {name: words.encode(name, rows.column(name)) for name in layout.DICTIONARIES}
    time = rows.column("time").cast(pa.int64()).to_numpy()
    named = set(words.words["channel"])
    words.words["channel"] += sorted(
        {c for c in rows.column("channel").unique().to_pylist() if c is not None} - named
    )
    channel = words.encode("channel", rows.column("channel")).astype(np.int16)
    session, gap = visits.visits(starts, time, int(settings.session_gap_seconds * 1_000_000))
    kind = plain["kind"].astype(np.int16)
    bought = kind == codes()["purchase"]
    scale = np.zeros(len(codes()), np.int16)
    scale[codes()["review_written"]], scale[codes()["survey"]] = 5, 10
    bad = np.isin(kind, [codes()["return"], codes()["complaint"]])
    place = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
    channels = words.words["channel"]
    return (
        plain
        | coded
        | {
            "time": time,
            "kind": kind,
            "session": session,
            "gap": gap,
            "channel": visits.carry_channel(
                starts,
                session,
                channel,
                rows.column("browsed").to_numpy(),
                channels.index("Direct"),
                channels.index("Unassigned"),
            ),
            "purchases_before": visits.purchases_before(starts, bought),
            "seen_before": visits.seen_before(place, coded["product"])
            | visits.seen_before(place, coded["brand"]),
            "verdict": visits.verdicts(
                starts, bought, bad, plain["rating"].astype(np.int16), scale[kind]
            ),
        }
    )
