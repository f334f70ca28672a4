"""Matomo: the visits log (`Live.getLastVisitsDetails`) as JSON or CSV.

A visit is an object with its actions in `actionDetails`; each action is one event. Where each
field is found stands in `matomo.yaml`. How a visit began (referrer, campaign, search word) is said
by its first action.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

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

NAME = "matomo"
TITLE = "Matomo (visits log as JSON or CSV)"
STATUS = "partly known"

ACTION = re.compile(r"actionDetails_(\d+)_(.+)")
"""A column of a visits log flattened to CSV."""


def recognises(seen: Head) -> float:
    """Whether the first object is a visit, or the columns are those of one."""
    if seen.kind == "text":
        columns = cells_of(seen).columns
        flat = any(ACTION.fullmatch(column) for column in columns)
        return 0.95 if flat and {"idVisit", "visitorId"} & {*columns} else 0.0
    known = {"idVisit", "visitorId"} <= {*seen.columns} and "actionDetails" in seen.columns
    return 0.95 if known else 0.0


def read(path: Path, options: Options) -> Reading:
    """Read visits. `row` is the visit's line or element: its actions share it.

    Raises `SourceError` when no visit with actions is in sight, `UnknownNameError` for a mapping:
    the fields of a visit are fixed.
    """
    for field in options.mapping:
        raise UnknownNameError("field to map in a Matomo visits log", field, [])
    seen = head(path)
    columns = cells_of(seen).columns if seen.kind == "text" else seen.columns
    if "actionDetails" not in columns and not any(map(ACTION.fullmatch, columns)):
        raise SourceError(
            path,
            "holds no visits with their actions (actionDetails).",
            "Export the visits log: the API method Live.getLastVisitsDetails, format JSON.",
        )
    rule = recipe(NAME)
    mapping = {field: " | ".join(places) for field, places in rule["visit"].items()}
    for field, places in [*rule["action"].items(), *rule["first"].items()]:
        found = " | ".join(f"actionDetails.{p}" if field in rule["action"] else p for p in places)
        mapping[field] = f"{mapping[field]} | {found}" if field in mapping else found
    mapping |= {"event": "actionDetails.type", "value": "actionDetails.revenue"}
    batches = _batches(seen, options)
    return Reading(NAME, path, mapping, batches, tuple(rule["kept"]["visit"]))


def _batches(seen: Head, options: Options) -> Iterator[pa.RecordBatch]:
    sql = _statement()
    with database(options.timezone) as connection:
        for texts, refused in documents(seen, _visit_sql):
            rows = ask(connection, sql, raw=texts) if len(texts) else pa.table({})
            yield from finished(rows, options, refused)


def _visit_sql(cells: Cells) -> str:
    """A visit of a flattened table as an object, its actions a list."""
    read = {place.split(".")[0] for place in _places("action").paths}
    read |= {*recipe(NAME)["kept"]["action"]}
    actions: dict[int, list[tuple[str, str]]] = {}
    for column in cells.columns:
        found = ACTION.fullmatch(column)
        if found and found[2] in read:
            actions.setdefault(int(found[1]), []).append((found[2], cells.cell(column)))
    each = [f"nullif({object_sql(pairs)}, '{{}}')" for _, pairs in sorted(actions.items())]
    visit = [(c, cells.cell(c)) for c in cells.columns if not c.startswith("actionDetails_")]
    listed = f"'[' || concat_ws(',', {', '.join(each)}) || ']'"
    return object_sql([*visit, ("actionDetails", f"({listed})")])


@cache
def _places(part: str) -> Places:
    """Every place that is read of the `visit` or the `action`."""
    rule = recipe(NAME)
    fields = [rule[part], rule["first"]] if part == "visit" else [rule[part]]
    paths = [place for group in fields for places in group.values() for place in places]
    return Places(tuple(dict.fromkeys([*paths, *rule["others"][part]])))


def _statement() -> str:
    """The statement: `visits` have their actions, `actions` are one each, `told` what they mean."""
    rule: dict[str, Any] = recipe(NAME)
    visit, action = _places("visit"), _places("action")
    said = {field: visit.first(places, "v") for field, places in rule["visit"].items()}
    said |= {field: action.first(places, "a") for field, places in rule["action"].items()}
    untold = ", ".join(map(quoted, rule["untold"]))
    for field, places in rule["first"].items():
        begun = f"CASE WHEN place = 1 THEN {visit.first(places, 'v')} END"
        if field == "query":
            begun = f"CASE WHEN {begun} NOT IN ({untold}) THEN {begun} END"
        said[field] = f"coalesce({said[field]}, {begun})" if field in said else begun
    what, seen = action.at("type", "a"), action.at("url", "a")
    addressless = ", ".join(map(quoted, rule["addressless"]))
    said["page"] = said.pop("url")
    # A search on the site has no address of its own: it is that of the page searched from.
    before = f'last_value({seen} IGNORE NULLS) OVER (PARTITION BY "row" ORDER BY place)'
    said["url"] = f"""CASE WHEN {what} = 'search' THEN coalesce({seen}, {before})
        WHEN {what} NOT IN ({addressless}) THEN {seen} END"""
    bought = ", ".join(map(quoted, rule["bought"]))
    said["value"] = f"CASE WHEN {what} IN ({bought}) THEN {action.at('revenue', 'a')} END"
    names = " ".join(
        f"WHEN {quoted(kind)} THEN {action.at(place, 'a')}" for kind, place in rule["named"].items()
    )
    own = f"CASE {what} {names} END"
    product = f"CASE WHEN {action.at('productViewName', 'a')} IS NOT NULL AND {what} = 'action'"
    said["event"] = f"coalesce({own}, {product} THEN 'product_view' END, {what})"
    said["email"] = said["user_id"]
    means = told(said, Habits(False, {}, ()))
    del means["page"]
    means["value"] = amount_sql("said.value")
    means["user_id"] = "CASE WHEN NOT contains(said.user_id, '@') THEN said.user_id END"
    means["host"] = "nullif(lower(regexp_extract(said.page, '^https?://([^/:?#]+)', 1)), '')"
    for field in tags():
        found = tag_sql(field, "said.url")
        means[field] = f"coalesce(said.{field}, {found})" if field in said else found
    number = f"{visit.at('idVisit', 'v')} || '.' || lpad(place::VARCHAR, 4, '0')"
    return f"""
        WITH {DOCS},
        visits AS (
            SELECT "row", text, doc, coalesce(bad, CASE
                WHEN json_type(doc, '$.actionDetails') IS DISTINCT FROM 'ARRAY'
                    OR json_array_length(doc, '$.actionDetails') = 0
                THEN 'a visit without actions' END) AS bad
            FROM docs
        ),
        listed AS (
            SELECT *, CASE WHEN bad IS NULL THEN json_extract(doc, '$.actionDetails[*]')
                      ELSE [NULL::JSON] END AS actions, {visit.cut("doc")} AS v
            FROM visits
        ),
        unfolded AS (
            SELECT "row", text, doc, bad, v, unnest(actions) AS action,
                   generate_subscripts(actions, 1) AS place
            FROM listed
        ),
        cut AS (SELECT *, {action.cut("action")} AS a FROM unfolded),
        said AS (
            SELECT "row", coalesce(action::VARCHAR, text) AS line, place, {_kept_sql()} AS rest,
                   coalesce(bad, CASE WHEN json_type(action) <> 'OBJECT'
                       THEN 'expected an action as a JSON object' END) AS bad,
                   coalesce({visit.at("idSite", "v")} || '.', '') || {number} AS event_id,
                   {", ".join(f"{sql} AS {field}" for field, sql in said.items())}
            FROM cut
        ),
        told AS (
            SELECT said, said."row" AS "row", said.place AS place, said.event_id AS event_id,
                   nullif(json_merge_patch(said.rest, json_object('url',
                       CASE WHEN said.url IS NULL THEN said.page END))::VARCHAR, '{{}}')
                       AS attributes,
                   {", ".join(f"{sql} AS {field}" for field, sql in means.items())}
            FROM said
        )
        SELECT * EXCLUDE (said, place), {_faults_sql()} FROM told ORDER BY "row", place
    """


def _faults_sql() -> str:
    people = ("user_id", "anonymous_id", "email", "order_id", "value", "time")
    columns = {field: field for field in people} | {
        "user_id": "visitorId",
        "time": "timestamp",
        "value": "revenue",
    }
    first, *others = faults(people, columns)
    silent = ("event IS NULL", "type", "an action without a type", "said.line")
    return fault_sql(first, silent, *others)


def _kept_sql() -> str:
    """What else the visit and the action say, as one object."""
    parts = []
    for part, document in (("visit", "doc"), ("action", "action")):
        pairs = ", ".join(
            f"{quoted(key)}, json_extract({document}, '$.{key}')"
            for key in recipe(NAME)["kept"][part]
        )
        parts.append(f"json_object({pairs})")
    return f"json_merge_patch('{{}}', json_merge_patch({', '.join(parts)}))"
