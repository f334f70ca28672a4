"""Google Search Console: the words people searched Google for, with how often the site was shown.

They are counts of everybody, so they stand in the table `searches` and in no journey. The export
from the screen has no days: it speaks of one period as a whole. The zip holds tables of pages,
countries and devices too, which are left out.
"""

import re
from pathlib import Path

from omvei.sources.counted import read_counted
from omvei.sources.head import Head
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import has, recipe, recipe_fields
from omvei.sources.rows import quoted

NAME = "search-console"
TITLE = "Google Search Console (queries)"
STATUS = "partly known"

UNDATED = (
    "The file has no days: it speaks of its period as a whole, and replaces an earlier file without"
    " days."
)


def recognises(seen: Head) -> float:
    """Whether a table has queries with clicks and impressions, and no person."""
    return 0.92 if has(seen, recipe(NAME)["needs"]) else 0.0


def fields() -> tuple[str, ...]:
    """What a column can be said to hold."""
    return recipe_fields(NAME)


def read(path: Path, options: Options) -> Reading:
    """Read queries. Errors are those of `read_counted`."""
    site = site_of(options.name)
    given = {"site": quoted(site)} if site else {}
    reading = read_counted(NAME, "searches", path, options, ("query", "impressions"), given)
    notes = reading.notes if "day" in reading.mapping else (*reading.notes, UNDATED)
    return Reading(NAME, path, reading.mapping, reading.batches, (), notes, "searches")


def site_of(name: str) -> str | None:
    """The site that the name of an export says it is of.

    >>> site_of("https___www.fjellstua.example_-Performance-on-Search-2026-01-31.zip/Queries.csv")
    'www.fjellstua.example'
    """
    found = re.search(r"(?:https?_+)?([\w.-]+?\.[a-z]{2,})_*-Performance-on-Search", name)
    return found[1] if found else None
