"""Files of an archive that hold no events by their nature, and why: left out, not refused."""

import re
from functools import cache

from ..shipped import shipped


@cache
def rules() -> list[tuple[re.Pattern[str], str]]:
    """The rules of `members.yaml`: a pattern of the name, and the reason."""
    return [
        (re.compile(rule["name"]), rule["reason"])
        for rule in shipped("omvei.sources", "members.yaml")
    ]


def left_out(name: str) -> str | None:
    """Why nothing is taken from a file of an archive, judged by its name; None where it is read.

    >>> left_out("export.zip/templates/autumn.html")
    'texts, templates and pictures, no events.'
    >>> left_out("export.zip/granular_activity/opens/42_Autumn.csv")
    """
    plain = name.replace("\\", "/").lower()
    return next((reason for pattern, reason in rules() if pattern.search(plain)), None)
