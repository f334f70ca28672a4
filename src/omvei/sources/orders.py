"""Orders of a web shop: one row an order, or one row an item with the order's totals on the first.

Rows of one order stand together. An order is one event: `order_paid` (kind `purchase`) when it is
paid for, else `order_unpaid` (kind `checkout_start`, without value). What was cancelled or given
back is a second event of the same row, `order_returned` (kind `return`).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from omvei.sources.amounts import amount_sql
from omvei.sources.cells import Cells
from omvei.sources.columns import FIELDS, parts, plain
from omvei.sources.delimited import Refused
from omvei.sources.head import head
from omvei.sources.meaning import Habits, faults, habits, told
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import needed, recipe, table_of, text_sql, understood
from omvei.sources.rows import ask, database, fault_sql, finished, quoted
from omvei.sources.times import time_sql

MONEY = ("value", "refunded")
EXTRA = ("order_key", "cancelled", "refunded")
"""Fields of a recipe that are none of ours."""

NOTE = (
    "The file does not say when money was given back: such a return stands at the order's time,"
    " unless the order was cancelled."
)


def read_orders(name: str, path: Path, options: Options) -> Reading:
    """Read orders by the recipe `name`.

    Raises `SourceError` when the file is no table or lacks the order's number or time, and
    `UnknownNameError` for a mapping to something that is not there.
    """
    rule = recipe(name)
    cells = table_of(head(path), rule["title"])
    mapping = understood(cells, rule["fields"], options, (*FIELDS, *EXTRA))
    needed(cells, mapping, {"order_id": "the order's number", "time": "the order's date"})
    habit = habits(cells, mapping, MONEY)
    sql = _statement(cells, rule, mapping, habit)
    notes = habit.notes + ((NOTE,) if "refunded" in mapping else ())
    batches = _batches(cells, parts(mapping["order_id"], cells.columns)[1], sql, options)
    kept = tuple(column for column in cells.columns if plain(column) in rule["kept"])
    return Reading(name, path, mapping, batches, kept, notes)


def _batches(
    cells: Cells, number: list[str], sql: str, options: Options
) -> Iterator[pa.RecordBatch]:
    keys = [f"c{cells.columns.index(column)}" for column in number]
    with database(options.timezone) as connection:
        for table, refused in _whole(cells.batches(), keys):
            rows = ask(connection, sql, raw=table) if len(table) else pa.table({})
            yield from finished(rows, options, refused)


def _whole(
    batches: Iterator[tuple[pa.Table, list[Refused]]], keys: list[str]
) -> Iterator[tuple[pa.Table, list[Refused]]]:
    """Stretches that end where an order ends, so that no order is cut in two."""
    held: pa.Table | None = None
    faulty: list[Refused] = []
    for table, refused in batches:
        faulty += refused
        if not len(table):
            continue
        held = table if held is None else pa.concat_tables([held, table])
        cut = len(held)
        last = held.select(keys).slice(cut - 1, 1).to_pylist()
        while cut and held.select(keys).slice(cut - 1, 1).to_pylist() == last:
            cut -= 1
        if cut:
            end = held["row#"][cut].as_py()
            yield held.slice(0, cut), [one for one in faulty if one.row < end]
            held, faulty = held.slice(cut), [one for one in faulty if one.row >= end]
    if held is not None or faulty:
        yield pa.table({}) if held is None else held, faulty


def _statement(
    cells: Cells, rule: Mapping[str, Any], mapping: Mapping[str, str], habit: Habits
) -> str:
    """The statement that turns lines of orders into events.

    `lines` has a row a line of the file, `said` one an order with its texts, `told` what they
    mean, `judged` what is wrong; the answer has one or two rows an order.
    """
    fields = {
        field: text_sql(cells, value, verbatim=field in ("order_id", "time"))
        for field, value in mapping.items()
    }
    for field in ("status", "value", *EXTRA):
        fields.setdefault(field, "NULL::VARCHAR")
    known = [field for field in fields if field in mapping]
    means = told(known, habit) | {"cancelled": time_sql("said.cancelled", habit.month_first)}
    means["refunded"] = amount_sql("said.refunded", habit.comma.get("refunded", False))
    means.setdefault("value", amount_sql("said.value"))
    means |= {"status": "said.status", "order_key": "coalesce(said.order_key, said.order_id)"}
    if "product" in known:
        called = "nullif(regexp_extract(said.product, '(?:^|[|;])name:([^|;]+)', 1), '')"
        means["product"] = f"coalesce({called}, said.product)"
    if "channel" in known:
        means["channel"] = _words_sql("said.channel", rule.get("channels", {}))
    wrong = fault_sql(
        (
            "said.order_id IS NULL AND said.bad IS NULL",
            mapping["order_id"],
            "no order number",
            "''",
        ),
        *faults(known, mapping),
        *_late_faults(mapping),
    )
    kept = [column for column in cells.columns if plain(column) in rule["kept"]]
    paid, back = (", ".join(map(quoted, rule[which])) for which in ("paid", "returned"))
    state = "regexp_replace(lower(said.status), '^wc-', '')"
    return f"""
        WITH lines AS (
            SELECT "row#" AS "row", "bad#" AS bad, "text#" AS line, {cells.rest(kept, [])} AS rest,
                   {_item_sql(cells, rule["items"])} AS item,
                   {", ".join(f"{sql} AS {field}" for field, sql in fields.items())}
            FROM {cells.rows}
        ),
        marked AS (
            SELECT *, order_id IS NULL
                OR order_id IS DISTINCT FROM lag(order_id) OVER (ORDER BY "row") AS fresh
            FROM lines
        ),
        placed AS (SELECT *, count(*) FILTER (fresh) OVER (ORDER BY "row") AS place FROM marked),
        said AS (
            SELECT min("row") AS "row", arg_min(bad, "row") AS bad, arg_min(line, "row") AS line,
                   arg_min(rest, "row") AS rest, list(item ORDER BY "row") AS items,
                   {", ".join(f'arg_min({field}, "row") AS {field}' for field in fields)}
            FROM placed GROUP BY place
        ),
        told AS (
            SELECT said, said."row" AS "row",
                   {", ".join(f"{sql} AS {field}" for field, sql in means.items())}
            FROM said
        ),
        judged AS (
            SELECT *, {wrong}, coalesce({state} IN ({paid}), said.status IS NULL) AS paid,
                   coalesce({state} IN ({back}), FALSE) OR cancelled IS NOT NULL
                       OR coalesce(refunded, 0) <> 0 AS returned
            FROM told
        ),
        events AS (
            SELECT *, 1 AS turn, CASE WHEN paid THEN 'order_paid' ELSE 'order_unpaid' END AS event
            FROM judged
            UNION ALL
            SELECT *, 2, 'order_returned' FROM judged WHERE returned AND reason IS NULL
        )
        SELECT * EXCLUDE (said, value, time), order_key || ':' || event AS event_id,
               CASE WHEN turn = 2 THEN coalesce(cancelled, time) ELSE time END AS time,
               CASE WHEN turn = 2 THEN coalesce(nullif(abs(refunded), 0), value)
                    WHEN paid THEN value END AS value,
               {_attributes_sql()} AS attributes
        FROM events ORDER BY "row", turn
    """


def _late_faults(mapping: Mapping[str, str]) -> Iterator[tuple[str, str | None, str, str]]:
    if "cancelled" in mapping:
        odd = "said.cancelled IS NOT NULL AND cancelled IS NULL"
        yield odd, mapping["cancelled"], "not a time between 1900 and 2100", "said.cancelled"
    if "refunded" in mapping:
        odd = "said.refunded IS NOT NULL AND refunded IS NULL"
        yield odd, mapping["refunded"], "not an amount", "said.refunded"


def _item_sql(cells: Cells, items: Mapping[str, str]) -> str:
    """One item as JSON, without what is empty; null where the line names none."""
    named = {plain(column): column for column in cells.columns}
    there = {key: text_sql(cells, named[word]) for key, word in items.items() if word in named}
    if "name" not in there:
        return "NULL"
    pairs = ", ".join(f"{quoted(key)}, {text}" for key, text in there.items())
    item = f"json_merge_patch('{{}}', json_object({pairs}))"
    return f"CASE WHEN {there['name']} IS NOT NULL THEN {item} END"


def _attributes_sql() -> str:
    """What else the order says, its items, and what an unpaid one would have been worth."""
    return """nullif(json_merge_patch(coalesce(said.rest, '{}'), json_object(
        'items', CASE WHEN len(list_filter(said.items, lambda i: i IS NOT NULL)) > 0
                 THEN to_json(list_filter(said.items, lambda i: i IS NOT NULL)) END,
        'unpaid', CASE WHEN NOT paid THEN value END))::VARCHAR, '{}')"""


def _words_sql(text: str, words: Mapping[str, str]) -> str:
    """The word for a text, null where there is none."""
    whens = " ".join(f"WHEN {quoted(said)} THEN {quoted(word)}" for said, word in words.items())
    return f"CASE lower({text}) {whens} END" if whens else "NULL"
