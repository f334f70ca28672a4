"""
The form that says what the columns of a file mean, for every source whose columns have names.

An untouched form says nothing: what was guessed, or is remembered, holds. What is changed is said
together with all that was guessed beside it, so that one change moves nothing else.
"""

from collections.abc import Mapping
from typing import Any

from omvei import sources

NONE = "(none)"
"""What a form says for a field that no column holds, though one was guessed."""

SAID = ("source", "event", "timezone")


def told(given: Any) -> dict[str, Any]:
    """Read what the person said about a file: source, mapping, event, time zone.

    >>> told({"map_time": "Dato", "map_event": "", "was_person": "Kunde", "was_time": "Tid"})
    {'mapping': {'person': 'Kunde', 'time': 'Dato'}}
    >>> told({"map_value": "Netto", "was_source": "shopify"})
    {'mapping': {'value': 'Netto'}, 'source': 'shopify'}
    """
    said = {name: str(given.get(name)).strip() for name in SAID if given.get(name)}
    chosen = {field: "" if column == NONE else column for field, column in _held(given, "map_")}
    if said.get("source") and said["source"] != given.get("was_source", said["source"]):
        chosen = {}  # what was said for one source says nothing about another
    elif chosen:
        chosen = dict(_held(given, "was_")) | chosen
        if given.get("was_source"):  # and of no other: the same words mean other things there
            said["source"] = str(given["was_source"])
    return ({"mapping": chosen} if chosen else {}) | said


def asked(said: Mapping[str, Any]) -> dict[str, str]:
    """Write what was said as the parameters of an address."""
    mapping = said.get("mapping", {})
    return {f"map_{field}": column or NONE for field, column in mapping.items()} | {
        name: said[name] for name in SAID if name in said
    }


def form(choices: Any, said: Mapping[str, Any], guessed: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form shows: `source`, `sources`, `fields` (each with its `options`, the
    `chosen` one, what was `guessed`, and first `values`) and `unused` columns with theirs."""
    columns = choices.columns if choices else {}
    mapping = said.get("mapping", {})
    fields = []
    for field in choices.fields if columns else ():
        guess = "" if field in mapping else guessed.get(field, "")
        chosen = mapping.get(field, guess)
        offered = list(dict.fromkeys([*([chosen] if chosen else []), *columns]))
        fields.append(
            {
                "name": field,
                "none": NONE if guess or field in mapping else "",
                # The guessed column needs no saying.
                "options": [("" if column == guess else column, column) for column in offered],
                "chosen": "" if chosen == guess else chosen or NONE,
                "empty": not chosen,
                "guessed": guess,
                "values": _values(columns, chosen),
            }
        )
    used = {column for one in (guessed | mapping).values() for column in _parts(one, columns)}
    return {
        "source": said.get("source") or (choices.source if choices else ""),
        "sources": sources.names(),
        "fields": fields,
        "unused": {name: values for name, values in columns.items() if name not in used},
    }


def _held(given: Any, start: str) -> list[tuple[str, str]]:
    names = [name for name in given if name.startswith(start) and name != "was_source"]
    return [(name.removeprefix(start), str(given.get(name))) for name in names if given.get(name)]


def _parts(chosen: str, columns: Mapping[str, Any]) -> list[str]:
    """Return the columns that a choice names: one, or several put together by `|` or `+`."""
    if chosen in columns:
        return [chosen]
    return [part.strip() for piece in chosen.split("|") for part in piece.split("+")]


def _values(columns: Mapping[str, tuple[str, ...]], chosen: str) -> list[str]:
    held = [columns.get(column, ()) for column in _parts(chosen, columns)] if chosen else []
    return list(next((values for values in held if values), ()))
