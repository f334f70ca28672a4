"""The channel of an arrival: GA4's default channel group, in order, on what the data says.

An arrival is what a touchpoint tells about how the person came: a channel named by the source,
campaign tags, a click id, a referrer. An arrival without any of these, or from the site itself,
says nothing (None): the touchpoint then keeps the channel of its visit, or is Direct.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import yaml

CLICK_IDS = (
    "gclid",
    "wbraid",
    "gbraid",
    "dclid",
    "msclkid",
    "fbclid",
    "ttclid",
    "li_fat_id",
    "twclid",
    "epik",
    "rdt_cid",
    "sccid",
    "mc_eid",
    "_hsenc",
    "vero_id",
    "mkt_tok",
)
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
def _file() -> dict[str, Any]:
    text = files(__package__).joinpath("channels.yaml").read_text("utf-8")
    said: dict[str, Any] = yaml.safe_load(text)
    return said


@cache
def names() -> list[str]:
    """Every channel, in the order in which the rules name them.

    >>> names()[0], "AI Assistant" in names(), "Store" in names()
    ('Direct', True, True)
    """
    ruled = [rule["channel"] for rule in _file()["rules"]]
    return list(dict.fromkeys(["Direct", *ruled, *_file()["also"]]))


@cache
def _hosts() -> dict[str, frozenset[str]]:
    return {name: frozenset(hosts) for name, hosts in _file()["hosts"].items()}


@cache
def _spellings(address: str) -> tuple[str, ...]:
    """Every entry of a list that would stand for a host: itself, its parents, `google.*`."""
    host, _, path = address.partition("/")
    parts = host.removeprefix("www.").split(".")
    tails = [".".join(parts[i:]) for i in range(max(1, len(parts) - 1))]
    found = [f"{tail}/{path}" for tail in tails] if path else []
    for tail in tails:
        found.append(tail)
        found.append(tail.split(".")[0] + ".*")
    return tuple(found)


def listed(address: str | None, category: str) -> bool:
    """Whether a host, or a source by its name, is in a list of `channels.yaml`.

    >>> listed("www.google.no", "search"), listed("gemini.google.com", "ai")
    (True, True)
    """
    if not address:
        return False
    hosts = _hosts()[category]
    return any(spelling in hosts for spelling in _spellings(address.lower()))


def _said(word: str | None) -> str | None:
    text = (word or "").strip().lower()
    return None if text in NOT_SET else text


def _same_site(host: str, own: Collection[str]) -> bool:
    bare = host.removeprefix("www.")
    return any(
        bare == o.removeprefix("www.") or bare.endswith("." + o.removeprefix("www.")) for o in own
    )


def classify(arrival: Arrival, own: Collection[str] = ()) -> Verdict:
    """The channel of an arrival at a site whose hosts are `own`.

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
    if host and (
        _same_site(host, own) or any(s in _file()["go_between"] for s in _spellings(host))
    ):
        referrer = host = None
    if not (source or medium or campaign or click or referrer):
        return Verdict(None, None, None, "nothing says where the person came from")
    if source is None and host:
        source = host.removeprefix("www.")
    if medium is None and referrer and not click and not (arrival.source or campaign):
        medium = "referral"
    for number, rule in enumerate(_file()["rules"], 1):
        if _holds(rule, source, medium, campaign, click, referrer):
            conditions = ", ".join(
                f"{key} {value}" for key, value in rule.items() if key != "channel"
            )
            return Verdict(rule["channel"], source, medium, f"rule {number}: {conditions}")
    raise AssertionError("the last rule of channels.yaml holds for everything")


def _holds(
    rule: dict[str, Any],
    source: str | None,
    medium: str | None,
    campaign: str | None,
    click: str | None,
    referrer: str | None,
) -> bool:
    words = {"source": source, "medium": medium, "campaign": campaign, "click_id": click}
    for key, wanted in rule.items():
        if key in ("channel", "any"):
            continue
        name, _, how = key.rpartition("_")
        if key == "host_in":
            if not (listed(referrer, wanted) or listed(source, wanted)):
                return False
        elif how == "in":
            if words[name] not in wanted:
                return False
        elif not re.search(_file().get(wanted, wanted), words[name] or ""):
            return False
    return True


def of_address(address: str, referrer: str | None = None, own: Collection[str] = ()) -> Verdict:
    """The channel of a visit that lands on `address`, coming from the page `referrer`.

    Used by `omvei channels --test`, to see which rule fires.

    >>> of_address("https://shop.example/?utm_source=chatgpt.com").channel
    'AI Assistant'
    >>> of_address("https://shop.example/", referrer="https://x.com/i/grok").rule
    'rule 4: host_in ai'
    """
    landing = urlsplit(address if "//" in address else "//" + address)
    said = {key: values[0] for key, values in parse_qs(landing.query).items()}
    came = urlsplit(referrer) if referrer else None
    verdict = classify(
        Arrival(
            None,
            said.get("utm_source"),
            said.get("utm_medium"),
            said.get("utm_campaign"),
            next((click for click in CLICK_IDS if click in said), None),
            f"{came.hostname}{came.path.rstrip('/')}" if came and came.hostname else None,
        ),
        [*own, *([landing.hostname] if landing.hostname else [])],
    )
    return verdict if verdict.channel else Verdict("Direct", "(direct)", "(none)", verdict.rule)
