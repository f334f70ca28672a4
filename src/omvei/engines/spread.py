"""Build the journeys on Spark: events go to whoever must see them together, then as on one machine.

1. Every file of events is read by a task: which identifiers occur together, which hosts are ours.
2. Identifiers that hang together, by large-star and small-star (`stars.py`). No guard is looked
   at yet, so whoever could be one person is in one component.
3. The events are shuffled by component into buckets, each written as a file of events.
4. Each bucket is understood by a task as a small workspace is (`blocks/build.py`): its people by
   the same policy, its names by the same rules. Nobody is in two buckets.
5. The words of all buckets get their codes here, and each bucket is written as blocks.

Between the steps everything lies in the shared folder, so a task that is lost is run again alone.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from ..blocks import build as whole
from ..blocks import facts, manifest
from ..blocks.dictionaries import Dictionaries
from ..events.addresses import escaped
from ..events.schema import EVENTS, IDENTIFIERS
from ..events.table import Events, Progress
from ..people import table as people_table
from ..people.accounts import KEY
from ..people.deleted import Deleted
from ..people.policies import policy
from ..people.resolve import People
from ..touchpoints import naming
from ..touchpoints.definitions import Definitions
from .session import plain, session
from .stars import EDGES, components
from .tasks import Batches, each, kept, table, write

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def build(
    events: Events,
    people_folder: Path,
    journeys_folder: Path,
    settings: whole.Settings,
    definitions: Definitions,
    progress: Progress = lambda done, total, phase: None,
    anew: bool = False,
    *,
    address: str,
) -> manifest.Build:
    """Build the journeys of every event there is on the Spark at `address`.

    The answers are those of a build on one machine; how people are spread over blocks is not.

    Raises `EngineError` if there is no Spark at the address, or its workers cannot do it.
    """
    if not events.files():  # nothing to spread
        return whole.build(
            events, people_folder, journeys_folder, settings, definitions, progress, anew
        )
    spark = session(address)
    version, files, imports = events.version, events.files(), events.imports()
    rows = sum(done.rows - done.rejected for done in imports)
    folder = journeys_folder.absolute() / uuid4().hex[:12]
    scratch = folder / "spread"
    scratch.mkdir(parents=True)
    old = manifest.read(journeys_folder)
    known = old.folder / "dictionaries.parquet" if old and not anew else None
    words = Dictionaries.read(known)
    with plain(address):
        progress(0, None, "people")
        firms = None
        if settings.by_domain:
            told = each(spark, partial(_domains, scratch=scratch, settings=settings), files)
            firms = facts.firms(row for rows in told for row in rows)
        seen = each(spark, partial(_seen, scratch=scratch, settings=settings, firms=firms), files)
        hosts = frozenset().union(*(one["hosts"] for one in seen))
        said = replace(definitions, hosts=frozenset(definitions.hosts) | hosts)
        roots = components(
            table(spark, [one["pairs"] for one in seen], EDGES),
            partial(kept, spark, scratch, EDGES),
        )
        repeated = any(done.duplicates for done in imports)
        buckets = _spread(spark, scratch, files, roots, whole.buckets(rows), repeated, firms)
        progress(0, None, "touchpoints")
        understood = partial(_understood, scratch=scratch, settings=settings, definitions=said)
        found = each(spark, understood, sorted(buckets.items()))
        progress(0, None, "journeys")
        for name in words.words:
            words.add(name, frozenset().union(*(one["words"].get(name, ()) for one in found)))
        words.write(folder / "dictionaries.parquet")
        put = partial(_written, folder=folder, scratch=scratch, settings=settings)
        written = each(spark, put, sorted(buckets.items()))
    blocks = [row for rows, _ in written for row in rows]
    people = People(
        _stream([one["identifiers"] for one in found]), _stream([one["joins"] for one in found])
    )
    people_version = people_table.write(people_folder, people)
    counts = whole.added([*(one["counts"] for one in found), *(counted for _, counted in written)])
    shutil.rmtree(scratch)
    progress(rows, rows, "done")
    return whole.made(
        journeys_folder, people_folder, folder, blocks, version, people_version, counts, settings
    )


PAIRS = """
SELECT DISTINCT node_of(strongest) AS low, node_of(other) AS high
FROM (SELECT strongest, unnest([{others}]) AS other
      FROM (SELECT DISTINCT strongest, {columns} FROM facts WHERE strongest IS NOT NULL))
WHERE other IS NOT NULL AND other <> strongest
"""

PLACED = """
SELECT {columns}, node
FROM read_parquet(getvariable('files'), union_by_name = true) AS e
JOIN (SELECT file, row, node_of(strongest) AS node FROM facts) AS f USING (file, row)
"""

NODE = """
CREATE MACRO node_of(name) AS ('0x' || substr(sha256(name), 1, 15))::BIGINT
"""
"""A number for an identifier. Two that share one only come into the same bucket."""

ONCE = "row_number() OVER (PARTITION BY event_id ORDER BY file, row) AS nth"

COLUMNS = [name for name in EVENTS.names if name not in facts.UNUSED]
EVENTS_HERE = pa.schema([EVENTS.field(name) for name in COLUMNS])
PLACED_EVENTS = pa.schema([*(EVENTS.field(name) for name in COLUMNS), ("node", pa.int64())])


def _domains(file: str, scratch: Path, settings: whole.Settings) -> list[Any]:
    """The domains of addresses in a file, and the companies named beside them."""
    with whole.connect(scratch / uuid4().hex) as con:
        return facts.domains(con, [file], settings.until)


def _seen(
    file: str, scratch: Path, settings: whole.Settings, firms: dict[str, str] | None
) -> dict[str, Any]:
    """What the events of a file say of each other: identifiers in pairs, and our own hosts."""
    kinds = [*IDENTIFIERS, *(["account"] if settings.unit == "account" else [])]
    others = [f"'{kind}:' || {kind if kind != 'account' else KEY.format(kind)}" for kind in kinds]
    with whole.connect(scratch / uuid4().hex) as con:
        facts.show(con, [file], False, settings.until, settings.deleted, firms)
        con.execute(NODE)
        pairs = PAIRS.format(others=", ".join(others), columns=", ".join(kinds))
        return {
            "pairs": _put(scratch, con.sql(pairs).to_arrow_reader()),
            "hosts": naming.hosts(con),
        }


def _understood(
    bucket: tuple[int, str], scratch: Path, settings: whole.Settings, definitions: Definitions
) -> dict[str, Any]:
    """The people of a bucket, and the names of its events, beside it in the scratch folder."""
    number, file = bucket
    with whole.connect(scratch / uuid4().hex) as con:
        people, later = whole.understand(con, [escaped(file)], False, settings, definitions)
        for name in LOOKED_UP[settings.unit]:
            con.sql(f"SELECT * FROM {name}").write_parquet(str(_place(scratch, name, number)))
        return {
            "identifiers": _put(scratch, people.identifiers.to_reader()),
            "joins": _put(scratch, people.joins.to_reader()),
            "counts": whole.joined(people) | {"later": later},
            "words": naming.words(con),
        }


def _written(
    bucket: tuple[int, str], folder: Path, scratch: Path, settings: whole.Settings
) -> tuple[list[Any], dict[str, int]]:
    """The blocks of a bucket, written, and how many of its events became what."""
    number, file = bucket
    words = Dictionaries.read(folder / "dictionaries.parquet")
    with whole.connect(scratch / uuid4().hex) as con:
        facts.show(con, [escaped(file)], False, settings.until, settings.deleted)
        con.execute("SET VARIABLE consents = $all", {"all": list(policy(settings.policy).consent)})
        for name in LOOKED_UP[settings.unit]:
            place = escaped(str(_place(scratch, name, number)))
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{place}')")
        rows = pq.read_metadata(file).num_rows
        return whole.write_blocks(con, folder, f"{number:05d}-", words, settings, rows)


LOOKED_UP = {
    "person": ("pages", "referrers", "names", "arrivals", "agents", "asked", "identifiers"),
    "account": (
        *("pages", "referrers", "names", "arrivals", "agents", "asked", "identifiers"),
        "accounts",
    ),
}
"""The tables of an understood bucket that its blocks are written from, by unit."""


def _place(scratch: Path, name: str, number: int) -> Path:
    return scratch / f"{name}-{number:05d}.parquet"


def _spread(
    spark: "SparkSession",
    scratch: Path,
    files: list[str],
    roots: "DataFrame",
    buckets: int,
    repeated: bool,
    firms: dict[str, str] | None,
) -> dict[int, str]:
    """Shuffle the events into buckets of whole components; return the file of each bucket."""

    from pyspark.sql.pandas.types import from_arrow_schema as spark_schema

    def read(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for place in batch.column(0).to_pylist():
                with whole.connect(scratch / uuid4().hex) as con:
                    facts.show(con, [files[place]], False, None, Deleted(), firms)
                    con.execute(NODE)
                    found = con.sql(PLACED.format(columns=", ".join(COLUMNS)))
                    for rows in found.to_arrow_reader():
                        yield from pa.Table.from_batches([rows]).cast(PLACED_EVENTS).to_batches()

    def put(batches: Batches) -> Iterator[pa.RecordBatch]:
        for bucket, rows in groupby(_pieces(batches), key=lambda piece: piece[0]):
            path = write(scratch, (piece for _, piece in rows), EVENTS_HERE)
            yield pa.RecordBatch.from_arrays(
                [pa.array([bucket], pa.int32()), pa.array([path])], ["bucket", "path"]
            )

    placed = spark.range(0, len(files), 1, max(1, len(files))).mapInArrow(
        read, spark_schema(PLACED_EVENTS)
    )
    if repeated:
        placed = placed.selectExpr("*", ONCE).where("nth = 1").drop("nth")
    found = (
        placed.join(roots, "node", "left")
        .selectExpr(
            *COLUMNS,
            f"CAST(pmod(xxhash64(coalesce(root, node), "
            f"CASE WHEN node IS NULL THEN event_id END), {buckets}) AS INT) AS bucket",
        )
        .repartition(buckets, "bucket")
        .sortWithinPartitions("bucket")
        .mapInArrow(put, "bucket int, path string")
        .toArrow()
        .to_pylist()
    )
    return {row["bucket"]: row["path"] for row in found}


def _pieces(batches: Batches) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The rows of sorted batches, cut where the bucket changes."""
    for batch in batches:
        bucket = batch.column("bucket").to_numpy()
        cuts = np.flatnonzero(np.diff(bucket)) + 1
        for first, last in zip([0, *cuts], [*cuts, len(bucket)], strict=True):
            if last > first:
                rows = (
                    pa.Table.from_batches([batch.slice(first, last - first)])
                    .select(COLUMNS)
                    .cast(EVENTS_HERE)
                )
                yield from ((int(bucket[first]), piece) for piece in rows.to_batches())


def _put(folder: Path, rows: pa.RecordBatchReader) -> str:
    return write(folder, rows, rows.schema)


def _stream(paths: list[str]) -> pa.RecordBatchReader:
    """The rows of some files, one after another, never all in memory."""
    return ds.dataset(paths).scanner().to_reader()
