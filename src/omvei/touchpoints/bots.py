"""Which user agents are programs: the public list `crawler-user-agents`, and rules of our own.

An unknown user agent ("-" or empty) is not called a bot: it is counted with people, because a
browser may send none. Bots are counted, never dropped.
"""

import re
from functools import cache
from importlib.resources import files

import crawleruseragents
import yaml


@cache
def _rules() -> tuple[re.Pattern[str], re.Pattern[str]]:
    said = yaml.safe_load(files(__package__).joinpath("bots.yaml").read_text("utf-8"))
    bots, people = (re.compile("|".join(said[key]), re.IGNORECASE) for key in ("bots", "people"))
    return bots, people


def is_bot(agent: str | None) -> bool:
    """Whether a user agent is a program.

    >>> is_bot("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
    True
    >>> is_bot("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
    False
    """
    if not agent or agent == "-":
        return False
    bots, people = _rules()
    if people.search(agent):
        return False
    return bool(bots.search(agent)) or crawleruseragents.is_crawler(agent)
