"""PostHog: events as JSON lines, JSON, CSV or Parquet.

Where each field is found stands in `posthog.yaml`. `distinct_id` is a browser (`anonymous_id`)
until somebody logs in, then a user (`user_id`); one with an @ is an e-mail address. `$identify`,
`$create_alias` and `$merge_dangerously` join two of them and are no touchpoints.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyarrow as pa

from omvei.errors import SourceError, UnknownNameError
from omvei.sources.amounts import amount_sql
from omvei.sources.cells import Cells
from omvei.sources.documents import Places, documents, object_sql
from omvei.sources.head import Head, head
from omvei.sources.meaning import Habits, faults, told
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import cells_of, recipe
from omvei.sources.rows import DOCS, ask, database, fault_sql, finished, quoted
from omvei.sources.tags import tag_sql, tags

NAME = "posthog"
TITLE = "PostHog (events as JSON lines, CSV)"
STATUS = "partly known"


def recognises(seen: Head) -> float:
    """Whether events have a `distinct_id`, and something else that only PostHog names so."""
    columns = {*(cells_of(seen).columns if seen.kind == "text" else seen.columns)}
    own = columns & {"uuid", "properties", "elements_chain", "person_id", "person_mode"}
    own |= {column for column in columns if column.startswith("properties.$")}
    return 0.95 if {"event", "distinct_id"} <= columns and own else 0.0


def read(path: Path, options: Options) -> Reading:
    """Read events.

    Raises `SourceError` when no event is in sight, `UnknownNameError` for a mapping: the fields of
    an event are fixed.
    """
    for field in options.mapping:
        raise UnknownNameError("field to map in PostHog events", field, [])
    seen = head(path)
    columns = cells_of(seen).columns if seen.kind == "text" else seen.columns
    if not {"event", "distinct_id"} <= {*columns}:
        raise SourceError(
            path,
            "holds no events: an event has at least event, distinct_id and timestamp.",
            "Export the events themselves, with a batch export or from Activity; not an insight.",
        )
    rule = recipe(NAME)
    mapping = {field: " | ".join(places) for field, places in rule["fields"].items()}
    mapping |= {"event": "event", "user_id": "distinct_id", "anonymous_id": "distinct_id"}
    notes: tuple[str, ...] = ()
    if "person_id" in columns or "person" in columns:
        notes = ("People are those of PostHog (`person_id`), joined with what else is known.",)
    batches = _batches(seen, options)
    return Reading(NAME, path, mapping, batches, ("other properties",), notes)


def _batches(seen: Head, options: Options) -> Iterator[pa.RecordBatch]:
    sql = _statement()
    with database(options.timezone) as connection:
        for texts, refused in documents(seen, _event_sql):
            rows = ask(connection, sql, raw=texts) if len(texts) else pa.table({})
            yield from finished(rows, options, refused)


def _event_sql(cells: Cells) -> str:
    """A row of a table as an event; `*.properties.$x` and its like keep their names."""
    return object_sql([(column, cells.cell(column)) for column in cells.columns])


@cache
def _places() -> Places:
    """Every place that is read."""
    rule = recipe(NAME)
    groups = [*rule["fields"].values(), *rule["identity"].values()]
    paths = [place for places in groups for place in places]
    clicks = [f"properties.{name}" for name in rule["clicks"]]
    return Places(tuple(dict.fromkeys(["event", *paths, *clicks])))


def _statement() -> str:
    """The statement: `whole` has `properties` as an object, `said` texts, `told` their meaning."""
    rule, places = recipe(NAME), _places()
    said = {field: places.first(found) for field, found in rule["fields"].items()}
    said |= {name: places.first(found) for name, found in rule["identity"].items()}
    said["event"] = places.at("event")
    nowhere = ", ".join(map(quoted, rule["no_referrer"]))
    said["referrer"] = (
        f"CASE WHEN {said['referrer']} NOT IN ({nowhere}) THEN {said['referrer']} END"
    )
    said["click_id"] = (
        "CASE "
        + " ".join(
            f"WHEN {places.at(f'properties.{name}')} IS NOT NULL THEN {quoted(name)}"
            for name in rule["clicks"]
        )
        + " END"
    )
    means = told(said, Habits(False, {}, ()))
    for name in rule["identity"]:
        del means[name]
    means |= _identity()
    means["value"] = amount_sql("said.value")
    found = "nullif(lower(regexp_extract(said.url, '^https?://([^/:?#]+)', 1)), '')"
    means["host"] = f"coalesce({means['host']}, {found})"
    for field in tags():
        tag = tag_sql(field, "said.url")
        means[field] = f"coalesce(said.{field}, {tag})" if field in said else tag
    means["attributes"] = "said.rest"
    people = ("user_id", "email", "phone", "person", "order_id", "anonymous_id", "value", "rating")
    columns = {field: field for field in [*people, "time"]} | {
        "time": "timestamp",
        "person": "distinct_id",
        "value": "properties.revenue",
        "rating": "properties.rating",
    }
    first, *others = faults(people, columns)
    nameless = ("said.event IS NULL", "event", "no event name", "said.line")
    return f"""
        WITH {DOCS},
        whole AS (
            -- Warehouses and tables write `properties` as a text.
            SELECT "row", text, bad, CASE WHEN json_type(doc, '$.properties') = 'VARCHAR'
                    AND json_valid(doc->>'$.properties')
                THEN json_merge_patch(doc, json_object('properties',
                    (doc->>'$.properties')::JSON)) ELSE doc END AS doc
            FROM docs
        ),
        cut AS (SELECT *, {places.cut("doc")} AS c FROM whole),
        said AS (
            SELECT "row", text AS line, bad, {_rest_sql()} AS rest,
                   {", ".join(f"{sql} AS {field}" for field, sql in said.items())}
            FROM cut
        ),
        told AS (
            SELECT said, said."row" AS "row",
                   {", ".join(f"{sql} AS {field}" for field, sql in means.items())}
            FROM said
        )
        SELECT * EXCLUDE (said), {fault_sql(first, nameless, *others)} FROM told
    """


def _identity() -> dict[str, str]:
    """Who did it: a user, a browser, an address, from one `distinct_id` and what is beside it."""
    rule = recipe(NAME)
    sure, joins = (", ".join(map(quoted, rule[key])) for key in ("identifying", "aliasing"))
    alias = f"CASE WHEN said.event IN ({joins}) THEN said.alias END"
    strange = f"NOT regexp_matches(said.whose, {quoted(rule['browser'])})"
    user = f"""CASE
        WHEN said.member IS NOT NULL THEN said.member
        WHEN said.certain = 'false' OR said.whose = said.device THEN NULL
        WHEN said.event IN ({sure}) OR said.certain = 'true' OR said.device IS NOT NULL
            OR {strange} THEN said.whose END"""
    return {
        "user_id": f"CASE WHEN NOT contains({user}, '@') THEN {user} END",
        "email": f"""CASE WHEN contains({user}, '@') THEN {user}
            WHEN contains(said.email, '@') THEN said.email END""",
        "anonymous_id": f"""coalesce(said.device, {alias},
            CASE WHEN ({user}) IS NULL THEN said.whose END)""",
    }


def _rest_sql() -> str:
    """Properties of one's own, without the library's and what says in words who a person is."""
    gone = ", ".join(map(quoted, [*recipe(NAME)["personal"], *recipe(NAME)["left_out"]]))
    keys = f"""list_filter(json_keys(doc, '$.properties'),
        lambda k: NOT starts_with(k, '$') AND k NOT IN ({gone}))"""
    pointer = "'/properties/' || replace(replace(k, '~', '~0'), '/', '~1')"
    pairs = f"""list_transform({keys}, lambda k: to_json(k)::VARCHAR || ':'
        || coalesce(json_extract(doc, {pointer})::VARCHAR, 'null'))"""
    object_ = f"('{{' || array_to_string({pairs}, ',') || '}}')"
    return f"nullif(CASE WHEN json_type(doc, '$.properties') = 'OBJECT' THEN {object_} END, '{{}}')"
