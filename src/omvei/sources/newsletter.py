"""Newsletters: what was sent, opened and clicked, and who came and went.

A file has a row for each thing that happened, or a row for each address with a column for each
moment (`OPTIN_TIME`, `UNSUB_TIME`); then each filled moment is an event of that row. The words
stand in `newsletter.yaml`. Events are `sent`, `opened`, `clicked`, `bounced`, `unsubscribed`,
`subscribed` and `complained`; another word stays as the file writes it.
"""

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from omvei.errors import SourceError
from omvei.sources.cells import Cells
from omvei.sources.columns import plain
from omvei.sources.head import Head, head
from omvei.sources.meaning import Habits, faults, habits, told
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import (
    cells_of,
    needed,
    recipe,
    recipe_fields,
    table_of,
    text_sql,
    understood,
)
from omvei.sources.rows import batches, fault_sql, quoted

NAME = "newsletter"
TITLE = "Newsletter (activity and members as CSV)"
STATUS = "partly known"


def recognises(seen: Head) -> float:
    """Whether a table has addresses, and words or moments of a newsletter."""
    if seen.kind not in ("text", "parquet"):
        return 0.0
    rule = recipe(NAME)
    cells = cells_of(seen)
    columns = {plain(column) for column in cells.columns}
    if not columns & {*rule["fields"]["email"]}:
        return 0.0
    if columns & {*rule["sure"]}:
        return 0.95
    timed = columns & {*rule["fields"]["time"]}
    event = next((c for c in cells.columns if plain(c) in rule["fields"]["event"]), None)
    if event is not None:
        return 0.9 if timed and _mostly_known(seen, cells, event) else 0.0
    letter = columns & {*rule["fields"]["campaign"], *rule["fields"]["url"]} or _letter(seen.name)
    moments = {word for what in ("sent", "opened") for word in rule["moments"][what]["time"]}
    if columns & moments or (timed and letter and _by_name(seen.name)):
        return 0.8
    return 0.0


def _mostly_known(seen: Head, cells: Cells, column: str) -> bool:
    """Whether most of the first rows say one of our words."""
    if cells.lay is None or cells.lay.delimiter == " ":
        return False
    text = "\n".join(seen.lines[cells.lay.skip : cells.lay.skip + 100])
    place = cells.columns.index(column)
    known = {word for words in recipe(NAME)["words"].values() for word in words}
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=cells.lay.delimiter))
    except csv.Error:
        return False
    said = [row[place].strip().lower() for row in rows if len(row) > place and row[place].strip()]
    return sum(word in known for word in said) > 0.7 * len(said)


def _by_name(name: str) -> str | None:
    """What happened, by the name of the file and the folder it is in."""
    short = "/".join(Path(name.lower()).parts[-2:])
    return next(
        (what for what, pattern in recipe(NAME)["files"].items() if re.search(pattern, short)), None
    )


def _letter(name: str) -> str | None:
    """Which letter a file is of, by its name in an account export.

    >>> _letter("export.zip/granular_activity/opens/4211_Spring_sale.csv")
    'Spring sale'
    """
    found = re.search(recipe(NAME)["letter"], name.replace("\\", "/"), re.IGNORECASE)
    return found[1].replace("_", " ").strip() if found else None


def fields() -> tuple[str, ...]:
    """What a column can be said to hold: our fields, and each moment's time."""
    return recipe_fields(NAME, *recipe(NAME)["moments"])


def read(path: Path, options: Options) -> Reading:
    """Read a newsletter tool's file.

    Raises `SourceError` when the file is no table, has no address or no time, or does not say what
    happened; and `UnknownNameError` for a mapping to something that is not there.
    """
    rule = recipe(NAME)
    cells = table_of(head(path), rule["title"])
    mapping = understood(cells, rule["fields"], options, fields())
    moments = {} if "event" in mapping or options.event else _moments(cells, options)
    mapping = {field: value for field, value in mapping.items() if field not in rule["moments"]}
    if moments:
        each = "|".join(dict.fromkeys(moment["time"] for moment in moments.values()))
        mapping |= {"time": each}
    what = options.event or _by_name(options.name)
    needed(cells, mapping, {"email": "the e-mail address", "time": "the time"})
    if not moments and "event" not in mapping and not what:
        raise SourceError(
            path,
            "does not say what happened: whether the letter was sent, opened or clicked.",
            "Say it for the whole file: --event opened (or sent, clicked, bounced, unsubscribed).",
        )
    if options.event:
        mapping.pop("event", None)
    habit = habits(cells, mapping)
    notes = habit.notes
    if what and not moments and "event" not in mapping:
        notes += (f"Each row is taken as {what!r}. Say otherwise with --event NAME.",)
    kept = tuple(column for column in cells.columns if plain(column) in rule["kept"])
    sql = _statement(cells, mapping, moments, habit, kept, what, _letter(options.name))
    shown = {field: value for field, value in mapping.items() if field != "time" or not moments}
    shown |= {what: held["time"] for what, held in moments.items()}
    return Reading(NAME, path, shown, batches(cells.batches(), sql, options), kept, notes)


def _moments(cells: Cells, options: Options) -> dict[str, dict[str, str]]:
    """Each thing that a column of the file has the time of, with that column, and others."""
    if options.mapping.get("time"):
        return {}
    words: dict[str, dict[str, list[str]]] = recipe(NAME)["moments"]
    found = {what: understood(cells, fields, Options()) for what, fields in words.items()}
    for what in words.keys() & options.mapping.keys():
        found[what]["time"] = options.mapping[what]
    return {what: fields for what, fields in found.items() if fields.get("time")}


def _statement(
    cells: Cells,
    mapping: Mapping[str, str],
    moments: Mapping[str, Mapping[str, str]],
    habit: Habits,
    kept: tuple[str, ...],
    what: str | None,
    letter: str | None,
) -> str:
    """The statement that turns rows into events.

    `lines` has a row a line, with its moments in order; `said` one an event with its texts; `told`
    what they mean.
    """
    fields = {
        field: text_sql(cells, value, verbatim=field in ("email", "event"))
        for field, value in mapping.items()
    }
    fields.setdefault("campaign", f"{quoted(letter)}::VARCHAR" if letter else "NULL::VARCHAR")
    if moments:
        listed = ", ".join(_moment_sql(cells, event, held) for event, held in moments.items())
        happened = f"list_filter([{listed}], lambda m: m.time IS NOT NULL)"
    else:
        named = fields.pop("event", "NULL::VARCHAR")
        happened = f"[{{event: {named}, time: {fields['time']}, campaign: NULL::VARCHAR}}]"
    del fields["time"]
    means = told(dict.fromkeys([*fields, "time", "event"]), habit)
    means["event"] = f"coalesce({_words_sql()}, said.event, {quoted(what) if what else 'NULL'})"
    if moments:
        means["event"] = "said.event"
    means["content"] = f"coalesce({'said.content, ' if 'content' in fields else ''}said.campaign)"
    silent = "event IS NULL AND said.time IS NOT NULL"
    wrong = fault_sql(
        *faults({*fields, "time"}, mapping),
        (silent, mapping.get("event"), "does not say what happened", "said.line"),
    )
    return f"""
        WITH lines AS (
            SELECT "row#" AS "row", "bad#" AS bad, "text#" AS line, {cells.rest(kept, [])} AS rest,
                   {", ".join(f"{sql} AS {field}" for field, sql in fields.items())},
                   {happened} AS happened
            FROM {cells.rows}
        ),
        moments AS (
            SELECT * EXCLUDE (happened, campaign), campaign AS whole, unnest(
                CASE WHEN len(happened) > 0 THEN happened
                ELSE [{{event: NULL::VARCHAR, time: NULL::VARCHAR, campaign: NULL::VARCHAR}}] END
            ) AS moment
            FROM lines
        ),
        said AS (
            SELECT * EXCLUDE (moment, whole), moment.event AS event, moment.time AS time,
                   coalesce(moment.campaign, whole) AS campaign
            FROM moments
        ),
        told AS (
            SELECT said, said."row" AS "row", said.rest AS attributes,
                   {", ".join(f"{sql} AS {field}" for field, sql in means.items())}
            FROM said
        )
        SELECT * EXCLUDE (said), {wrong} FROM told
    """


def _moment_sql(cells: Cells, event: str, held: Mapping[str, str]) -> str:
    """One moment: what happened, when, and by which letter."""
    campaign = text_sql(cells, held["campaign"]) if "campaign" in held else "NULL::VARCHAR"
    time = text_sql(cells, held["time"])
    return f"{{event: {quoted(event)}, time: {time}, campaign: {campaign}}}"


def _words_sql() -> str:
    words: dict[str, Any] = recipe(NAME)["words"]
    whens = " ".join(
        f"WHEN lower(said.event) IN ({', '.join(map(quoted, known))}) THEN {quoted(event)}"
        for event, known in words.items()
    )
    return f"CASE {whens} END"
