"""PostHog: events as JSON lines, JSON, CSV or Parquet.

Where each field is found stands in `posthog.yaml`, unless the user says otherwise. `distinct_id`
is a browser (`anonymous_id`) until somebody logs in, then a user (`user_id`); one with an @ is an
e-mail address. `$identify`, `$create_alias` and `$merge_dangerously` join two of them and are no
touchpoints.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from omvei.errors import SourceError, UnknownNameError
from omvei.sources.amounts import amount_sql
from omvei.sources.cells import Cells
from omvei.sources.columns import parts
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
OBJECTS = True
"""A text that is an object is read as one: what stands in it can be named."""


IDENTIFIERS = ("distinct_id", "person", "email", "phone")
"""The fields that tell one person from another."""

Found = dict[str, tuple[str, list[str]]]
"""Each field, with the mark between the places it is taken from (see `columns.parts`), and those.
"""


def recognises(seen: Head) -> float:
    """Whether events have a `distinct_id`, and something else that only PostHog names so."""
    columns = _columns(seen)
    own = columns & {"uuid", "properties", "elements_chain", "person_id", "person_mode"}
    flat = {column for column in columns if column.startswith("properties.$")}
    if {"event", "distinct_id"} <= columns and own | flat:
        return 0.95
    return 0.9 if {"event", "timestamp"} <= columns and flat else 0.0


def fields() -> tuple[str, ...]:
    """What a place of an event can be said to hold."""
    return ("distinct_id", "event", *recipe(NAME)["fields"])


def read(path: Path, options: Options) -> Reading:
    """Read events.

    Raises `SourceError` when no event is in sight, and `UnknownNameError` for a mapping to
    something that is not there.
    """
    seen = head(path)
    columns = _columns(seen)
    found = _found(seen, options)
    who = any(there for field in IDENTIFIERS for there in found[field][1])
    if not who or not found["time"][1] or not (found["event"][1] or options.event):
        raise SourceError(
            path,
            "holds no events: an event has at least event, distinct_id and timestamp.",
            "Export the events themselves, with a batch export or from Activity (all columns); not"
            " an insight.",
        )
    written = {_bare(column): column for column in reversed(cells_of(seen).columns)}
    mapping = {
        field: f" {mark} ".join(written.get(place, place) for place in there)
        for field, (mark, there) in found.items()
        if there
    }
    notes: tuple[str, ...] = ()
    if {"person_id", "person"} & columns and "person" not in options.mapping:
        notes = ("People are those of PostHog (`person_id`), joined with what else is known.",)
    batches = _batches(seen, options, found)
    return Reading(NAME, path, mapping, batches, ("other properties",), notes)


def _bare(column: str) -> str:
    """A column's name without the `*.` that a CSV of all columns puts before it."""
    return column.removeprefix("*.")


def _columns(seen: Head) -> set[str]:
    return {_bare(column) for column in (cells_of(seen).columns or seen.columns)}


def _found(seen: Head, options: Options) -> Found:
    """Where each field is: as the user says, or at the usual places that the file can have."""
    cells, columns = cells_of(seen), _columns(seen)
    every = [*cells.columns, *cells.inner, *columns]

    def there(place: str) -> bool:
        return place in every or place.partition(".")[0] in columns

    usual = {"distinct_id": recipe(NAME)["identity"]["whose"], "event": ["event"]}
    usual |= recipe(NAME)["fields"]
    # A table of one column a property has those only; `properties` may hold anything.
    found = {field: ("|", [p for p in places if there(p)]) for field, places in usual.items()}
    for field, value in options.mapping.items():
        if field not in found:
            raise UnknownNameError("field", field, [*found])
        mark, places = parts(value, every) if value else ("", [])
        for place in places:
            if not there(_bare(place)):
                raise UnknownNameError("column", place, [*dict.fromkeys(every)])
        found[field] = (mark or "|", [_bare(place) for place in places])
    return found


def _batches(seen: Head, options: Options, found: Found) -> Iterator[pa.RecordBatch]:
    sql = _statement(found, options)
    with database(options.timezone) as connection:
        for texts, refused in documents(seen, _event_sql):
            rows = ask(connection, sql, raw=texts) if len(texts) else pa.table({})
            yield from finished(rows, options, refused)


def _event_sql(cells: Cells) -> str:
    """A row of a table as an event; a column that comes twice (`event`, `*.event`) counts once."""
    named: dict[str, str] = {}
    for column in cells.columns:
        named.setdefault(_bare(column), cells.cell(column))
    return object_sql([*named.items()])


def _places(found: Found) -> Places:
    """Every place that is read."""
    rule = recipe(NAME)
    groups = [*(there for _, there in found.values()), *rule["identity"].values()]
    paths = [place for places in groups for place in places]
    clicks = [f"properties.{name}" for name in rule["clicks"]]
    return Places(tuple(dict.fromkeys([*paths, *clicks])))


def _statement(found: Found, options: Options) -> str:
    """The statement: `whole` has `properties` as an object, `said` texts, `told` their meaning."""
    rule, places = recipe(NAME), _places(found)
    said = {name: places.first(there) for name, there in rule["identity"].items()}
    said |= {
        field: places.joined(there) if mark == "+" else places.first(there)
        for field, (mark, there) in found.items()
    }
    said["whose"] = said.pop("distinct_id")
    if options.event:
        said["event"] = quoted(options.event)
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
    means |= _identity(options)
    means["value"] = amount_sql("said.value")
    named = "nullif(lower(regexp_extract(said.url, '^https?://([^/:?#]+)', 1)), '')"
    means["host"] = f"coalesce({means['host']}, {named})"
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
        **{field: column for field, column in options.mapping.items() if column},
    }
    columns["person"] = columns.get("distinct_id", columns["person"])
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


def _identity(options: Options) -> dict[str, str]:
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
    written = "CASE WHEN contains(said.email, '@') THEN said.email END"
    sent = f"CASE WHEN contains({user}, '@') THEN {user} END"
    first, second = (written, sent) if "email" in options.mapping else (sent, written)
    return {
        "user_id": f"CASE WHEN NOT contains({user}, '@') THEN {user} END",
        "email": f"coalesce({first}, {second})",
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
