"""HubSpot: contacts and deals as CSV, a row each with a column for each moment.

Each moment that is filled in is an event: a contact was first seen, sent a form, became a lead; a
deal was made, won (`purchase`) or lost. An open deal has no end, though HubSpot guesses a date.
Which column is which stands in `hubspot.yaml`.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from omvei.errors import SourceError
from omvei.sources.amounts import amount_sql, decimal_mark
from omvei.sources.cells import Cells
from omvei.sources.columns import plain
from omvei.sources.head import Head, head
from omvei.sources.meaning import Habits, column_texts, faults, habits, told
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import CURE, has, recipe, table_of, text_sql, understood
from omvei.sources.rows import batches, fault_sql, quoted

NAME = "hubspot"
TITLE = "HubSpot (contacts and deals as CSV)"
STATUS = "partly known"

KINDS = ("deals", "contacts")

OWN = ("url", "referrer", "content", "value")
"""Fields that belong to one moment."""

PREFIX = "hubspot-"
"""Before a contact's number, which says nothing outside HubSpot."""


def recognises(seen: Head) -> float:
    """Whether a table has the columns of contacts or of deals."""
    return 0.92 if _kind(seen) else 0.0


def _kind(seen: Head) -> str | None:
    return next((kind for kind in KINDS if has(seen, recipe(NAME)[kind]["needs"])), None)


def fields() -> tuple[str, ...]:
    """What a column can be said to hold: our fields, and each moment's time."""
    rules = [recipe(NAME)[kind] for kind in KINDS]
    names = [name for rule in rules for name in (*rule["fields"], *rule["moments"])]
    return (*dict.fromkeys(names), "value")


def _meant(mapping: Mapping[str, str]) -> str | None:
    """Contacts or deals, by what the user says that columns hold."""
    said = {field for field, column in mapping.items() if column}
    moments = {kind: said & {*recipe(NAME)[kind]["moments"]} for kind in KINDS}
    return next((kind for kind in KINDS if moments[kind]), None)


def read(path: Path, options: Options) -> Reading:
    """Read contacts or deals.

    Raises `SourceError` when the file has the columns of neither, and `UnknownNameError` for a
    mapping to something that is not there. The user says what columns hold in an export in another
    language; which of the two it is follows from the moments said.
    """
    seen = head(path)
    cells = table_of(seen, recipe(NAME)["title"])
    kind = _kind(seen) or _meant(options.mapping)
    if kind is None:
        raise SourceError(
            path,
            "has neither the columns of HubSpot's contacts nor of its deals. The columns are:"
            f" {', '.join(cells.columns[:40])}.",
            CURE,
        )
    rule: dict[str, Any] = recipe(NAME)[kind]
    mapping = understood(cells, rule["fields"], options, fields())
    worth = mapping.pop("value", None)
    moments = {}
    for what, says in rule["moments"].items():
        found = understood(cells, {k: v for k, v in says.items() if k != "when"}, Options())
        if what in options.mapping:
            found["time"] = options.mapping[what]
            mapping.pop(what, None)
        if "value" in options.mapping and "value" in says:
            found |= {"value": worth} if worth else {}
        if found.get("time"):
            moments[what] = found | ({"when": says["when"]} if "when" in says else {})
    nobody = not {"person", "email"} & mapping.keys()
    if nobody or not moments:
        lacking = "the contact" if nobody else "the time of anything that happened"
        raise SourceError(
            path,
            f"has no column for {lacking}. The columns are: {', '.join(cells.columns[:40])}.",
            CURE,
        )
    times = "|".join(dict.fromkeys(held["time"] for held in moments.values()))
    habit = habits(cells, mapping | {"time": times})
    amount = next((held["value"] for held in moments.values() if "value" in held), None)
    if amount:
        mark = decimal_mark(column_texts(cells, amount), amount)
        habit = replace(habit, comma={"value": mark.comma})
        habit = replace(habit, notes=(*habit.notes, mark.note) if mark.note else habit.notes)
    kept = tuple(column for column in cells.columns if plain(column) in rule["kept"])
    shown = {field: value for field, value in mapping.items() if field != "won"}
    shown |= {"time": times} | ({"value": amount} if amount else {})
    told_of = shown | {what: held["time"] for what, held in moments.items()}
    sql = _statement(cells, mapping, moments, habit, kept, shown)
    return Reading(NAME, path, told_of, batches(cells.batches(), sql, options), kept, habit.notes)


def _statement(
    cells: Cells,
    mapping: Mapping[str, str],
    moments: Mapping[str, Mapping[str, str]],
    habit: Habits,
    kept: tuple[str, ...],
    shown: Mapping[str, str],
) -> str:
    """The statement: `lines` have their moments, `said` is one moment, `told` what it means."""
    fields = {field: text_sql(cells, value) for field, value in mapping.items()}
    for field in ("person", "email", "status", "won"):
        fields.setdefault(field, "NULL::VARCHAR")
    listed = ", ".join(_moment_sql(cells, what, held) for what, held in moments.items())
    nothing = ", ".join(f"{name}: NULL::VARCHAR" for name in ("event", "time", *OWN))
    means = told(dict.fromkeys([*fields, "time", *OWN]), habit) | {
        # Several contacts of a deal are parted by semicolons: the first is the one who asks.
        "person": f"{quoted(PREFIX)} || nullif(regexp_extract(said.person, '^[^;,]+'), '')",
        "email": r"nullif(regexp_extract(said.email, '[^\s()<>;,]+@[^\s()<>;,]+'), '')",
        "account": "said.account" if "account" in fields else "NULL",
        "event": "said.event",
        "value": amount_sql("said.value", habit.comma.get("value", False)),
        "host": "nullif(lower(regexp_extract(said.url, '^https?://([^/:?#]+)', 1)), '')",
    }
    del means["won"]
    people = {field: field for field in ("person", "email", "time", "value")} | dict(shown)
    checked = [field for field in ("email", "phone", "person", "value") if field in people]
    return f"""
        WITH lines AS (
            SELECT "row#" AS "row", "bad#" AS bad, "text#" AS line, {cells.rest(kept, [])} AS rest,
                   {", ".join(f"{sql} AS {field}" for field, sql in fields.items())},
                   [{listed}] AS moments
            FROM {cells.rows}
        ),
        ended AS (
            SELECT *, CASE WHEN {_in("won", "won")} OR {_in("status", "won")} THEN 'won'
                WHEN {_in("status", "lost")} THEN 'lost' END AS state
            FROM lines
        ),
        happened AS (
            SELECT * EXCLUDE (moments), list_filter(moments, lambda m: m.time IS NOT NULL
                AND (m.state IS NULL OR m.state IS NOT DISTINCT FROM ended.state)) AS moments
            FROM ended
        ),
        unfolded AS (
            SELECT *, unnest(CASE WHEN len(moments) > 0 THEN moments
                ELSE [{{{nothing}, state: NULL::VARCHAR}}] END) AS moment
            FROM happened
        ),
        said AS (
            SELECT * EXCLUDE (moments, moment, state), moment.event AS event, moment.time AS time,
                   {", ".join(f"moment.{name} AS {name}" for name in OWN)}
            FROM unfolded
            -- The last form is the first one, when there was but one.
            WHERE moment.event IS DISTINCT FROM 'form_submitted_last' OR NOT list_contains(
                list_transform(list_filter(moments, lambda m: m.event = 'form_submitted'),
                    lambda m: m.time), moment.time)
        ),
        told AS (
            SELECT said, said."row" AS "row", said.rest AS attributes,
                   {", ".join(f"{sql} AS {field}" for field, sql in means.items())}
            FROM said
        )
        SELECT * EXCLUDE (said), {fault_sql(*faults(checked, people))} FROM told
    """


def _moment_sql(cells: Cells, what: str, held: Mapping[str, str]) -> str:
    own = ", ".join(
        f"{name}: {text_sql(cells, held[name]) if name in held else 'NULL::VARCHAR'}"
        for name in ("time", *OWN)
    )
    state = quoted(held["when"]) if "when" in held else "NULL::VARCHAR"
    return f"{{event: {quoted(what)}, {own}, state: {state}}}"


def _in(field: str, state: str) -> str:
    words = ", ".join(map(quoted, recipe(NAME)["states"][state]))
    # `Closed Won (Sales Pipeline)`: the pipeline's name may follow.
    return f"coalesce(lower(regexp_replace({field}, ' *[(].*[)]$', '')) IN ({words}), FALSE)"
