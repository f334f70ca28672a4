"""What a firm says about itself, in `definitions/`: touchpoints, brands, channels.

```yaml
# touchpoints.yaml: the first rule that matches an event names it
- match: {url: "/guide/*"}          # also: event, source, content; `*` stands for anything
  kind: guide_read
  content: Guides                   # the name on the map; without it, the page's first folder
  stage: consideration              # the stage the page is meant for
  format: guide
  question: Which tent do I need?

# brands.yaml
own: [Fjellstua]
competing: [Nordkapp, Polaris]

# channels.yaml: tried before the rules that come with Omvei; each is tested by its examples
- channel: Radio
  source_in: [radio-nord]           # also medium, campaign, click_id; `_matches` for a pattern
  examples: ["https://shop.example/?utm_source=radio-nord"]
- channel: Partners
  host_in: [partner.example]        # where the person came from, or the source
  examples: [{to: "https://shop.example/", from: "https://www.partner.example/page"}]
```
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from ..errors import DefinitionError
from . import channels, inventory
from .vocabulary import INITIATORS, OWNERSHIPS, kinds

MATCHED = ("url", "event", "source", "content")
CONDITIONS = (
    "source_in",
    "source_matches",
    "medium_in",
    "medium_matches",
    "campaign_in",
    "campaign_matches",
    "click_id_in",
    "host_in",
)
"""What a rule of channels may ask."""
SAID = ("kind", "content", "stage", "format", "question", "ownership", "initiator")


@dataclass(frozen=True)
class Rule:
    """One rule of `touchpoints.yaml`: what must match, and what is then so."""

    match: dict[str, str]
    says: dict[str, str]

    def holds(self, words: dict[str, str | None]) -> bool:
        """Whether every part of `match` fits, without regard to case."""
        return all(
            fnmatchcase((words.get(key) or "").lower(), pattern.lower())
            for key, pattern in self.match.items()
        )


@dataclass(frozen=True)
class Definitions:
    """What the files in `definitions/` say."""

    rules: tuple[Rule, ...] = ()
    own_brands: tuple[str, ...] = ()
    competing_brands: tuple[str, ...] = ()
    hosts: frozenset[str] = field(default_factory=frozenset)
    channels: tuple[dict[str, Any], ...] = ()
    """Rules of channels that come before those of `channels.yaml`."""
    pieces: dict[str, dict[str, str]] = field(default_factory=dict)
    """What `content.yaml` says of each page, by its path."""

    @property
    def brands(self) -> tuple[str, ...]:
        """Own and competing brands."""
        return self.own_brands + self.competing_brands


def load(folder: Path, hosts: Iterable[str] = ()) -> Definitions:
    """Read the files of `folder`; any may be absent.

    Raises `DefinitionError`, with file and line, for what cannot be used.
    """
    rules = tuple(_rules(folder / "touchpoints.yaml"))
    file = folder / "brands.yaml"
    brands = _read(file)[0] or {}
    if not isinstance(brands, dict) or set(brands) - {"own", "competing"}:
        raise DefinitionError(file, 1, "expected two lists, `own:` and `competing:`")
    own, competing = (tuple(map(str, brands.get(key) or ())) for key in ("own", "competing"))
    ruled = tuple(_channels(folder / "channels.yaml"))
    pieces = {
        inventory.path_of(piece.page): {
            "content": piece.name,
            "stage": piece.meant_for,
            "format": piece.sort,
            **({"question": piece.question} if piece.question else {}),
        }
        for piece in inventory.load(folder)
    }
    return Definitions(rules, own, competing, frozenset(h.lower() for h in hosts), ruled, pieces)


def _read(file: Path) -> tuple[Any, list[int]]:
    """A file's content, and the line on which each item of its top list begins."""
    if not file.exists():
        return None, []
    text = file.read_text("utf-8")
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        lines = [
            item.start_mark.line + 1
            for item in getattr(node, "value", [])
            if hasattr(item, "start_mark")
        ]
        return yaml.safe_load(text), lines
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise DefinitionError(
            file, line, f"is not YAML: {getattr(error, 'problem', error)}"
        ) from None


def _rules(file: Path) -> Iterable[Rule]:
    said, lines = _read(file)
    if said is None:
        return
    if not isinstance(said, list):
        raise DefinitionError(file, 1, "expected a list of rules, each beginning with `- match:`")
    for line, item in zip(lines, said, strict=True):
        if not isinstance(item, dict) or not isinstance(item.get("match"), dict):
            raise DefinitionError(
                file, line, "a rule needs `match:` with url, event, source or content"
            )
        match = {key: str(value) for key, value in item["match"].items()}
        says = {key: str(value) for key, value in item.items() if key != "match"}
        for given, known in ((match, MATCHED), (says, SAID)):
            if wrong := sorted(set(given) - set(known)):
                raise DefinitionError(file, line, f"{wrong[0]!r} is not one of {', '.join(known)}")
        allowed = {"kind": list(kinds()), "ownership": OWNERSHIPS, "initiator": INITIATORS}
        for key, values in allowed.items():
            if key in says and says[key] not in values:
                raise DefinitionError(
                    file, line, f"{key} {says[key]!r} is not one of {', '.join(values)}"
                )
        yield Rule(match, says)


def _channels(file: Path) -> list[dict[str, Any]]:
    """The firm's own rules of channels; every example must come to the channel of its rule."""
    said, lines = _read(file)
    if said is None:
        return []
    if not isinstance(said, list):
        raise DefinitionError(file, 1, "expected a list of rules, each beginning with `- channel:`")
    for line, rule in zip(lines, said, strict=True):
        if wrong := _wrong(rule):
            raise DefinitionError(file, line, wrong)
    for line, rule in zip(lines, said, strict=True):
        for example in rule["examples"]:
            to, came = (
                (example, None)
                if isinstance(example, str)
                else (example["to"], example.get("from"))
            )
            found = channels.of_address(to, came, rules=said)
            if found.channel != rule["channel"]:
                raise DefinitionError(
                    file,
                    line,
                    f"its example {to} is {found.channel}, not {rule['channel']} ({found.rule})",
                )
    return said


def _wrong(rule: Any) -> str | None:
    """What is wrong with a rule of channels; None if nothing is."""
    if not isinstance(rule, dict) or not str(rule.get("channel") or "").strip():
        return "a rule needs `channel:`, the name it gives"
    conditions = set(rule) - {"channel", "examples"}
    if unknown := sorted(conditions - set(CONDITIONS)):
        return f"{unknown[0]!r} is not one of {', '.join(CONDITIONS)}"
    if not conditions:
        return f"a rule needs a condition: {', '.join(CONDITIONS)}"
    for key in conditions:
        value = rule[key]
        if key.endswith("_matches"):
            try:
                re.compile(value)
            except (re.error, TypeError):
                return f"{key} is no pattern: {value!r}"
        elif isinstance(value, list):
            rule[key] = [str(word).lower() for word in value]
        elif key != "host_in" or value not in channels.categories():
            return f"{key} needs a list of words in [ ]"
    examples = rule.get("examples")
    if not isinstance(examples, list) or not examples:
        return "a rule needs `examples:`, a list of addresses that must come to its channel"
    if not all(isinstance(e, str) or (isinstance(e, dict) and "to" in e) for e in examples):
        return "an example is an address, or {to: address, from: the page before}"
    return None
