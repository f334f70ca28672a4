"""The whole scene: as many people as make up the number asked for, and what each one did."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from . import follow
from .behaviour import Behaviour, Floats, Ints, World
from .identity import DENIED, Identity, identify
from .rows import NONE, Rows, together
from .walk import DAY, NEVER, SECOND, SHOP, Crowd, Walk

ROWS_EACH = 6.2
ORDERS_EACH = 0.024
"""About how many rows and orders a person makes; more people are let in than are needed."""


@dataclass(frozen=True)
class Scene:
    """What happened in the shop, before it is told in words."""

    behaviour: Behaviour
    world: World
    kinds: tuple[str, ...]
    window: tuple[int, int]
    """First and last moment, in microseconds since 1970."""

    walk: Walk
    identity: Identity
    channel: Ints
    """(visits,) how each arrived, the placebo included."""

    rows: Rows
    """In order of time."""

    orders: Ints
    """(rows.order + 1,) the numbers people see, from `first` + 1001 in order of time; `NONE` if
    not kept."""

    value: Ints
    """(orders,) in øre."""

    kept: Ints
    """The people, ascending."""

    friends: Ints
    """(pairs, 2) who was told, by whom."""

    first: int
    """Where the numbers that are written down begin; see `parts`."""


def stream(seed: int, name: str) -> np.random.Generator:
    """A source of luck of its own for each part, so that one does not disturb another."""
    return np.random.default_rng([seed, *name.encode()])


def starts(
    rng: np.random.Generator, behaviour: Behaviour, people: int, begin: int, days: int
) -> Ints:
    """When each person is first seen: growth, a summer season and Black Friday, by the hour."""
    rule = behaviour.rules["arrivals"]
    day = np.arange(days)
    date = (begin // DAY + day).astype("datetime64[D]")
    year = date.astype("datetime64[Y]")
    of_year = (date - year.astype("datetime64[D]")).astype(int)
    weight = 1 + (rule["growth"] - 1) * day / days
    weight = weight * (1 + rule["season"] * np.sin(2 * np.pi * (of_year - 100) / 365.25))
    weight[(of_year >= 326) & (of_year <= 333)] *= rule["black_friday"]
    hours = np.array(behaviour.rules["hours"], float)
    chosen = rng.choice(days, people, p=weight / weight.sum())
    hour = rng.choice(24, people, p=hours / hours.sum())
    return begin + chosen * DAY + hour * 3600 * SECOND + rng.integers(0, 3600 * SECOND, people)


def happen(
    behaviour: Behaviour,
    world: World,
    seed: int,
    start: str,
    days: int,
    events: int | None,
    orders: int | None,
    first: int = 0,
) -> Scene:
    """Let people in until they have left `events` rows (robots included) or `orders` orders."""
    begin = int(datetime.fromisoformat(start + "T00:00:00+00:00").timestamp()) * SECOND
    window = (begin, begin + days * DAY)
    share = 1 - behaviour.rules["bots"]["share"]
    wanted = orders if events is None else round(events * share)
    each = ORDERS_EACH if events is None else ROWS_EACH
    people = round((wanted or 0) / each * 1.25) + 300
    while True:
        scene = _everybody(behaviour, world, seed, window, people, first)
        counted = scene.rows if events is not None else scene.rows.take(scene.rows.order >= 0)
        if events is None:
            counted = counted.take(counted.kind == scene.kinds.index("purchase"))
        counts = np.bincount(counted.person, minlength=people)
        if counts.sum() >= (wanted or 0):
            return _only(scene, enough(counts, wanted or 0), seed)
        people = round(people * 1.5)


def enough(counts: Ints, wanted: int) -> Ints:
    """The first people whose counts add up to `wanted`; whoever would be too much is passed over.

    >>> enough(np.array([3, 9, 2, 4, 1]), 6).tolist()
    [0, 2, 4]
    """
    first = int(np.searchsorted(np.cumsum(counts), wanted, side="right"))
    room = wanted - int(counts[:first].sum())
    chosen = list(range(first))
    for person in range(first, len(counts)):
        if room == 0:
            break
        if counts[person] <= room:
            chosen.append(person)
            room -= int(counts[person])
    return np.array(chosen, np.int64)


def _everybody(
    behaviour: Behaviour,
    world: World,
    seed: int,
    window: tuple[int, int],
    people: int,
    first: int,
) -> Scene:
    kinds = tuple(dict.fromkeys((*behaviour.kinds, *follow.KINDS)))
    code = {kind: place for place, kind in enumerate(kinds)}
    begin, end = window
    arrived = starts(stream(seed, "starts"), behaviour, people, begin, (end - begin) // DAY)
    shelf = (len(world.categories), world.per_category)
    walk = Crowd(stream(seed, "walk"), behaviour, arrived, window, shelf).walk()
    browsers = len(world.names["browsers"])
    luck = stream(seed, "identity")
    identity = identify(luck, behaviour, walk.visits, people, browsers, first)

    luck = stream(seed, "follow")
    visited = follow.visited(walk, code["purchase"])
    seen = together(
        [
            visited,
            follow.after_purchases(luck, behaviour, walk, visited, code),
            follow.newsletters(luck, behaviour, walk, code, window),
            follow.advertisements(luck, behaviour, walk, code),
            follow.elsewhere(luck, behaviour, walk, code),
            follow.told(walk, behaviour, code),
        ]
    )
    # A visitor of the shop in the street whom nobody knows leaves no trace, and a browser that
    # denies consent does not tell which advertisements it saw.
    unseen = (seen.kind == code["store_visit"]) & (walk.known[seen.person] > seen.time)
    denied = identity.consent[np.maximum(seen.visit, 0)] == DENIED
    unseen |= np.isin(seen.kind, [code[kind] for kind in follow.AFTER_SEEN]) & denied
    seen = seen.take(~unseen & (seen.time >= begin) & (seen.time < end))

    bought = visited.take(visited.order >= 0)
    nothing = np.zeros(0, np.int64)
    return Scene(
        behaviour,
        world,
        kinds,
        window,
        walk,
        identity,
        placebo(stream(seed, "placebo"), behaviour, walk),
        seen,
        orders=nothing,
        value=_values(stream(seed, "value"), behaviour, world, bought.product),
        kept=nothing,
        friends=np.zeros((0, 2), np.int64),
        first=first,
    )


def placebo(rng: np.random.Generator, behaviour: Behaviour, walk: Walk) -> Ints:
    """The channel of each visit, when a share of the direct ones came through the placebo instead.

    The luck is the placebo's own and the walk is over: nothing that anybody does can depend on it.
    """
    rule = behaviour.rules["placebo"]
    share = np.array([rule["share"][stage] for stage in behaviour.rules["stages"]])
    direct = walk.visits.channel == behaviour.channels.index(rule["instead_of"])
    direct &= walk.visits.device != SHOP
    takes = direct & (rng.random(len(direct)) < share[walk.visits.stage])
    return np.where(takes, behaviour.channels.index(rule["channel"]), walk.visits.channel)


def _values(rng: np.random.Generator, behaviour: Behaviour, world: World, product: Ints) -> Ints:
    rule = behaviour.rules["value"]
    price: Floats = np.array([price for *_, price in world.products])[product]
    pieces = 1 + rng.choice(len(rule["pieces"]), len(product), p=rule["pieces"])
    kroner = price * pieces * np.exp(rule["spread"] * rng.standard_normal(len(product)))
    return np.maximum(np.round(kroner), 1).astype(np.int64) * 100 - 10 * (kroner < 1000)


def _only(scene: Scene, kept: Ints, seed: int) -> Scene:
    """The scene with the people `kept`, their friends found and their orders numbered."""
    code = {kind: place for place, kind in enumerate(scene.kinds)}
    chosen = np.zeros(len(scene.walk.known), bool)
    chosen[kept] = True
    rows = scene.rows.take(chosen[scene.rows.person])
    made, pairs = follow.friends(stream(seed, "friends"), rows, code, scene.window[1])
    answers = follow.replies(stream(seed, "replies"), scene.behaviour, rows, code, scene.window[1])
    rows = together([rows, made, answers])
    rows = rows.take(np.lexsort((np.arange(len(rows)), rows.person, rows.time)))
    bought = rows.order[rows.kind == code["purchase"]]
    orders = np.full(len(scene.value), NONE)
    orders[bought] = scene.first + 1001 + np.arange(len(bought))
    return Scene(
        **{
            **vars(scene),
            "rows": rows,
            "orders": orders,
            "kept": kept,
            "friends": pairs,
        }
    )


def known(scene: Scene, rows: Rows) -> np.ndarray:
    """Whether the shop has the person's address at the time of each row."""
    since = scene.walk.known[rows.person]
    found: np.ndarray = (since <= rows.time) & (since != NEVER)
    return found
