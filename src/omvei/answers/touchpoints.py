"""The touchpoint map: everything people meet, whose it is, what it serves, and what to do with it.

A touchpoint is a channel people arrive through or a kind of step they take: the nodes of the map by
channel and by kind, with the same people. Ownership of a channel is that of `owners.yaml`, of a
kind that of most of its rows; `definitions/touchpoint_map.yaml` may say otherwise and adds what no
file tells of. *Trust* is the difference of `influence`: how much more often those who met it went
on than others in the same situation.

Advice is `invest`, `keep`, `fix` or `drop`, with the reason (`ADVICE`). It never says invest where
those who come were near the purchase anyway, where the difference may be chance among so many
touchpoints, or where nobody can know who was *not* shown it. It is a reason to test, not a proof.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..lenses.lens import Lens
from ..lenses.rules import DAY
from ..result import Result, of_nobody
from ..touchpoints import by_hand
from ..touchpoints.owners import owner
from ..touchpoints.vocabulary import INITIATORS, OWNERSHIPS, codes, kinds
from .control import Control
from .influence import UNTAKEN, Influence
from .intervals import FEW, wilson
from .map import NEAR, NO_STAGE
from .served import Served

if TYPE_CHECKING:
    from ..journeys import Journeys

ADVICE = {
    "more": "invest",  # clearly more went on, and they had not been nearer to begin with
    "nearer": "keep",  # more went on, but they had been nearer to begin with: test it
    "less": "fix",  # clearly fewer went on, at a touchpoint that costs nothing we know of
    "paid_less": "drop",  # the same, and money is spent on it
    "bad": "fix",  # most ratings are bad
    "further": "keep",  # fewer went on, but they had been further away to begin with
    "unclear": "keep",  # no clear difference
    "few": "keep",  # too few people to say anything
    "shown": "keep",  # the firm chose whom it reaches; only a test without it can tell
    "purchase": "keep",  # a step of the purchase itself
    "unknown": "keep",  # nobody knows what it is
    "unseen": "keep",  # written down by hand; no data
}
"""What each reason leads to."""

SERVES = 0.1
"""A touchpoint serves the stages in which at least this share of its people met it."""

Row = dict[str, Any]


def touchpoints(journeys: "Journeys", *, horizon_days: int = 30) -> Result:
    """Map every touchpoint: ownership, stages, volume, trust, cost, and what to do.

    Parts: `control` (`stage`, None for all of them, `touchpoints`, of these `owned, partner,
    customer, independent` and `push`, and `controlled`, the share of owned) and `rows`: `id, by`
    (channel or kind; None by hand), `ownership, controlled, push, people, touchpoints, stages`
    (served, the most people first), `people_by_stage`, `trust` with `low` and `high` (None where
    nothing compares), `compared` (people behind it), `went_on` and `others` (shares of those who
    met it, and of matched others, who went on within the horizon), `near` (who had been near the
    purchase already), `too_few, cost` (a sum a currency), `rated` (how many ratings, and how many
    of them good or bad), `said` (how people spoke of the firm there, and how much was answered: a
    row of `statements`), `advice, reason, by_hand, note`. `entropy` is the mean media entropy.
    """
    lens = journeys.model
    names = (*(stage.id for stage in lens.stages), NO_STAGE)
    said = {one.id: one for one in by_hand.load(journeys.workspace.path / "definitions")}
    control = journeys.run(Control(f"stage:{lens.digest}", names, len(journeys.words["channel"])))
    rows: list[Row] = []
    spoken = {(row["by"], row["id"]): row for row in journeys.statements(limit=0).to_dicts()}
    for by in ("channel", "kind"):
        words, currencies = journeys.words[by], journeys.words["currency"]
        column = f"stage:{lens.digest}"
        served = journeys.run(Served(by, len(words), column, len(names), len(currencies)))
        left_out = [codes()[name] for name in UNTAKEN]
        left_out += [codes()[name] for name in _purchase(journeys)] if by == "kind" else []
        compared = journeys.run(
            Influence(
                by,
                len(words),
                column,
                len(lens.stages),
                journeys.goal_code,
                horizon_days * DAY,
                journeys.end,
                by == "channel",
                tuple(left_out),
            )
        )
        for code in np.flatnonzero(served["people"]).tolist():
            rows.append(
                _row(by, words[code], code, names, currencies, served, compared[code], journeys)
            )
    rows = [row | {"said": _said(spoken.get((row["by"], row["id"])))} for row in rows]
    rows = [_corrected(row, said.get(row["id"])) for row in rows]
    seen = {row["id"] for row in rows}
    rows += [unseen(one) for one in said.values() if one.id not in seen]
    rows.sort(key=lambda row: (row["by"] or "~", -row["people"], row["id"]))
    return Result(
        "touchpoints",
        journeys.meaning(journeys.summary().to_json()["people"])
        | {
            "lens": lens.id,
            "horizon_days": horizon_days,
            "entropy": control["entropy"],
            "entropy_people": control["people"],
        },
        {"control": control["stages"], "rows": rows},
    )


def _purchase(journeys: "Journeys") -> tuple[str, ...]:
    """Steps of the purchase itself: that they lead to it is a truism."""
    return tuple(dict.fromkeys((journeys.goal or "purchase", "purchase", *NEAR)))


def _row(
    by: str,
    name: str,
    code: int,
    stages: tuple[str, ...],
    currencies: list[str],
    served: dict[str, NDArray[np.int64]],
    told: Row | None,
    journeys: "Journeys",
) -> Row:
    people, at = int(served["people"][code]), served["at"][code]
    order = sorted(np.flatnonzero(at).tolist(), key=lambda place: (-at[place], place))
    if by == "channel":
        ownership, push = owner(name)
    else:
        ownership = OWNERSHIPS[int(served["ownership"][code].argmax())]
        push = INITIATORS[int(served["initiator"][code].argmax())] == "company"
    cost = {
        currency or "": int(amount) / 100
        for currency, amount in zip((*currencies, None), served["cost"][code], strict=True)
        if amount and by == "channel"  # what a visit cost is no cost of the pages seen in it
    }
    row: Row = {
        "id": name,
        "by": by,
        "ownership": ownership,
        "controlled": ownership == "owned",
        "push": push,
        "people": people,
        "touchpoints": int(served["touchpoints"][code]),
        "stages": [stages[i] for i in order if at[i] >= SERVES * people and stages[i] != NO_STAGE],
        "people_by_stage": {stages[i]: int(at[i]) for i in range(len(stages)) if at[i]},
        **_trust(told),
        "cost": cost,
        "rated": _rated(*(int(count) for count in served["rated"][code])),
    }
    reason = _reason(row, told, name in _purchase(journeys), _taken(by, name))
    return row | {"advice": ADVICE[reason], "reason": reason, "by_hand": False, "note": None}


def _taken(by: str, name: str) -> bool:
    """Whether people come to it by themselves."""
    return by == "channel" or (kinds()[name].initiator == "customer" and name not in UNTAKEN)


def _trust(told: Row | None) -> Row:
    """What `influence` says, in the words of the touchpoint map."""
    if told is None:
        nothing = dict.fromkeys(("trust", "low", "high", "went_on", "others", "near"))
        return {**nothing, "compared": 0, "too_few": True}
    return {
        "trust": told["difference"],
        "low": told["low"],
        "high": told["high"],
        "compared": told["people"],
        "went_on": told["others"] + told["difference"],
        "others": told["others"],
        "near": {key: told["near"][key] for key in ("share", "others")},
        "too_few": told["too_few"],
    }


def _rated(ratings: int, good: int, bad: int) -> Row | None:
    """Ratings of the touchpoint itself; None without any."""
    if not ratings:
        return None
    low, high = wilson(good, ratings)
    return {
        "ratings": ratings,
        "good": good,
        "bad": bad,
        "rate": good / ratings,
        "low": low,
        "high": high,
        "too_few": ratings < FEW,
    }


def _said(told: Row | None) -> Row | None:
    """A row of `statements` without what the touchpoint's own row says; None without any."""
    return told and {key: told[key] for key in told if key not in ("by", "id")}


def _reason(row: Row, told: Row | None, purchase: bool, taken: bool) -> str:
    """Why the advice is what it is: a key of `ADVICE`."""
    rated = row["rated"]
    if row["id"] in ("Unassigned", "other"):
        return "unknown"
    if purchase:
        return "purchase"
    if rated and not rated["too_few"] and wilson(rated["bad"], rated["ratings"])[0] > 0.5:
        return "bad"
    if not taken:
        return "shown"
    if told is None or told["too_few"]:
        return "few"
    if told["sure"]:
        return "more" if told["sure"] > 0 else "paid_less" if row["cost"] else "less"
    if told["explained"]:
        return "nearer" if told["clear"] > 0 else "further"
    return "unclear"


def _corrected(row: Row, said: by_hand.ByHand | None) -> Row:
    """The row with what the firm says of it."""
    if said is None:
        return row
    row = row | {"note": said.note, "stages": list(said.stages) or row["stages"]}
    if said.ownership is not None:
        row |= {"ownership": said.ownership, "controlled": said.ownership == "owned"}
    return row | ({} if said.push is None else {"push": said.push})


def unseen(said: by_hand.ByHand) -> Row:
    """A touchpoint of which there is no data: None, never 0, for what was not observed."""
    return {
        "id": said.id,
        "by": None,
        "ownership": said.ownership or "owned",
        "controlled": (said.ownership or "owned") == "owned",
        "push": bool(said.push),
        "people": 0,
        "touchpoints": 0,
        "stages": list(said.stages),
        "people_by_stage": {},
        **_trust(None),
        "cost": {},
        "rated": None,
        "said": None,
        "advice": ADVICE["unseen"],
        "reason": "unseen",
        "by_hand": True,
        "note": said.note,
    }


def by_hand_only(folder: Path, lens: Lens, simulated: bool) -> Result:
    """The touchpoint map of a workspace without data: what is written down in `folder`."""
    meaning = {
        **of_nobody(simulated),
        "lens": lens.id,
        "horizon_days": None,
        "entropy": None,
        "entropy_people": 0,
    }
    return Result(
        "touchpoints", meaning, {"control": [], "rows": [unseen(s) for s in by_hand.load(folder)]}
    )
