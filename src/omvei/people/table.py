"""The two tables of `people/`, as Delta Lake tables, and looking somebody up."""

from pathlib import Path
from typing import Any

import duckdb
from deltalake import ColumnProperties, DeltaTable, WriterProperties, write_deltalake

from ..events.addresses import local, show
from .names import name, number
from .resolve import People, clean, prepare

UNSTATED = {"delta.dataSkippingStatsColumns": "first"}
"""Identifiers carry no statistics: they would stay in the log after a deletion."""

PLAIN = WriterProperties(
    compression="ZSTD", default_column_properties=ColumnProperties(statistics_enabled="NONE")
)


def write(folder: Path, people: People) -> int:
    """Replace the tables; return the version of `identifiers` that was written."""
    joins, identifiers = folder / "joins", folder / "identifiers"
    write_deltalake(
        str(joins),
        people.joins,
        mode="overwrite",
        schema_mode="overwrite",
        writer_properties=PLAIN,
        configuration={"delta.dataSkippingStatsColumns": "time"},
    )
    write_deltalake(
        str(identifiers),
        people.identifiers,
        mode="overwrite",
        schema_mode="overwrite",
        writer_properties=PLAIN,
        configuration=UNSTATED,
    )
    return DeltaTable(str(identifiers)).version()


def files(folder: Path, version: int) -> list[Path]:
    """The files of both tables, `identifiers` as of `version`."""
    found = []
    for name_, at in (("identifiers", version), ("joins", None)):
        addresses = DeltaTable(str(folder / name_), version=at).file_uris()
        found += [folder / name_ / Path(local(address)).name for address in sorted(addresses)]
    return found


def show_both(con: duckdb.DuckDBPyConnection, folder: Path, version: int) -> None:
    """Make both tables known to a connection, as `old_identifiers` and `old_joins`."""
    show(con, "old_identifiers", DeltaTable(str(folder / "identifiers"), version=version))
    show(con, "old_joins", DeltaTable(str(folder / "joins")))


def _query(folder: Path, version: int | None, sql: str, **values: object) -> list[dict[str, Any]]:
    with duckdb.connect() as con:
        prepare(con)
        con.execute("SET TimeZone = 'UTC'")
        show(con, "told", DeltaTable(str(folder), version=version))
        rows: list[dict[str, Any]] = con.sql(sql, params=values).to_arrow_table().to_pylist()
        return rows


def identifiers_of(folder: Path, version: int, person: int) -> list[dict[str, Any]]:
    """A person's identifiers, oldest first: `kind, value, node, first, last, events`."""
    return _query(
        folder / "identifiers",
        version,
        "SELECT kind, value, node, min(first) AS first, max(last) AS last, "
        "sum(events)::BIGINT AS events FROM told "
        "WHERE person = $person GROUP BY kind, value, node ORDER BY first, kind, value",
        person=person,
    )


def times_of(folder: Path, version: int, person: int) -> list[tuple[str, Any, Any]]:
    """A person's identifiers as `kind:value`, each with the time it is theirs (from, to)."""
    rows = _query(
        folder / "identifiers",
        version,
        """SELECT kind || ':' || value AS name, "from", "to" FROM told WHERE person = $person
        AND ("from" IS NULL OR "to" IS NULL OR "from" < "to") ORDER BY name, "from" """,
        person=person,
    )
    return [(row["name"], row["from"], row["to"]) for row in rows]


def vacuum(folder: Path) -> None:
    """Remove from the disk every version of the tables but the newest."""
    for name_ in ("identifiers", "joins"):
        DeltaTable(str(folder / name_)).vacuum(
            retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True
        )


def joins_of(folder: Path, identifiers: list[str]) -> list[dict[str, Any]]:
    """Pairs seen together of which one is among `identifiers` (`kind:value`), oldest first.

    `strong_kind, strong_value, weak_kind, weak_value, time, event_id, refused, reason`.
    """
    return _query(
        folder / "joins",
        None,
        "SELECT strong_kind, strong_value, weak_kind, weak_value, time, event_id, "
        "refused, reason FROM told "
        "WHERE list_contains($names, strong_kind || ':' || strong_value) "
        "OR list_contains($names, weak_kind || ':' || weak_value) "
        "ORDER BY time, event_id, weak_kind, weak_value",
        names=identifiers,
    )


def _matches(words: dict[str, str]) -> str:
    """SQL for whether a row is one of the identifiers that `words` means."""
    same = {kind: f"value = {clean(kind, f'${kind}')}" for kind in words}
    if "account" in same:  # kept as it is written most often
        same["account"] = f"lower(value) = lower({clean('account', '$account')})"
    return " OR ".join(f"(kind = '{kind}' AND {told})" for kind, told in same.items())


def find(folder: Path, version: int, words: dict[str, str]) -> int | None:
    """The person who holds an identifier, or None.

    `words` gives the value to look for under each kind (an e-mail address must be hashed). An id
    of a person who was merged into another goes on resolving.
    """
    matches = _matches(words)
    written = number(words.get("person", ""))
    rows = _query(
        folder / "identifiers",
        version,
        f"SELECT person FROM told WHERE $written IN (person, node) OR {matches} "
        "ORDER BY person = $written DESC, node = $written DESC, events DESC, person LIMIT 1",
        written=-1 if written is None else written,
        **words,
    )
    return int(rows[0]["person"]) if rows else None


def held(folder: Path, version: int, words: dict[str, str]) -> tuple[str, str] | None:
    """The identifier, as (kind, value), that `words` means, or None; its own id will do too."""
    matches = _matches(words)
    written = number(words.get("person", ""))
    rows = _query(
        folder / "identifiers",
        version,
        f"SELECT kind, value FROM told WHERE node = $written OR {matches} "
        "ORDER BY node = $written DESC, events DESC, kind, value LIMIT 1",
        written=-1 if written is None else written,
        **words,
    )
    return (rows[0]["kind"], rows[0]["value"]) if rows else None


__all__ = ["find", "identifiers_of", "name", "write"]
