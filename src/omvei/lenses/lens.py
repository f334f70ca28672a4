"""A lens: a journey model read from YAML, checked line by line.

```yaml
id: my_model
name: {en: My model}
carrier: current        # how a stage lasts: keep, current or deepest (see `carrier`)
parameters: {quiet_days: 90}
rest: {stage: idle}     # where a silence of quiet_days leads, under `current`
stages:
  - {id: idle, label: {en: Idle}}
  - {id: looking, label: {en: Looking}}
rules:                  # the first that holds gives the touchpoint its stage
  - {stage: looking, when: {group: [search, information]}}
moves: all              # or forward, or a list of [from, to]
examples:
  - {journey: search 120d page_view, stages: looking (idle) looking}
```
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from ..errors import LensError, UnknownNameError
from ..shipped import Loader
from .rules import Rule, read_rule

CARRIERS = ("keep", "current", "deepest")
LANGUAGES = ("en", "nb", "sv", "da")
PARTS = ("discover", "consider", "decide", "keep", "recommend")
"""The parts of a journey, in which the stages of all models can be told."""
KEYS = {
    "id",
    "name",
    "authors",
    "year",
    "source",
    "perspective",
    "unit",
    "shape",
    "carrier",
    "parameters",
    "rest",
    "stages",
    "questions",
    "rules",
    "moves",
    "examples",
    "note",
    "good_for",
}

SMALL_SHOP = ("stdc", "messy_middle", "lemon_verhoef")
"""The models that suffice for a small shop; docs/models.md says why these."""


@dataclass(frozen=True)
class Stage:
    """One stage of a model."""

    id: str
    labels: dict[str, str]
    thoughts: dict[str, str] = field(default_factory=dict)
    """What the customer thinks, by language."""
    goal: dict[str, str] = field(default_factory=dict)
    content: dict[str, str] = field(default_factory=dict)
    """What you can create for the stage, by language."""
    channels: tuple[str, ...] = ()
    """Channels that usually serve it."""
    kpis: tuple[str, ...] = ()
    part: str | None = None
    """The part of the journey it is about, of `PARTS`; None for a rest, or where it is not said."""


@dataclass(frozen=True)
class Question:
    """A question that a model asks, and the names of the figures that answer it."""

    asked: dict[str, str]
    """The question, by language."""
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lens:
    """A journey model, as a function of one person's ordered touchpoints."""

    id: str
    names: dict[str, str]
    stages: tuple[Stage, ...]
    rules: tuple[Rule, ...]
    carrier: str
    parameters: dict[str, float]
    rest: int = -1
    """The stage that silence leads to; -1 for none."""
    settled: tuple[int, ...] = ()
    """Stages that silence does not leave."""
    moves: frozenset[tuple[str, str]] = frozenset()
    """The moves the model allows, between different stages."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Authors, year, source, perspective, unit, shape; the English note."""
    good_for: dict[str, str] = field(default_factory=dict)
    """What the model helps with, by language."""
    questions: tuple[Question, ...] = ()
    examples: tuple[dict[str, str], ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
    """What the model leaves out, by language."""
    draft: bool = False
    """It is still being written: its stages are not stored."""
    digest: str = ""
    """First 12 hex digits of the SHA-256 of the file and of the parameters given: its stages are
    stored under it."""

    @property
    def quiet_days(self) -> float:
        """How long a silence ends what the person was doing; 0: never."""
        return self.parameters.get("quiet_days", 0.0)

    def place(self, stage: str) -> int:
        """The position of a stage."""
        known = [s.id for s in self.stages]
        if stage not in known:
            raise UnknownNameError("stage", stage, known)
        return known.index(stage)


def names() -> list[str]:
    """The models that come with Omvei.

    >>> len(names()), {"five_stage", "funnel", "hankins", "stdc"} <= set(names())
    (13, True)
    """
    return list(_names())


@cache
def _names() -> tuple[str, ...]:
    there = (f.name for f in files(__package__).iterdir() if f.name.endswith(".yaml"))
    return tuple(sorted(name.removesuffix(".yaml") for name in there))


def load(name: str | Path, **parameters: float) -> Lens:
    """A model by its name, or from a file of your own; `parameters` are set otherwise than there.

    Raises `UnknownNameError` for a name that is not there, `LensError` for a file that is wrong.

    >>> [stage.id for stage in load("stdc").stages]
    ['see', 'think', 'do', 'care']
    """
    if isinstance(name, Path) or str(name).endswith((".yaml", ".yml")):
        path = Path(name)
        if not path.exists():
            raise UnknownNameError("model", str(name), names())
        return read(path.read_text("utf-8"), str(path), parameters)
    if name not in names():
        raise UnknownNameError("model", str(name), names())
    if parameters:
        return read(text(str(name)), f"{name}.yaml", parameters)
    return _shipped(str(name))


@cache
def _shipped(name: str) -> Lens:
    return read(text(name), f"{name}.yaml")


def text(name: str) -> str:
    """The file of a model that comes with Omvei."""
    return files(__package__).joinpath(f"{name}.yaml").read_text("utf-8")


class _Marked(Loader):  # type: ignore[misc]
    """A loader that remembers on which line each mapping begins."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[str, Any]:
    said = yaml.SafeLoader.construct_mapping(loader, node, deep=True)
    return {
        **{str(key): value for key, value in said.items()},
        "__line__": node.start_mark.line + 1,
    }


_Marked.add_constructor("tag:yaml.org,2002:map", _mapping)


def read(text: str, file: str, given: Mapping[str, float] | None = None) -> Lens:
    """Read a model from YAML; `file` is named in errors. `given` parameters go before the file's.

    Raises `LensError` with the line and what was expected, `UnknownNameError` for a parameter
    given that the model does not have.
    """
    try:
        said = yaml.load(text, _Marked)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise LensError(
            file, (mark.line if mark else 0) + 1, f"is not YAML: {getattr(error, 'problem', error)}"
        ) from None
    if not isinstance(said, dict):
        raise LensError(file, 1, "expected a model: id, name, carrier, stages and rules")

    def fail(problem: str, at: Any = said) -> LensError:
        return LensError(file, at.get("__line__", 1) if isinstance(at, dict) else 1, problem)

    if wrong := sorted(set(said) - KEYS - {"__line__"}):
        raise fail(f"{wrong[0]!r} is not one of {', '.join(sorted(KEYS))}")
    for key in ("id", "name", "carrier", "stages", "rules"):
        if key not in said:
            raise fail(f"{key!r} is missing")
    for key in ("stages", "rules", "examples"):
        if not isinstance(said.get(key) or [], list):
            raise fail(f"{key} is a list: one line with a dash for each", said[key])
    for key in ("parameters", "rest"):
        if not isinstance(said.get(key) or {}, dict):
            raise fail(f"{key} is written {{name: value}}, not {said[key]!r}")
    for key in ("good_for", "note"):
        if not isinstance(said.get(key) or "", str | dict):
            raise fail(f"{key} is a sentence, or {{en: a sentence}} for each language")
    if said["carrier"] not in CARRIERS:
        raise fail(f"carrier {said['carrier']!r} is not one of {', '.join(CARRIERS)}")
    stages = tuple(_stage(item, fail) for item in said["stages"] or [])
    ids = [stage.id for stage in stages]
    if len(set(ids)) < len(ids) or not ids:
        raise fail("every stage needs an id of its own")
    parameters = {k: v for k, v in (said.get("parameters") or {}).items() if k != "__line__"}
    for key, number in (given or {}).items():
        if key not in parameters:
            raise UnknownNameError("parameter", key, list(parameters))
        parameters[key] = number
    for key, value in parameters.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise fail(
                f"parameter {key!r} must be a number of 0 or more, not {value!r}",
                said["parameters"],
            )
    rules = tuple(read_rule(item, ids, parameters, fail) for item in said["rules"] or [])
    rest = said.get("rest") or {}
    if rest and "stage" not in rest:
        raise fail("rest needs a stage, as in {stage: idle}", rest)
    for stage in [rest["stage"], *(rest.get("except") or ())] if rest else []:
        if stage not in ids:
            raise fail(f"rest leads to {stage!r}, which is not one of {', '.join(ids)}", rest)
    return Lens(
        str(said["id"]),
        _words(said["name"]),
        stages,
        rules,
        said["carrier"],
        parameters,
        ids.index(rest["stage"]) if rest else -1,
        tuple(ids.index(stage) for stage in rest.get("except") or ()),
        frozenset(_moves(said.get("moves", "all"), ids, fail)),
        {
            **{
                key: said.get(key)
                for key in ("authors", "year", "source", "perspective", "unit", "shape")
            },
            "note": _words(said.get("note")).get("en"),
        },
        _words(said.get("good_for")),
        tuple(_question(item, fail) for item in said.get("questions") or ()),
        tuple(_example(item, fail) for item in said.get("examples") or ()),
        _words(said.get("note")),
        digest=sha256(f"{text}{sorted((given or {}).items()) or ''}".encode()).hexdigest()[:12],
    )


def _words(said: Any) -> dict[str, str]:
    if isinstance(said, str):
        return {"en": said}
    return {key: str(value) for key, value in (said or {}).items() if key in LANGUAGES}


def _stage(item: Any, fail: Any) -> Stage:
    if not isinstance(item, dict) or "id" not in item:
        raise fail("a stage needs an `id` and a `label`", item)
    allowed = {"id", "label", "part", "thought", "goal", "content", "channels", "kpis", "__line__"}
    if wrong := sorted(set(item) - allowed):
        raise fail(f"{wrong[0]!r} is not one of {', '.join(sorted(allowed - {'__line__'}))}", item)
    if (part := item.get("part")) is not None and part not in PARTS:
        raise fail(f"part {part!r} is not one of {', '.join(PARTS)}", item)
    labels = _words(item.get("label", item["id"]))
    return Stage(
        str(item["id"]),
        labels,
        _words(item.get("thought")),
        _words(item.get("goal")),
        _words(item.get("content")),
        tuple(item.get("channels") or ()),
        tuple(item.get("kpis") or ()),
        part,
    )


def _question(item: Any, fail: Any) -> Question:
    if not isinstance(item, dict) or set(item) - {"__line__"} != {"ask", "figures"}:
        raise fail("a question is {ask: {en: ...}, figures: [...]}", item)
    return Question(_words(item["ask"]), tuple(str(name) for name in item["figures"] or ()))


def _example(item: Any, fail: Any) -> dict[str, str]:
    if not isinstance(item, dict) or set(item) - {"__line__"} != {"journey", "stages"}:
        raise fail("an example is {journey: ..., stages: ...}", item)
    return {key: str(item[key]) for key in ("journey", "stages")}


def _moves(said: Any, ids: list[str], fail: Any) -> Iterable[tuple[str, str]]:
    if said == "all":
        return [(a, b) for a in ids for b in ids if a != b]
    if said == "forward":
        return [(a, b) for place, a in enumerate(ids) for b in ids[place + 1 :]]
    if said == "next":
        return list(pairwise(ids))
    if not isinstance(said, list):
        raise fail("moves must be all, forward, next or a list of [from, to]")
    for move in said:
        if not isinstance(move, list) or len(move) != 2 or not all(end in ids for end in move):
            raise fail(f"a move is [from, to] between {', '.join(ids)}, not {move!r}")
    return [(a, b) for a, b in said]
