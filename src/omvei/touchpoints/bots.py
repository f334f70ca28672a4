"""Which user agents are programs: the public list `crawler-user-agents`, and rules of our own.

An unknown user agent ("-" or empty) is not called a bot: it is counted with people, because a
browser may send none. Bots are counted, never dropped.
"""

import re
from functools import cache
from typing import Any

import crawleruseragents

from ..shipped import shipped


@cache
def _file() -> dict[str, Any]:
    said: dict[str, Any] = shipped(__package__, "bots.yaml")
    return said


@cache
def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def is_bot(agent: str | None) -> bool:
    """Whether a user agent is a program.

    >>> is_bot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    True
    >>> is_bot("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
    False
    """
    if not agent or agent == "-" or _any_of(*_file()["people"]).search(agent):
        return False
    own = _any_of(*_file()["bots"], *_file()["kinds"]["ai_crawler"]).search(agent)
    return bool(own) or bool(crawleruseragents.is_crawler(agent))


def kind(agent: str | None) -> str | None:
    """What sort of program a user agent is, as in `bots.yaml`; None for a person.

    >>> kind("Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)"), kind("curl/8.1")
    ('ai_crawler', 'tool')
    """
    if agent is None or not is_bot(agent):
        return None
    for name, patterns in _file()["kinds"].items():
        if _any_of(*patterns).search(agent):
            return str(name)
    return "other"
