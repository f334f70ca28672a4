"""Remove the rows of deleted people from the files of the events."""

import json
import re
import time
from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable
from deltalake.transaction import RemoveAction

from ..events.addresses import escaped
from ..events.checksum import checksum
from ..events.parts import Parts
from ..events.schema import IDENTIFIERS
from ..events.seen import Seen
from ..events.table import Events
from ..people import deleted
from ..people.deleted import Names
from ..people.resolve import clean, prepare

TOKEN = re.compile(r"[^\s,;|\"'=&?<>(){}\[\]]+")
"""What may be an identifier in a line that could not be read."""


def _connect(names: Names) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    prepare(con)
    deleted.names(con, "names", names)
    return con


def rows_of(events: Events, names: Names) -> dict[str, int]:
    """How many rows of each imported file are somebody's of `names`, copies included."""
    if not (files := events.files()):
        return {}
    theirs = deleted.SOMEBODYS.format(names="names", strongest=deleted.first_of("t"))
    with _connect(names) as con:
        con.execute("SET VARIABLE files = $files", {"files": files})
        rows = "read_parquet(getvariable('files'), union_by_name = true)"
        counted = f"SELECT file, count(*) FROM {rows} AS t WHERE EXISTS ({theirs}) GROUP BY file"
        return dict(con.execute(counted).fetchall())


def erase(events: Events, names: Names) -> None:
    """Rewrite the files that hold anything of `names`, in one commit.

    The old ones stay for the journeys that were built from them, until `clear`.
    """
    table = DeltaTable(str(events.folder))
    parts = Parts(events.folder, events.schema)
    left: list[str] = []
    whose: dict[str, tuple[str, str]] = {}
    with _connect(names) as con:
        for part, (file, _) in events.parts().items():
            path = escaped((events.folder / part).as_posix())
            rows = f"(SELECT * FROM read_parquet('{path.replace(chr(39), chr(39) * 2)}'))"
            if not _concerned(con, rows):
                continue
            left.append(part)
            before = len(parts.paths)
            reader = con.sql(deleted.raw_without(rows, "names")).to_arrow_reader(100_000)
            for batch in reader:
                kept = pa.Table.from_batches([batch]).select(events.schema.names)
                for piece in kept.cast(events.schema).to_batches():
                    parts.write(piece)
            parts.close()
            for new in parts.paths[before:]:
                whose[new.name] = (file, checksum(new))
    if left:
        now = int(time.time() * 1000)
        gone: list[Any] = [RemoveAction(part, True, now) for part in left]
        said = {"purge": str(len(left)), "parts": json.dumps(whose)}
        table.create_write_transaction(
            [*parts.actions(), *gone],
            "append",
            events.schema,
            commit_properties=CommitProperties(custom_metadata=said),
        )
        Seen(events.folder).remove()


def clear(events: Events) -> None:
    """Remove every file that does not hold the events now: rewritten, of an import that was undone,
    or of one that died."""
    named = events.named()
    for file in events.folder.glob("*.parquet"):
        if file.name not in named:
            file.unlink()


def _concerned(con: duckdb.DuckDBPyConnection, rows: str) -> bool:
    """Whether any identifier of the rows is one of `names`."""
    anywhere = " OR ".join(
        f"'{kind}:' || {clean(kind, kind)} IN (SELECT name FROM names)" for kind in IDENTIFIERS
    )
    return bool(con.execute(f"SELECT 1 FROM {rows} WHERE {anywhere} LIMIT 1").fetchall())


def scrub_rejected(events: Events, tombstones: Names, key: str, hashed: Any) -> None:
    """Take the text out of rejected rows that may name somebody who was deleted.

    hashed  turns a word into what `email` and `phone` would hold: (kind, value) pairs
    """
    with _connect(tombstones) as con:
        for path in sorted(events.rejects.glob("*.parquet")):
            table = pq.read_table(path)
            texts = table.column("text").to_pylist()
            words = [
                (place, kind, value)
                for place, text in enumerate(texts)
                for word in _words(text)
                for kind, value in hashed(word)
            ]
            if not words:
                continue
            con.register(
                "words",
                pa.table(
                    dict(
                        zip(
                            ("place", "kind", "value"),
                            map(list, zip(*words, strict=True)),
                            strict=True,
                        )
                    )
                ),
            )
            each = " UNION ALL ".join(
                f"SELECT place, '{kind}:' || {clean(kind, 'value')} AS name FROM words "
                f"WHERE kind = '{kind}'"
                for kind in IDENTIFIERS
            )
            found = con.execute(
                f"SELECT DISTINCT place FROM ({each}) "
                f"WHERE {deleted.tombstone(key, 'name')} IN (SELECT name FROM names)"
            ).fetchall()
            con.unregister("words")
            for (place,) in found:
                texts[place] = None
            if found:
                column = table.schema.get_field_index("text")
                table = table.set_column(column, "text", pa.array(texts, pa.string()))
                scratch = path.with_suffix(".new")
                pq.write_table(table, scratch)
                scratch.replace(path)


def _words(text: str | None) -> Iterable[str]:
    """What in a text may be an identifier: the whole of it, and its words."""
    return {text, *TOKEN.findall(text)} if text else ()
