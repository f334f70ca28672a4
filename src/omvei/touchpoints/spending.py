"""The channel on which money was spent, by the platform and the sort of campaign."""

import re
from functools import cache

from ..shipped import shipped
from .channels import names


@cache
def rules() -> list[dict[str, str]]:
    """The rules of `spending.yaml`."""
    found: list[dict[str, str]] = shipped(__package__, "spending.yaml")
    return found


def named(channel: str | None) -> str | None:
    """A channel that a file names, as we write it; None where it names none.

    >>> named("paid search"), named("Avisannonse"), named(None)
    ('Paid Search', 'Avisannonse', None)
    """
    if not channel or not channel.strip():
        return None
    known = {name.lower(): name for name in names()}
    return known.get(channel.strip().lower(), channel.strip())


def spent_on(platform: str | None, campaign_type: str | None) -> str:
    """The channel by the rules.

    >>> spent_on("Google Ads", "Performance Max"), spent_on("Google Ads", None)
    ('Cross-network', 'Paid Search')
    >>> spent_on("Meta Ads", None), spent_on(None, None)
    ('Paid Social', 'Unassigned')
    """
    said = {"platform": platform or "", "type": campaign_type or ""}
    for rule in rules():
        if all(re.search(rule[key], said[key], re.IGNORECASE) for key in said if key in rule):
            return rule["channel"]
    raise AssertionError("the last rule of spending.yaml holds for everything")
