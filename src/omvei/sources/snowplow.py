"""Snowplow: enriched events, a row each, as CSV, TSV or Parquet, with a header or the usual 131.

A structured event is called by its `se_action`, an e-commerce event by its type (`add_to_cart`,
`transaction`), any other by `event_name`. Which column is which stands in `snowplow.yaml`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from omvei.sources.cells import Cells
from omvei.sources.head import Head, head
from omvei.sources.meaning import Habits, faults, habits, told
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import (
    cells_of,
    has,
    needed,
    recipe,
    recipe_fields,
    table_of,
    text_sql,
    understood,
)
from omvei.sources.rows import ask, batches, database, fault_sql, quoted
from omvei.sources.tags import tag_sql, tags

NAME = "snowplow"
TITLE = "Snowplow (events as CSV, TSV, Parquet)"
STATUS = "complete"

LABELS = (
    "`user_id` is not used: it holds texts with blanks, which are no ids. Add --map"
    " user_id=user_id if yours are."
)


def recognises(seen: Head) -> float:
    """Whether a table has Snowplow's columns, or is one of 131 without a header."""
    if has(seen, recipe(NAME)["needs"]):
        return 0.95
    return 0.9 if seen.kind == "text" and _bare(cells_of(seen)) else 0.0


def _bare(cells: Cells) -> bool:
    """Whether it is a table without a header, cut by tabs into as many columns as events have."""
    lay = cells.lay
    return (
        lay is not None
        and not lay.header
        and lay.delimiter == "\t"
        and len(lay.columns) == len(recipe(NAME)["columns"])
    )


def fields() -> tuple[str, ...]:
    """What a column can be said to hold."""
    return recipe_fields(NAME)


def read(path: Path, options: Options) -> Reading:
    """Read events.

    Raises `SourceError` when the file is no table, or has neither a time nor a visitor; and
    `UnknownNameError` for a mapping to something that is not there.
    """
    rule = recipe(NAME)
    cells = table_of(head(path), rule["title"])
    if cells.lay and _bare(cells):
        cells = Cells(cells.seen, replace(cells.lay, columns=tuple(rule["columns"])))
    mapping = understood(cells, rule["fields"], options)
    needed(cells, mapping, {"anonymous_id": "the visitor", "time": "the time"})
    notes = []
    if "user_id" in mapping and "user_id" not in options.mapping and _labels(cells, mapping):
        del mapping["user_id"]
        notes.append(LABELS)
    habit = habits(cells, mapping)
    kept = tuple(
        column
        for column in cells.columns
        if column in rule["kept"] or column.startswith("unstruct_event")
    )
    sql = _statement(cells, mapping, habit, kept, options)
    made = batches(cells.batches(), sql, options)
    return Reading(NAME, path, mapping, made, kept, (*notes, *habit.notes))


def _labels(cells: Cells, mapping: Mapping[str, str]) -> bool:
    """Whether what should be the ids of users are texts."""
    with database("UTC") as connection:
        for table, _ in cells.batches((mapping["user_id"],)):
            text = text_sql(cells, mapping["user_id"], verbatim=True)
            sql = f"SELECT count(*) FROM {cells.rows} WHERE contains({text}, ' ')"
            if len(table) and ask(connection, sql, raw=table).column(0)[0].as_py():
                return True
    return False


def _statement(
    cells: Cells,
    mapping: Mapping[str, str],
    habit: Habits,
    kept: tuple[str, ...],
    options: Options,
) -> str:
    """The statement that turns rows into events: `said` has their texts, `told` their meaning."""
    rule = recipe(NAME)
    ids = ("user_id", "anonymous_id", "order_id")
    said = {field: [text_sql(cells, value, field in ids)] for field, value in mapping.items()}
    for field, places in rule["entities"].items():
        found = [sql for place in places for sql in _entity(cells, place)]
        # The session of an app comes before what the network knows, but after the browser's id.
        spot = 1 if field == "anonymous_id" and "domain_userid" in cells.columns else None
        if spot:
            own = text_sql(cells, "domain_userid", verbatim=True)
            said[field] = [own, *found, *said[field]]
        elif found or field in said:
            said[field] = said.get(field, []) + found
    fields = {field: f"coalesce({', '.join(each)})" for field, each in said.items()}
    if consent := [sql for place in rule["consent"]["said"] for sql in _entity(cells, place)]:
        fields["consent"] = f"coalesce({', '.join(consent)})"
    fields["event"] = quoted(options.event) if options.event else _event_sql(cells, mapping)
    means = told(fields, habit)
    if "value" in fields and "value" not in habit.comma:
        means |= {"value": told(["value"], replace(habit, comma={"value": False}))["value"]}
    if consent:
        means["consent"] = _consent_sql()
    if "url" in fields:
        for field in tags().keys() & fields.keys():
            means[field] = f"coalesce(said.{field}, {tag_sql(field, 'said.url')})"
    shown = dict(zip(fields, fields, strict=True)) | dict(mapping)
    return f"""
        WITH said AS (
            SELECT "row#" AS "row", "bad#" AS bad, "text#" AS line, {cells.rest(kept, [])} AS rest,
                   {", ".join(f"{sql} AS {field}" for field, sql in fields.items())}
            FROM {cells.rows}
        ),
        told AS (
            SELECT said, said."row" AS "row", said.rest AS attributes,
                   {", ".join(f"{sql} AS {field}" for field, sql in means.items())}
            FROM said
        )
        SELECT * EXCLUDE (said), {fault_sql(*faults(fields, shown))} FROM told
    """


def _event_sql(cells: Cells, mapping: Mapping[str, str]) -> str:
    """The event's name: its own, that of what it carries, or that of its schema."""
    text = {
        name: text_sql(cells, name) if name in cells.columns else "NULL"
        for name in ("event", "event_name", "se_action")
    }
    carried = [sql for place in recipe(NAME)["events"] for sql in _entity(cells, place)]
    others = ", ".join([*carried, text["event_name"], text["event"]])
    url = text_sql(cells, mapping["url"]) if "url" in mapping else "NULL"
    own = f"CASE WHEN {text['event']} IN ('struct', 'se') THEN {text['se_action']} END"
    fallback = f"CASE WHEN {url} IS NULL THEN 'event' ELSE 'page_view' END"
    return f"coalesce({own}, {others}, {fallback})"


def _entity(cells: Cells, place: str) -> Iterator[str]:
    """The SQL expressions of one key of an entity, in each column that may hold it."""
    entity, key = place.split(".")
    for column in cells.columns:
        text = cells.cell(column)
        sure = f"CASE WHEN json_valid({text}) THEN {text} END"
        if re.fullmatch(rf"(contexts|unstruct_event)_.*_{entity}_\d+(_\d+_\d+)?", column):
            for path in (f"$[0].{key}", f"$.{key}"):
                yield _nonempty(f"json_extract_string({sure}, '{path}')")
        elif column == "contexts":
            those = f"list_filter(json_extract({sure}, '$.data[*]'), lambda e: {_is(entity, 'e')})"
            yield _nonempty(f"json_extract_string({those}[1], '$.data.{key}')")
        elif column == "unstruct_event":
            inner = f"json_extract({sure}, '$.data')"
            held = f"json_extract_string({inner}, '$.data.{key}')"
            yield f"CASE WHEN {_is(entity, inner)} THEN {_nonempty(held)} END"


def _is(entity: str, json: str) -> str:
    return f"contains(json_extract_string({json}, '$.schema'), '/{entity}/')"


def _nonempty(text: str) -> str:
    return f"nullif({text}, '')"


def _consent_sql() -> str:
    rule = recipe(NAME)["consent"]
    whens = " ".join(
        f"WHEN said.consent IN ({', '.join(map(quoted, rule[state]))}) THEN {quoted(state)}"
        for state in ("granted", "denied")
    )
    return f"CASE {whens} END"
