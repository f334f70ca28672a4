"""From columns as read to batches in the schema `READ`: cast, hash, fill in, put in order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from omvei.errors import SourceError
from omvei.events.schema import READ, WORDS
from omvei.sources.contact import hash_email, hash_phone, hashed
from omvei.sources.delimited import Refused
from omvei.sources.firms import domain_of
from omvei.sources.reading import Options

CHUNK = 1 << 13

Fault = tuple[str, str | None, str, str]


@contextmanager
def database(timezone: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory whose times without zone are in `timezone`.

    Raises `SourceError` for a zone that does not exist.
    """
    connection = duckdb.connect()
    try:
        try:
            connection.execute(f"SET TimeZone = {quoted(timezone)}")
        except duckdb.Error as error:
            raise SourceError(
                timezone, "is not a time zone.", "Give a name such as Europe/Oslo, or UTC."
            ) from error
        yield connection
    finally:
        connection.close()


def ask(connection: duckdb.DuckDBPyConnection, sql: str, **tables: pa.Table) -> pa.Table:
    """The answer of a statement over Arrow tables, in their order."""
    for name, table in tables.items():
        # Small chunks let every thread take part.
        parts = table.to_batches(max_chunksize=CHUNK)
        connection.register(name, pa.Table.from_batches(parts, table.schema))
    try:
        return connection.sql(sql).to_arrow_table()
    finally:
        for name in tables:
            connection.unregister(name)


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def named(column: str) -> str:
    """A column's name as an SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


def fault_sql(*faults: Fault) -> str:
    """Columns `column`, `reason` and `text` of the first fault whose condition holds.

    A fault is (condition, the file's column, the reason, an expression of the offending text); a
    reason in parentheses is an expression too.
    """
    columns: dict[str, list[str]] = {"column": [], "reason": [], "text": []}
    for condition, column, reason, text in faults:
        shown = {
            "column": "NULL" if column is None else quoted(column),
            "reason": reason if reason.startswith("(") else quoted(reason),
            "text": f"left({text}, 200)",
        }
        for name, sql in shown.items():
            columns[name].append(f"WHEN {condition} THEN {sql}")
    return ", ".join(
        f"CASE {' '.join(whens)} END AS {named(name)}" for name, whens in columns.items()
    )


def batches(
    tables: Iterable[tuple[pa.Table, Sequence[Refused]]], sql: str, options: Options
) -> Iterator[pa.RecordBatch]:
    """The events that a statement makes of each part of a file, and what was refused in it."""
    with database(options.timezone) as connection:
        for table, refused in tables:
            rows = ask(connection, sql, raw=table) if len(table) else pa.table({})
            yield from finished(rows, options, refused)


def finished(
    table: pa.Table,
    options: Options,
    refused: Sequence[Refused] = (),
    schema: pa.Schema = READ,
) -> Iterator[pa.RecordBatch]:
    """Batches in the schema, in order of `row`, with `refused` in their places.

    Columns that `table` lacks are null; one of `WORDS` that is a dictionary stays so. E-mail
    addresses and telephone numbers become hashes; the domain of a company's address is kept where
    that is asked for.
    """
    if options.domains and "email" in table.column_names and "domain" not in table.column_names:
        told = hashed(table["email"].cast(pa.string()), domain_of)
        table = table.append_column("domain", told)
    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(len(table), field.type))
            continue
        column = table[field.name]
        if field.name in HASHES:
            one: Callable[[str], str | None] = partial(HASHES[field.name], key=options.key)
            column = hashed(column.cast(pa.string()), one)
        coded = field.name in WORDS and pa.types.is_dictionary(column.type)
        columns.append(column if coded else column.cast(field.type))
    whole = pa.table(columns, names=schema.names)
    if refused:
        bad: dict[str, Any] = {name: [None] * len(refused) for name in schema.names}
        bad |= {name: [getattr(one, name) for one in refused] for name in Refused._fields}
        whole = pa.concat_tables([whole, pa.table(bad, schema=schema)])
    rows = np.asarray(whole["row"])
    if (np.diff(rows) < 0).any():
        whole = whole.take(np.argsort(rows, kind="stable"))
    yield from whole.combine_chunks().to_batches()


DOCS = """
    judged AS (
        SELECT "row", text, coalesce(bad,
            CASE WHEN NOT json_valid(text) THEN 'not JSON, or cut off'
                 WHEN json_type(text) <> 'OBJECT' THEN 'expected a JSON object' END) AS bad
        FROM raw
    ),
    docs AS (
        SELECT "row", text, bad, CASE WHEN bad IS NULL THEN text ELSE '{}' END AS doc FROM judged
    )
"""
"""Named queries over `raw` (`row`, `text`, `bad`): `docs` has a JSON object `doc` for every row."""

HASHES: dict[str, Callable[..., str | None]] = {"email": hash_email, "phone": hash_phone}
