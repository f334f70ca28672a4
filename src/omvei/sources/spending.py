"""What advertising cost: reports of spend, a row for each day and campaign.

Such a row is nobody's, so it goes to the table `costs` and never into a journey. Reports come with
lines above the header, which are skipped, and with lines of totals, which are no rows: they are
left out, and compared with the sum of the rows. A row that covers more than one day is rejected,
because its money could not be laid on days.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from omvei.errors import SourceError
from omvei.events.schema import COSTS, READS
from omvei.sources.amounts import amount_sql, count_sql, decimal_mark
from omvei.sources.cells import Cells
from omvei.sources.columns import plain
from omvei.sources.delimited import Refused
from omvei.sources.head import Head, head
from omvei.sources.meaning import column_texts
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import cells_of, recipe, table_of, text_sql, understood
from omvei.sources.rows import ask, database, fault_sql, finished, quoted
from omvei.sources.times import date_order, time_sql

FIELDS = tuple(column.name for column in COSTS)
COUNTS = ("impressions", "clicks")
AMOUNTS = ("cost", "claimed", "claimed_value")
CURRENCIES = ("nok", "sek", "dkk", "eur", "usd", "gbp", "chf", "isk")
TOTAL = (
    r"^(total|totalt|totals|sum|summa|samlet|sammanlagt|i alt|ialt|results from|resultat"
    r"|resultater)\b"
)
"""How a line of totals begins, in en, nb, sv and da."""

Part = tuple[pa.Table | None, list[Refused]]
"""What the statement says of a stretch of the file (None: of no line), and its ragged lines."""

DAILY = (
    "Break the report down by day (in Google Ads: Segment > Time > Day; in Meta: Breakdown > By"
    " time > Day) and export it again."
)


def bare(column: str) -> str:
    """A column's name as the words of the recipes are written, without a currency at its end.

    >>> bare("Amount spent (NOK)")
    'amount_spent'
    """
    word = plain(column)
    return re.sub(rf"_({'|'.join(CURRENCIES)})$", "", word)


def recognises_spending(name: str, seen: Head) -> bool:
    """Whether a table has a column of each of the recipe's `needs`, and none that it is `not`."""
    if seen.kind not in ("text", "parquet"):
        return False
    columns = {bare(column) for column in cells_of(seen).columns}
    rule = recipe(name)
    if columns & {*rule.get("not", ())}:
        return False
    return all(
        columns & {word for field in choice for word in rule["fields"].get(field, [field])}
        for choice in rule["needs"]
    )


def spending_fields(name: str) -> tuple[str, ...]:
    """What a column can be said to hold, by the recipe `name`."""
    return tuple(field for field in recipe(name)["fields"] if field in (*FIELDS, "until"))


def read_spending(name: str, path: Path, options: Options) -> Reading:
    """Read a report of spend by the recipe `name`.

    Raises `SourceError` when the file is no table, has no column for the day, the cost or the
    campaign, or covers whole periods in a row; and `UnknownNameError` for a mapping to something
    that is not there.
    """
    rule = recipe(name)
    cells = table_of(head(path), rule["title"])
    fields = {field: rule["fields"][field] for field in spending_fields(name)}
    mapping = understood(cells, fields, options, (*FIELDS, "until"), bare)
    _needed(path, cells, mapping)
    order = date_order(column_texts(cells, mapping["day"]), mapping["day"])
    marks = {
        field: decimal_mark(column_texts(cells, mapping[field]), mapping[field])
        for field in AMOUNTS
        if field in mapping
    }
    comma = {field: mark.comma for field, mark in marks.items()}
    kept = tuple(column for column in cells.columns if bare(column) in rule.get("kept", ()))
    written = _currency(cells, mapping)
    sql = _statement(cells, mapping, rule, order.month_first, comma, kept, written)
    # A report is small. All of it is read now, so that its totals can be compared with its rows.
    parts = [*_parts(cells, sql)]
    notes = [order.note, *(mark.note for mark in marks.values())]
    if "currency" not in mapping and written is None:
        notes.append("The file does not name its currency. Say it with a column: --map currency=…")
    notes += [*_totals(parts)]
    _one_day(path, parts)
    shown = {field: value for field, value in mapping.items() if field != "until"}
    return Reading(
        name,
        path,
        shown,
        _batches(parts, options),
        kept,
        tuple(note for note in notes if note),
        "costs",
    )


def _needed(path: Path, cells: Cells, mapping: Mapping[str, str]) -> None:
    lacking = [what for what in ("day", "cost") if what not in mapping]
    if not {"campaign", "channel", "platform"} & mapping.keys():
        lacking.append("campaign")
    if lacking:
        raise SourceError(
            path,
            f"has no column for the {' or for the '.join(lacking)}. The columns are: "
            f"{', '.join(cells.columns[:40])}.",
            DAILY if "day" in lacking else f"Add it to the report, or say: --map {lacking[0]}=…",
        )


def _currency(cells: Cells, mapping: Mapping[str, str]) -> str | None:
    """The currency that the header of the cost names, as in `Amount spent (NOK)`."""
    found = re.search(rf"_({'|'.join(CURRENCIES)})$", plain(mapping["cost"]))
    return found[1].upper() if found else None


def _statement(
    cells: Cells,
    mapping: Mapping[str, str],
    rule: Mapping[str, object],
    month_first: bool,
    comma: Mapping[str, bool],
    kept: tuple[str, ...],
    currency: str | None,
) -> str:
    """The statement: `said` has the texts of a line, `told` what they mean.

    A line is a total when it says so, or has money and neither a day nor a campaign.
    """
    said = {field: text_sql(cells, value) for field, value in mapping.items()}
    for field in (*FIELDS, "until"):
        said.setdefault(field, "NULL::VARCHAR")
    firsts = ", ".join(f"lower(trim({cells.cell(column)}))" for column in cells.columns[:3])
    told = {field: f"said.{field}" for field in FIELDS if field != "event_id"}
    told["day"] = f"({time_sql('said.day', month_first)})::DATE"
    told["until"] = f"({time_sql('said.until', month_first)})::DATE"
    for field in AMOUNTS:
        told[field] = amount_sql(f"said.{field}", comma.get(field, False))
    for field in COUNTS:
        told[field] = count_sql(f"said.{field}")
    told["currency"] = f"coalesce(upper(said.currency), {quoted(currency) if currency else 'NULL'})"
    usual = quoted(str(rule["platform"])) if rule["platform"] else "said.channel"
    told["platform"] = f"coalesce(said.platform, {usual})"
    faults = fault_sql(
        ("said.bad IS NOT NULL", None, "(said.bad)", "said.line"),
        ("said.day IS NULL", mapping["day"], "no day", "''"),
        ("day IS NULL", mapping["day"], "not a day between 1900 and 2100", "said.day"),
        (
            "said.until IS NOT NULL AND until IS DISTINCT FROM day",
            mapping.get("until"),
            "covers more than one day",
            "said.day || ' – ' || said.until",
        ),
        ("said.cost IS NULL", mapping["cost"], "no cost", "''"),
        *(
            (f"said.{f} IS NOT NULL AND {f} IS NULL", mapping[f], "not an amount", f"said.{f}")
            for f in (*AMOUNTS, *COUNTS)
            if f in mapping
        ),
        ("cost < 0", mapping["cost"], "a negative cost", "said.cost"),
        (
            "NOT regexp_full_match(coalesce(currency, 'NOK'), '[A-Z]{3}')",
            mapping.get("currency"),
            "not a currency of three letters",
            "said.currency",
        ),
    )
    return f"""
        WITH said AS (
            SELECT "row#" AS "row", "bad#" AS bad, "text#" AS line,
                   {cells.rest(kept, [])} AS attributes,
                   coalesce(list_bool_or(list_transform([{firsts}],
                       lambda f: regexp_matches(f, {quoted(TOTAL)}))), FALSE) AS named,
                   {", ".join(f"{sql} AS {f}" for f, sql in said.items() if f != "attributes")}
            FROM {cells.rows}
        ),
        told AS (
            SELECT said, said."row" AS "row",
                   {", ".join(f"{sql} AS {field}" for field, sql in told.items())}
            FROM said
        )
        SELECT * EXCLUDE (said, until), {faults},
               said.bad IS NULL AND ((said.named AND day IS NULL)
                   OR (cost IS NOT NULL AND said.campaign IS NULL AND said.channel IS NULL
                       AND said.platform IS NULL)) AS total
        FROM told
    """


def _parts(cells: Cells, sql: str) -> Iterator[Part]:
    with database("UTC") as connection:
        for table, refused in cells.batches():
            yield (ask(connection, sql, raw=table) if len(table) else None), refused


def _totals(parts: list[Part]) -> Iterator[str]:
    """What the lines of totals say, beside the sum of the rows."""
    said: list[Decimal] = []
    count, summed = 0, Decimal(0)
    for table, _ in parts:
        if table is None:
            continue
        total = table["total"]
        count += pc.sum(total).as_py() or 0
        said += [one for one in table.filter(total)["cost"].to_pylist() if one is not None]
        good = pc.and_(pc.invert(total), table["reason"].is_null())
        summed += pc.sum(table.filter(good)["cost"]).as_py() or Decimal(0)
    if not count:
        return
    yield f"Lines of totals are no rows and are left out ({count}); the rows sum to {summed:,.2f}."
    # The last of them is the whole; those before it may be parts.
    if said and abs(max(said) - summed) > max(Decimal("0.01") * summed, Decimal(1)):
        yield (
            f"The largest total in the file is {max(said):,.2f}, which differs: the report may hide"
            " rows (a filter, or days without a campaign)."
        )


def _one_day(path: Path, parts: list[Part]) -> None:
    """Refuse a report whose rows cover a period each."""
    reasons = [
        reason
        for table, _ in parts
        if table is not None
        for reason in table.filter(pc.invert(table["total"]))["reason"].to_pylist()
    ]
    if reasons and reasons.count("covers more than one day") > 0.5 * len(reasons):
        raise SourceError(path, "each row covers more than one day.", DAILY)


def _batches(parts: list[Part], options: Options) -> Iterator[pa.RecordBatch]:
    for table, refused in parts:
        rows = pa.table({}) if table is None else table.filter(pc.invert(table["total"]))
        yield from finished(
            rows.drop_columns(["total"]) if len(rows) else pa.table({}),
            options,
            refused,
            READS["costs"],
        )
