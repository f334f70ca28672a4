"""What may be shown to others: groups of fewer than ten people are left out, with a count of them.

Inside the workspace numbers reconcile exactly; a page that is passed on (`--html`, the pictures of
the docs) must not single anybody out.
"""

from typing import Any

LEAST = 10
"""Groups of fewer people are not shared."""

Said = dict[str, Any]


def shared(said: Said, least: int = LEAST) -> Said:
    """An answer without its small groups; `hidden` says how many rows were left out.

    A trace is one person's, and is returned as it is: who passes it on has chosen to.

    >>> rows = [{"stage": "see", "people": 9}, {"stage": "do", "people": 10}]
    >>> told = shared({"answer": "leaks", "stages": rows, "transitions": []})
    >>> told["stages"], told["hidden"]
    ([{'stage': 'do', 'people': 10}], {'rows': 1, 'least': 10})
    """
    parts = {
        "map": ("nodes", "edges"),
        "leaks": ("stages", "transitions"),
        "funnel": ("steps",),
        "conform": ("deviations",),
        "own": ("stages", "moves", "reached", "over_time", "cues", "cycles", "routes", "figures"),
    }
    kept = dict(said)
    hidden = 0
    gone: set[str] = set()
    for part in parts.get(said["answer"], ()):
        if part not in said:
            continue
        rows = [
            row
            for row in said[part]
            if row["people"] >= least and not {row.get("source"), row.get("target")} & gone
        ]
        if part == "nodes":
            gone = {row["id"] for row in said[part]} - {row["id"] for row in rows}
        hidden += len(said[part]) - len(rows)
        kept[part] = rows
    return {**kept, "hidden": {"rows": hidden, "least": least}} if hidden else kept
