"""The plan as a table to pass on, which a spreadsheet opens."""

import csv
from io import StringIO
from typing import Any

from ..answers.sharing import LEAST

COLUMNS = (
    "stage", "goal", "group", "content", "channel", "kpi", "definition", "target", "value", "low",
    "high", "n", "unit", "status", "note", "review",
)  # fmt: skip


def sheet(said: dict[str, Any]) -> str:
    """A scorecard as CSV; of fewer than ten people nothing is told but that they are too few.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.

    >>> row = dict.fromkeys(COLUMNS) | {"stage": "see", "goal": "=1+1", "value": 0.5, "n": 8}
    >>> sheet({"rows": [row]}).splitlines()[1]
    "see,'=1+1,,,,,,,,,,under 10,,,,"
    """
    out = StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row in said["rows"]:
        told = {column: row[column] for column in COLUMNS}
        if row["value"] is not None and row["n"] < LEAST:
            told |= {"value": None, "low": None, "high": None, "n": f"under {LEAST}"}
        table.writerow(_safe(value) for value in told.values())
    return out.getvalue()


def _safe(value: Any) -> Any:
    formula = isinstance(value, str) and value.lstrip()[:1] in ("=", "+", "-", "@")
    return f"'{value}" if formula else value
