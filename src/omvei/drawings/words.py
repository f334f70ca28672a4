"""
A finding in plain words, in any language.

>>> from omvei.language import words
>>> leak = {"key": "finding.leak", "values": {"n": 215, "a": {"by": "kind", "id": "add_to_cart"}}}
>>> sentence(leak, words("nb"))
'Her mister vi flest: 215 personer stoppet etter Handlekurv.'
"""

from collections.abc import Mapping
from typing import Any

from omvei.language import Words

Json = Mapping[str, Any]


def sentence(finding: Json, words: Words) -> str:
    """Fill in the sentence of a finding; a value with `by` and `id` is a node, and is named."""
    lens = finding["values"].get("lens")
    filled = {
        name: words.label(value["by"], value["id"], lens) if isinstance(value, Mapping) else value
        for name, value in finding["values"].items()
    }
    return words(finding["key"], **filled)


def everybody(row: Mapping[str, Any], words: Words) -> str:
    """Write between which shares everybody's lies, whatever those who did not consent did."""
    low, high = (words.percent(row["bounds"][end]) for end in ("low", "high"))
    return words("consent.between", low=low, high=high)
