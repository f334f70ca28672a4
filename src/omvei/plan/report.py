"""
The monthly summary: three findings, what changed, what to do, and how far the plan is.

The findings, the changes and the plan are of the month; the advice is of the twelve months up to
its end, since one month has too few people to advise by.
"""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..errors import OmveiError
from ..result import Result
from .advice import NOTHING, advice
from .changes import changes
from .kpis import seen_kinds
from .plan import Plan
from .scorecard import scorecard

if TYPE_CHECKING:
    from ..journeys import Journeys

YEAR = timedelta(days=365)


def report(
    journeys: "Journeys | None",
    plan: Plan | None,
    month: str | None = None,
    language: str = "en",
) -> Result:
    """The summary of a month, by default the last full one; without data, what to bring in.

    Beside the meaning of the month: `month`, `whole` (whether the data reaches to its end),
    `months` (those that can be asked for) and `advice_window`. Parts: `findings` as there,
    `changes` as in `omvei.plan.changes`, `advice` and `bring` as in `advice`, `plan` as the rows of
    the plan.

    month   as 2026-10
    Raises `OmveiError` for a month that is none, or not in the data.
    """
    if journeys is None:
        said = advice(None, plan).to_json()
        rows = scorecard(plan, None, language).to_dicts() if plan else []
        told = {"findings": [], "changes": [], "advice": [], "bring": said["bring"], "plan": rows}
        nothing: dict[str, Any] = {
            "month": None,
            "whole": False,
            "months": [],
            "advice_window": None,
        }
        model = plan.model.id if plan else None
        return Result("report", {**NOTHING, **nothing, "model": model}, told)
    there, end = months(journeys), _end(journeys)
    chosen = _chosen(month, there, end)
    first, after = _bounds(chosen)
    now = journeys.between(first, after)
    year = journeys.between(after - YEAR, after)
    seen = seen_kinds(journeys)
    earlier = (first - timedelta(days=1)).strftime("%Y-%m")
    changed: list[dict[str, Any]] = []
    if earlier in there[1:]:  # of the first month there is perhaps only a part
        changed = changes(now, journeys.between(*_bounds(earlier)), seen)
    advised = advice(year, plan).to_json()
    found = now.findings().to_dicts()
    meaning = {
        **now.meaning(now.summary().to_json()["people"]),
        "month": chosen,
        "whole": end >= after - timedelta(days=1),
        "months": there,
        "advice_window": advised["window"],
        "model": plan.model.id if plan else None,
    }
    parts = {
        "findings": found,
        "changes": changed,
        "advice": advised["rows"],
        "bring": advised["bring"],
        "plan": scorecard(plan, now, language).to_dicts() if plan else [],
    }
    return Result("report", meaning, parts)


def months(journeys: "Journeys") -> list[str]:
    """The months of the data, as 2026-10, the first one first."""
    window = journeys.meaning(0)["window"]
    first, last = (datetime.fromisoformat(window[end]).date() for end in ("from", "to"))
    found, day = [], first.replace(day=1)
    while day <= last:
        found.append(day.strftime("%Y-%m"))
        day = _bounds(found[-1])[1]
    return found


def _end(journeys: "Journeys") -> date:
    return datetime.fromtimestamp(journeys.end / 1e6, UTC).date()


def _chosen(month: str | None, there: list[str], end: date) -> str:
    """The month asked for; else the last one that the data reaches to the end of."""
    if month is None:
        full = [one for one in there if _bounds(one)[1] - timedelta(days=1) <= end]
        return (full or there)[-1]
    try:
        chosen = datetime.strptime(month, "%Y-%m").strftime("%Y-%m")
    except ValueError:
        raise OmveiError(f"{month!r} is not a month. Write it as 2026-10.") from None
    if chosen not in there:
        raise OmveiError(f"There is no data of {chosen}: it goes from {there[0]} to {there[-1]}.")
    return chosen


def _bounds(month: str) -> tuple[date, date]:
    """The first day of a month, and of the next one.

    >>> _bounds("2025-12")
    (datetime.date(2025, 12, 1), datetime.date(2026, 1, 1))
    """
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1)
