"""Touchpoints a firm writes down itself: `definitions/touchpoint_map.yaml`.

```yaml
- id: Trade fair in Oslo        # a touchpoint that leaves no trace in any file
  ownership: partner            # owned, partner, customer or independent
  push: true                    # the firm goes to people; else they come
  stages: [awareness]           # the stages it serves
  note: Every January
- id: Affiliates                # or what is to be said otherwise of one that does
  ownership: independent
```
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import keeping
from .vocabulary import OWNERSHIPS

FILE = "touchpoint_map.yaml"
SAID = ("id", "ownership", "push", "stages", "note")


@dataclass(frozen=True)
class ByHand:
    """One touchpoint as the firm describes it; None where it says nothing."""

    id: str
    ownership: str | None = None
    push: bool | None = None
    stages: tuple[str, ...] = ()
    note: str | None = None


def load(folder: Path) -> list[ByHand]:
    """What the firm wrote down, in its order; nothing where there is no file.

    Raises `DefinitionError`, with file and line, for what cannot be used.
    """
    return check(keeping.read(folder / FILE))


def check(page: keeping.Page) -> list[ByHand]:
    """What a page says, or the error of the first part that cannot be used."""
    if page.said is None:
        return []
    if not isinstance(page.said, list):
        raise page.wrong("expected a list, each touchpoint beginning with `- id:`")
    found = [_checked(page, place, item) for place, item in enumerate(page.said)]
    for place, one in enumerate(found):
        if one.id in {other.id for other in found[:place]}:
            raise page.wrong(f"{one.id!r} is here twice; keep one of them", place)
    return found


def _checked(page: keeping.Page, place: int, item: Any) -> ByHand:
    if not isinstance(item, dict) or not str(item.get("id") or "").strip():
        raise page.wrong("a touchpoint needs `id:`, its name", place)
    if wrong := [str(key) for key in item if key not in SAID]:
        raise page.wrong(f"{wrong[0]!r} is not one of {', '.join(SAID)}", place, wrong[0])
    owner, push, stages = item.get("ownership"), item.get("push"), item.get("stages") or []
    if owner is not None and owner not in OWNERSHIPS:
        known = ", ".join(OWNERSHIPS)
        raise page.wrong(f"ownership {owner!r} is not one of {known}", place, "ownership")
    if push is not None and not isinstance(push, bool):
        raise page.wrong(f"push is {push!r}; write true or false", place, "push")
    if not isinstance(stages, list):
        raise page.wrong("stages is a list, as in [awareness, decision]", place, "stages")
    note = item.get("note")
    return ByHand(
        str(item["id"]).strip(), owner, push, tuple(map(str, stages)), str(note) if note else None
    )
