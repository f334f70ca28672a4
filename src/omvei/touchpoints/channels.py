"""The channel of an arrival: GA4's default channel group, in order, on what the data says.

An arrival is what a touchpoint tells about how the person came: a channel named by the source,
campaign tags, a click id, a referrer. An arrival without any of these, or from the site itself,
says nothing (None): the touchpoint then keeps the channel of its visit, or is Direct.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from ..shipped import shipped

NOT_SET = {"", "(not set)", "(none)", "not set", "none", "null"}
SEARCH_WORDS = ("q", "query", "p", "wd", "text", "search", "search_query", "k")
"""Parameters under which a search engine's address holds the words searched for."""


class Arrival(NamedTuple):
    """What a touchpoint tells about how the person came. None where it does not say."""

    channel: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    click_id: str | None = None
    referrer: str | None = None
    """The referrer's host, and its path where that matters."""


@dataclass(frozen=True)
class Verdict:
    """Which channel, and which rule said so."""

    channel: str | None
    source: str | None
    medium: str | None
    rule: str


@cache
def _read(name: str) -> dict[str, Any]:
    said: dict[str, Any] = shipped(__package__, name)
    return said


def _file() -> dict[str, Any]:
    return _read("channels.yaml")


@cache
def names() -> list[str]:
    """Every channel, in the order in which the rules name them.

    >>> names()[0], "AI Assistant" in names(), "Store" in names()
    ('Direct', True, True)
    """
    ruled = [rule["channel"] for rule in _file()["rules"]]
    return list(dict.fromkeys(["Direct", *ruled, *_file()["also"]]))


@cache
def click_ids() -> tuple[str, ...]:
    """The parameters of an address that say whose advertisement or mail was clicked on."""
    ruled = [rule.get("click_id_in", ()) for rule in _file()["rules"]]
    return tuple(dict.fromkeys(name for names in ruled for name in names))


@cache
def _sites() -> dict[str, str]:
    """What each entry of `hosts.yaml` is."""
    return {
        entry: category
        for category, entries in _read("hosts.yaml").items()
        if category != "otherwise"
        for entry in entries
    }


@cache
def with_paths() -> str:
    """A regular expression of the hosts of which `hosts.yaml` tells pages apart."""
    hosts = {site.partition("/")[0] for site in _sites() if "/" in site}
    return rf"(^|\.)({'|'.join(re.escape(host) for host in sorted(hosts))})$"


@cache
def _spellings(address: str) -> tuple[str, ...]:
    """Every entry that would stand for a host, the most telling first: with its path, itself,
    `google.*`, its parents.
    """
    host, _, path = address.partition("/")
    parts = host.removeprefix("www.").split(".")
    folders = path.split("/") if path else []
    found = []
    for place in range(max(1, len(parts) - 1)):
        tail, end = ".".join(parts[place:]), parts[place + 1 :]
        found += [f"{tail}/{'/'.join(folders[:n])}" for n in range(len(folders), 0, -1)] + [tail]
        # what follows a name is a country's ending: no, com, co.uk
        if len(end) == 1 or (len(end) == 2 and max(map(len, end)) <= 3):
            found.append(f"{parts[place]}.*")
    return tuple(found)


@cache
def category(address: str | None) -> str | None:
    """What a host, or a source by its name, is: `search`, `social`, ...; None for any other.

    >>> category("www.google.no"), category("gemini.google.com"), category("l.facebook.com")
    ('search', 'ai', 'social')
    """
    if not address:
        return None
    return next((_sites()[s] for s in _spellings(address.lower()) if s in _sites()), None)


def categories() -> list[str]:
    """The lists of `hosts.yaml`."""
    return [name for name in _read("hosts.yaml") if name != "otherwise"]


def _said(word: str | None) -> str | None:
    text = (word or "").strip().lower()
    return None if text in NOT_SET else text


def _same_site(host: str, own: Collection[str]) -> bool:
    bare = host.removeprefix("www.")
    return any(
        bare == o.removeprefix("www.") or bare.endswith("." + o.removeprefix("www.")) for o in own
    )


def classify(
    arrival: Arrival, own: Collection[str] = (), rules: Sequence[Mapping[str, Any]] = ()
) -> Verdict:
    """The channel of an arrival at a site whose hosts are `own`; `rules` of the firm come first.

    >>> classify(Arrival(referrer="www.google.no")).channel
    'Organic Search'
    >>> classify(Arrival(source="google", medium="cpc")).channel
    'Paid Search'
    >>> classify(Arrival(referrer="shop.example"), own=["shop.example"]).channel is None
    True
    """
    if named := _said(arrival.channel):
        known = {name.lower(): name for name in names()}
        return Verdict(
            known.get(named, (arrival.channel or "").strip()),
            None,
            None,
            "the data names the channel",
        )
    source, medium, campaign = map(_said, (arrival.source, arrival.medium, arrival.campaign))
    click = _said(arrival.click_id)
    referrer = (arrival.referrer or "").lower() or None
    if source == "(direct)":
        source = None
    host = referrer.partition("/")[0] if referrer else None
    why = "nothing says where the person came from"
    if host and _same_site(host, own):
        referrer, host, why = None, None, "the page before is on the same site"
    elif host and any(s in _file()["go_between"] for s in _spellings(host)):
        why = f"{host} takes payments or logs people in: it is not where they came from"
        referrer = host = None
    if not (source or medium or campaign or click or referrer):
        return Verdict(None, None, None, why)
    if source is None and host:
        source = host.removeprefix("www.")
    if medium is None and referrer and not click and not (arrival.source or campaign):
        medium = "referral"
    told = {"source": source, "medium": medium, "campaign": campaign, "click_id": click}
    for whose, tried in (("your rule", rules), ("rule", _file()["rules"])):
        for number, rule in enumerate(tried, 1):
            if _holds(rule, told, referrer):
                return Verdict(rule["channel"], source, medium, f"{whose} {number}: {_why(rule)}")
    raise AssertionError("the last rule of channels.yaml holds for everything")


def _holds(rule: Mapping[str, Any], told: dict[str, str | None], referrer: str | None) -> bool:
    for key, wanted in rule.items():
        if key in ("channel", "any", "examples"):
            continue
        name, _, how = key.rpartition("_")
        if key == "host_in":
            if not _from(wanted, referrer) and not _from(wanted, told["source"]):
                return False
        elif how == "in":
            if told[name] not in wanted:
                return False
        elif not re.search(_file().get(wanted, wanted), told[name] or ""):
            return False
    return True


def _from(wanted: str | list[str], address: str | None) -> bool:
    """Whether an address is of a category, or one of the hosts that a firm's own rule lists."""
    if isinstance(wanted, str):
        return category(address) == wanted
    return bool(address) and any(s in wanted for s in _spellings(str(address).lower()))


NAMES = {
    "source": "the source",
    "medium": "the medium",
    "campaign": "the campaign",
    "click_id": "the click id",
    "host": "the site or the source",
}


def _why(rule: Mapping[str, Any]) -> str:
    """A rule in plain words."""
    told = []
    for key, wanted in rule.items():
        name, _, how = key.rpartition("_")
        if key == "any":
            told.append("no other rule fits")
        elif name in NAMES:
            if key == "host_in" and isinstance(wanted, str):
                words = f"is in the list `{wanted}`"
            elif how == "in":
                words = f"is {wanted[0]}" if len(wanted) == 1 else f"is one of {', '.join(wanted)}"
            elif wanted == "paid":
                words = "says that it was paid for"
            else:
                words = f"is like {_file().get(wanted, wanted)}"
            told.append(f"{NAMES[name]} {words}")
    return " and ".join(told)


def of_address(
    address: str,
    referrer: str | None = None,
    own: Collection[str] = (),
    rules: Sequence[Mapping[str, Any]] = (),
) -> Verdict:
    """The channel of a visit that lands on `address`, coming from the page `referrer`.

    Used by `omvei channels --test`, to see which rule fires.

    >>> of_address("https://shop.example/?utm_source=chatgpt.com").channel
    'AI Assistant'
    >>> of_address("https://shop.example/", referrer="https://x.com/i/grok").rule
    'rule 4: the site or the source is in the list `ai`'
    """
    landing = urlsplit(address if "//" in address else "//" + address)
    said = {key.lower(): values[0] for key, values in parse_qs(landing.query).items()}
    came = urlsplit(referrer if "//" in referrer else "//" + referrer) if referrer else None
    verdict = classify(
        Arrival(
            None,
            said.get("utm_source"),
            said.get("utm_medium"),
            said.get("utm_campaign"),
            next((click for click in said if click in click_ids()), None),
            f"{came.hostname}{came.path.rstrip('/')}" if came and came.hostname else None,
        ),
        [*own, *([landing.hostname] if landing.hostname else [])],
        rules,
    )
    return verdict if verdict.channel else Verdict("Direct", "(direct)", "(none)", verdict.rule)
