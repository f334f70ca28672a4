"""HubSpot's engagements: calls, meetings, letters and notes between the firm and its contacts.

As JSON (an object an engagement, from the API or a backup) or as CSV of the activity lists. The
first contact of an engagement is the person; their number is the one of `hubspot`'s contacts. What
was said or written is never kept.
"""

from collections.abc import Mapping
from pathlib import Path

from omvei.errors import SourceError, UnknownNameError
from omvei.sources.cells import Cells
from omvei.sources.head import Head, head
from omvei.sources.hubspot import PREFIX
from omvei.sources.meaning import Habits, faults, habits, told
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import (
    CURE,
    cells_of,
    has,
    needed,
    recipe,
    recipe_fields,
    text_sql,
    understood,
)
from omvei.sources.rows import batches, fault_sql, quoted

NAME = "hubspot-engagements"
TITLE = "HubSpot (calls, meetings and other engagements as JSON or CSV)"
STATUS = "partly known"


def recognises(seen: Head) -> float:
    """Whether objects have an `engagement`, or a table the columns of an activity list."""
    if seen.kind in ("json", "json-array"):
        return 0.95 if {"engagement", "associations"} <= {*seen.columns} else 0.0
    return 0.93 if has(seen, recipe(NAME)["needs"]) else 0.0


def fields() -> tuple[str, ...]:
    """What a column of a list can be said to hold."""
    return recipe_fields(NAME)


def read(path: Path, options: Options) -> Reading:
    """Read engagements.

    Raises `SourceError` when the file has neither the objects nor the columns, `UnknownNameError`
    for a mapping to something that is not there, or of the objects: their keys are fixed.
    """
    seen = head(path)
    cells = cells_of(seen)
    rule = recipe(NAME)
    if seen.kind in ("json", "json-array"):
        for field in options.mapping:
            raise UnknownNameError("field to map in HubSpot's engagements", field, [])
        every = (*cells.columns, *cells.inner)
        mapping = {f: place for f, place in rule["places"].items() if place in every}
    elif cells.columns:
        mapping = understood(cells, rule["fields"], options, fields())
    else:
        raise SourceError(path, "holds no engagements.", CURE)
    needed(cells, mapping, {"time": "the time", "event": "the type of the activity"})
    if not {"person", "email"} & mapping.keys():
        raise SourceError(
            path,
            "has no column for the contact, so nobody is known.",
            "Add *Associated Contact IDs* to the list's columns and export it again.",
        )
    habit = habits(cells, mapping)
    sql = _statement(cells, mapping, habit)
    return Reading(NAME, path, mapping, batches(cells.batches(), sql, options), (), habit.notes)


def _statement(cells: Cells, mapping: Mapping[str, str], habit: Habits) -> str:
    """The statement: `said` has the texts, `told` what they mean."""
    said = {field: text_sql(cells, value) for field, value in mapping.items()}
    for field in ("person", "email", "status", "direction"):
        said.setdefault(field, "NULL::VARCHAR")
    kept = ("time", "event", "person", "email", "status")
    means = told(kept, habit) | {
        # A list of contacts, in JSON or parted by semicolons: the first is the one.
        "person": f"{quoted(PREFIX)} || nullif(regexp_extract(said.person, '[0-9]+'), '')",
        "email": r"nullif(regexp_extract(said.email, '[^\s()<>;,\"\[]+@[^\s()<>;,\"\]]+'), '')",
        "event": _event_sql(),
        "event_id": "said.event_id" if "event_id" in said else "NULL",
    }
    means = {field: sql for field, sql in means.items() if field != "direction"}
    shown = dict(mapping) | {field: mapping.get(field, field) for field in ("person", "email")}
    return f"""
        WITH said AS (
            SELECT "row#" AS "row", "bad#" AS bad, "text#" AS line,
                   {", ".join(f"{sql} AS {field}" for field, sql in said.items())}
            FROM {cells.rows}
        ),
        told AS (
            SELECT said, said."row" AS "row",
                   {", ".join(f"{sql} AS {field}" for field, sql in means.items())}
            FROM said
        )
        SELECT * EXCLUDE (said), {
        fault_sql(
            *faults(kept, shown),
            ("said.event IS NULL", mapping["event"], "no type of activity", "''"),
        )
    } FROM told
    """


def _event_sql() -> str:
    """The type in one spelling; a letter that came in is another event than one sent."""
    words = "nullif(regexp_replace(lower(said.event), '[^a-zæøåäö]+', '_', 'g'), '')"
    came = "lower(said.direction) IN ('incoming', 'inbound', 'incoming_email', 'inn', 'in')"
    return f"CASE WHEN {words} = 'email' AND {came} THEN 'incoming_email' ELSE {words} END"
