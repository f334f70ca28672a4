"""
A finding in plain words, in any language.

>>> from omvei.language import words
>>> leak = {"key": "finding.leak", "values": {"n": 215, "a": {"by": "kind", "id": "add_to_cart"}}}
>>> sentence(leak, words("nb"))
'Her mister vi flest: 215 personer stoppet etter Handlekurv.'
"""

from collections.abc import Callable, Mapping
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


def compared(
    said: Mapping[str, Any], words: Words, named: Callable[[str], str] | None = None
) -> list[str]:
    r"""What each policy of identity changes beside the first, a sentence each.

    said   the answer `policies`
    named  what to call a policy; as on the pages by itself

    >>> from omvei.language import words
    >>> rows = [
    ...     {"policy": name, "people": n, "customers": 4, "sessions": 9, "joins": 2}
    ...     for name, n in (("strict", 12), ("default", 10), ("loose", 10))
    ... ]
    >>> print(*compared({"policies": rows}, words("en")), sep="\n")
    With “Usual” there are 10 people and 4 customers, against 12 and 4 with “Careful”.
    “Generous” changes nothing more here.
    """
    first, *others = said["policies"]
    named = named or (lambda policy: words(f"policy.{policy}"))
    told, before = [], first
    for row in others:
        if all(row[key] == before[key] for key in ("people", "customers", "sessions", "joins")):
            told.append(words("compared.same", policy=named(row["policy"])))
        else:
            told.append(
                words(
                    "compared.told",
                    policy=named(row["policy"]),
                    people=words.number(row["people"]),
                    customers=words.number(row["customers"]),
                    others=words.number(first["people"]),
                    bought=words.number(first["customers"]),
                    first=named(first["policy"]),
                )
            )
        before = row
    return told
