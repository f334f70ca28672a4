"""Why a file or a row could not be used, in the reader's language.

The sources say it in English, also in the table of rejected rows, which is kept. As in a catalogue
of gettext the English sentence is the key: `refusals.yaml` of English has each with its
{placeholders}, and those of the other languages have the same placeholders. A sentence that is in
no catalogue stays as it is.
"""

import re
from functools import cache

from omvei.errors import FullDiskError, SourceError
from omvei.language import Words, words


def retold(t: Words, text: str) -> str:
    """A reason, a cure or a note in another language.

    >>> retold(words("nb"), "expected 5 columns, found 4")
    'ventet 5 kolonner, fant 4'
    >>> retold(words("sv"), "something else")
    'something else'
    """
    for key, pattern in _patterns():
        if found := pattern.fullmatch(text):
            # A reason may hold another: the first of the rows that cannot be used.
            values = {name: retold(t, said) for name, said in found.groupdict().items()}
            return t(key, **values)
    return text


def refused(t: Words, error: SourceError, name: str = "") -> str:
    """A refusal as a sentence of the app, without the folder the file lies in."""
    short = name or error.path.rpartition("/")[2]
    return f"{short}: {retold(t, error.reason)} {retold(t, error.cure)}"


def full(t: Words, error: FullDiskError) -> str:
    """That no room is left, as a sentence of the app."""
    return f"{retold(t, error.reason)} {retold(t, error.cure)}"


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Each English sentence as a pattern; those that say most come first."""
    found = {
        key: sentence
        for key, sentence in words("en").catalogue.items()
        if key.startswith("refusal.") and isinstance(sentence, str)
    }
    ranked = sorted(found.items(), key=lambda item: -len(re.sub(r"{\w+}", "", item[1])))
    return [(key, re.compile(_pattern(sentence), re.DOTALL)) for key, sentence in ranked]


def _pattern(sentence: str) -> str:
    parts = re.split(r"{(\w+)}", sentence)
    texts, names = parts[::2], parts[1::2]
    held = [f"(?P<{name}>.*?)" for name in names]
    return "".join(
        re.escape(text) + (held[place] if place < len(held) else "")
        for place, text in enumerate(texts)
    )
