"""
What each campaign was made for: `definitions/campaigns.yaml`.

```yaml
- campaign: tursesong           # as in utm_campaign, or in the report of the ads; * for anything
  model: five_stage             # whose stage it is
  stage: awareness
  since: 2025-03-01             # a day from which, and a day before which, it ran
  until: 2025-06-01
  note: The films from the fells
```
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from .. import keeping

FILE = "campaigns.yaml"
MODEL = "five_stage"
SAID = ("campaign", "model", "stage", "since", "until", "note")

Stages = Callable[[str], Sequence[str]]
"""The stages of a model by its name; raises `OmveiError` for one that is not there."""


@dataclass(frozen=True)
class Meant:
    """What the firm says of a campaign."""

    campaign: str
    model: str = MODEL
    stage: str | None = None
    since: int | None = None
    """Microseconds since 1970, as `until`."""
    until: int | None = None
    note: str = ""


def load(folder: Path, stages: Stages) -> list[Meant]:
    """What `folder/campaigns.yaml` says, in its order; nothing where there is no file.

    Raises `DefinitionError`, with file and line, for what cannot be used.
    """
    return check(keeping.read(folder / FILE), stages)


def meant_for(name: str, said: Sequence[Meant]) -> Meant | None:
    """What is said of the campaign of this name; the first that fits, whatever its case.

    >>> meant_for("Nyhetsbrev-7", [Meant("nyhetsbrev-*", stage="retention")]).stage
    'retention'
    """
    plain = name.strip().casefold()
    return next((one for one in said if fnmatchcase(plain, one.campaign.casefold())), None)


def check(page: keeping.Page, stages: Stages) -> list[Meant]:
    """What a page says, or the error of the first part that cannot be used."""
    if page.said is None:
        return []
    if not isinstance(page.said, list):
        raise page.wrong("expected a list, each campaign beginning with `- campaign:`")
    found = [_checked(page, place, item, stages) for place, item in enumerate(page.said)]
    for place, one in enumerate(found):
        if one.campaign.casefold() in {other.campaign.casefold() for other in found[:place]}:
            raise page.wrong(f"{one.campaign!r} is here twice; keep one of them", place)
    return found


def _checked(page: keeping.Page, place: int, item: Any, stages: Stages) -> Meant:
    if not isinstance(item, dict) or not str(item.get("campaign") or "").strip():
        raise page.wrong("a campaign needs `campaign:`, its name", place)
    if wrong := [str(key) for key in item if key not in SAID]:
        raise page.wrong(f"{wrong[0]!r} is not one of {', '.join(SAID)}", place, wrong[0])
    model, stage = str(item.get("model") or MODEL), item.get("stage")
    try:
        known = list(stages(model))
    except LookupError as error:
        raise page.wrong(str(error), place, "model") from None
    if stage is not None and stage not in known:
        raise page.wrong(
            f"stage {stage!r} is not one of {', '.join(known)} ({model})", place, "stage"
        )
    since, until = (_day(page, item.get(key), place, key) for key in ("since", "until"))
    if since is not None and until is not None and since >= until:
        raise page.wrong("until is not after since; swap the two days", place, "until")
    note = str(item.get("note") or "")
    return Meant(str(item["campaign"]).strip(), model, stage, since, until, note)


def _day(page: keeping.Page, said: Any, *at: str | int) -> int | None:
    if said is None or said == "":
        return None
    try:
        day = said if isinstance(said, date) else date.fromisoformat(str(said))
    except ValueError:
        raise page.wrong(f"{said!r} is not a day. Write it as 2026-01-31.", *at) from None
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1e6)
