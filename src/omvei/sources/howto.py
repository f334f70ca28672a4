"""How to get a source's file, in four languages: the steps, and a text to send to whoever has it.

The texts stand in `asking/<source>.yaml`. The app shows them, and `docs/asking.py` writes them into
the pages of the docs.
"""

from dataclasses import dataclass
from importlib.resources import files

from omvei.shipped import shipped


@dataclass(frozen=True)
class HowTo:
    """How to get a file, in one language."""

    steps: tuple[str, ...]
    ask: str
    """What to write to whoever has the file."""


def how_to(source: str) -> dict[str, HowTo]:
    """How to get the file of a source, by language; empty for a source of another package.

    >>> sorted(how_to("shopify"))
    ['da', 'en', 'nb', 'sv']
    """
    page = files("omvei.sources").joinpath(f"asking/{source}.yaml")
    if not page.is_file():
        return {}
    told = shipped("omvei.sources", f"asking/{source}.yaml")
    return {name: HowTo(tuple(said["steps"]), said["ask"]) for name, said in told.items()}
