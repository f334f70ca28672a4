"""Contact details and visitors as keyed hashes, so that no address, number or IP is ever stored.

A hash is HMAC-SHA256 under the workspace's key, cut to 32 hex digits. Equal people give equal
hashes inside one workspace, and nothing outside it: without the key an address cannot be guessed.
The kind (`email`, `phone`, `visitor`) is part of what is hashed.
"""

import hmac
import re
import unicodedata
from collections.abc import Callable

import pyarrow as pa

HASHED = re.compile(r"[0-9a-f]{32}")
"""What a hash looks like: such a value is kept as it is."""


def hash_email(text: str, key: bytes) -> str | None:
    """The hash of an e-mail address; None when the text is not one.

    Blanks around it, a `mailto:`, a name before `<...>` and capitals make no difference.

    >>> hash_email(" Kari Nordmann <KARI@example.no>", b"k") == hash_email("kari@example.no", b"k")
    True
    >>> hash_email("unknown", b"k") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if HASHED.fullmatch(plain):
        return plain
    plain = plain.rpartition("<")[2].rstrip("> ").removeprefix("mailto:")
    name, at, host = plain.rpartition("@")
    if not (name and at and "." in host) or len(plain.split()) > 1:
        return None
    return _hash("email", plain, key)


def hash_phone(text: str, key: bytes, country: str = "47") -> str | None:
    """The hash of a telephone number; None when the text is not one.

    A number without `+` or `00` is taken as one of `country` (a calling code without plus);
    a leading zero of a national number is dropped.

    >>> hash_phone("912 34 567", b"k") == hash_phone("+47 91234567", b"k")
    True
    >>> hash_phone("070-123 45 67", b"k", "46") == hash_phone("0046701234567", b"k")
    True
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if HASHED.fullmatch(plain):
        return plain
    digits = re.sub(r"\D", "", plain.replace("(0)", ""))
    if plain.startswith("+"):
        whole = digits
    elif digits.startswith("00"):
        whole = digits[2:]
    elif digits.startswith(country) and len(digits) >= 10:
        whole = digits
    else:
        whole = country + digits.removeprefix("0")
    if not 7 <= len(whole) <= 15 or re.search(r"[a-zæøåäö@]", plain):
        return None
    return _hash("phone", whole, key)


def hash_visitor(ip: str, agent: str, key: bytes) -> str:
    """The hash of a visitor known only by address and browser.

    >>> len(hash_visitor("203.0.113.7", "Mozilla/5.0", b"k"))
    32
    """
    return _hash("visitor", f"{ip}\x00{agent}", key)


def hashed(texts: pa.Array, one: Callable[[str], str | None]) -> pa.Array:
    """`one` of each text, computed once for each distinct text; null stays null."""
    coded = texts.dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.unify_dictionaries().combine_chunks()
    known = pa.array([one(text) for text in coded.dictionary.to_pylist()], pa.string())
    return known.take(coded.indices)


def _hash(kind: str, text: str, key: bytes) -> str:
    return hmac.digest(key, f"{kind}\x00{text}".encode(), "sha256").hex()[:32]
