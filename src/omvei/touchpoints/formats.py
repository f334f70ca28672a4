"""The formats of content, read from `formats.yaml`: which stage each serves, and what tells it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..shipped import shipped


@dataclass(frozen=True)
class Format:
    """One sort of content."""

    name: str
    stage: str
    labels: Mapping[str, str]
    kinds: tuple[str, ...]
    words: frozenset[str]
    create: tuple[str, ...]
    """Channels through which its stage has a gap without it."""


@cache
def formats() -> dict[str, Format]:
    """Every format by its name.

    >>> formats()["guide"].stage, formats()["guide"].labels["nb"]
    ('consideration', 'Guide')
    """
    said = shipped(__package__, "formats.yaml")
    return {
        name: Format(
            name,
            fact["stage"],
            {language: fact[language] for language in ("en", "nb", "sv", "da")},
            tuple(fact["kinds"]),
            frozenset(fact["words"]),
            tuple(fact.get("create", ())),
        )
        for name, fact in said.items()
    }


@cache
def of_kind(kind: str) -> str | None:
    """The format of a kind of touchpoint; None where it is no content.

    >>> of_kind("faq_view"), of_kind("purchase")
    ('answers', None)
    """
    return next((name for name, one in formats().items() if kind in one.kinds), None)


def of_page(page: str) -> str:
    """The format that an address tells by its words; `page` where it tells none.

    >>> of_page("/guider/velg-telt"), of_page("/om-oss")
    ('guide', 'page')
    """
    words = re.findall(r"\w+", page.lower())
    for word in words:
        for name, one in formats().items():
            if word in one.words:
                return name
    return "page"
