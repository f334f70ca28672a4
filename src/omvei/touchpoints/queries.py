"""The class of a search query: problem, category, brand, comparison, review, price or discount.

People type without å, ä, ö, æ and ø, so words are compared with those letters folded too.
Danish and Norwegian share most words; the language of a query is not guessed.
"""

import re
from collections.abc import Iterable
from functools import cache

from ..shipped import shipped

FOLDED = str.maketrans({"å": "a", "ä": "a", "æ": "ae", "ö": "o", "ø": "o", "é": "e", "ü": "u"})


def fold(text: str) -> str:
    """Lower case, one blank between words, Nordic letters as people type without them.

    >>> fold("  Bäst  i TEST ")
    'bast i test'
    """
    return " ".join(text.lower().translate(FOLDED).split())


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    found = []
    for name, said in shipped(__package__, "queries.yaml").items():
        words = "|".join(re.escape(fold(word)) for word in said["words"])
        ends = "|".join(re.escape(fold(word)) for word in said["ends"])
        pattern = rf"(?<!\w)(?:{words})(?!\w)" + (rf"|(?:{ends})(?!\w)" if ends else "")
        found.append((name, re.compile(pattern)))
    return found


def classify(query: str, brands: Iterable[str] = ()) -> str:
    """The class of a query, given the names of own and competing brands.

    >>> classify("soveposetest"), classify("reaktion"), classify("telt pris")
    ('review', 'category', 'price')
    >>> classify("Fjellräven jakke", brands=["Fjällräven", "fjellräven"])
    'brand'
    """
    text = fold(query)
    for name, pattern in _patterns():
        if name == "problem":
            break
        if pattern.search(text):
            return name
    if any(re.search(rf"(?<!\w){re.escape(fold(brand))}(?!\w)", text) for brand in brands):
        return "brand"
    return "problem" if dict(_patterns())["problem"].search(text) else "category"
