"""What could be done, each with the answer that speaks for it: what `advice` chooses from.

An action is a `Row`: `action, stage, values` (of its sentence), `evidence` and `href`. None is said
of fewer than ten people, none of a step of the purchase itself, and none as a cause. The stages are
those of `five_stage`, whose table says what each asks for.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ..answers.findings import clearest
from ..answers.intervals import FEW, wilson
from ..answers.sharing import LEAST
from ..touchpoints.formats import formats
from .kpis import kpis, read_by, role

if TYPE_CHECKING:
    from ..journeys import Journeys

LENS = "five_stage"
BEFORE = ("discover", "consider", "decide")
"""The parts of a journey in which nobody need have bought."""
ASKS = {
    "problem": "awareness",
    "category": "consideration",
    "comparison": "consideration",
    "review": "decision",
    "price": "decision",
    "discount": "decision",
}
"""The stage of who searches with words of a class; who searches for a brand asks no question."""
TESTABLE = ("more", "unclear", "few")
"""Reasons of the touchpoint map that leave it worth a test."""

Row = dict[str, Any]


def share(count: int, n: int, unit: str = "share") -> Row:
    """The evidence of a share: `count` of `n` people, with Wilson's interval.

    >>> share(1, 20)["too_few"], share(81, 263)["low"] > 0.25
    (True, True)
    """
    low, high = wilson(count, n)
    return {"count": count, "n": n, "value": count / n, "low": low, "high": high,
            "unit": unit, "too_few": n < FEW}  # fmt: skip


def node(by: str, name: str) -> Row:
    """A value that the reader's language names."""
    return {"by": by, "id": name}


def hundred(part: float) -> float | int:
    """A share as so many of a hundred; small ones with a decimal.

    >>> hundred(0.284), hundred(0.0126)
    (28, 1.3)
    """
    return round(100 * part, 1) if 0 < part < 0.0195 else round(100 * part)


def made(action: str, stage: str, evidence: Row, href: str, **values: Any) -> Row:
    """One action; its count and its n are values of its sentence."""
    told = {"k": evidence["count"], "n": evidence["n"], "a": node("stage", stage), **values}
    return {"action": action, "stage": stage, "values": told, "evidence": evidence, "href": href}


def actions(journeys: "Journeys", seen: set[str]) -> Iterator[Row]:
    """Everything the data speaks for; `seen` are the kinds of touchpoint in it."""
    here = journeys.lens(LENS)
    mapped = here.touchpoints().to_json()["rows"]
    held = here.content().to_json()
    yield from _stopped(here)
    yield from _mended(mapped)
    yield from _asked(here, held)
    yield from _ready(here)
    yield from _ways(here, mapped)
    yield from _missing(held)
    yield from _again(here, seen)


def _stopped(here: "Journeys") -> Iterator[Row]:
    """Stages in which people went silent who are not known to have bought."""
    for row in here.leaks().to_json()["stages"]:
        lost = row["left"] - row["customers"]
        if role(here.model, row["stage"]) in BEFORE and lost >= LEAST and not row["too_few"]:
            yield made("leak", row["stage"], share(lost, row["people"]), f"/leaks?lens={LENS}")


def _mended(mapped: list[Row]) -> Iterator[Row]:
    """Touchpoints that the touchpoint map says to fix, to drop or to invest in."""
    for row in mapped:
        if row["advice"] == "keep" or row["by"] is None or not row["stages"]:
            continue
        href = "/touchpoints?" + urlencode({"lens": LENS})
        named = node(row["by"], row["id"])
        if row["reason"] == "bad":
            rated = row["rated"]
            told = share(rated["bad"], rated["ratings"])
            yield made("rated", row["stages"][0], told, href, b=named)
            continue
        told = {"count": round(row["went_on"] * row["compared"]), "n": row["compared"],
                "value": row["trust"], "low": row["low"], "high": row["high"],
                "unit": "difference", "too_few": row["too_few"]}  # fmt: skip
        x, y = hundred(row["went_on"]), hundred(row["others"])
        yield made(row["advice"], row["stages"][0], told, href, b=named, x=x, y=y)


def _asked(here: "Journeys", held: Row) -> Iterator[Row]:
    """Questions that people asked and no piece of content names."""
    found = here.questions().to_json()
    classes = {row["query"]: row["query_class"] for row in found["questions"]}
    for row in held["questions"]:
        stage = ASKS.get(classes.get(row["query"], ""))
        if stage and row["answered"] is None and row["people"] >= LEAST:
            told = share(row["people"], found["n"])
            yield made("question", stage, told, "/questions", q=row["query"])


def _ready(here: "Journeys") -> Iterator[Row]:
    """Who is ready to buy now."""
    found = here.readiness().to_json()
    for row in found["rows"]:
        if row["channel"] is None and row["converted"] >= LEAST:
            told = share(row["converted"], row["people"])
            yield made("ready", found["ready"], told, "/channels", days=found["seen_days"])


def _ways(here: "Journeys", mapped: list[Row]) -> Iterator[Row]:
    """The step after which more people reached the goal, where the touchpoint map leaves a doubt.

    It leaves none where those who took it had been nearer, or where the firm chose who met it.
    """
    if here.view != "kind":
        return
    rows = {row["id"]: row for row in mapped if row["by"] == "kind"}
    for edge in clearest(here.map("kind").to_json())[:1]:
        met = rows.get(edge["target"])
        if met is None or met["reason"] not in TESTABLE or not met["stages"]:
            continue
        first, otherwise = edge["first"], edge["otherwise"]
        told = {"count": first["converted"], "n": first["people"], **edge["difference"],
                "unit": "difference", "too_few": False}  # fmt: skip
        source, target = edge["source"], edge["target"]
        href = "/map?" + urlencode({"by": "kind", "source": source, "target": target})
        yield made("path", met["stages"][0], told, href, b=node("kind", source),
                   c=node("kind", target), x=hundred(first["rate"]),
                   y=hundred(otherwise["rate"]))  # fmt: skip


def _missing(held: Row) -> Iterator[Row]:
    """Stages with people for which a whole format of the model's table is missing."""
    people = {row["stage"]: row["people"] for row in held["stages"]}
    there = {piece["format"] for piece in held["pieces"]}
    for name, one in formats().items():
        if one.create and name not in there and people[one.stage] >= LEAST:
            told = share(people[one.stage], held["n"])
            href = "/content?" + urlencode({"stage": one.stage, "format": name})
            yield made("gap", one.stage, told, href, b=node("format", name))


def _again(here: "Journeys", seen: set[str]) -> Iterator[Row]:
    """Those who bought: how many did so again."""
    told = read_by(kpis()["repeat_rate"].asked, here, "retention", seen)
    if told["value"] is not None and not told["too_few"]:
        again = share(round(told["value"] * told["n"]), told["n"])
        yield made("repeat", "retention", again, "/people?by=kind&node=purchase")
