"""The walk: everybody's visits, one touchpoint at a time, all people at once.

A person is in one hidden stage. Each round, everybody who is still walking leaves one touchpoint
of their stage; then the visit goes on to the next stage, or stops. After a visit people leak, or
come back days later in the stage that `comeback` says, through a channel of that stage. A purchase
starts a new round of the same walk from `experience`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .behaviour import BUY, CART, CHECKOUT, EVALUATE, EXPERIENCE, STAGES, Behaviour, Floats, Ints

SECOND = 1_000_000
DAY = 86_400 * SECOND
NEVER = int(np.iinfo(np.int64).max)
SHOP = -1
"""The device of a visit to the shop in the street."""

TOUCHED = ("person", "time", "kind", "stage", "visit", "product", "stars", "score")
"""The columns of `Walk` that have a row for each touchpoint."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Visits:
    """One row a visit; its number is its row."""

    person: Ints
    start: Ints
    stage: Ints
    channel: Ints
    device: Ints
    """Which of the person's devices, from 0; `SHOP` in the street."""

    logged_in: Bools
    category: Ints


@dataclass(frozen=True)
class Walk:
    """What happened: one row a touchpoint of a visit, the visits, and how each person ended."""

    person: Ints
    time: Ints
    kind: Ints
    stage: Ints
    visit: Ints
    product: Ints
    stars: Ints
    """Stars of the review read; 0 for everything else."""

    score: Ints
    """How satisfied, 1 to 5, a buyer will be; 0 for everything but purchases."""

    visits: Visits
    ended: Ints
    """(people,) the stage in which each left for good; -1 when time ran out first."""

    subscribed: Ints
    unsubscribes: Ints
    """(people,) from when to when they take the newsletter; `NEVER` when they do not."""

    known: Ints
    account: Ints
    """(people,) since when the shop has their e-mail address, and since when they are members."""


def pick(rng: np.random.Generator, weights: Floats) -> Ints:
    """One column for each row of `weights`, in proportion to them.

    >>> pick(np.random.default_rng(0), np.array([[0.0, 1.0], [3.0, 0.0]])).tolist()
    [1, 0]
    """
    reached = np.cumsum(weights, axis=1)
    drawn = rng.random(len(weights)) * reached[:, -1]
    chosen: Ints = (reached <= drawn[:, None]).sum(axis=1)
    return chosen


class Crowd:
    """Everybody, where they are, and what they left behind."""

    def __init__(
        self,
        rng: np.random.Generator,
        behaviour: Behaviour,
        starts: Ints,
        window: tuple[int, int],
        shelf: tuple[int, int],
    ) -> None:
        """`window`: first and last microsecond; `shelf`: how many categories, products in each."""
        people = len(starts)
        self.rng, self.rules, self.behaviour = rng, behaviour.rules, behaviour
        self.begin, self.end = window
        self.shelf = shelf
        self.code = {kind: place for place, kind in enumerate(behaviour.kinds)}
        self.kinds = behaviour.table("kinds", behaviour.kinds)
        self.comeback = behaviour.table("comeback", STAGES)
        self.rows = {name: behaviour.row(name) for name in ("visit_ends", "leaks", "days_away")}
        self.in_street = np.array([self.rules["store"]["visits"][s] for s in STAGES])
        facts = [self.rules["channels"][c] for c in behaviour.channels]
        self.arrivals = np.array([f["weight"] for f in facts], float).T
        self.grows = np.array([f.get("grows", 1.0) for f in facts], float)
        hours = np.array(self.rules["hours"], float)
        self.hours = hours / hours.sum()
        sorts = list(self.rules["people"].values())
        sort = rng.choice(len(sorts), people, p=[s["share"] for s in sorts])
        self.returns = np.array([s["returns"] for s in sorts])[sort]
        self.devices = 1 + rng.choice(len(self.rules["devices"]), people, p=self.rules["devices"])

        self.time = starts.copy()
        self.stage = pick(rng, np.tile(behaviour.row("first_stage"), (people, 1)))
        self.category = np.zeros(people, np.int64)
        self.product = np.zeros(people, np.int64)
        self.account, self.known = np.full(people, NEVER), np.full(people, NEVER)
        self.subscribed, self.unsubscribes = np.full(people, NEVER), np.full(people, NEVER)
        self.visit, self.channel = np.zeros(people, np.int64), np.zeros(people, np.int64)
        self.street, self.landing = np.zeros(people, bool), np.zeros(people, bool)
        self.entering = np.full(people, -1)
        """The kind that the move just made demands; -1: any kind of the stage."""
        self.mood, self.happiness = np.ones(people), np.ones(people)
        """What reviews do to this visit; what the latest purchase does to coming back."""
        self.ended = np.full(people, -1)
        self.begun = 0
        self.visits: list[tuple[NDArray[Any], ...]] = []
        self.touches: list[tuple[NDArray[Any], ...]] = []

    def choose_category(self, who: Ints) -> None:
        self.category[who] = self.rng.integers(0, self.shelf[0], len(who))
        self.choose_product(who)

    def choose_product(self, who: Ints) -> None:
        drawn = self.rng.integers(0, self.shelf[1], len(who))
        self.product[who] = self.category[who] * self.shelf[1] + drawn

    def arrive(self, who: Ints, first: bool = False) -> None:
        """Begin a visit for each of `who`: choose its channel, device and login."""
        rng, rules, time = self.rng, self.rules, self.time[who]
        stage = self.stage[who]
        share = (time - self.begin) / (self.end - self.begin)
        channel = pick(rng, self.arrivals[stage] * (1 + (self.grows - 1) * share[:, None]))
        luck = rng.random(len(who))
        if first:
            channel[luck < rules["friend_first"]] = self.behaviour.channels.index("friend")
        reads = (self.subscribed[who] < time) & (time < self.unsubscribes[who])
        reads &= luck < rules["newsletter_returns"]
        channel[reads] = self.behaviour.channels.index("newsletter")
        others = (rng.random(len(who)) * self.devices[who]).astype(np.int64)
        device = np.where(rng.random(len(who)) < rules["first_device"], 0, others)
        street = rng.random(len(who)) < self.in_street[stage]
        if not first:
            device[street] = SHOP
        self.street[who] = device == SHOP
        logged = (
            (self.account[who] < time) & (rng.random(len(who)) < rules["logged_in"]) & (device >= 0)
        )
        self.visit[who] = self.begun + np.arange(len(who))
        self.begun += len(who)
        self.channel[who], self.mood[who], self.landing[who] = channel, 1.0, True
        self.visits.append((who, time, stage, channel, device, logged, self.category[who]))

    def touch(self, who: Ints) -> Bools:
        """Leave one touchpoint each; returns who bought."""
        rng, code = self.rng, self.code
        kind = pick(rng, self.kinds[self.stage[who]])
        kind[self.street[who]] = code["store_visit"]
        kind = np.where(self.entering[who] >= 0, self.entering[who], kind)
        self.entering[who] = -1
        # Nobody lands on the results of a search on the site.
        kind[(kind == code["search"]) & self.landing[who]] = code["category_view"]
        self.landing[who] = False
        bought: Bools = kind == code["purchase"]
        looks = who[(kind == code["category_view"]) & (rng.random(len(who)) < 0.3)]
        self.choose_category(looks)
        self.choose_product(who[(kind == code["product_view"]) & (rng.random(len(who)) < 0.45)])
        stars, score = np.zeros(len(who), np.int64), np.zeros(len(who), np.int64)
        self.read(who, kind == code["review_read"], stars)
        score[bought] = 1 + rng.choice(5, int(bought.sum()), p=self.rules["satisfaction"])
        visit, product = self.visit[who], self.product[who]
        self.touches.append(
            (who, self.time[who], kind, self.stage[who], visit, product, stars, score)
        )
        self.subscribe(who[kind == code["newsletter_signup"]])
        self.buy(who[bought], score[bought])
        return bought

    def read(self, who: Ints, reads: Bools, stars: Ints) -> None:
        """Read reviews: fill in `stars`; what they say sets the mood of the rest of the visit."""
        rules = self.rules["reviews"]
        stars[reads] = 1 + self.rng.choice(5, int(reads.sum()), p=rules["stars"])
        moods = [
            rules[word] for word in ("negative", "negative", "neutral", "positive", "positive")
        ]
        self.mood[who[reads]] = np.array(moods)[stars[reads] - 1]

    def buy(self, who: Ints, score: Ints) -> None:
        rng, rules = self.rng, self.rules
        self.happiness[who] = np.array(rules["satisfied_returns"])[score - 1]
        leaves = ~self.street[who] | (rng.random(len(who)) < rules["store"]["leaves_email"])
        opens = who[leaves & (rng.random(len(who)) < rules["account_at_purchase"])]
        self.account[opens] = np.minimum(self.account[opens], self.time[opens])
        self.known[who[leaves]] = np.minimum(self.known[who[leaves]], self.time[who[leaves]])
        takes = leaves & (rng.random(len(who)) < rules["subscribes_at_purchase"])
        self.subscribe(who[takes])
        self.stage[who] = EXPERIENCE

    def subscribe(self, who: Ints) -> None:
        new = who[self.subscribed[who] == NEVER]
        letter = self.rules["newsletter"]
        rounds = self.rng.geometric(letter["leaves"], len(new))
        self.known[new] = np.minimum(self.known[new], self.time[new])
        self.subscribed[new] = self.time[new]
        self.unsubscribes[new] = self.time[new] + rounds * int(letter["every_days"] * DAY)

    def go_on(self, who: Ints) -> None:
        """The next stage for each of `who`, whose visit on the web goes on."""
        between = self.rules["seconds_between"]
        seconds = between["median"] * np.exp(between["spread"] * self.rng.standard_normal(len(who)))
        self.time[who] += (np.clip(seconds, 2, 1500) * SECOND).astype(np.int64)
        stage = self.stage[who]
        weights = self.behaviour.moves[stage]
        push = self.behaviour.effects[self.channel[who]] * self.mood[who]
        for origin in (EVALUATE, CART):
            rows = stage == origin
            weights[rows, origin + 1] *= push[rows]
        step = pick(self.rng, weights)
        self.entering[who[(step == CART) & (stage < CART)]] = self.code["add_to_cart"]
        self.entering[who[(step == CHECKOUT) & (stage == CART)]] = self.code["checkout_start"]
        self.entering[who[step == BUY]] = self.code["purchase"]
        self.stage[who] = np.where(step == BUY, CHECKOUT, step)

    def come_back(self, who: Ints) -> Ints:
        """Of `who`, whose visit is over, those who come back before time runs out."""
        rng, rules, stage = self.rng, self.rules, self.stage[who]
        back = (1 - self.rows["leaks"][stage]) * self.returns[who] * self.happiness[who]
        stays = rng.random(len(who)) < np.minimum(back, rules["returns_at_most"])
        self.ended[who[~stays]] = stage[~stays]
        who, stage = who[stays], stage[stays]
        spread = np.exp(rules["days_away_spread"] * rng.standard_normal(len(who)))
        days = self.rows["days_away"][stage] * spread
        days[rng.random(len(who)) < rules["stalls"]["share"]] *= rules["stalls"]["times"]
        later = self.time[who] + (np.clip(days, 0.03, 700) * DAY).astype(np.int64)
        # After more than half a day, people come at the hours when people are up.
        clock = rng.choice(24, len(who), p=self.hours) * 3600 * SECOND
        clock += rng.integers(0, 3600 * SECOND, len(who))
        proper = later // DAY * DAY + clock
        use = (days > 0.5) & (proper > self.time[who] + DAY // 24)
        self.time[who] = np.where(use, proper, later)
        who = who[self.time[who] < self.end]
        self.stage[who] = pick(rng, self.comeback[self.stage[who]])
        self.choose_category(who[(self.stage[who] < CART) & (rng.random(len(who)) < 0.25)])
        self.arrive(who)
        return who

    def walk(self) -> Walk:
        """Let everybody walk until they leak or time runs out."""
        walking = np.arange(len(self.time))
        self.choose_category(walking)
        self.arrive(walking, first=True)
        while len(walking):
            bought = self.touch(walking)
            street = self.street[walking]
            luck = self.rng.random(len(walking))
            buys = street & ~bought & (luck < self.rules["store"]["buys"])
            stops = np.where(street, ~buys, luck < self.rows["visit_ends"][self.stage[walking]])
            till = walking[buys]
            self.entering[till] = self.code["purchase"]
            self.time[till] += self.rng.integers(300, 1500, len(till)) * SECOND
            on = walking[~stops & ~street]
            self.go_on(on)
            on = np.concatenate([on, till])
            walking = np.sort(
                np.concatenate([on[self.time[on] < self.end], self.come_back(walking[stops])])
            )
        touches = map(np.concatenate, zip(*self.touches, strict=True))
        visits = map(np.concatenate, zip(*self.visits, strict=True))
        return Walk(
            **dict(zip(TOUCHED, touches, strict=True)),
            visits=Visits(*visits),
            ended=self.ended,
            subscribed=self.subscribed,
            unsubscribes=self.unsubscribes,
            known=self.known,
            account=self.account,
        )
