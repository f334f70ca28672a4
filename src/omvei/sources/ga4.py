"""Google Analytics 4: the export to BigQuery, as JSON lines or Parquet, or flattened to a table.

One row is one event. Which field comes from where stands in `ga4.yaml`. Events without
`user_pseudo_id` (consent refused) are kept: they count as events, and belong to no journey.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from omvei.errors import SourceError, UnknownNameError
from omvei.shipped import shipped
from omvei.sources import table
from omvei.sources.head import Head, head
from omvei.sources.layout import layout
from omvei.sources.lines import objects
from omvei.sources.reading import Options, Reading
from omvei.sources.reports import refuse_report
from omvei.sources.rows import DOCS, ask, database, fault_sql, finished, quoted
from omvei.sources.tags import tag_sql, tags

NAME = "ga4"
TITLE = "Google Analytics 4 (BigQuery export)"
STATUS = "complete"

VALUE = {
    "string_value": "VARCHAR",
    "int_value": "VARCHAR",
    "float_value": "VARCHAR",
    "double_value": "VARCHAR",
}
PARAM = [{"key": "VARCHAR", "value": VALUE}]
OWN = ("event_name", "event_timestamp")
"""What every row of the export has."""

BATCH = ("batch_page_id", "batch_ordering_id", "batch_event_index")
"""In which order a browser sent what carries the same time."""


@cache
def rules() -> dict[str, Any]:
    """The rules of `ga4.yaml`."""
    found: dict[str, Any] = shipped("omvei.sources", "ga4.yaml")
    return found


def recognises(seen: Head) -> float:
    """Whether the rows have the export's columns, nested or flattened."""
    if {*OWN} <= set(seen.columns) and {"event_params", "user_pseudo_id"} & set(seen.columns):
        return 0.97
    return 0.95 if _flat(seen) else 0.0


def read(path: Path, options: Options) -> Reading:
    """Read an export to BigQuery.

    Raises `ReportRefusedError` for a report; `SourceError` when rows lack `event_name` or
    `event_timestamp`; `UnknownNameError` for a mapping, which only a flattened table can have.
    """
    seen = head(path)
    refuse_report(seen)
    flat = _flat(seen)
    if flat:
        notes = ("A table flattened from the export: order ids and amounts may be missing in it.",)
        reading = table.read(path, replace(options, mapping={**flat, **options.mapping}))
        return replace(reading, source=NAME, notes=(*notes, *reading.notes))
    if not {*OWN} <= set(seen.columns):
        found = ", ".join(seen.columns[:20]) or "no columns"
        raise SourceError(
            path,
            f"has no columns event_name and event_timestamp, but {found}.",
            "Export the table events_YYYYMMDD from BigQuery as JSON lines or Parquet.",
        )
    for field in options.mapping:
        raise UnknownNameError("field to map in a GA4 export", field, [])
    mapping = {
        "time": "event_timestamp",
        "event": "event_name",
        **{field: " | ".join(places) for field, places in rules()["fields"].items()},
        "session_id": "user_pseudo_id.ga_session_id",
        "value": "ecommerce.purchase_revenue",
        "consent": "privacy_info.analytics_storage",
    }
    return Reading(
        NAME, path, mapping, _batches(seen, options), ("other parameters", "items", "geo", "device")
    )


def _flat(seen: Head) -> dict[str, str]:
    """The mapping of a flattened table, or nothing when it is not one."""
    if seen.kind == "json" or seen.kind == "json-array" or "event_params" in seen.columns:
        return {}
    lay = layout(seen) if seen.kind == "text" else None
    columns = lay.columns if lay else seen.columns
    rule = rules()["flat"]
    if not {*rule["needs"]} <= {*columns} or not any(c.startswith(rule["prefix"]) for c in columns):
        return {}
    mapping = {}
    for field, places in rule["mapping"].items():
        known = [place for place in places if {*place.split("+")} <= {*columns}]
        if known:
            mapping[field] = "|".join(known)
    return mapping if {"time", "event"} <= mapping.keys() else {}


def _batches(seen: Head, options: Options) -> Iterator[pa.RecordBatch]:
    sql = _statement()
    with database("UTC") as connection:
        for texts in objects(seen):
            yield from finished(ask(connection, sql, raw=texts), options)


def _shape() -> dict[str, Any]:
    """The parts of a row that are read, each as text, whatever type the file gives it."""
    shape: dict[str, Any] = {
        "event_params": PARAM,
        "items": [{}],
        "ecommerce": {"purchase_revenue": "VARCHAR", "purchase_revenue_in_usd": "VARCHAR"},
        "privacy_info": {"analytics_storage": "VARCHAR"},
        "collected_traffic_source": {"gclid": "VARCHAR", "dclid": "VARCHAR"},
    }
    shape |= dict.fromkeys((*OWN, "event_bundle_sequence_id", *BATCH), "VARCHAR")
    for places in rules()["fields"].values():
        for place in places:
            if place.startswith("param "):
                continue
            inner, *steps = place.split(".")
            spot: Any = shape
            for step in steps:
                spot = spot.setdefault(inner, {})
                spot = spot[0] if isinstance(spot, list) else spot
                inner = step
            spot[inner] = "VARCHAR"
    return shape


def _place(place: str) -> str:
    """The SQL expression of one place of `ga4.yaml`."""
    if place.startswith("param "):
        return _param(place.removeprefix("param "))
    if place.startswith("items."):
        return f"g.items[1].{place.removeprefix('items.')}"
    return f"g.{place}"


def _param(name: str) -> str:
    return f"said[list_position(keys, {quoted(name)})]"


PARAMS = """list_transform(g.event_params, lambda p: p.key) AS keys,
    list_transform(g.event_params, lambda p: coalesce(p.value.string_value, p.value.int_value,
        p.value.double_value, p.value.float_value)) AS said"""


def _statement() -> str:
    nothing = ", ".join(map(quoted, rules()["nothing"]))
    ours = {}
    for field, places in rules()["fields"].items():
        literal = field.startswith("utm_") or field == "campaign"
        each = [
            f"nullif({_place(place)}, '')"
            if literal
            else f"CASE WHEN {_place(place)} NOT IN ({nothing}) THEN {_place(place)} END"
            for place in places
        ]
        ours[field] = f"coalesce({', '.join(each)})"
    address = _place("param page_location")
    for field in tags():
        found = tag_sql(field, address)
        ours[field] = f"coalesce({ours[field]}, {found})" if field in ours else found
    for click in ("dclid", "gclid"):
        there = f"coalesce(g.collected_traffic_source.{click}, {_param(click)}, '') <> ''"
        ours["click_id"] = f"CASE WHEN {there} THEN '{click}' ELSE {ours['click_id']} END"
    named = f"nullif(regexp_extract({address}, '^https?://([^/:?#]+)', 1), '')"
    ours["host"] = f"lower(coalesce({ours['host']}, {named}))"
    ours["session_id"] = f"g.user_pseudo_id || '.' || {_param('ga_session_id')}"
    revenue = "TRY_CAST(g.ecommerce.purchase_revenue AS DOUBLE)"
    worth = f"coalesce({revenue}, TRY_CAST({_param('value')} AS DOUBLE))"
    bought = "g.event_name IN ('purchase', 'in_app_purchase', 'ecommerce_purchase')"
    worth = f"CASE WHEN {bought} THEN {worth} ELSE nullif({revenue}, 0) END"
    ours["value"] = f"TRY_CAST({worth} AS DECIMAL(18, 4))"
    ours["consent"] = """CASE lower(g.privacy_info.analytics_storage)
        WHEN 'yes' THEN 'granted' WHEN 'no' THEN 'denied' END"""
    ours["event"] = "g.event_name"
    ours["event_id"] = f"""md5(g.event_timestamp || '|' || g.event_name || '|' || {
        " || '|' || ".join(
            f"g.{name}" for name in ("user_pseudo_id", "event_bundle_sequence_id", *BATCH)
        )
    })"""
    ours["attributes"] = _attributes_sql()
    moment = "TRY_CAST(g.event_timestamp AS BIGINT)"
    # 2005 to 2100 in microseconds: seconds or milliseconds would fall in 1970.
    time = f"""CASE WHEN {moment} BETWEEN 1104537600000000 AND 4102444800000000
        THEN make_timestamptz({moment}) END"""
    faults = fault_sql(
        ("bad IS NOT NULL", None, "(bad)", "text"),
        ("g.event_timestamp IS NULL", "event_timestamp", "no time", "text"),
        (
            f"({time}) IS NULL",
            "event_timestamp",
            "not microseconds since 1970",
            "g.event_timestamp",
        ),
        ("coalesce(g.event_name, '') = ''", "event_name", "no event name", "text"),
    )
    order = ", ".join(f"TRY_CAST(g.{name} AS BIGINT) AS {name}" for name in BATCH)
    turns, shape = ", ".join(BATCH), quoted(json.dumps(_shape()))
    return f"""
        WITH {DOCS},
        shaped AS (SELECT "row", text, bad, doc, from_json(doc, {shape}) AS g FROM docs),
        parsed AS (SELECT *, {PARAMS} FROM shaped),
        told AS MATERIALIZED (
            SELECT "row", {time} AS time, {order},
                   {", ".join(f"{sql} AS {field}" for field, sql in ours.items())}, {faults}
            FROM parsed
        ),
        -- Ties in time are broken by row: within one, rows change places to follow the batch.
        ranked AS MATERIALIZED (
            SELECT *, row_number() OVER (tie ORDER BY "row") AS place,
                   row_number() OVER (tie ORDER BY {turns}, "row") AS turn
            FROM told WINDOW tie AS (PARTITION BY anonymous_id, time, reason IS NULL)
        )
        SELECT seat."row" AS "row", r.* EXCLUDE ("row", place, turn, {turns})
        FROM ranked AS r JOIN ranked AS seat
          ON r.turn = seat.place AND r.anonymous_id IS NOT DISTINCT FROM seat.anonymous_id
         AND r.time IS NOT DISTINCT FROM seat.time AND (r.reason IS NULL) = (seat.reason IS NULL)
        ORDER BY 1
    """


def _attributes_sql() -> str:
    """Everything else as one object: what the row says besides, and the other parameters."""
    gone = json.dumps(dict.fromkeys(rules()["left_out"]))
    known = ", ".join(map(quoted, rules()["params_left_out"]))
    number = "coalesce(p.value.int_value, p.value.double_value, p.value.float_value)"
    value = f"coalesce(to_json(p.value.string_value)::VARCHAR, {number}, 'null')"
    others = f"list_filter(g.event_params, lambda p: p.key NOT IN ({known}))"
    pairs = f"list_transform({others}, lambda p: to_json(p.key)::VARCHAR || ':' || {value})"
    params = f"('{{' || array_to_string({pairs}, ',') || '}}')"
    params = f"coalesce(CASE WHEN json_valid({params}) THEN {params} END, '{{}}')"
    rest = f"json_merge_patch(doc, {quoted(gone)})"
    return f"nullif(json_merge_patch({rest}, {params})::VARCHAR, '{{}}')"
