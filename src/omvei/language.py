r"""
The words, numbers and dates of one language.

Every sentence a person reads stands in a catalogue, `locale/<language>/`, with a file for each part
of the app: a key and a sentence with {placeholders}. A sentence that differs for one and many is a
small mapping, `one:` and `other:`, chosen by the value called `n`. Where companies are spoken of
and not persons, a sentence is the one of `key@account`, if there is one. What is missing in Swedish
or Danish is said in English, never in Norwegian.

>>> words("nb")("map.people", n=6400)
'6\xa0400 personer'
>>> words("en").percent(0.184), words("nb").percent(0.184)
('18%', '18\xa0%')
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml
from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, format_percent

from .shipped import Loader, shipped

if TYPE_CHECKING:
    from omvei.lenses import Lens

LANGUAGES = {"nb": "Norsk", "sv": "Svenska", "da": "Dansk", "en": "English"}
"""The languages there are, each by its own name."""

Sentence = str | Mapping[str, str]

_UNITS = (("day", 86_400.0), ("hour", 3_600.0), ("minute", 60.0), ("second", 1.0))


@dataclass(frozen=True)
class Words:
    """The words of one language; called with a key, it fills in and returns that sentence."""

    language: str
    catalogue: Mapping[str, Sentence]
    own: Mapping[str, "Lens"] = field(default_factory=dict)
    """A workspace's own models, by name: they have words of their own."""
    unit: str = "person"
    """Whose journeys are spoken of: a sentence that differs for them stands as `key@unit`."""

    def __call__(self, key: str, **values: Any) -> str:
        """Return the sentence of `key`, filled in; whole numbers are written as the language does.

        Raises `KeyError` for a key in no catalogue: a mistake of ours, not of a user.
        """
        sentence = self.catalogue.get(f"{key}@{self.unit}", self.catalogue[key])
        if not isinstance(sentence, str):
            sentence = sentence["one" if values.get("n") == 1 else "other"]
        filled = {name: self._written(value) for name, value in values.items()}
        return sentence.format_map(filled)

    def _written(self, value: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return self.number(value)
        return self.decimal(value) if isinstance(value, float) else str(value)

    def model(self, name: str) -> "Lens":
        """Return a model: one of the workspace, or one that comes with Omvei."""
        from omvei import lenses

        return self.own[name] if name in self.own else lenses.load(name)

    def has(self, key: str) -> bool:
        """Say whether there is such a sentence."""
        return key in self.catalogue

    def number(self, value: int) -> str:
        """Write a whole number.

        >>> words("en").number(6400)
        '6,400'
        """
        return _grouped(self.language, int(value))

    def decimal(self, value: float, digits: int = 1) -> str:
        """Write a number with at most `digits` decimals.

        >>> words("da").decimal(22.54)
        '22,5'
        """
        return str(format_decimal(round(value, digits), locale=_locale(self.language)))

    def percent(self, share: float) -> str:
        """Write a share from 0 to 1 as a percentage; under two per cent with one decimal."""
        pattern = "0.0" if 0 < share < 0.0195 else "0"
        pattern += "%" if self.language == "en" else "\xa0%"
        return str(format_percent(share, format=pattern, locale=_locale(self.language)))

    def of_hundred(self, share: float) -> str:
        """Write a share from 0 to 1 as so many of a hundred, without the words.

        >>> words("nb").of_hundred(0.018), words("nb").of_hundred(0.45)
        ('1,8', '45')
        """
        return self.decimal(share * 100, 1 if 0 < share < 0.0195 else 0)

    def money(self, value: float, currency: str | None) -> str:
        r"""Write an amount, without decimals when it has none; a currency may not be known.

        >>> words("nb").money(5624.9, None), words("en").money(12, "SEK")
        ('5\xa0624,90', 'SEK12')
        """
        cents = "#,##0.00" if round(value, 2) % 1 else "#,##0"
        if not currency:
            return str(format_decimal(value, cents, _locale(self.language)))
        pattern = f"¤{cents}" if self.language == "en" else f"{cents}\xa0¤"
        return str(
            format_currency(value, currency, pattern, _locale(self.language), currency_digits=False)
        )

    def measured(self, value: float | None, unit: str | None, currency: str | None = None) -> str:
        r"""Write a value of a measure in its unit: people, share, score, money or days.

        >>> words("nb").measured(0.22, "share"), words("sv").measured(12.04, "days")
        ('22\xa0%', '12 dagar')
        """
        if value is None:
            return "–"
        if unit == "share" or (unit is None and value <= 1):
            return self.percent(value)
        if unit == "money":
            return self.money(round(value, 2), currency)
        if unit == "days":
            return self("plan.days", x=self.decimal(value))
        return self.number(round(value)) if value >= 10 or unit == "score" else self.decimal(value)

    def month(self, value: str) -> str:
        """Write a month given as 2026-03.

        >>> words("da").month("2026-03"), words("en").month("2026-03")
        ('marts 2026', 'March 2026')
        """
        day = datetime.fromisoformat(f"{value}-01")
        return str(format_date(day, "LLLL y", locale=_locale(self.language)))

    def date(self, value: str | datetime) -> str:
        """Write a day, from a time or its ISO text."""
        return str(format_date(_time(value), "medium", locale=_locale(self.language)))

    def clock(self, value: str | datetime) -> str:
        """Write an hour and minute."""
        return str(format_time(_time(value), "HH:mm", locale=_locale(self.language)))

    def when(self, value: str | datetime) -> str:
        """Write a day with hour and minute."""
        return f"{self.date(value)} {self.clock(value)}"

    def duration(self, seconds: float) -> str:
        """Write a length of time in its largest fitting unit.

        >>> words("en").duration(3 * 86400 + 5), words("nb").duration(5400)
        ('3 days', '1,5 timer')
        """
        for unit, size in _UNITS:
            if seconds >= size or unit == "second":
                amount = round(seconds / size, 1) if seconds < 10 * size else round(seconds / size)
                whole = int(amount) if amount == int(amount) else amount
                return self(f"duration.{unit}", n=whole)
        raise AssertionError("the last unit fits everything")

    def between(self, first: str | datetime, last: str | datetime) -> str:
        """Write the length of time between two times."""
        return self.duration((_time(last) - _time(first)).total_seconds())

    def kind(self, kind: str) -> str:
        """Return the label of a kind of touchpoint.

        >>> words("sv").kind("add_to_cart")
        'Varukorg'
        """
        entry = vocabulary().get(kind)
        return str(entry[self.language]) if entry else kind.replace("_", " ")

    def channel(self, channel: str) -> str:
        """Return the label of a channel."""
        key = f"channel.{channel}"
        return self(key) if key in self.catalogue else channel

    def source(self, source: str) -> str:
        """Return the label of a kind of file."""
        key = f"source.{source}"
        return self(key) if key in self.catalogue else source

    def stage(self, lens: str | None, stage: str) -> str:
        """Return the label of a stage of a lens; the stage itself where neither is known.

        >>> words("da").stage("stdc", "(no stage)")
        '(ingen fase)'
        """
        if stage == "(no stage)":
            return self("map.no_stage")
        for known in self.model(lens).stages if lens else ():
            if known.id == stage:
                return known.labels.get(self.language) or known.labels.get("en") or stage
        return stage.replace("_", " ").capitalize()

    def stage_named(self, lens: str | None, stage: str) -> str:
        """Return a stage's label with its English name, by which many learned the model.

        >>> words("nb").stage_named("stdc", "see"), words("da").stage_named("stdc", "see")
        ('Se (see)', 'See (se)')
        """
        label = self.stage(lens, stage)
        english = replace(words("en"), own=self.own).stage(lens, stage)
        known = re.findall(r"\w+", label.casefold())  # "See (se)" holds it already
        if stage == "(no stage)" or set(re.findall(r"\w+", english.casefold())) <= set(known):
            return label
        return f"{label} ({english.lower()})"

    def of_stage(self, lens: str, stage: str, what: str) -> str:
        """Return a stage's `thought`, `goal` or `content`; empty where the model says none.

        >>> words("sv").of_stage("five_stage", "decision", "thought")
        'Vem ska jag välja'
        """
        model = self.model(lens)
        found = model.stages[model.place(stage)]
        texts = {"thought": found.thoughts, "goal": found.goal, "content": found.content}
        said = texts[what]
        return said.get(self.language) or said.get("en") or ""

    def stages(self, lens: str | None) -> list[str]:
        """Return the stages of a lens in its order; none for no lens."""
        return [stage.id for stage in self.model(lens).stages] if lens else []

    def lens(self, name: str) -> str:
        """Return the label of a lens."""
        from omvei.errors import OmveiError

        try:
            names = self.model(name).names
        except OmveiError:
            names = {}
        return names.get(self.language) or names.get("en") or name.replace("_", " ").capitalize()

    def good_for(self, name: str) -> str:
        """Return what a model is good for.

        >>> words("nb").good_for("hankins")
        'Å se hvilke veier de fleste tar, når dere har mange besøkende'
        """
        said = self.model(name).good_for
        return said.get(self.language) or said.get("en") or ""

    def note(self, name: str) -> str:
        """Return what a model leaves out; empty where it does not say.

        >>> words("da").note("lemon_verhoef")
        'Den groveste model: tre faser skjuler alt, hvad der sker inde i dem.'
        """
        said = self.model(name).notes
        return said.get(self.language) or said.get("en") or ""

    def label(self, by: str, name: str, lens: str | None = None) -> str:
        """Return what the screen calls the node `name` of a map `by` something."""
        if name in ("Other", "(none)", "(no stage)"):
            return self({"Other": "map.other", "(none)": "map.none"}.get(name, "map.no_stage"))
        if by == "content" and name.startswith("(") and name[1:-1] in vocabulary():
            return self.kind(name[1:-1])
        if by == "kind":
            return self.kind(name)
        if by == "channel":
            return self.channel(name)
        return self.stage(lens, name) if by == "stage" else name


def words(language: str, own: Mapping[str, "Lens"] | None = None, unit: str = "people") -> Words:
    """Return the words of `language`; English for a language there is no catalogue of.

    own   a workspace's own models, by name
    unit  an answer's: `people`, or `accounts` for one about companies

    >>> words("sv", unit="accounts")("map.people", n=40)
    '40 företag'
    """
    found = _words(language if language in LANGUAGES else "en")
    whose = "account" if unit == "accounts" else "person"
    return replace(found, own=own or {}, unit=whose) if own or whose != found.unit else found


@cache
def _words(language: str) -> Words:
    return Words(language, {**_catalogue("en"), **_catalogue(language)})


def choose(asked: str | None, accepted: str | None, default: str = "en") -> str:
    """Return the language to speak: the one asked for, else the first accepted, else `default`.

    >>> choose(None, "fr-FR,no;q=0.8,en;q=0.5")
    'nb'
    """
    if asked in LANGUAGES:
        return str(asked)
    for part in (accepted or "").split(","):
        tag = part.split(";")[0].strip().lower().split("-")[0]
        tag = {"no": "nb", "nn": "nb"}.get(tag, tag)
        if tag in LANGUAGES:
            return tag
    return default


@cache
def vocabulary() -> Mapping[str, Mapping[str, Any]]:
    """Return the kinds of touchpoint, as `touchpoints/vocabulary.yaml` has them."""
    kinds: Mapping[str, Mapping[str, Any]] = shipped("omvei", "touchpoints/vocabulary.yaml")
    return kinds


@cache
def _catalogue(language: str) -> Mapping[str, Sentence]:
    found: dict[str, Sentence] = {}
    for file in files("omvei").joinpath(f"locale/{language}").iterdir():
        found |= yaml.load(file.read_text("utf-8"), Loader) or {}
    return found


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


@cache
def _grouped(language: str, value: int) -> str:
    return str(format_decimal(value, locale=_locale(language)))


def _time(value: str | datetime) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
