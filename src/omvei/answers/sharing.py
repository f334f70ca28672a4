"""What may be shown to others: groups of fewer than ten people are left out, with a count of them.

Inside the workspace numbers reconcile exactly; a page that is passed on (`--html`, the pictures of
the docs) must not single anybody out.
"""

from typing import Any

LEAST = 10
"""Groups of fewer people are not shared."""

Said = dict[str, Any]


LEFT_OUT: dict[str, dict[str, str]] = {
    "map": {"nodes": "people", "edges": "people"},
    "leaks": {"stages": "people", "transitions": "people"},
    "funnel": {"steps": "people"},
    "conform": {"deviations": "people"},
    "own": dict.fromkeys(
        ("stages", "moves", "reached", "over_time", "cues", "cycles", "routes", "figures"), "people"
    ),
    "rounds": {"customers": "people", "reach": "people", "variants": "people"},
    "content": {"loops": "back", "questions": "people", "early": "early", "fit": "people"},
    "campaigns": {"rows": "people"},
    "readiness": {"rows": "people"},
    "attribution": {"rows": "people", "orders": "ways"},
    "choice": {
        "rows": "people",
        "readiness": "people",
        "visits": "people",
        "pools": "people",
        "remarketing": "people",
    },
    "remarketing": {"rows": "people"},
}
"""By answer and part: rows that are left out, and what in them counts people."""

BLANK: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "plan": {"rows": ("n", ("value", "low", "high", "n", "trend"))},
    "checklist": {"rows": ("n", ("evidence", "count", "n", "low", "high", "beside", "behind"))},
    "content": {
        "rows": ("people", ("people",)),
        "stages": ("people", ("people", "people_share")),
        "pieces": ("people", ("people", "ends")),
    },
    "report": {
        "changes": ("fewest", ("value", "low", "high", "n", "before", "difference", "fewest")),
        "plan": ("n", ("value", "low", "high", "n", "trend")),
    },
    "choice": {"pools": ("consented", ("consented",))},
    "groups": {"rows": ("people", ("people", "share", "low", "high"))},
    "touchpoints": {
        "rows": (
            "people",
            ("people", "touchpoints", "people_by_stage", "trust", "low", "high", "compared",
             "went_on", "others", "near", "rated", "said"),
        )
    },
    "statements": {
        "rows": (
            "people",
            ("statements", "people", "negative", "neutral", "positive", "answered", "unanswered",
             "negative_unanswered", "rate", "low", "high", "days"),
        )
    },
}  # fmt: skip
"""By answer and part: rows that stay, since they are the firm's own; what counts people, and what
is taken out of them where those are few."""


def shared(said: Said, least: int = LEAST) -> Said:
    """An answer without its small groups; `hidden` says how many rows were left out, and `blank`
    whether in rows that stay something was taken out.

    Nobody is no group: a zero stays. A trace is one person's, and is returned as it is: who passes
    it on has chosen to.

    >>> rows = [{"stage": "see", "people": 9}, {"stage": "do", "people": 10}]
    >>> told = shared({"answer": "leaks", "stages": rows, "transitions": []})
    >>> told["stages"], told["hidden"]
    ([{'stage': 'do', 'people': 10}], {'rows': 1, 'least': 10})
    """
    kept, hidden = _left_out(dict(said), least)
    kept, blank = _blank(kept, least)
    if said["answer"] == "conform":
        kept["touchpoints"] = [
            {**row, "instead": [one for one in row["instead"] if one["converted"] >= least]}
            for row in kept["touchpoints"]
        ]
    if said["answer"] == "statements":  # one statement is one person's
        kept["unanswered"] = []
    if said["answer"] in ("start", "report", "findings"):
        found = [one for one in kept["findings"] if one["values"].get("n", least) >= least]
        hidden += len(kept["findings"]) - len(found)
        kept["findings"] = found
    if advised := {"advice": "rows", "report": "advice"}.get(said["answer"]):
        told = [_within(row, least) for row in kept[advised] if row["evidence"]["n"] >= least]
        hidden += len(kept[advised]) - len(told)
        kept[advised] = told
    if blank:
        kept["blank"] = True
    return {**kept, "hidden": {"rows": hidden, "least": least}} if hidden else kept


def _left_out(said: Said, least: int) -> tuple[Said, int]:
    hidden = 0
    gone: set[str] = set()
    for part, counted in LEFT_OUT.get(said["answer"], {}).items():
        if part not in said:
            continue
        rows = [
            row
            for row in said[part]
            if (row[counted] is None or row[counted] >= least)
            and not {row.get("source"), row.get("target")} & gone
        ]
        if part == "nodes":
            gone = {row["id"] for row in said[part]} - {row["id"] for row in rows}
        hidden += len(said[part]) - len(rows)
        said[part] = rows
    return said, hidden


def _blank(said: Said, least: int) -> tuple[Said, bool]:
    blank = False
    for part, (counted, fields) in BLANK.get(said["answer"], {}).items():
        rows = []
        for row in said.get(part, ()):
            few = 0 < (row[counted] or 0) < least
            blank = blank or few
            rows.append({**row, **{key: _nothing(row[key]) for key in fields}, "blank": True}
                        if few else _within(row, least))  # fmt: skip
        said[part] = rows
    return said, blank


def _nothing(value: object) -> object:
    """What stands for a value that is taken out: nothing, of the same form."""
    return type(value)() if isinstance(value, list | dict) else None


def _counted(told: Said, least: int) -> Said:
    """A measure, without its numbers where they are of few people."""
    if not 0 < told["n"] < least:
        return told
    return {**told, "value": None, "low": None, "high": None, "n": None, "blank": True}


def _within(row: Said, least: int) -> Said:
    """A row whose people are enough, without the small groups inside it."""
    found = dict(row)
    if row.get("trend"):
        found["trend"] = [_counted(one, least) for one in row["trend"]]
    if isinstance(row.get("others"), list):  # of an action; a touchpoint has a share of that name
        found["others"] = [one for one in row["others"] if one["evidence"]["n"] >= least]
    if "measure" in row:
        found["measure"] = _counted(row["measure"], least)
    if row.get("said") and row["said"]["people"] < least:
        found["said"] = None
    if "people_by_stage" in row:
        by_stage = row["people_by_stage"].items()
        found["people_by_stage"] = {stage: n for stage, n in by_stage if n >= least}
    return found
