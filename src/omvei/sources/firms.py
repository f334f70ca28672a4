"""The company that an e-mail address belongs to, as its domain; caught before addresses are hashed.

A workspace keeps it only where it was asked to (`[identity] domains` in `omvei.toml`): the domain
of a very small firm may well name a person. Addresses of providers for anybody (`freemail.yaml`)
say nothing about a firm.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files

import yaml

ENDING = re.compile(r"([a-z]{2}|com?|net|org|info|eu)(\.[a-z]{2})?")
"""What may follow the name of a provider that is everywhere."""


@cache
def _free() -> tuple[frozenset[str], frozenset[str]]:
    text = files("omvei.sources").joinpath("freemail.yaml").read_text(encoding="utf-8")
    said = yaml.safe_load(text)
    return frozenset(said["anywhere"]), frozenset(said["domains"])


def is_free(domain: str) -> bool:
    """Whether anybody may have an address there.

    >>> (
    ...     is_free("hotmail.se"),
    ...     is_free("yahoo.co.uk"),
    ...     is_free("online.no"),
    ...     is_free("live.nordas.no"),
    ... )
    (True, True, True, False)
    """
    anywhere, domains = _free()
    name, _, ending = domain.partition(".")
    return domain in domains or (name in anywhere and ENDING.fullmatch(ending) is not None)


def domain_of(address: str) -> str | None:
    """The domain of a company's address; None for a free one's, and for what is no address.

    >>> domain_of("Kari Nordmann <KARI@NordAS.example>"), domain_of("kari@gmail.com")
    ('nordas.example', None)
    """
    plain = unicodedata.normalize("NFKC", address).strip().lower()
    name, at, domain = plain.rpartition("<")[2].rstrip("> ").rpartition("@")
    domain = domain.rstrip(".")
    if not (name and at) or not re.fullmatch(r"[\w-]+(\.[\w-]+)+", domain):
        return None
    return None if is_free(domain) else domain
