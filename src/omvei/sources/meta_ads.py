"""Meta (Facebook, Instagram): what campaigns cost. Columns stand in `meta-ads.yaml`."""

from pathlib import Path

from omvei.sources.head import Head
from omvei.sources.reading import Options, Reading
from omvei.sources.spending import read_spending, recognises_spending, spending_fields

NAME = "meta-ads"
TITLE = "Meta Ads (cost by day and campaign as CSV)"
STATUS = "partly known"


def recognises(seen: Head) -> float:
    """Whether a table has the columns of a report from Meta's Ads Manager."""
    return 0.94 if recognises_spending(NAME, seen) else 0.0


def fields() -> tuple[str, ...]:
    """What a column can be said to hold."""
    return spending_fields(NAME)


def read(path: Path, options: Options) -> Reading:
    """Read a report. Errors are those of `read_spending`."""
    return read_spending(NAME, path, options)
