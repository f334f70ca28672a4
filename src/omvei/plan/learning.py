"""What each campaign round made, reached and taught: `omvei rounds show`, and its page.

Of a round, *express* has the assets made, by week, and how many stand on a template; *tailor* the
goal rate of people who met a tailored variant and of those who met a generic one; *amplify* the
people reached in each channel; *evolve* the experiments, what was decided, and by how much the
winners won. `days_to_next` is the loop time, from a round's first day to the next one's.

`ratio` is the tailored rate over the generic one, with the log interval of a ratio of two rates
(Katz et al. 1978). A comparison is *experimental* only where every record of it says that chance
chose who met which variant; else it is *observed*, and who met what may differ in other ways too.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from statistics import median
from typing import TYPE_CHECKING, Any

from ..answers.intervals import FEW, Z, newcombe, rate
from ..answers.reach import (
    BOTH,
    LATER,
    LATER_A,
    LATER_B,
    PEOPLE,
    RISK,
    RISK_A,
    RISK_B,
    TOUCHPOINTS,
    VISITS,
    Reach,
    Work,
)
from ..result import Result
from .rounds import PARTS, VARIANTS, Record

if TYPE_CHECKING:
    from ..journeys import Journeys

AI = "AI Assistant"
"""The channel of answers by an assistant: it has a row in every round."""
DAY = 86_400_000_000
MONTH = 30
Rows = list[dict[str, Any]]


def learning(
    records: tuple[Record, ...], journeys: "Journeys | None", *, horizon_days: int = 30
) -> Result:
    """The rounds with what came of them; without data, what the records alone say.

    Parts: `customers` (how people come in, leave and come back meanwhile), `reach`, `variants` and
    `rounds`; docs/json.md has their keys.
    """
    groups, pairs, reach, variants = _asked(records, journeys)
    if journeys is not None:
        goal, end = journeys.goal_code, journeys.end
        kept = journeys.run(Reach(groups, pairs, goal, horizon_days * DAY, end))
        for row, counted in zip(reach, kept["groups"], strict=False):
            row |= {
                "people": int(counted[PEOPLE]),
                "touchpoints": int(counted[TOUCHPOINTS]),
                "visits": int(counted[VISITS]),
                "later": rate(int(counted[LATER]), int(counted[RISK])) if goal >= 0 else None,
                "too_few": bool(counted[PEOPLE] < FEW),
            }
        for row, counted in zip(variants, kept["pairs"], strict=True):
            told = [int(n) for n in counted]
            a, n, b, m = told[LATER_A], told[RISK_A], told[LATER_B], told[RISK_B]
            row |= {"both": told[BOTH], "people": n + m}
            if goal >= 0:
                row |= {
                    "tailored": rate(a, n),
                    "generic": rate(b, m),
                    "difference": newcombe(a, n, b, m),
                    "ratio": ratio(a, n, b, m),
                    "too_few": min(n, m) < FEW,
                }
    meaning: dict[str, Any] = {"n": 0, "unit": "people", "label": "observed", "window": None}
    customers: Rows = []
    if journeys is not None:
        meaning = journeys.meaning(journeys.summary().to_json()["people"])
        customers = _customers(journeys)
    rounds = _rounds(records, variants)
    loop = [row["days_to_next"] for row in rounds if row["days_to_next"] is not None]
    return Result(
        "rounds",
        meaning
        | {
            "model": "loop_marketing",
            "customer_model": journeys.model.id if journeys is not None else None,
            "horizon_days": horizon_days,
            "loop_days": median(loop) if loop else None,
            "loops": len(loop),
            "ai_unseen": journeys is None or "ai" in journeys.unseen(),
        },
        {"customers": customers, "reach": reach, "variants": variants, "rounds": rounds},
    )


def ratio(a: int, n: int, b: int, m: int) -> dict[str, float] | None:
    """The rate a/n over the rate b/m with its log interval: `value, low, high`; None without both.

    >>> {key: round(value, 3) for key, value in ratio(30, 100, 20, 100).items()}
    {'value': 1.5, 'low': 0.916, 'high': 2.456}
    """
    if not (a and b and n and m):
        return None
    value = (a / n) / (b / m)
    half = Z * math.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    return {"value": value, "low": value * math.exp(-half), "high": value * math.exp(half)}


def _asked(records: tuple[Record, ...], journeys: "Journeys | None") -> tuple[Any, ...]:
    """The groups of work to count, the pairs to compare, and a row for each to be filled in."""
    unknown = {"people": None, "touchpoints": None, "visits": None, "later": None, "too_few": True}
    groups: list[tuple[Work, ...]] = []
    reach: Rows = []
    for number in sorted({record.round for record in records}):
        spread = [r for r in records if r.round == number and r.part == "amplify"]
        days = min(r.first for r in spread) if spread else None
        for channel in dict.fromkeys([*(record.channel for record in spread), AI]):
            own = [record for record in spread if record.channel == channel]
            # An answer is met whether or not anybody worked for it: then in the whole round's days.
            asked = own or [
                Record(number, "amplify", days or r.first, r.last, channel=AI)
                for r in _whole(records, number)
            ]
            groups.append(tuple(_work(record, journeys) for record in asked))
            reach.append({"round": number, "channel": channel, "worked": bool(own), **unknown})
    pairs: list[tuple[int, int]] = []
    variants: Rows = []
    tried = [record for record in records if record.part == "tailor"]
    for number, name in dict.fromkeys((r.round, r.experiment or r.asset) for r in tried):
        own = [r for r in tried if (r.round, r.experiment or r.asset) == (number, name)]
        arms = [[r for r in own if r.variant == variant] for variant in VARIANTS]
        if not all(arms):
            continue
        pairs.append((len(groups), len(groups) + 1))
        groups += [tuple(_work(record, journeys) for record in arm) for arm in arms]
        variants.append(
            {
                "round": number,
                "name": name,
                "label": "experimental" if all(r.random for r in own) else "observed",
                **dict.fromkeys(("people", "tailored", "generic", "difference", "ratio", "both")),
                "too_few": True,
            }
        )
    return tuple(groups), tuple(pairs), reach, variants


def _whole(records: Iterable[Record], number: int) -> list[Record]:
    """One record from a round's first day to its last."""
    own = [record for record in records if record.round == number]
    return [Record(number, "amplify", min(r.first for r in own), max(r.last for r in own))]


def _work(record: Record, journeys: "Journeys | None") -> Work:
    first, last = (
        int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1e6)
        for day in (record.first, record.last + timedelta(days=1))
    )
    if journeys is None:
        return Work(first, last)

    def codes(name: str, wanted: str) -> tuple[int, ...] | None:
        if not wanted:
            return None
        return tuple(
            code for code, word in enumerate(journeys.words[name]) if fnmatchcase(word, wanted)
        )

    # In a record of a variant the channel only says where it was; what it is, its campaign says.
    return Work(
        first,
        last,
        codes("channel", record.channel),
        codes("campaign", record.campaign),
        codes("content", record.content),
    )


def _rounds(records: tuple[Record, ...], variants: Rows) -> Rows:
    numbers = sorted({record.round for record in records})
    begun = {n: min(r.first for r in records if r.round == n) for n in numbers}
    rows: Rows = []
    for place, number in enumerate(numbers):
        own = [record for record in records if record.round == number]
        parts = {part: [r for r in own if r.part == part] for part in PARTS}
        first, last = begun[number], max(r.last for r in own)
        following = numbers[place + 1] if place + 1 < len(numbers) else None
        after = begun[following] if following is not None else None
        made = {r.asset for r in parts["express"]}
        on = {r.asset for r in parts["express"] if r.template}
        weeks = _days(parts["express"]) / 7
        decided = {r.experiment: r.outcome for r in parts["evolve"] if r.outcome}
        tests = {r.experiment for r in own if r.experiment}
        won = [
            row["ratio"]["value"] - 1
            for row in variants
            if row["round"] == number
            and decided.get(row["name"]) == "tailored"
            and row["ratio"]
            and not row["too_few"]
        ]
        rows.append(
            {
                "round": number,
                "from": first.isoformat(),
                "to": last.isoformat(),
                "days": (last - first).days + 1,
                "next": following,
                "days_to_next": (after - first).days if after else None,
                "parts": {
                    part: {
                        "records": len(found),
                        "from": min(r.first for r in found).isoformat() if found else None,
                        "to": max(r.last for r in found).isoformat() if found else None,
                    }
                    for part, found in parts.items()
                },
                "assets": len(made),
                "assets_per_week": len(made) / weeks if weeks else None,
                "on_template": len(on),
                "channels": len({r.channel for r in parts["amplify"]}),
                "tests": len(tests),
                "tests_per_month": len(tests) * MONTH / ((last - first).days + 1),
                "decided": len(decided),
                "won": sum(outcome == "tailored" for outcome in decided.values()),
                "winners_gain": median(won) if won else None,
                "notes": [r.note for r in own if r.note],
            }
        )
    return rows


def _days(records: list[Record]) -> int:
    """Days from the first record's first to the last one's last; 0 for no record."""
    if not records:
        return 0
    return (max(r.last for r in records) - min(r.first for r in records)).days + 1


def _customers(journeys: "Journeys") -> Rows:
    """By stage of the customer model: `stage, people, starts` (who come in there), `current` (whose
    latest it is), `reentries, returned` (people), and of the re-entries how often a `question`, a
    `channel`, a `content` or a `product` was new, and how often `nothing` was; `too_few`.
    """
    found = journeys.numbers().to_json()
    new = {row["stage"]: row for row in found["returns"]}
    names = ("question", "channel", "content", "product", "nothing")
    return [
        {key: row[key] for key in ("stage", "people", "starts", "current", "reentries", "returned")}
        | {name: new.get(row["stage"], {}).get(name, 0) for name in names}
        | {"too_few": row["too_few"]}
        for row in found["stages"]
    ]
