"""Files of totals, refused with a reason: a journey needs one row for each event."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from omvei.errors import ReportRefusedError
from omvei.events.schema import IDENTIFIERS
from omvei.shipped import shipped
from omvei.sources.columns import words
from omvei.sources.head import Head
from omvei.sources.layout import layout


@cache
def rules() -> list[dict[str, Any]]:
    """The rules of `reports.yaml`."""
    found: list[dict[str, Any]] = shipped("omvei.sources", "reports.yaml")
    return found


def refuse_report(seen: Head) -> None:
    """Raise `ReportRefusedError` when the file is a report of totals that we know."""
    if seen.kind != "text":
        return
    lay = layout(seen)
    columns = [column.strip().lower() for column in lay.columns] if lay and lay.header else []
    for rule in rules():
        if _fits(rule, columns, seen.lines[:10]):
            raise ReportRefusedError(seen.path, rule["what"].strip(), rule["cure"].strip())


def _fits(rule: dict[str, Any], columns: Sequence[str], lines: Sequence[str]) -> bool:
    if "preamble" in rule and any(re.search(rule["preamble"], line) for line in lines):
        return True
    if "columns" in rule:
        return set(rule["columns"]) <= set(columns)
    if any(_person(column) for column in columns):
        return False
    least = rule["words"]["least"]
    return any(sum(column in known for column in columns) >= least for known in rule["words"]["of"])


def _person(column: str) -> bool:
    """Whether a column tells one person from another, as no report does."""
    word = re.sub(r"\W+", "_", column).strip("_")
    return any(word in words()["fields"][field] for field in IDENTIFIERS)
