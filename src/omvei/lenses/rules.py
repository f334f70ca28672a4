"""Rules: what must hold of a touchpoint for a stage, compiled to masks over a block's columns.

| condition | holds when the touchpoint ... |
|---|---|
| `kind`, `group` | is one of these kinds, or of a kind in one of these groups |
| `query_class` | has words of one of these classes; `none` for no words |
| `channel`, `ownership`, `initiator` | has one of these |
| `intended` | is content that the site means for one of these stages (`definitions/`) |
| `purchases` | `{at_least: n}`, `{at_most: n}`: so many purchases came before it |
| `rating`, `verdict` | the same for its stars or score, the person's latest verdict (0 to 100) |
| `seen_before` | true: its product or brand was met before |
| `has_product` | true: it is about a known product |
| `repeated` | true: the person met the same kind before |
| `evaluated` | true: an evaluation came before it, since the person's latest purchase |
| `visits` | `{at_least: n}`: the person did something in so many visits, this one included |
| `after_quiet` | true: it is the person's first, or comes after `quiet_days` of silence |
| `sets_out` | true: the first thing the person does, or the first after `quiet_days` of nothing |
| `days_under_way` | `{at_most: n}`: so many days since the person last set out |
| `bought_under_way` | true: the person has bought since they last set out |
| `looked_around` | true: since then they searched, not for a brand, or weighed alternatives |
| `passive` | true: it reached a person who did nothing |

A number may be a parameter: `{at_least: $care_min_purchases}`. Every line of `when` must hold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..touchpoints import channels
from ..touchpoints.vocabulary import CLASSES, INITIATORS, OWNERSHIPS, codes, kinds
from .earlier import Earlier

Mask = NDArray[np.bool_]
Columns = Any
"""Anything that gives a block's columns by name: `columns["kind"]`."""

DAY = 86_400_000_000
NUMBERS = {
    "purchases": ("purchases_before", 1),
    "rating": ("rating", 100),
    "verdict": ("verdict", 1),
}
"""Condition to column, and how many of the column's units make one of the reader's."""
NUMBERS_BACK = {"visits": ("visits", 1), "days_under_way": ("under_way", DAY)}
"""The same for numbers that look back: attributes of `Earlier`."""
LOOKS_BACK = ("repeated", "evaluated", "sets_out", "bought_under_way", "looked_around")
"""True or false, and looks back: attributes of `Earlier`."""
FLAGS = ("seen_before", "has_product", "after_quiet", "passive", *LOOKS_BACK)


@dataclass(frozen=True)
class Rule:
    """One rule: which stage, and the conditions as the file says them."""

    stage: int
    when: dict[str, Any]


def _choices() -> dict[str, list[str]]:
    return {
        "kind": list(kinds()),
        "group": sorted({kind.group for kind in kinds().values()}),
        "query_class": [*CLASSES, "none"],
        "channel": channels.names(),
        "ownership": list(OWNERSHIPS),
        "initiator": list(INITIATORS),
    }


def read_rule(
    item: Any, stages: list[str], parameters: Mapping[str, float], fail: Callable[..., Exception]
) -> Rule:
    """Check one rule of a model file, and put its parameters in."""
    if not isinstance(item, dict) or set(item) - {"__line__"} != {"stage", "when"}:
        raise fail("a rule is {stage: ..., when: {...}}", item)
    if item["stage"] not in stages:
        raise fail(f"stage {item['stage']!r} is not one of {', '.join(stages)}", item)
    if not isinstance(item["when"], dict):
        raise fail(f"when is {{condition: value}}, not {item['when']!r}", item)
    choices = _choices()
    when: dict[str, Any] = {}
    for key, value in item["when"].items():
        if key == "__line__":
            continue
        if key in choices:
            wanted = value if isinstance(value, list) else [value]
            for word in wanted:
                if word not in choices[key]:
                    raise fail(
                        f"{key} {word!r} is not one of {', '.join(choices[key])}", item["when"]
                    )
            when[key] = wanted
        elif key in NUMBERS or key in NUMBERS_BACK:
            when[key] = _bounds(key, value, parameters, fail)
        elif key in FLAGS:
            if not isinstance(value, bool):
                raise fail(f"{key} is true or false, not {value!r}", item["when"])
            when[key] = value
        elif key == "intended":
            when[key] = value if isinstance(value, list) else [value]
        else:
            known = [*choices, *NUMBERS, *NUMBERS_BACK, *FLAGS, "intended"]
            raise fail(f"{key!r} is not one of {', '.join(known)}", item["when"])
    return Rule(stages.index(item["stage"]), when)


def _bounds(
    key: str, value: Any, parameters: Mapping[str, float], fail: Callable[..., Exception]
) -> dict[str, float]:
    if not isinstance(value, dict) or not set(value) - {"__line__"} <= {"at_least", "at_most"}:
        raise fail(f"{key} is {{at_least: n}} or {{at_most: n}}, not {value!r}")
    found = {}
    for bound, number in value.items():
        if bound == "__line__":
            continue
        if isinstance(number, str) and number.startswith("$"):
            if number[1:] not in parameters:
                raise fail(f"{number} is not one of the parameters {', '.join(parameters)}", value)
            number = parameters[number[1:]]
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise fail(f"{bound} needs a number, not {number!r}", value)
        found[bound] = float(number)
    return found


def placed(
    rules: tuple[Rule, ...], columns: Columns, words: Mapping[str, list[str]], quiet_days: float
) -> NDArray[np.int8]:
    """The stage that the first holding rule gives each touchpoint; -1 where none holds.

    words  the dictionaries of the build, for `channel` and `intended`
    """
    rows = len(columns["kind"])
    found = np.full(rows, -1, np.int8)
    earlier = Earlier(columns, int(quiet_days * DAY))
    for rule in reversed(rules):
        mask = np.ones(rows, np.bool_)
        for key, value in rule.when.items():
            mask &= _holds(key, value, columns, words, earlier)
        found[mask] = rule.stage
    return found


def _among(column: NDArray[Any], wanted: list[int], size: int) -> Mask:
    """Whether each code is wanted; codes run from -1 to size - 1."""
    table = np.zeros(size + 1, np.bool_)
    table[wanted] = True  # -1 is the last place
    found: Mask = table[column]
    return found


def _holds(
    key: str, value: Any, columns: Columns, words: Mapping[str, list[str]], earlier: Earlier
) -> Mask:
    if key in ("kind", "group", "passive"):
        wanted = [
            codes()[kind.name]
            for kind in kinds().values()
            if (key == "kind" and kind.name in value)
            or (key == "group" and kind.group in value)
            or (key == "passive" and kind.passive == value)
        ]
        return _among(columns["kind"], wanted, len(codes()))
    if key == "query_class":
        return _among(
            columns["query_class"],
            [CLASSES.index(c) if c != "none" else -1 for c in value],
            len(CLASSES),
        )
    if key in ("ownership", "initiator"):
        known = list(OWNERSHIPS if key == "ownership" else INITIATORS)
        return _among(columns[key], [known.index(word) for word in value], len(known))
    if key in ("channel", "intended"):
        known = words[key]
        return _among(
            columns[key], [known.index(word) for word in value if word in known], len(known)
        )
    if key == "seen_before":
        return np.asarray(columns["seen_before"] == value)
    if key == "has_product":
        return np.asarray((columns["product"] >= 0) == value)
    if key == "after_quiet":
        gap = columns["gap"]
        quiet = (gap < 0) | ((gap >= earlier.quiet) & (earlier.quiet > 0))
        return np.asarray(quiet == value)
    if key in LOOKS_BACK:
        return np.asarray(getattr(earlier, key) == value)
    back = key in NUMBERS_BACK
    name, unit = NUMBERS_BACK[key] if back else NUMBERS[key]
    column = getattr(earlier, name) if back else columns[name]
    mask = column >= 0
    if "at_least" in value:
        mask &= column >= value["at_least"] * unit
    if "at_most" in value:
        mask &= column <= value["at_most"] * unit
    return np.asarray(mask)
