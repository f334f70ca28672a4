"""What was once said about a file is remembered for the next one with the same columns.

`definitions/mappings.yaml` has an entry for each set of columns:

```yaml
- columns: [kunde, når, hva]
  source: table
  mapping: {person: kunde, time: når, event: hva}
  timezone: Europe/Oslo
```
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ..errors import DefinitionError, OmveiError
from ..keeping import put

FILE = "mappings.yaml"
SAID = ("source", "mapping", "event", "timezone")
"""What can be said about a file."""


def recall(definitions: Path, file: Path) -> dict[str, Any]:
    """What was said about the last file with the same columns; nothing where there was none.

    Raises `DefinitionError` for an entry that cannot be used.
    """
    columns = _columns(file)
    found = [entry for entry in _read(definitions / FILE) if entry["columns"] == columns]
    return {name: found[0][name] for name in SAID if name in found[0]} if columns and found else {}


def remember(definitions: Path, file: Path, told: Mapping[str, Any]) -> None:
    """Keep what was said about a file, instead of what was said about its like before."""
    columns = _columns(file)
    said = {name: told[name] for name in SAID if told.get(name)}
    if not columns or not said or recall(definitions, file) == said:
        return
    kept = [entry for entry in _read(definitions / FILE) if entry["columns"] != columns]
    text = yaml.safe_dump(
        [*kept, {"columns": columns, **said}], allow_unicode=True, sort_keys=False
    )
    put(definitions / FILE, text)


def _columns(file: Path) -> list[str]:
    """The columns of a table, whatever their order; none of another file."""
    from ..sources.head import head
    from ..sources.recipe import cells_of

    try:
        return sorted(cells_of(head(file)).columns)
    except OmveiError:
        return []


def _read(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8")) or []
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise DefinitionError(file, line, "is not YAML") from None
    if not isinstance(said, list) or any(
        not isinstance(entry, dict) or not isinstance(entry.get("columns"), list) for entry in said
    ):
        raise DefinitionError(file, 1, "expected a list of entries, each with its `columns:`")
    return said
