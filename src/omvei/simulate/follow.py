"""What follows from the walk: parcels and reviews, newsletters, advertisements, friends.

Nothing here changes what people do. It adds what a shop sees besides the visits themselves.
"""

import numpy as np

from .behaviour import CART, CHECKOUT, EVALUATE, Behaviour, Ints
from .rows import NONE, Rows, rows, together
from .walk import DAY, NEVER, SECOND, SHOP, Walk

KINDS = (
    *("delivery", "onboarding", "followup_sent", "survey", "support_contact", "return"),
    *("complaint", "review_written", "share", "referral_sent", "referral_converted"),
    "reply",
    *("email_received", "email_open", "email_click", "unsubscribe", "purchase_competitor"),
    *("ad_view", "remarketing_view", "wom_exposure"),
)
"""Kinds that happen outside the visits."""

AFTER_SEEN = ("ad_view", "remarketing_view")
"""Seen elsewhere than on the shop's own pages, in a browser that allows it."""


def visited(walk: Walk, purchase: int) -> Rows:
    """The touchpoints of the visits; each purchase becomes an order, numbered as it stands."""
    bought = walk.kind == purchase
    order = np.where(bought, np.cumsum(bought) - 1, NONE)
    rating = np.where(walk.stars > 0, walk.stars, np.nan)
    return rows(
        walk.person,
        walk.time,
        walk.kind,
        stage=walk.stage,
        visit=walk.visit,
        product=walk.product,
        order=order,
        rating=rating,
    )


def after_purchases(
    rng: np.random.Generator, behaviour: Behaviour, walk: Walk, seen: Rows, code: dict[str, int]
) -> Rows:
    """Delivery, survey, support, returns, reviews and recommendations after each purchase."""
    bought = seen.order != NONE
    orders, score = seen.take(bought), walk.score[bought]
    in_street = walk.visits.device[orders.visit] == SHOP
    # A shop that has no address for a buyer cannot see what they do next.
    reachable = walk.known[orders.person] <= orders.time
    made = []
    for kind, rule in behaviour.rules["after_purchase"].items():
        chance = rule["chance"] * np.where(score <= 2, rule.get("unhappy", 1.0), 1.0)
        happens = (rng.random(len(orders)) < chance) & reachable
        if rule.get("web"):
            happens &= ~in_street
        of = orders.take(happens)
        spread = np.exp(0.4 * rng.standard_normal(len(of)))
        rating = np.full(len(of), np.nan)
        if kind == "survey":  # from 0 to 10: would you recommend us?
            rating = np.clip(2 * score[happens] + rng.integers(-1, 2, len(of)), 0, 10).astype(float)
        if kind == "review_written":
            rating = score[happens].astype(float)
        time = of.time + (rule["days"] * DAY * spread).astype(np.int64)
        made.append(
            rows(of.person, time, code[kind], product=of.product, order=of.order, rating=rating)
        )
    return together(made)


def replies(
    rng: np.random.Generator, behaviour: Behaviour, seen: Rows, code: dict[str, int], end: int
) -> Rows:
    """What the shop answers of reviews, surveys and complaints: bad ones more often."""
    rule = behaviour.rules["replies"]
    made = []
    for kind, chance in rule["chance"].items():
        said = seen.take(seen.kind == code[kind])
        bad = said.rating <= (2 if kind == "review_written" else 4)
        odds = np.where(bad, rule["bad"].get(kind, chance), chance)
        of = said.take(rng.random(len(said)) < odds)
        days = rule["days"] * DAY * np.exp(0.8 * rng.standard_normal(len(of)))
        time = of.time + days.astype(np.int64)
        made.append(rows(of.person, time, code["reply"], product=of.product, order=of.order))
    told = together(made)
    return told.take(told.time < end)


def letters(behaviour: Behaviour, begin: int, end: int) -> Ints:
    """When each newsletter is sent."""
    rule = behaviour.rules["newsletter"]
    first = begin + int(rule["hour"] * 3600 * SECOND)
    return np.arange(first, end, int(rule["every_days"] * DAY))


def newsletters(
    rng: np.random.Generator,
    behaviour: Behaviour,
    walk: Walk,
    code: dict[str, int],
    window: tuple[int, int],
) -> Rows:
    """What subscribers received, opened and clicked, and when they left."""
    sent = letters(behaviour, *window)
    who = np.flatnonzero(walk.subscribed != NEVER)
    first = np.searchsorted(sent, walk.subscribed[who], side="right")
    beyond = np.searchsorted(sent, np.minimum(walk.unsubscribes[who], window[1]), side="left")
    count = np.maximum(beyond - first, 0)
    person = np.repeat(who, count)
    letter = (
        np.repeat(first, count)
        + np.arange(count.sum())
        - np.repeat(np.cumsum(count) - count, count)
    )
    time = sent[letter] + rng.integers(0, 900 * SECOND, len(letter))
    received = rows(person, time, code["email_received"], letter=letter)
    opens = received.take(rng.random(len(received)) < behaviour.rules["newsletter"]["opens"])
    delay = (5 * 3600 * np.exp(1.2 * rng.standard_normal(len(opens)))).clip(20, 9 * 86_400)
    opened = rows(
        opens.person,
        opens.time + (delay * SECOND).astype(np.int64),
        code["email_open"],
        letter=opens.letter,
    )
    leaving = who[walk.unsubscribes[who] < window[1]]
    left_at = walk.unsubscribes[leaving]
    latest = np.searchsorted(sent, left_at) - 1
    left = rows(leaving, left_at, code["unsubscribe"], letter=latest)
    through = behaviour.channels.index("newsletter")
    visit = np.flatnonzero((walk.visits.channel == through) & (walk.visits.device != SHOP))
    start = walk.visits.start[visit]
    latest = np.searchsorted(sent, start) - 1
    # Somebody who signed up since the latest letter came through the letter of welcome.
    welcome = sent[latest] < walk.subscribed[walk.visits.person[visit]]
    clicked = rows(
        walk.visits.person[visit],
        start - SECOND,
        code["email_click"],
        visit=visit,
        letter=np.where(welcome, NONE, latest),
    )
    return together([received, opened, clicked, left])


def advertisements(
    rng: np.random.Generator, behaviour: Behaviour, walk: Walk, code: dict[str, int]
) -> Rows:
    """Advertisements seen: before a click, by chance, and after a cart was left behind."""
    visits, rules = walk.visits, behaviour.rules
    web = visits.device != SHOP
    paid = [behaviour.channels.index(name) for name in ("display", "paid_social")]
    clicked = np.flatnonzero(np.isin(visits.channel, paid) & web)
    clicked = clicked[rng.random(len(clicked)) < rules["ads"]["before_click"]]
    before = visits.start[clicked] - rng.integers(2 * SECOND, 60 * SECOND, len(clicked))

    _, first = np.unique(visits.person, return_index=True)
    chance = np.repeat(
        first,
        rng.poisson(rules["ads"]["mean"], len(first))
        * (rng.random(len(first)) < rules["ads"]["people"]),
    )
    later = visits.start[chance] + rng.integers(3600 * SECOND, 40 * DAY, len(chance))

    # The last touchpoint of a visit says whether a cart was left behind.
    order = np.lexsort((walk.time, walk.visit))
    last = order[np.append(np.flatnonzero(np.diff(walk.visit[order])), len(order) - 1)]
    left = walk.visit[last[np.isin(walk.stage[last], (CART, CHECKOUT))]]
    left = left[web[left] & (rng.random(len(left)) < rules["remarketing"]["share"])]
    again = np.repeat(left, 1 + rng.poisson(rules["remarketing"]["mean"] - 1, len(left)))
    seen = visits.start[again] + rng.integers(3600 * SECOND, 14 * DAY, len(again))

    visit, time = np.concatenate([clicked, chance, again]), np.concatenate([before, later, seen])
    kind = np.repeat(
        [code["ad_view"], code["remarketing_view"]], [len(clicked) + len(chance), len(again)]
    )
    return rows(visits.person[visit], time, kind, visit=visit)


def elsewhere(
    rng: np.random.Generator, behaviour: Behaviour, walk: Walk, code: dict[str, int]
) -> Rows:
    """Subscribers who evaluated, never came back, and say when asked that they bought elsewhere."""
    lost = np.isin(walk.ended, (EVALUATE, CART)) & (walk.subscribed != NEVER)
    who = np.flatnonzero(lost & (rng.random(len(lost)) < behaviour.rules["bought_elsewhere"]))
    last = np.zeros(len(lost), np.int64)
    np.maximum.at(last, walk.person, walk.time)
    days = rng.integers(10 * DAY, 40 * DAY, len(who))
    return rows(who, last[who] + days, code["purchase_competitor"])


def told(walk: Walk, behaviour: Behaviour, code: dict[str, int]) -> Rows:
    """A friend's recommendation, opened a moment before the first visit."""
    visit = np.flatnonzero(walk.visits.channel == behaviour.channels.index("friend"))
    start = walk.visits.start[visit]
    return rows(walk.visits.person[visit], start - SECOND, code["wom_exposure"], visit=visit)


def friends(
    rng: np.random.Generator, seen: Rows, code: dict[str, int], end: int
) -> tuple[Rows, Ints]:
    """Who sent each friend: `referral_converted` for the sender of each friend who bought.

    Also returns the pairs, (friends, 2): who was told, by whom. Friends who come before anybody
    has recommended the shop were told by word of mouth, and have no pair.
    """
    sent = seen.take(seen.kind == code["referral_sent"])
    sent = sent.take(np.argsort(sent.time, kind="stable"))
    arrived = seen.take(seen.kind == code["wom_exposure"])
    before = np.searchsorted(sent.time, arrived.time)
    arrived, before = arrived.take(before > 0), before[before > 0]
    by = sent.take((rng.random(len(arrived)) * before).astype(np.int64))
    pairs = np.column_stack([arrived.person, by.person])
    purchases = seen.take(seen.kind == code["purchase"])
    purchases = purchases.take(np.argsort(purchases.time, kind="stable"))
    buyers, at = np.unique(purchases.person, return_index=True)
    bought = np.isin(arrived.person, buyers)
    place = np.searchsorted(buyers, arrived.person[bought])
    time = purchases.time[at[place]] + DAY
    made = rows(by.person[bought], time, code["referral_converted"], order=by.order[bought])
    return made.take(time < end), pairs
