"""The scene as a table in Omvei's own schema, robots included."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from omvei.events.schema import GIVEN, MONEY

from .behaviour import Ints
from .identity import CONSENTS
from .pages import Pages
from .rows import NONE
from .scene import Scene, stream
from .telling import Telling, letter_names, version, words
from .walk import DAY, SECOND

TYPES = {column.name: column.type for column in GIVEN}


VAGUE = (
    *("page_view", "content_read", "guide_read", "category_view", "search", "faq_view"),
    *("terms_view", "offer_view", "newsletter_signup", "video_view", "download", "store_visit"),
)
"""Kinds that are about no one product."""


def money(hundredths: Ints) -> pa.Array:
    """Decimals from øre; null for what is not above zero.

    >>> money(np.array([12345, -1])).to_pylist()
    [Decimal('123.4500'), None]
    """
    whole = np.zeros((len(hundredths), 2), np.int64)
    whole[:, 0] = hundredths * 100  # MONEY has four decimals
    valid = pa.array(hundredths > 0).buffers()[1]
    return pa.Array.from_buffers(MONEY, len(hundredths), [valid, pa.py_buffer(whole)])


def table(told: Telling, robots: int, seed: int) -> pa.Table:
    """All rows by time, `robots` of them left by robots. Columns in the order of the schema."""
    people = columns(told)
    machines = bots(told.scene, told.pages, robots, stream(seed, "bots"))
    names = [column.name for column in GIVEN if column.name in people]
    parts = [
        pa.table({name: people[name] for name in names}),
        pa.table(
            {name: machines.get(name, pa.nulls(robots, TYPES[name])) for name in names},
        ),
    ]
    whole = pa.concat_tables(parts)
    time = whole["time"].cast(pa.int64()).to_numpy()
    whole = whole.take(pa.array(np.argsort(time, kind="stable"))).combine_chunks()
    number = pa.array(told.scene.first + np.arange(1, len(whole) + 1)).cast(pa.string())
    ids = pc.binary_join_element_wise("e", pc.utf8_lpad(number, 8, "0"), "")
    return whole.add_column(0, "event_id", ids)


def columns(told: Telling) -> dict[str, pa.Array]:
    """The rows of people, each column named as in the schema; `event_id` comes later."""
    scene, rows = told.scene, told.scene.rows
    world, identity, facts = scene.world, scene.identity, scene.behaviour.rules["channels"]
    channels = [facts[name] for name in scene.behaviour.channels]
    purchase = rows.kind == scene.kinds.index("purchase")
    bought = np.where(purchase, scene.value[np.maximum(rows.order, 0)], NONE)
    consent = np.where(told.consent == CONSENTS.index("unknown"), NONE, told.consent)
    letters = letter_names(scene)
    by_channel = words([c.get("campaign") for c in channels], told.channel)
    mailed = facts["newsletter"]
    by_mail = np.where(rows.letter >= 0, 0, NONE)
    campaign = pc.coalesce(words(letters, rows.letter), by_channel)
    visit = np.maximum(rows.visit, 0)
    kind, cost = words(list(scene.kinds), rows.kind), _costs(told)
    products = world.products
    paid = np.array(["term" in c for c in channels])
    tagged = np.where(paid[told.channel] & (told.channel >= 0), told.term, NONE)
    session = pa.array(scene.first + visit, mask=~told.web).cast(pa.string())
    return {
        "time": pa.array(rows.time).cast(TYPES["time"]),
        "event": kind,
        "kind": kind,
        "user_id": identity.users.take(pa.array(told.user, mask=told.user < 0)),
        "anonymous_id": identity.cookies.take(pa.array(told.cookie, mask=told.cookie < 0)),
        "email": identity.emails.take(pa.array(told.email, mask=told.email < 0)),
        "order_id": pa.array(told.order, mask=told.order < 0).cast(pa.string()),
        "session_id": pc.binary_join_element_wise("v", session, ""),
        "host": words([world.names["host"]], np.where(told.web, 0, NONE)),
        "url": words([path for path, _ in told.pages.all], told.page),
        "title": words([title for _, title in told.pages.all], told.page),
        "referrer": words(told.referrers, told.referrer),
        "user_agent": words(
            world.names["browsers"], np.where(told.cookie >= 0, identity.browser[visit], NONE)
        ),
        "utm_source": pc.coalesce(
            words([c.get("source") for c in channels], told.channel),
            words([mailed["source"]], by_mail),
        ),
        "utm_medium": pc.coalesce(
            words([c.get("medium") for c in channels], told.channel),
            words([mailed["medium"]], by_mail),
        ),
        "campaign": campaign,
        "utm_term": words(list(told.pages.words), tagged),
        "click_id": words([c.get("click") for c in channels], told.channel),
        "content": pc.coalesce(_content(told), words(letters, rows.letter)),
        "query": words(list(told.pages.words), told.query),
        "product": words([name for name, *_ in products], _product(told)),
        "brand": words([brand for _, brand, *_ in products], _product(told)),
        "category": words(list(world.categories), _category(told)),
        "value": money(bought),
        "currency": words([world.names["currency"]], np.where((bought > 0) | (cost > 0), 0, NONE)),
        "rating": pa.array(rows.rating, from_pandas=True),
        "cost": money(cost),
        "consent": words(list(CONSENTS), consent),
        "consent_version": words(
            list(scene.behaviour.rules["consent_versions"].values()),
            np.where(consent >= 0, version(scene, rows.time), NONE),
        ),
        "attributes": _attributes(told),
    }


def _content(told: Telling) -> pa.Array:
    """The article, guide, film or leaflet read."""
    kinds = ("content_read", "guide_read", "video_view", "download")
    codes = [told.scene.kinds.index(kind) for kind in kinds]
    read = np.isin(told.scene.rows.kind, codes)
    return words([title for _, title in told.pages.all], np.where(read, told.page, NONE))


def _product(told: Telling) -> Ints:
    """The product, where the touchpoint is about one."""
    vague = np.isin(told.scene.rows.kind, [told.scene.kinds.index(kind) for kind in VAGUE])
    return np.where(vague, NONE, told.scene.rows.product)


def _category(told: Telling) -> Ints:
    looks = told.scene.rows.kind == told.scene.kinds.index("category_view")
    return np.where(looks | (_product(told) >= 0), told.category, NONE)


def _costs(told: Telling) -> Ints:
    """What each row cost the shop, in øre; 0 for most."""
    rules, rows = told.scene.behaviour.rules, told.scene.rows
    click = [rules["channels"][name].get("cost", 0) for name in told.scene.behaviour.channels]
    cost = np.where(told.channel >= 0, np.round(np.array(click) * 100)[told.channel], 0)
    for kind, name in (("ad_view", "ads"), ("remarketing_view", "remarketing")):
        cost[rows.kind == told.scene.kinds.index(kind)] = round(rules[name]["cost"] * 100)
    whole: Ints = cost.astype(np.int64)
    return whole


def _attributes(told: Telling) -> pa.Array:
    """What else a system writes: what a review says, which audience, where, why."""
    rows, kinds = told.scene.rows, told.scene.kinds
    said = [
        {"polarity": "negative"},
        {"polarity": "neutral"},
        {"polarity": "positive"},
        {"audience": "forlatt-kurv"},
        {"place": "butikk"},
        {"reason": "levering", "resolved": True},
        {"reason": "reklamasjon", "resolved": True},
        {"reason": "produkt", "resolved": False},
    ]
    codes = np.full(len(rows), NONE)
    review = np.isin(rows.kind, [kinds.index("review_read"), kinds.index("review_written")])
    stars = np.nan_to_num(rows.rating).astype(np.int64)
    codes[review] = np.digitize(stars, [3, 4])[review]
    codes[rows.kind == kinds.index("remarketing_view")] = 3
    shop = rows.kind == kinds.index("store_visit")
    shop |= (rows.kind == kinds.index("purchase")) & ~told.web
    codes[shop] = 4
    asks = rows.kind == kinds.index("support_contact")
    codes[asks] = 5 + rows.order[asks] % 3
    return words([json.dumps(one) for one in said], codes)


def bots(scene: Scene, pages: Pages, count: int, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Pages fetched by robots that say what they are; each robot comes from a few addresses."""
    agents = scene.world.names["bots"]
    visits = max(1, count // scene.behaviour.rules["bots"]["pages_mean"])
    visit = rng.integers(0, visits, count)
    begin, end = scene.window
    start = rng.integers(begin, end - DAY, visits)
    time = start[visit] + rng.integers(0, 3600 * SECOND, count)
    agent, address = rng.integers(0, len(agents), visits), rng.integers(0, 40, visits)
    page = rng.integers(0, pages.first["search"], count)
    face = 100_000_000 + agent * 40 + address
    mask = np.zeros(count, np.int64)
    kind = words(["page_view"], mask)
    return {
        "time": pa.array(time).cast(TYPES["time"]),
        "event": kind,
        "kind": kind,
        "anonymous_id": pa.array(face[visit]).cast(pa.string()),
        "host": words([scene.world.names["host"]], mask),
        "url": words([path for path, _ in pages.all], page),
        "title": words([title for _, title in pages.all], page),
        "user_agent": words(agents, agent[visit]),
    }
