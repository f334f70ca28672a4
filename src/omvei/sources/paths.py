"""Paths with counts, as attribution tools use them: `Search > Email`, so many times, so many sales.

Such a table knows no person and no time, so its paths are no journeys and never become any. They
stand in the table `paths` and have a page of their own, where each row is so many journeys of
somebody.
"""

from pathlib import Path

from omvei.sources.counted import read_counted
from omvei.sources.head import Head
from omvei.sources.reading import Options, Reading
from omvei.sources.recipe import has, recipe, recipe_fields

NAME = "paths"
TITLE = "Paths with counts (path, conversions, no conversion)"
STATUS = "complete"

NOTE = (
    "These are paths with counts: they name no person and no time. They have an answer of their own"
    " (omvei paths) and are no journeys."
)


def recognises(seen: Head) -> float:
    """Whether a table has paths and conversions."""
    return 0.9 if has(seen, recipe(NAME)["needs"]) else 0.0


def fields() -> tuple[str, ...]:
    """What a column can be said to hold."""
    return recipe_fields(NAME)


def read(path: Path, options: Options) -> Reading:
    """Read paths. Errors are those of `read_counted`."""
    return read_counted(NAME, "paths", path, options, ("steps", "conversions"), notes=[NOTE])
