"""Who is who: the cookies, accounts and addresses by which a shop may know a person."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .behaviour import Behaviour, Ints
from .rows import NONE
from .walk import DAY, SECOND, SHOP, Visits

CONSENTS = ("granted", "denied", "unknown")
DENIED = 1


@dataclass(frozen=True)
class Identity:
    """The identifiers of every visit and every person."""

    cookie: Ints
    """(visits,) the number of the browser's cookie; `NONE` in the street."""

    cookies: pa.Array
    """(cookies,) the cookies as text, in the shape that web analytics use."""

    owner: Ints
    """(cookies,) the person who was given each cookie."""

    consent: Ints
    """(visits,) a code of `CONSENTS`; `NONE` in the street."""

    browser: Ints
    """(visits,) which of the world's browsers; `NONE` in the street."""

    number: Ints
    """(people,) the number in a person's account and made-up address."""

    language: Ints
    """(people,)"""

    @property
    def users(self) -> pa.Array:
        """(people,) account names."""
        return pc.binary_join_element_wise("u", pa.array(self.number).cast(pa.string()), "")

    @property
    def emails(self) -> pa.Array:
        """(people,) addresses in a domain that belongs to nobody."""
        number = pa.array(self.number).cast(pa.string())
        return pc.binary_join_element_wise("kunde", number, "@example.org", "")


def identify(
    rng: np.random.Generator,
    behaviour: Behaviour,
    visits: Visits,
    people: int,
    browsers: int,
    first: int,
) -> Identity:
    """Give each person devices with cookies that wear out, an account number and an address.

    A device that denies consent gets a new cookie each visit, so nothing joins its visits.
    Accounts and cookies are numbered from `first`.
    """
    rules = behaviour.rules
    slots = len(rules["devices"])
    consents = rng.choice(3, (people, slots), p=[rules["consent"][name] for name in CONSENTS])
    browser = rng.integers(0, browsers, (people, slots))
    # Most people's first device is one of the two telephones at the head of the list.
    browser[:, 0] = np.where(rng.random(people) < 0.6, rng.integers(0, 2, people), browser[:, 0])
    life = np.maximum(rules["cookie_days"] * np.exp(0.5 * rng.standard_normal(people)), 30)
    web = visits.device != SHOP
    device, person = np.where(web, visits.device, 0), visits.person

    began = np.full(people, np.iinfo(np.int64).max)
    np.minimum.at(began, person, visits.start)
    age = ((visits.start - began[person]) / (life[person] * DAY)).astype(np.int64)
    consent = consents[person, device]
    # One number for each cookie: person, device and age, or the visit itself where denied.
    shared = (person * slots + device) * 1024 + age
    mark = np.where(consent == DENIED, -1 - np.arange(len(person)), shared)
    _, at, cookie = np.unique(mark[web], return_index=True, return_inverse=True)
    owner, born = person[web][at], visits.start[web][at]
    # A prime times the cookie's number keeps the texts apart and their order unreadable.
    face = 1_000_000_000 + (first + np.arange(len(owner))) * 2_654_435_761 % 8_999_999_993
    cookies = pc.binary_join_element_wise(
        pa.array(face).cast(pa.string()), pa.array(born // SECOND).cast(pa.string()), "."
    )
    spread = np.full(len(person), NONE)
    spread[web] = cookie
    shares = list(rules["languages"].values())
    return Identity(
        cookie=spread,
        cookies=cookies,
        owner=owner,
        consent=np.where(web, consent, NONE),
        browser=np.where(web, browser[person, device], NONE),
        number=first + 1000 + rng.permutation(people),
        language=rng.choice(len(shares), people, p=shares),
    )
