"""What could be done, each with the answer that speaks for it: what `advice` chooses from.

An action is a `Row`: `action, lens, stage, values` (of its sentence), `evidence` and `href`. None
is said of fewer than ten people, none of a step of the purchase itself, none as a cause, and none
that would be said of any data. The stages are those of the model asked for, also one of the
workspace's own; what the table of `five_stage` asks for is told at the stage about the same part of
the journey.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ..answers.choice import READY
from ..answers.findings import clearest
from ..answers.intervals import FEW, wilson
from ..answers.last import last
from ..answers.sharing import LEAST
from ..lenses import Lens
from ..lenses import lens as lenses
from ..lenses.lens import Stage
from ..touchpoints.formats import formats
from .checklist import counted
from .kpis import kpis, read_by

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
MISSED = {"choose": "decision", "follow_up": "retention", "recommend": "advocacy"}
"""Questions of the checklist, and the stage of what is not done yet."""
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


def before(model: Lens, stage: Stage) -> bool:
    """Whether nobody in a stage need have bought: by its part, or where a model says no parts, in
    all stages but the rest."""
    if any(one.part for one in model.stages):
        return stage.part in BEFORE
    return model.place(stage.id) != model.rest


def same(row: Row, model: Lens) -> Row:
    """A row of `five_stage`, at the stage of another model about the same part of the journey."""
    table = lenses.load(LENS)
    part = table.stages[table.place(row["stage"])].part
    there = [stage.id for stage in model.stages if stage.part == part]
    if not there:
        return {"lens": LENS, **row}
    said = {**row["values"], "a": node("stage", there[0])}
    return {"lens": model.id, **row, "stage": there[0], "values": said}


def actions(journeys: "Journeys", seen: set[str]) -> Iterator[Row]:
    """Everything the data speaks for, through the journeys' model; `seen` are the kinds of
    touchpoint in it."""
    here, table, model = journeys, journeys.lens(LENS), journeys.model
    mapped = here.touchpoints().to_json()["rows"]
    held = table.content().to_json()
    for found in (_stopped(here), _mended(here, mapped), _ways(here, mapped)):
        yield from ({"lens": model.id, **row} for row in found)
    ready = here if {stage.id for stage in model.stages} & set(READY) else table
    yield from ({"lens": ready.model.id, **row} for row in _ready(ready))
    for found in (
        _asked(table, held),
        _unanswered(table),
        _missing(held),
        _missed(table, held, seen),
    ):
        yield from (same(row, model) for row in found)


def _stopped(here: "Journeys") -> Iterator[Row]:
    """Stages in which people went silent who are not known to have bought."""
    found, model = here.leaks().to_json(), here.model
    where = last(here, found["quiet_days"])
    counts = {row["stage"]: row for row in found["stages"]}
    for stage in model.stages:
        row = counts.get(stage.id)
        if row is None or row["too_few"] or not before(model, stage):
            continue
        lost = row["left"] - row["customers"]
        if lost < LEAST:
            continue
        others = row["people"] - lost
        low, high = wilson(row["bought"], others) if others else (0.0, 1.0)
        bought = row["bought"] / others if others else 0.0
        said: Row = {"m": others, "x": hundred(bought)}
        at = where.get(stage.id)
        if at and at["people"] >= LEAST:
            said |= {"p": node("content", at["content"]), "l": at["people"]}
        told = made("leak", stage.id, share(lost, row["people"]), f"/leaks?lens={model.id}", **said)
        # What those who stopped would have bought, had they bought as often as those who went on.
        yield {**told, "stake": {"value": lost * bought, "low": lost * low, "high": lost * high}}


def _mended(here: "Journeys", mapped: list[Row]) -> Iterator[Row]:
    """Touchpoints that the touchpoint map says to fix, to drop or to invest in."""
    for row in mapped:
        if row["advice"] == "keep" or row["by"] is None or not row["stages"]:
            continue
        href = "/touchpoints?" + urlencode({"lens": here.model.id})
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


def _unanswered(table: "Journeys") -> Iterator[Row]:
    """Negative statements that nobody has answered."""
    for row in table.statements(limit=0).to_dicts()[:1]:
        if row["negative_unanswered"] and row["negative"] >= LEAST:
            told = share(row["negative_unanswered"], row["negative"])
            yield made("reply", "retention", told, "/statements")


def _ready(here: "Journeys") -> Iterator[Row]:
    """Who stands right before the purchase and may be met again: their last word was yes."""
    found = here.choice().to_json()
    for row in found["pools"]:
        if row["stage"] == found["ready"] and row["consented"] >= LEAST:
            told = share(row["consented"], row["people"])
            href = "/channels?" + urlencode({"lens": here.model.id})
            yield made("ready", row["stage"], told, href, days=found["seen_days"])


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


def _missed(table: "Journeys", held: Row, seen: set[str]) -> Iterator[Row]:
    """What the checklist says is not done yet. Where those who bought are followed up, or nothing
    tells whether they are: how few of them bought again."""
    told = {}
    for name in MISSED:
        found = told[name] = counted(name, table, held, seen)
        if found["verdict"] == "not_yet" and found["count"] >= LEAST:
            yield made(name, MISSED[name], share(found["count"], found["n"]), "/checklist")
    again = read_by(kpis()["repeat_rate"].asked, table, "retention", seen)
    followed = told["follow_up"]
    if again["value"] is None or again["too_few"] or followed["verdict"] == "not_yet":
        return
    bought = share(round(again["value"] * again["n"]), again["n"])
    if followed["count"] is None:
        yield made("record", "retention", bought, "/people?by=kind&node=purchase")
    elif bought["high"] < followed["low"]:
        href = "/people?by=kind&node=purchase"
        yield made("repeat", "retention", bought, href, f=followed["count"], m=followed["n"])
