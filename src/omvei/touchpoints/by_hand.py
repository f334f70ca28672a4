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

import yaml

from ..errors import DefinitionError
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
    file = folder / FILE
    if not file.exists():
        return []
    try:
        node = yaml.compose(text := file.read_text("utf-8"), yaml.SafeLoader)
        said = yaml.safe_load(text)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        problem = getattr(error, "problem", error)
        raise DefinitionError(file, line, f"is not YAML: {problem}") from None
    if said is None or node is None:
        return []
    if not isinstance(said, list):
        raise DefinitionError(file, 1, "expected a list, each touchpoint beginning with `- id:`")
    lines = [item.start_mark.line + 1 for item in node.value]
    return [_checked(file, line, item) for line, item in zip(lines, said, strict=True)]


def _checked(file: Path, line: int, item: Any) -> ByHand:
    if not isinstance(item, dict) or not str(item.get("id") or "").strip():
        raise DefinitionError(file, line, "a touchpoint needs `id:`, its name")
    if wrong := [str(key) for key in item if key not in SAID]:
        raise DefinitionError(file, line, f"{wrong[0]!r} is not one of {', '.join(SAID)}")
    owner, push, stages = item.get("ownership"), item.get("push"), item.get("stages") or []
    if owner is not None and owner not in OWNERSHIPS:
        known = ", ".join(OWNERSHIPS)
        raise DefinitionError(file, line, f"ownership {owner!r} is not one of {known}")
    if push is not None and not isinstance(push, bool):
        raise DefinitionError(file, line, f"push is {push!r}; write true or false")
    if not isinstance(stages, list):
        raise DefinitionError(file, line, "stages is a list, as in [awareness, decision]")
    note = item.get("note")
    return ByHand(
        str(item["id"]).strip(), owner, push, tuple(map(str, stages)), str(note) if note else None
    )
