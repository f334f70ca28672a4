"""Costs of any kind in a table of one's own: a day, what it was spent on, and how much.

For advertising without a source of its own (LinkedIn, TikTok, a local paper, a stand at a fair).
Words stand in `costs.yaml`.
"""

from pathlib import Path

from omvei.sources.columns import words
from omvei.sources.head import Head
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import cells_of
from omvei.sources.spending import (
    bare,
    read_spending,
    recognises_spending,
    spending_fields,
)

NAME = "costs"
TITLE = "Costs (a table of day, campaign or channel, and cost)"
STATUS = "complete"


def recognises(seen: Head) -> float:
    """Whether a table has a day, a cost and what it was for, and no person."""
    if not recognises_spending(NAME, seen):
        return 0.0
    people = {
        word
        for field in ("person", "user_id", "anonymous_id", "email", "phone", "order_id", "event")
        for word in words()["fields"][field]
    }
    return 0.0 if people & {bare(column) for column in cells_of(seen).columns} else 0.91


def fields() -> tuple[str, ...]:
    """What a column can be said to hold."""
    return spending_fields(NAME)


def read(path: Path, options: Options) -> Reading:
    """Read a table of costs. Errors are those of `read_spending`."""
    return read_spending(NAME, path, options)
