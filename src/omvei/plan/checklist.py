"""
The checklist: do you meet the customer where they are? What the user says beside what the data say.

The questions, their rules and what to do next are in `checklist.yaml`. The user's own answers are
in `definitions/checklist.yaml`, written in the app or by hand:

```yaml
steps: pass
follow_up: not_yet
```
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import keeping
from ..answers.content import LENS, without_data
from ..answers.intervals import FEW
from ..answers.met import met
from ..errors import UnknownNameError
from ..language import Words, words
from ..result import Result
from ..shipped import shipped
from ..touchpoints.formats import formats
from ..touchpoints.inventory import STAGES
from .kpis import read_by, seen_kinds

if TYPE_CHECKING:
    from ..journeys import Journeys

VERDICTS = ("pass", "not_yet", "cannot_tell")
DECISION = "decision"

Row = dict[str, Any]
UNCOUNTED: Row = {
    "who": False,
    "count": None,
    "n": 0,
    "low": None,
    "high": None,
    "unit": "people",
    "too_few": True,
    "missing": [],
    "empty": [],
    "behind": [],
    "beside": None,
}


def place(folder: Path) -> Path:
    """The file of the user's own answers in a workspace."""
    return folder / "definitions" / "checklist.yaml"


def load(folder: Path) -> dict[str, str]:
    """The user's own answers: a verdict by question. Raises `DefinitionError`."""
    return check(keeping.read(place(folder)))


def save(folder: Path, own: Mapping[str, str]) -> None:
    """Write the user's own answers; `keeping.undo` puts the ones before back."""
    (folder / "definitions").mkdir(exist_ok=True)
    keeping.write(place(folder), dict(own), check)


def check(page: keeping.Page) -> dict[str, str]:
    """Read the user's own answers from their page. Raises `DefinitionError`."""
    said = {} if page.said is None else page.said
    if not isinstance(said, dict):
        raise page.wrong("the checklist is a line for each question, as in `steps: pass`")
    for question, verdict in said.items():
        if question not in questions():
            why = UnknownNameError("question", str(question), list(questions()))
            raise page.wrong(str(why), question)
        if verdict not in VERDICTS:
            raise page.wrong(f"{verdict!r} is not one of {', '.join(VERDICTS)}", question)
    return dict(said)


@cache
def questions() -> Mapping[str, Mapping[str, Any]]:
    """The questions, by name.

    >>> list(questions())
    ['steps', 'choose', 'follow_up', 'recommend', 'meet']
    """
    found: Mapping[str, Mapping[str, Any]] = shipped(__package__, "checklist.yaml")
    return found


def judged(count: int, n: int, low: float, high: float, line: float) -> tuple[str, str | None]:
    """A share against its line: the verdict, and why it cannot be told: `few` or `close`.

    It passes where the whole interval reaches the line, and does not yet where none of it does.

    >>> from omvei.answers.intervals import wilson
    >>> [judged(k, 100, *wilson(k, 100), 0.5) for k in (80, 20, 52)]
    [('pass', None), ('not_yet', None), ('cannot_tell', 'close')]
    >>> judged(9, 10, *wilson(9, 10), 0.5)
    ('cannot_tell', 'few')
    """
    if n < FEW:
        return "cannot_tell", "few"
    if low >= line:
        return "pass", None
    return ("not_yet", None) if high < line else ("cannot_tell", "close")


def checklist(folder: Path, journeys: "Journeys | None", language: str = "en") -> Result:
    """Answer the questions from the data, beside the user's own answers.

    One part, `rows`: `question, ask, verdict, own, agree, evidence, next, rule, count, n, low,
    high, unit, too_few, why, missing, empty, behind, who, beside`. `verdict` is the data's; `next`
    is what to do by it, or by the user's own answer where the data cannot tell. `why` it cannot:
    `no_data`, `no_content`, `missing` (kinds of touchpoint), `few`, `close` (to the line), or
    `one_sided` (the content itself does not pass `steps`).

    folder    the workspace
    journeys  None without data: the inventory of content is then all that can be counted
    """
    own, t = load(folder), words(language)
    seen = seen_kinds(journeys) if journeys is not None else set()
    mapped = (
        journeys.content() if journeys is not None else without_data(folder / "definitions", False)
    ).to_json()
    rows = []
    for name, question in questions().items():
        found = counted(name, journeys, mapped, seen)
        rows.append(_told(name, question, found, own.get(name), t))
    meaning: Row = {"n": 0, "unit": "people", "label": "observed", "window": None}
    if journeys is not None:
        meaning = journeys.meaning(mapped["n"])
    return Result("checklist", meaning | {"lens": LENS}, {"rows": rows})


def counted(name: str, journeys: "Journeys | None", mapped: Row, seen: set[str]) -> Row:
    """What the data say to one question: its verdict, and the people behind it.

    mapped  the content, as `answers.content` has it; seen  the kinds of touchpoint in the data
    """
    question = questions()[name]
    if question["by"] == "content":
        return _content(question, mapped)
    if journeys is None:
        return {**UNCOUNTED, "verdict": "cannot_tell", "why": "no_data"}
    if question["by"] == "met":
        return _met(question, journeys, mapped)
    return _people(question, journeys, seen)


def _told(name: str, question: Mapping[str, Any], found: Row, own: str | None, t: Words) -> Row:
    verdict = found["verdict"]
    settled = verdict if verdict != "cannot_tell" else own or "cannot_tell"
    line = question["at_least"]
    line = t.number(line) if question["by"] == "content" else t.percent(line)
    both = own in VERDICTS[:2] and verdict in VERDICTS[:2]
    return {
        "question": name,
        "ask": question["ask"][t.language],
        "own": own,
        "agree": own == verdict if both else None,
        "evidence": _evidence(question, found, t),
        "next": question["next"][settled][t.language],
        "rule": question["rule"][t.language].format(line=line),
        **found,
    }


def _evidence(question: Mapping[str, Any], found: Row, t: Words) -> str | None:
    """What was counted, as a sentence; a share with its interval where there are people enough."""
    if found["count"] is None or found["n"] == 0:
        return None
    counted = {key: t.number(found[key]) for key in ("count", "n")}
    said = [question["evidence"][t.language].format(**counted)]
    if found["low"] is not None and not found["too_few"]:
        share = found["count"] / found["n"]
        said.append(
            t(
                "checklist.share",
                share=t.percent(share),
                low=t.percent(found["low"]),
                high=t.percent(found["high"]),
            )
        )
    if found["beside"] is not None:
        said.append(question["and"][t.language].format(count=t.number(found["beside"])))
    if found["empty"]:
        stages = ", ".join(t.stage(LENS, stage) for stage in found["empty"])
        said.append(t("checklist.empty", stages=stages))
    return " ".join(said)


def _content(question: Mapping[str, Any], mapped: Row) -> Row:
    """Pieces for other stages than the decision, of what there is.

    What every shop has (a format that the article's table asks for nowhere) counts only where the
    inventory gives it a stage of its own.
    """
    made = [
        piece["stage"]
        for piece in mapped["pieces"]
        if formats()[piece["format"]].create or piece["stage"] != formats()[piece["format"]].stage
    ]
    others = [stage for stage in STAGES if stage != DECISION]
    empty = [stage for stage in others if stage not in made]
    people = {row["stage"] for row in mapped["stages"] if row["people"]}
    there, other = len(others) - len(empty), sum(stage != DECISION for stage in made)
    enough = there >= question["at_least"] and other >= question["most"] * len(made)
    verdict = ("pass" if enough else "not_yet") if made else "cannot_tell"
    return {
        **UNCOUNTED,
        "verdict": verdict,
        "why": None if made else "no_content",
        "count": other,
        "n": len(made),
        "unit": "pieces",
        "too_few": False,
        "empty": empty if made else [],
        "behind": [{"by": "stage", "node": s} for s in empty or others if s in people],
    }


def _met(question: Mapping[str, Any], journeys: "Journeys", mapped: Row) -> Row:
    found = met(journeys, {piece["name"]: piece["stage"] for piece in mapped["pieces"]})
    if found is None:
        return {**UNCOUNTED, "verdict": "cannot_tell", "why": "no_content"}
    count, n, low, high = (found[key] for key in ("converted", "people", "low", "high"))
    verdict, why = judged(count, n, low, high, question["at_least"])
    # People's stages are read from what they meet too: where nearly all of it is for the decision,
    # nearly everybody seems to be there, and to be met.
    if verdict == "pass" and _content(questions()["steps"], mapped)["verdict"] != "pass":
        verdict, why = "cannot_tell", "one_sided"
    stages = [row["stage"] for row in mapped["stages"] if row["people"]]
    return {
        **UNCOUNTED,
        "verdict": verdict,
        "why": why,
        "count": count,
        "n": n,
        "low": low,
        "high": high,
        "too_few": found["too_few"],
        "behind": [{"by": "stage", "node": stage} for stage in stages],
    }


def _people(question: Mapping[str, Any], journeys: "Journeys", seen: set[str]) -> Row:
    asked = {key: question[key] for key in ("of", "share", "when")}
    shown = set(question.get("shown_by", ())) & seen
    found = read_by(asked, journeys, "", seen | (set(asked["share"]["kind"]) if shown else set()))
    if found["missing"]:
        missing = {"missing": found["missing"]}
        return {**UNCOUNTED, **missing, "verdict": "cannot_tell", "why": "missing"}
    if not found["n"]:
        return {**UNCOUNTED, "verdict": "cannot_tell", "why": "few"}
    beside = None
    if "beside" in question:
        again = read_by(question["beside"], journeys, "", seen)
        beside = round(again["value"] * again["n"])
    count = round(found["value"] * found["n"])
    verdict, why = judged(count, found["n"], found["low"], found["high"], question["at_least"])
    return {
        **UNCOUNTED,
        **{key: found[key] for key in ("n", "low", "high", "too_few")},
        "verdict": verdict,
        "why": why,
        "count": count,
        "who": True,
        "beside": beside,
    }
