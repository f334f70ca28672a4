"""Build the journeys on Spark: events go to whoever must see them together, then as on one machine.

1. Every file of events is read by a task: which identifiers occur together, which hosts are ours.
2. Identifiers that hang together, by large-star and small-star (`stars.py`). No guard is looked
   at yet, so whoever could be one person is in one component.
3. The events are shuffled by component into buckets, each written as a file of events.
4. Each bucket is understood by a task as a small workspace is (`blocks/build.py`): its people by
   the same policy, its names by the same rules. Nobody is in two buckets.
5. The words of all buckets get their codes here, and each bucket is written as blocks.

Between the steps everything lies in the shared folder, or in the store (`shared.py`), so a task
that is lost is run again alone. Of each step only names and checksums come back to whoever began;
the tables of people pass through here, one piece after another.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..blocks import build as whole
from ..blocks import facts, manifest
from ..blocks.dictionaries import Dictionaries
from ..events.addresses import escaped
from ..events.schema import EVENTS, IDENTIFIERS
from ..events.table import Events, Progress
from ..people import components as layers
from ..people import table as people_table
from ..people.accounts import KEY
from ..people.deleted import Deleted
from ..people.policies import policy
from ..people.resolve import People
from ..stores import copies
from ..touchpoints import naming
from ..touchpoints.definitions import Definitions
from .session import plain, session
from .shared import File, Shared
from .stars import EDGES, components
from .tasks import FILE, Batches, each, kept, read, table, write

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import DataFrame, SparkSession


class Bucket(NamedTuple):
    """Events of people who are in no other bucket."""

    number: int
    file: File


PARTS = ("people", "touchpoints", "aside", "sets")
"""The files of a block."""


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
    if not events.named():  # nothing to spread
        return whole.build(
            events, people_folder, journeys_folder, settings, definitions, progress, anew
        )
    spark = session(address)
    version, imports = events.version, events.imports()
    shared = Shared.of(events.folder.parent)
    files = _parts(events, shared)
    rows = sum(done.rows - done.rejected for done in imports)
    folder = journeys_folder.absolute() / uuid4().hex[:12]
    here = folder.relative_to(shared.path).as_posix()
    task = Task(shared, here, f"{here}/spread", settings)
    old = manifest.read(journeys_folder)
    known = old.folder / "dictionaries.parquet" if old and not anew else None
    words = Dictionaries.read(known)
    with plain(address):
        progress(0, None, "people")
        firms = None
        if settings.by_domain:
            told = each(spark, partial(_domains, task), files)
            firms = facts.firms(row for rows in told for row in rows)
        seen = each(spark, partial(_seen, task, firms=firms), files)
        hosts = frozenset().union(*(one["hosts"] for one in seen))
        said = replace(definitions, hosts=frozenset(definitions.hosts) | hosts)
        roots = components(
            table(spark, shared, [one["pairs"] for one in seen], EDGES),
            partial(kept, spark, shared, task.scratch, EDGES),
        )
        twice = any(done.duplicates for done in imports)
        buckets, repeated = _spread(spark, task, files, roots, whole.buckets(rows), twice, firms)
        progress(0, None, "touchpoints")
        found = each(spark, partial(_understood, task, definitions=said), buckets)
        progress(0, None, "journeys")
        for name in words.words:
            words.add(name, frozenset().union(*(one["words"].get(name, ()) for one in found)))
        dictionaries = shared.folder(here) / "dictionaries.parquet"
        words.write(dictionaries)
        put = partial(_written, task, shared.put(dictionaries))
        looked_up = [one["tables"] for one in found]
        written = each(spark, put, list(zip(buckets, looked_up, strict=True)))
        blocks = [row for rows, _ in written for row in rows]
        _tidy(folder, blocks)
        people = People(
            _stream(shared, [one["identifiers"] for one in found]),
            _stream(shared, [one["joins"] for one in found]),
        )
        people_version = people_table.write(people_folder, people)
        base = _remember(
            task, folder, [one["layer"] for one in found], repeated,
            whole.added(one["hosts"] for one in found), whole.made_by(settings, definitions),
        )  # fmt: skip
        shared.remove(task.scratch)
    counts = whole.added([*(one["counts"] for one in found), *(counted for _, counted in written)])
    shutil.rmtree(shared.folder(task.scratch))
    progress(rows, rows, "done")
    return whole.made(
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


@dataclass(frozen=True)
class Task:
    """What every task must know."""

    shared: Shared
    folder: str
    """The folder of the build."""
    scratch: str
    """The folder of what goes from one step to the next."""
    settings: whole.Settings

    def connect(self) -> "duckdb.DuckDBPyConnection":
        """DuckDB with a folder of its own to spill into."""
        return whole.connect(self.shared.folder(self.scratch) / uuid4().hex)

    def put(self, rows: pa.RecordBatchReader) -> File:
        """Write rows for a later step."""
        return write(self.shared, self.scratch, rows, rows.schema)


def _parts(events: Events, shared: Shared) -> list[File]:
    """The files that hold the events now, each with its checksum as far as it is known; those that
    a change made which is not published yet are put where tasks find them."""
    told = {part: said for part, (_, said) in events.parts().items()}
    listed = copies.listed(shared.path).files
    found = []
    for part in sorted(events.named()):
        name = f"{events.folder.name}/{part}"
        file = File(name, told.get(part) or listed.get(name, ""))
        if shared.address and name not in listed:
            file = shared.put(events.folder / part, file.told)
        found.append(file)
    return found


PAIRS = """
SELECT DISTINCT node_of(strongest) AS low, node_of(other) AS high
FROM (SELECT strongest, unnest([{others}]) AS other
      FROM (SELECT DISTINCT strongest, {columns} FROM facts WHERE strongest IS NOT NULL))
WHERE other IS NOT NULL AND other <> strongest
"""

PLACED = """
-- the company that a row is of, be it by its domain, stands in the bucket from then on
SELECT {columns}, node
FROM (SELECT * EXCLUDE (account) FROM read_parquet(getvariable('files'), union_by_name = true)) AS e
JOIN (SELECT file, row, account, node_of(strongest) AS node FROM facts) AS f USING (file, row)
"""

NODE = """
CREATE MACRO node_of(name) AS ('0x' || substr(sha256(name), 1, 15))::BIGINT
"""
"""A number for an identifier. Two that share one only come into the same bucket."""

ONCE = "row_number() OVER (PARTITION BY event_id ORDER BY file, row) > 1"

COLUMNS = [name for name in EVENTS.names if name not in facts.UNUSED]
EVENTS_HERE = pa.schema([EVENTS.field(name) for name in COLUMNS])
SPREAD = pa.schema(
    [("name", pa.string()), ("told", pa.string()), ("bucket", pa.int32()), ("again", pa.bool_())]
)
TWICE = pa.schema([("file", pa.string()), ("row", pa.int64())])
PLACED_EVENTS = pa.schema([*(EVENTS.field(name) for name in COLUMNS), ("node", pa.int64())])


def _domains(task: Task, file: File) -> list[Any]:
    """The domains of addresses in a file, and the companies named beside them."""
    with task.connect() as con:
        return facts.domains(con, [escaped(str(task.shared.get(file)))], task.settings.until)


def _seen(task: Task, file: File, firms: dict[str, str] | None) -> dict[str, Any]:
    """What the events of a file say of each other: identifiers in pairs, and our own hosts."""
    settings = task.settings
    kinds = [*IDENTIFIERS, *(["account"] if settings.unit == "account" else [])]
    others = [f"'{kind}:' || {kind if kind != 'account' else KEY.format(kind)}" for kind in kinds]
    with task.connect() as con:
        path = escaped(str(task.shared.get(file)))
        facts.show(con, [path], False, settings.until, settings.deleted, firms)
        con.execute(NODE)
        pairs = PAIRS.format(others=", ".join(others), columns=", ".join(kinds))
        return {"pairs": task.put(con.sql(pairs).to_arrow_reader()), "hosts": naming.hosts(con)}


def _understood(task: Task, bucket: Bucket, definitions: Definitions) -> dict[str, Any]:
    """The people of a bucket, the names of its events, and what an append will have to know."""
    settings = task.settings
    with task.shared.reading(bucket.file) as path, task.connect() as con:
        people, later = whole.understand(con, [escaped(str(path))], False, settings, definitions)
        return {
            "tables": {
                name: task.put(con.sql(f"SELECT * FROM {name}").to_arrow_reader())
                for name in LOOKED_UP[settings.unit]
            },
            "identifiers": task.put(people.identifiers.to_reader()),
            "joins": task.put(people.joins.to_reader()),
            "layer": task.put(layers.layer(con).to_reader()),
            "hosts": whole.tally_hosts(con, "rows"),
            "counts": whole.joined(people) | {"later": later},
            "words": naming.words(con),
        }


def _written(
    task: Task, dictionaries: File, bucket: tuple[Bucket, dict[str, File]]
) -> tuple[list[Any], dict[str, int]]:
    """The blocks of a bucket, written, and how many of its events became what."""
    (number, file), tables = bucket
    settings, shared = task.settings, task.shared
    words = Dictionaries.read(shared.get(dictionaries))
    with shared.reading(file) as path, ExitStack() as open_, task.connect() as con:
        facts.show(con, [escaped(str(path))], False, settings.until, settings.deleted)
        con.execute("SET VARIABLE consents = $all", {"all": list(policy(settings.policy).consent)})
        for name, kept_in in tables.items():
            place = escaped(str(open_.enter_context(shared.reading(kept_in))))
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{place}')")
        rows = pq.read_metadata(path).num_rows
        folder = shared.folder(task.folder)
        prefix = f"{number:05d}-{uuid4().hex[:6]}-"  # run twice, it writes two
        blocks, counts = whole.write_blocks(con, folder, prefix, words, settings, rows)
    for row in blocks:
        for part in PARTS:
            shared.put(folder / f"{row['block']}.{part}.arrow", row[f"{part}_checksum"])
    return blocks, counts


LOOKED_UP = {
    "person": ("pages", "referrers", "names", "arrivals", "agents", "asked", "identifiers"),
    "account": (
        *("pages", "referrers", "names", "arrivals", "agents", "asked", "identifiers"),
        "accounts",
    ),
}
"""The tables of an understood bucket that its blocks are written from, by unit."""


def _tidy(folder: Path, blocks: list[manifest.Row]) -> None:
    """Remove blocks that a task wrote which was then run again."""
    named = {str(row["block"]) for row in blocks}
    for file in folder.glob("*.arrow"):
        if file.name.partition(".")[0] not in named:
            file.unlink(missing_ok=True)


def _remember(
    task: Task,
    folder: Path,
    parts: list[File],
    repeated: list[File],
    hosts: dict[str, int],
    maker: str,
) -> dict[str, Any]:
    """What an append will have to know, as `whole.remember` keeps it: nobody is in two buckets."""
    with ExitStack() as open_:
        paths = [escaped(str(open_.enter_context(task.shared.reading(each)))) for each in parts]
        layers.write_parts(folder, paths)
    with pq.ParquetWriter(folder / "repeated.parquet", TWICE) as out:
        for file in repeated:
            for batch in read(task.shared, file):
                out.write_batch(batch)
    return {
        "made_by": maker,
        "hosts": hosts,
        "layers": [folder.name],
        "repeated": f"{folder.name}/repeated.parquet",
    }


def _spread(
    spark: "SparkSession",
    task: Task,
    files: list[File],
    roots: "DataFrame",
    buckets: int,
    twice: bool,
    firms: dict[str, str] | None,
) -> tuple[list[Bucket], list[File]]:
    """Shuffle the events into buckets of whole components.

    twice  whether an event may be there twice: then also files of the rows that are left out
    """
    from pyspark.sql.pandas.types import from_arrow_schema as spark_schema

    def rows(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for place in batch.column(0).to_pylist():
                with task.connect() as con:
                    path = escaped(str(task.shared.get(files[place])))
                    facts.show(con, [path], False, None, Deleted(), firms)
                    con.execute(NODE)
                    found = con.sql(PLACED.format(columns=", ".join(COLUMNS)))
                    for some in found.to_arrow_reader():
                        yield from pa.Table.from_batches([some]).cast(PLACED_EVENTS).to_batches()

    def put(batches: Batches) -> Iterator[pa.RecordBatch]:
        for (bucket, again), pieces in groupby(_pieces(batches), key=lambda piece: piece[:2]):
            schema = TWICE if again else EVENTS_HERE
            file = write(
                task.shared,
                task.scratch,
                (one for *_, piece in pieces for one in piece.select(schema.names).to_batches()),
                schema,
            )
            row = file._asdict() | {"bucket": bucket, "again": again}
            yield pa.RecordBatch.from_pylist([row], SPREAD)

    placed = spark.range(0, len(files), 1, max(1, len(files))).mapInArrow(
        rows, spark_schema(PLACED_EVENTS)
    )
    found = (
        placed.selectExpr("*", f"{ONCE if twice else 'false'} AS again")
        .join(roots, "node", "left")
        .selectExpr(
            *COLUMNS,
            "again",
            f"CAST(pmod(xxhash64(coalesce(root, node), "
            f"CASE WHEN node IS NULL THEN event_id END), {buckets}) AS INT) AS bucket",
        )
        .repartition(buckets, "bucket")
        .sortWithinPartitions("bucket", "again")
        .mapInArrow(put, f"{FILE}, bucket int, again boolean")
        .toArrow()
        .to_pylist()
    )
    found.sort(key=lambda row: int(row["bucket"]))
    here = [(row, File(row["name"], row["told"])) for row in found]
    return (
        [Bucket(row["bucket"], file) for row, file in here if not row["again"]],
        [file for row, file in here if row["again"]],
    )


def _pieces(batches: Batches) -> Iterator[tuple[int, bool, pa.Table]]:
    """The rows of sorted batches, cut where the bucket changes, or whether they came before."""
    for batch in batches:
        bucket, again = batch.column("bucket").to_numpy(), batch.column("again").to_numpy(False)
        cuts = np.flatnonzero((np.diff(bucket) != 0) | (again[1:] != again[:-1])) + 1
        for first, last in zip([0, *cuts], [*cuts, len(bucket)], strict=True):
            if last > first:
                rows = pa.Table.from_batches([batch.slice(first, last - first)])
                piece = rows.select(COLUMNS).cast(EVENTS_HERE)
                yield int(bucket[first]), bool(again[first]), piece


def _stream(shared: Shared, files: list[File]) -> pa.RecordBatchReader:
    """The rows of some files, one after another, never all in memory."""
    with shared.reading(files[0]) as path:
        schema = pq.read_schema(path)
    return pa.RecordBatchReader.from_batches(
        schema, (batch for file in files for batch in read(shared, file))
    )
