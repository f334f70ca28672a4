"""The scene as columns: for each row, what the shop's own systems would write down of it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import numpy as np
import pyarrow as pa

from . import follow
from .behaviour import QUERY_CLASSES, Ints
from .identity import CONSENTS, DENIED
from .pages import Pages
from .rows import NONE
from .scene import Scene, known, stream
from .walk import DAY, SECOND, SHOP


@dataclass(frozen=True)
class Telling:
    """Codes for each row of the scene; `NONE` where there is nothing to tell."""

    scene: Scene
    pages: Pages
    web: np.ndarray
    """Whether the row is a touchpoint of a visit to the site."""

    landing: np.ndarray
    """Whether it is the first of its visit."""

    page: Ints
    referrer: Ints
    """A place in `referrers`."""

    referrers: list[str]
    query: Ints
    """The words searched for on the site."""

    term: Ints
    """The words searched for before the visit, where the search engine passes them on."""

    channel: Ints
    """How the visit arrived; on landings only."""

    cookie: Ints
    consent: Ints
    user: Ints
    """The person, where logged in."""

    email: Ints
    """The person, where the row carries their address."""

    order: Ints
    """The order's number as the shop shows it."""

    category: Ints


def words(values: list[Any], codes: Ints, kind: pa.DataType | None = None) -> pa.Array:
    """The value of each code; null for `NONE`.

    >>> words(["a", "b"], np.array([1, -1, 0])).to_pylist()
    ['b', None, 'a']
    """
    return pa.array(values, kind or pa.string()).take(pa.array(codes, mask=codes < 0))


def tell(scene: Scene, seed: int) -> Telling:
    """Everything about each row that a system of the shop would know."""
    rows, walk, identity, behaviour = scene.rows, scene.walk, scene.identity, scene.behaviour
    code = {kind: place for place, kind in enumerate(scene.kinds)}
    visit = np.maximum(rows.visit, 0)
    street = walk.visits.device[visit] == SHOP
    outside = np.isin(rows.kind, [code[kind] for kind in follow.KINDS])
    web = (rows.visit >= 0) & ~street & ~outside
    category = np.where(rows.product >= 0, rows.product // scene.world.per_category, NONE)

    pages = Pages(scene.world, tuple(scene.world.queries))
    searched = _queries(scene, stream(seed, "queries"), rows.stage, rows.person, category, pages)
    query = np.where(rows.kind == code["search"], searched, NONE)
    page = pages.codes(stream(seed, "pages"), rows, behaviour.kinds, category, query)
    page[~web] = NONE

    # Rows are in order of time, so the first row of a visit on the web is where it landed.
    landing = np.zeros(len(rows), bool)
    landing[np.flatnonzero(web)[np.unique(rows.visit[web], return_index=True)[1]]] = True
    channel = np.where(landing, scene.channel[visit], NONE)
    before = _queries(
        scene,
        stream(seed, "terms"),
        walk.visits.stage,
        walk.visits.person,
        walk.visits.category,
        pages,
    )
    term = np.where(landing, before[visit], NONE)
    referrers, referrer = _referrers(scene, pages, rows.visit, web, page, channel, term)

    first_party = web | np.isin(
        rows.kind, [code[k] for k in (*follow.AFTER_SEEN, "wom_exposure", "email_click")]
    )
    cookie = np.where(first_party, identity.cookie[visit], NONE)
    mail = [code[kind] for kind in ("email_received", "email_open", "email_click", "unsubscribe")]
    consent = np.where(first_party, identity.consent[visit], NONE)
    # Whoever takes the newsletter agreed to that; it joins no browser that denies.
    cookie[(rows.kind == code["email_click"]) & (consent == DENIED)] = NONE
    consent[np.isin(rows.kind, mail)] = CONSENTS.index("granted")

    logged = web & walk.visits.logged_in[visit]
    logged |= web & (rows.kind == code["purchase"]) & (walk.account[rows.person] <= rows.time)
    # The address is on whatever the shop does with a known person outside the anonymous web.
    named = np.isin(
        rows.kind,
        [code[k] for k in follow.KINDS if k not in (*follow.AFTER_SEEN, "wom_exposure")]
        + [code[k] for k in ("purchase", "newsletter_signup", "store_visit")],
    )
    named &= known(scene, rows)
    order = np.where(rows.order >= 0, scene.orders[np.maximum(rows.order, 0)], NONE)
    return Telling(
        scene=scene,
        pages=pages,
        web=web,
        landing=landing,
        page=page,
        referrer=referrer,
        referrers=referrers,
        query=query,
        term=term,
        channel=channel,
        cookie=cookie,
        consent=consent,
        user=np.where(logged, rows.person, NONE),
        email=np.where(named, rows.person, NONE),
        order=order,
        category=category,
    )


def _queries(
    scene: Scene,
    rng: np.random.Generator,
    stage: Ints,
    person: Ints,
    category: Ints,
    pages: Pages,
) -> Ints:
    """Words for a search in each row's stage, in the person's language, about its category."""
    world, place = scene.world, {query: i for i, query in enumerate(pages.words)}
    chance = scene.behaviour.table("query_classes", QUERY_CLASSES).cumsum(axis=1)
    luck = rng.random(len(stage)) * chance[stage, -1]
    asked = (chance[stage] <= luck[:, None]).sum(axis=1)
    languages = list(scene.behaviour.rules["languages"])
    size = max(map(len, world.searches.values()))
    shape = (len(languages), len(QUERY_CLASSES), len(world.categories))
    choices, counts = np.zeros((*shape, size), np.int64), np.zeros(shape, np.int64)
    for (language, kind, name), found in world.searches.items():
        cell = (languages.index(language), QUERY_CLASSES.index(kind), world.categories.index(name))
        choices[cell][: len(found)] = [place[query] for query in found]
        counts[cell] = len(found)
    at = (scene.identity.language[person], asked, np.maximum(category, 0))
    chosen = (rng.random(len(stage)) * counts[at]).astype(np.int64)
    picked: Ints = choices[(*at, chosen)]
    return picked


def _referrers(
    scene: Scene,
    pages: Pages,
    visit: Ints,
    web: np.ndarray,
    page: Ints,
    channel: Ints,
    term: Ints,
) -> tuple[list[str], Ints]:
    """Addresses of pages before: of the channel on landing, then the visit's page before."""
    facts = [scene.behaviour.rules["channels"][name] for name in scene.behaviour.channels]
    host = f"https://{scene.world.names['host']}"
    plain = [fact.get("referrer", "") for fact in facts]
    asking = [i for i, referrer in enumerate(plain) if "{query}" in referrer]
    asked = [plain[i].format(query=quote_plus(q)) for i in asking for q in pages.words]
    own = [host + path for path, _ in pages.all]
    referrer = np.full(len(visit), NONE)
    at = np.flatnonzero(web)
    at = at[np.argsort(visit[at], kind="stable")]
    same = np.flatnonzero(visit[at][1:] == visit[at][:-1])
    referrer[at[same + 1]] = len(plain) + len(asked) + page[at[same]]
    lands = channel >= 0
    has = np.array([bool(referrer) for referrer in plain])
    referrer[lands] = np.where(has[channel[lands]], channel[lands], NONE)
    for turn, one in enumerate(asking):
        here = channel == one
        referrer[here] = len(plain) + turn * len(pages.words) + term[here]
    return [*plain, *asked, *own], referrer


def version(scene: Scene, time: Ints) -> Ints:
    """Which wording of the consent was in use at each time: a place in `consent_versions`."""
    dates = np.array(list(scene.behaviour.rules["consent_versions"]), "datetime64[us]")
    found = np.searchsorted(dates.astype(np.int64), time, side="right") - 1
    return np.maximum(found, 0)


def letter_names(scene: Scene) -> list[str]:
    """The campaign of each newsletter, such as `nyhetsbrev-2024-03-11`."""
    sent = follow.letters(scene.behaviour, *scene.window)
    return [f"nyhetsbrev-{day}" for day in (sent // DAY).astype("datetime64[D]")]


def seconds(time: Ints) -> Ints:
    """Whole seconds since 1970."""
    whole: Ints = time // SECOND
    return whole
