"""Campaigns: soft and hard conversions, against the stage each was made for.

"Why did my campaign not convert?" is answered by whom it met. A campaign for people who are not
looking to buy is judged by those who moved on, and never by sales (the guard of the plan); one that
is meant to sell is judged by sales, once most of those it met stood where it was made for.
"""

from typing import TYPE_CHECKING, Any

from ..answers.campaigns import Campaign, met, price, spending
from ..answers.intervals import FEW, rate
from ..result import Result
from .kpis import role

if TYPE_CHECKING:
    from ..journeys import Journeys

JUDGE = {"discover": "soft", "consider": "soft", "decide": "hard", "keep": "hard"}
"""By which conversion a campaign for a part of the journey is judged."""
MOST = 0.5
"""Fewer than this share in the stage it was made for, and it met others than it was made for."""

Row = dict[str, Any]


def campaigns(journeys: "Journeys", *, horizon_days: int = 30) -> Result:
    """Every campaign: whom it met, what they did within the horizon, and what that cost.

    One row a campaign, the most people first: `campaign, lens, stage` (what it was made for; None
    where `definitions/campaigns.yaml` does not say), `note, people, new` (who had no touchpoint
    before), `stages` (`stage`, None for none, `people`: where the others were), `there` (a rate:
    who was where it was made for), `soft` and `hard` (rates), `judge` (which of the two judges it;
    None for none), `why` (`unsaid, few, before, beyond, soft, hard, unjudged`), and `costs`
    (`currency, cost` and prices: `per_person, per_soft, per_hard`).
    """
    spent, days = spending(journeys)
    paid = met(journeys, horizon_days, None, days) if spent else []
    priced = {one.name.strip().casefold(): one for one in paid}
    rows = []
    for one in met(journeys, horizon_days):
        name = one.name.strip().casefold()
        costs: dict[str, float] = {}
        for row in spent:
            if (row["campaign"] or "").strip().casefold() == name:
                costs[row["currency"]] = costs.get(row["currency"], 0.0) + row["cost"]
        told = _told(one, journeys.goal is not None)
        rows.append(told | {"costs": _prices(costs, priced.get(name), journeys.goal is not None)})
    n = journeys.summary().to_json()["people"]
    meaning = {"horizon_days": horizon_days, "most": MOST}
    return Result("campaigns", journeys.meaning(n) | meaning, {"rows": rows})


def _told(one: Campaign, goal: bool) -> Row:
    names = [stage.id for stage in one.lens.stages]
    size, total = len(names), one.total
    before = one.counts[: size + 1, 0]
    new = int(one.counts[size + 1 :, 0].sum())
    stage = one.meant.stage if one.meant else None
    part = role(one.lens, stage) if stage else None
    judge = JUDGE.get(part) if part else ("soft" if stage else None)
    row: Row = {
        "campaign": one.name,
        "lens": one.lens.id,
        "stage": stage,
        "note": one.meant.note if one.meant else "",
        "people": total["people"],
        "new": new,
        "stages": [
            {"stage": name, "people": int(count)}
            for name, count in zip((*names, None), before, strict=True)
            if count
        ],
        "soft": rate(total["soft"], total["followed"]),
        "hard": rate(total["hard"], total["followed"]) if goal else None,
        "judge": judge if goal or judge == "soft" else None,
    }
    there, earlier = 0, 0
    if stage:
        place = names.index(stage)
        unplaced = new + int(before[size])
        there = int(before[place]) + (unplaced if place == 0 else 0)
        earlier = int(before[:place].sum()) + (unplaced if place else 0)
    row["there"] = rate(there, total["people"]) if stage else None
    return row | {"why": _why(row, earlier), "earlier": earlier}


def _why(row: Row, earlier: int) -> str:
    """The answer to: why did it not convert?"""
    if row["stage"] is None:
        return "unsaid"
    if row["soft"] is None or row["soft"]["people"] < FEW:
        return "few"
    there = row["there"]
    if there["rate"] < MOST:
        return "before" if 2 * earlier >= row["people"] - there["converted"] else "beyond"
    return row["judge"] or "unjudged"


def _prices(costs: dict[str, float], one: Campaign | None, goal: bool) -> list[Row]:
    total = one.total if one else dict.fromkeys(("people", "soft_ever", "hard_ever"), 0)
    return [
        {
            "currency": currency,
            "cost": cost,
            "per_person": price(cost, total["people"]),
            "per_soft": price(cost, total["soft_ever"]),
            "per_hard": price(cost, total["hard_ever"]) if goal else None,
        }
        for currency, cost in sorted(costs.items())
    ]
