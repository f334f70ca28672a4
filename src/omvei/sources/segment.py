"""Segment and RudderStack: track, page, screen, identify, alias and group calls.

One call is one event: JSON lines, one array, or batches (`{"batch": [...]}`). Where each field is
found stands in `segment.yaml`. `identify`, `alias` and `group` are events of those names, whose
identifiers join a person's other events.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from omvei.errors import SourceError, UnknownNameError
from omvei.shipped import shipped
from omvei.sources.amounts import amount_sql
from omvei.sources.head import Head, head
from omvei.sources.lines import objects
from omvei.sources.reading import Options, Reading
from omvei.sources.rows import DOCS, ask, database, fault_sql, finished, quoted
from omvei.sources.tags import tag_sql, tags
from omvei.sources.times import time_sql

NAME = "segment"
TITLE = "Segment, RudderStack (calls as JSON)"
STATUS = "complete"

CALLS = ("track", "page", "screen", "identify", "alias", "group")
MARKS = ("anonymousId", "userId", "messageId", "previousId", "context", "properties", "traits")


@cache
def rules() -> dict[str, Any]:
    """The rules of `segment.yaml`."""
    found: dict[str, Any] = shipped("omvei.sources", "segment.yaml")
    return found


def recognises(seen: Head) -> float:
    """Whether the first object is a call, or a batch of calls."""
    record = seen.record or {}
    if isinstance(record.get("batch"), list) and record["batch"]:
        record = record["batch"][0] if isinstance(record["batch"][0], dict) else {}
    call = record.get("type") in CALLS and any(mark in record for mark in MARKS)
    return 0.96 if call else 0.0


def read(path: Path, options: Options) -> Reading:
    """Read calls.

    In a file with batches `row` is the number of the call, otherwise of the line or element.
    Raises `SourceError` when no call is in sight, `UnknownNameError` for a mapping: the fields of
    a call are fixed.
    """
    for field in options.mapping:
        raise UnknownNameError("field to map in Segment calls", field, [])
    seen = head(path)
    if seen.record is None or not ("type" in seen.columns or "batch" in seen.columns):
        raise SourceError(
            path,
            "holds no calls: a call is a JSON object with a type such as track, page or identify.",
            "Export the raw calls, for example from the S3 or Google Cloud Storage destination.",
        )
    batched = "batch" in seen.columns
    notes = ("Calls are numbered one by one through the batches.",) if batched else ()
    mapping = {
        "event_id": "messageId",
        "time": " | ".join(rules()["time"]),
        "event": "event, or type",
        **{field: " | ".join(places) for field, places in rules()["fields"].items()},
        "consent": "context.consent",
    }
    batches = _batches(seen, options, batched)
    return Reading(NAME, path, mapping, batches, ("other properties and traits",), notes)


def _batches(seen: Head, options: Options, batched: bool) -> Iterator[pa.RecordBatch]:
    sql, number = _statement(), 1
    with database(options.timezone) as connection:
        for texts in objects(seen):
            if batched:
                texts = ask(connection, CALLS_OF, raw=texts)
                numbers = pa.array(range(number, number + len(texts)), pa.int64())
                number += len(texts)
                texts = texts.set_column(0, "row", numbers)
            yield from finished(ask(connection, sql, raw=texts), options)


CALLS_OF = f"""
    WITH {DOCS},
    calls AS (
        SELECT "row", bad, unnest(CASE WHEN bad IS NULL AND json_type(doc, '$.batch') = 'ARRAY'
            THEN json_extract(doc, '$.batch[*]')::VARCHAR[] ELSE [text] END) AS text,
            generate_subscripts(CASE WHEN bad IS NULL AND json_type(doc, '$.batch') = 'ARRAY'
            THEN json_extract(doc, '$.batch[*]')::VARCHAR[] ELSE [text] END, 1) AS place
        FROM docs
    )
    SELECT "row", text, bad FROM calls ORDER BY "row", place
"""


def _all_paths() -> list[str]:
    """Every path that is read, each once, as JSON pointers."""
    paths = [
        "type",
        "event",
        "messageId",
        "previousId",
        "name",
        "properties.name",
        "context.consent",
    ]
    paths += rules()["time"]
    paths += [place for places in rules()["fields"].values() for place in places]
    paths += [f"context.consent.categoryPreferences.{name}" for name in rules()["consent"]]
    return list(dict.fromkeys(paths))


def _at(path: str) -> str:
    """The SQL expression of one path: a place in the list of all extracted at once."""
    return f"nullif(c[{_all_paths().index(path) + 1}], '')"


def _first(places: list[str]) -> str:
    return f"coalesce({', '.join(map(_at, places))})"


def _statement() -> str:
    pointers = ", ".join(quoted("/" + path.replace(".", "/")) for path in _all_paths())
    ours = {field: _first(places) for field, places in rules()["fields"].items()}
    ours["anonymous_id"] = (
        f"coalesce({ours['anonymous_id']}, CASE WHEN call = 'alias' THEN {_at('previousId')} END)"
    )
    about = f"starts_with({_at('event')}, {quoted(rules()['product_event'])})"
    name = _at("properties.name")
    ours["product"] = f"coalesce(CASE WHEN {about} THEN {name} END, {ours['product']})"
    called = f"CASE WHEN call IN ('page', 'screen') THEN coalesce({_at('name')}, {name}) END"
    ours["title"] = f"coalesce({ours['title']}, {called})"
    ours["referrer"] = (
        f"CASE WHEN call NOT IN ('identify', 'alias', 'group') THEN {ours['referrer']} END"
    )
    address = ours["url"]
    for field in tags():
        found = tag_sql(field, "address")
        ours[field] = f"coalesce({ours[field]}, {found})" if field in ours else found
    ours["host"] = "nullif(lower(regexp_extract(address, '^https?://([^/:?#]+)', 1)), '')"
    ours["currency"] = f"upper({ours['currency']})"
    ours["event_id"] = _at("messageId")
    ours["event"] = f"CASE WHEN call = 'track' THEN {_at('event')} ELSE call END"
    ours["kind"] = "CASE WHEN call IN ('page', 'screen') THEN 'page_view' END"
    ours["consent"] = _consent_sql()
    ours["attributes"] = _attributes_sql()
    for field, shape in (
        ("email", "@.*[.]|^[0-9a-f]{32}$"),
        ("phone", "[0-9].*[0-9].*[0-9].*[0-9].*[0-9]"),
    ):
        ours[field] = f"CASE WHEN regexp_matches({ours[field]}, '{shape}') THEN {ours[field]} END"
    worth, stars = ours.pop("value"), ours.pop("rating")
    calls = ", ".join(map(quoted, CALLS))
    people = ("user_id", "anonymous_id", "email", "phone")
    faults = fault_sql(
        ("bad IS NOT NULL", None, "(bad)", "text"),
        (
            f"call IS NULL OR call NOT IN ({calls})",
            "type",
            f"expected one of {', '.join(CALLS)}",
            "coalesce(call, text)",
        ),
        ("moment IS NULL", "timestamp", "no time", "text"),
        ("time IS NULL", "timestamp", "not a time between 1900 and 2100", "moment"),
        ("event IS NULL", "event", "a track call without an event name", "text"),
        ("worth IS NOT NULL AND value IS NULL", "properties.revenue", "not an amount", "worth"),
        ("stars IS NOT NULL AND rating IS NULL", "properties.rating", "not a number", "stars"),
        (
            " AND ".join(f"{name} IS NULL" for name in people),
            "userId",
            "nobody: neither anonymousId nor userId is filled in",
            "''",
        ),
    )
    return f"""
        WITH {DOCS},
        cut AS (SELECT *, json_extract_string(doc, [{pointers}]) AS c FROM docs),
        calls AS (
            SELECT *, lower({_at("type")}) AS call, {address} AS address,
                   {_first(rules()["time"])} AS moment, {worth} AS worth, {stars} AS stars FROM cut
        ),
        told AS (
            SELECT "row", text, bad, call, moment, worth, stars, {time_sql("moment")} AS time,
                   {amount_sql("worth")} AS value, {amount_sql("stars", True, "DOUBLE")} AS rating,
                   {", ".join(f"{sql} AS {field}" for field, sql in ours.items())}
            FROM calls
        )
        SELECT * EXCLUDE (text, bad, call, moment, worth, stars), {faults} FROM told
    """


def _consent_sql() -> str:
    said = _first([f"context.consent.categoryPreferences.{name}" for name in rules()["consent"]])
    whole = _at("context.consent")
    return f"""CASE lower(coalesce({said}, {whole}))
        WHEN 'true' THEN 'granted' WHEN 'granted' THEN 'granted'
        WHEN 'false' THEN 'denied' WHEN 'denied' THEN 'denied' END"""


def _attributes_sql() -> str:
    """Other properties and traits, without what says in words who the person is."""
    personal = dict.fromkeys(rules()["personal"])
    gone = {"properties": dict.fromkeys(rules()["left_out"]) | personal, "traits": personal}
    parts = (
        f"""CASE WHEN json_type(doc, '$.{part}') = 'OBJECT'
        THEN json_merge_patch(json_extract(doc, '$.{part}'), {quoted(json.dumps(patch))})
        ELSE '{{}}' END"""
        for part, patch in gone.items()
    )
    return f"nullif(json_merge_patch({', '.join(parts)})::VARCHAR, '{{}}')"
