"""What advertising cost, and what a visit and a buyer cost where they can be told.

Costs are totals of a platform: they name no people. They meet the journeys in two words only, the
campaign and the channel. What is set beside them are people who came that way in the same days;
that they came *because* of the money is not said.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import NothingToAnswerError
from ..lenses.rules import DAY
from ..result import Result
from ..touchpoints.spending import named, spent_on
from .arrivals import Arrivals, Pairs
from .intervals import FEW, poisson

if TYPE_CHECKING:
    from ..journeys import Journeys

Row = dict[str, Any]


def costs(journeys: "Journeys", *, horizon_days: int = 30) -> Result:
    """What was spent, by day, campaign and channel; never added across currencies.

    Parts: `totals` (`currency, cost, impressions, clicks, claimed`), `days` (`day, currency,
    cost`), `months` (`month` and the same as `totals`), `campaigns` and `channels`. These two have
    `currency, cost, impressions, clicks, claimed` (conversions that the platform counts as its
    own), `visits`, `people`, `buyers` (people who reached the goal within the horizon after they
    first came that way), `per_visit` and `per_buyer`; a campaign also `platform, account, campaign,
    channel` and `channel_by`: what names the channel, the `file`, the campaign's own `visits`, or a
    `rule`. What no visit shows is None: not observed. A person may stand in several rows, so
    `people` and `buyers` do not add up.

    `n` is how many people came by any of these channels in the days that have costs. Days are those
    of the advertising account; visits are counted by UTC.

    Raises `NothingToAnswerError` where no costs were imported, or none in the period.
    """
    told = journeys.workspace.totals("costs")
    rows = [row for row in told.rows.to_pylist() if _inside(journeys, row["day"])]
    if not rows:
        raise NothingToAnswerError(
            "There are no costs yet in this workspace and period. Import a report of spend by day "
            "and campaign, as from Google Ads or Meta: omvei import REPORT.csv"
        )
    first, last = min(row["day"] for row in rows), max(row["day"] for row in rows)
    seen = _Seen(journeys, first, last, horizon_days)
    campaigns = _campaigns(rows, seen)
    channels = _channels(campaigns, seen)
    everywhere = sorted({row["channel"] for row in channels} & set(journeys.words["channel"]))
    spent = sum(row["cost"] for row in campaigns)
    joined = sum(row["cost"] for row in campaigns if row["visits"] is not None)
    one = len({row["currency"] for row in campaigns}) == 1
    return Result(
        "costs",
        journeys.meaning(seen.anybody(everywhere))
        | {
            "horizon_days": horizon_days,
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
            "files": len({row["file"] for row in rows}),
            "replaced": told.replaced,
            "joined": float(joined / spent) if one and spent else None,
        },
        {
            "totals": [
                {"currency": key[0], **_sums(these)} for key, these in _by(rows, "currency")
            ],
            "days": [
                {"day": key[0].isoformat(), "currency": key[1], "cost": float(_cost(these))}
                for key, these in _by(rows, "day", "currency")
            ],
            "months": [
                {"month": key[0], "currency": key[1], **_sums(these)}
                for key, these in _by(
                    [row | {"month": f"{row['day']:%Y-%m}"} for row in rows], "month", "currency"
                )
            ],
            "campaigns": [_written(row) for row in campaigns],
            "channels": [_written(row) for row in channels],
        },
    )


class _Seen:
    """What the journeys show of visits by a campaign or a channel in the days of the costs."""

    def __init__(self, journeys: "Journeys", first: date, last: date, horizon_days: int) -> None:
        # Purchases after the period of the costs belong to visits in it.
        self.journeys = replace(journeys, since=None, until=None)
        self.since = max(_micros(first), journeys.since or 0)
        self.until = _micros(last + timedelta(days=1))
        if journeys.until is not None:
            self.until = min(self.until, journeys.until)
        self.end = journeys.end
        self.horizon = horizon_days * DAY

    def campaigns(self, names: Iterable[str]) -> tuple[dict[str, Any], dict[str, str]]:
        """Visits, people, buyers of each campaign that visits name; and its usual channel."""
        wanted = {name: place for place, name in enumerate(dict.fromkeys(map(_plain, names)))}
        words = self.journeys.words["campaign"]
        place = np.array([wanted.get(_plain(word), -1) for word in words], np.int64)
        counts = self._counts("campaign", place, len(wanted))
        channels = self.journeys.words["channel"]
        pairs = self.journeys.run(Pairs(place, len(wanted), len(channels)))
        found = {name: counts[at] for name, at in wanted.items() if counts[at, 0]}
        usual = {name: channels[int(pairs[wanted[name]].argmax())] for name in found}
        return found, usual

    def channels(self, names: Iterable[str]) -> dict[str, Any]:
        """Visits, people, buyers of each channel."""
        wanted = {name: place for place, name in enumerate(dict.fromkeys(names))}
        words = self.journeys.words["channel"]
        place = np.array([wanted.get(word, -1) for word in words], np.int64)
        counts = self._counts("channel", place, len(wanted))
        return {name: counts[at] for name, at in wanted.items() if counts[at, 0]}

    def anybody(self, names: Iterable[str]) -> int:
        """How many people came by any of the channels."""
        known = set(names)
        place = np.array([0 if w in known else -1 for w in self.journeys.words["channel"]])
        return int(self._counts("channel", place, 1)[0, 1])

    def _counts(self, column: str, place: Any, size: int) -> Any:
        goal = self.journeys.goal_code
        return self.journeys.run(
            Arrivals(column, place, size, self.since, self.until, goal, self.horizon, self.end)
        )


def _campaigns(rows: list[Row], seen: _Seen) -> list[Row]:
    keys = ("platform", "account", "campaign", "campaign_type", "channel", "currency")
    counts, usual = seen.campaigns(row["campaign"] for row in rows if row["campaign"])
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for (platform, account, campaign, kind, channel, currency), these in _by(rows, *keys):
        said = named(channel)
        visited = usual.get(_plain(campaign)) if campaign else None
        by = "file" if said else "visits" if visited else "rule"
        where = said or visited or spent_on(platform, kind)
        found[platform, account, campaign, where, by, currency] += these
    names = ("platform", "account", "campaign", "channel", "channel_by", "currency")
    return _ranked(
        {**dict(zip(names, key, strict=True)), **_sums(these, exact=True)}
        | _beside(_cost(these), counts.get(_plain(key[2])) if key[2] else None)
        for key, these in found.items()
    )


def _channels(campaigns: list[Row], seen: _Seen) -> list[Row]:
    counts = seen.channels(row["channel"] for row in campaigns)
    return _ranked(
        {"channel": key[0], "currency": key[1], **_sums(these, exact=True)}
        | _beside(_cost(these), counts.get(key[0]))
        for key, these in _by(campaigns, "channel", "currency")
    )


def _ranked(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row["cost"], str(sorted(map(str, row.values())))))


def _beside(cost: Decimal, counted: Any) -> Row:
    """Visits, people and buyers, and what one cost; None where no visit is observed."""
    if counted is None:
        return dict.fromkeys(("visits", "people", "buyers", "per_visit", "per_buyer"))
    visits, people, buyers = map(int, counted)
    low, high = poisson(buyers)
    money = float(cost)
    return {
        "visits": visits,
        "people": people,
        "buyers": buyers,
        "per_visit": {"value": money / visits, "n": visits, "too_few": people < FEW},
        "per_buyer": {
            "value": money / buyers,
            "low": money / high,
            "high": money / low,
            "n": buyers,
            "too_few": buyers < FEW,
        }
        if buyers
        else None,
    }


def _sums(rows: list[Row], exact: bool = False) -> Row:
    cost, claimed = _cost(rows), sum(row["claimed"] or 0 for row in rows)
    return {
        "cost": cost if exact else float(cost),
        **{name: sum(row[name] or 0 for row in rows) for name in ("impressions", "clicks")},
        "claimed": float(claimed),
    }


def _cost(rows: list[Row]) -> Decimal:
    return sum((row["cost"] for row in rows), Decimal(0))


def _written(row: Row) -> Row:
    return row | {"cost": float(row["cost"])}


def _by(rows: list[Row], *keys: str) -> list[tuple[tuple[Any, ...], list[Row]]]:
    """Rows with the same `keys`, in the order of those."""
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[tuple(row[key] for key in keys)].append(row)
    return sorted(found.items(), key=lambda item: tuple(map(str, item[0])))


def _plain(name: str) -> str:
    return name.strip().casefold()


def _inside(journeys: "Journeys", day: date) -> bool:
    at = _micros(day)
    return (journeys.since is None or at >= journeys.since) and (
        journeys.until is None or at < journeys.until
    )


def _micros(day: date) -> int:
    return round(datetime.combine(day, time(), UTC).timestamp() * 1e6)
