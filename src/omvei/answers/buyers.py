"""Buyers: what models ask of purchases and of what follows them, counted in one pass.

repeat_rate             people who bought again, after a purchase in the period or before it, of
                        people who bought in the period
returning_7_days, ..30  people seen again 1 to 7 (30) days after their first day / people observed
                        so long after it
checkout_abandonment    purchase cycles with a checkout begun and no purchase / with one begun
cart_abandonment        the same for a cart
order_value, customer_value   medians over purchases, and over people, in the usual currency;
                        mean_order_value is what sums of money are worked out with
reviews_per_100_buyers  reviews written per buyer, times 100; negative_reviews: two stars or fewer,
                        per purchase
referral_rate           buyers who recommend (referral, share, a review of four stars or more)
viral_coefficient       friends who bought (`referral_converted`) per buyer; over 1 drives itself
referral_conversion     friends who bought per recommendation sent
supports, returns, complaints   per purchase
net_promoter_score      share of answers of 9 and 10 less share of 0 to 6, in surveys scored to 10

A friend who came is seen only where the data says so: an unseen friend is not counted as none.
"""

from dataclasses import dataclass

import numpy as np

from ..blocks.block import Block
from ..touchpoints.vocabulary import codes
from .figures import (
    DAY,
    Counts,
    Figure,
    Joined,
    Partial,
    count,
    gathered,
    middle,
    part,
    per,
    share,
    sums,
)
from .spans import Spans, kind_is, of_people

STARS = 100
"""Ratings are kept in hundredths."""
ADVOCATES = 4 * STARS


@dataclass(frozen=True)
class Buyers(Joined):
    """The analysis. `currency` is the code of the usual currency, -1 for none."""

    currency: int
    end: int

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        if not block.people:
            return {}
        kind, rating, time = block["kind"], block["rating"], block["time"]
        spans = Spans(block)
        bought = of_people(block, kind == codes()["purchase"])
        buyer = (bought > 0).astype(np.int64)
        again = (kind == codes()["purchase"]) & (block["purchases_before"] > 0)
        reviews = kind_is(block, "review_written")
        recommends = kind_is(block, "referral_sent", "referral_converted", "share")
        recommends |= reviews & (rating >= ADVOCATES)
        surveys = kind_is(block, "survey") & (rating >= 0)
        paid = kind_is(block, "purchase") & (block["value"] > 0)
        paid &= block["currency"] == self.currency
        spent = np.bincount(block.place[paid], block["value"][paid], block.people).astype(np.int64)
        kept = {
            "people": np.array([block.people, buyer.sum(), (of_people(block, again) > 0).sum()]),
            "advocates": np.array([(buyer * (of_people(block, recommends) > 0)).sum()]),
            "orders?": block["value"][paid],
            "spent?": spent[spent > 0],
            "income": np.array([spent.sum()]),
            "paid": sums(spent // STARS, of_people(block, paid)),  # whole units: squares stay small
            "surveys": np.array(
                [surveys.sum(), (rating[surveys] >= 900).sum(), (rating[surveys] <= 600).sum()]
            ),
            "reviews": sums(of_people(block, reviews) * buyer, buyer),
            "negative": sums(of_people(block, reviews & (rating <= 200) & (rating >= 0)), bought),
            "friends": sums(of_people(block, kind_is(block, "referral_converted")) * buyer, buyer),
            "told": sums(
                of_people(block, kind_is(block, "referral_converted")),
                of_people(block, kind_is(block, "referral_sent")),
            ),
        }
        for name in ("support_contact", "return", "complaint"):
            kept[name] = sums(of_people(block, kind_is(block, name)) * buyer, bought)
        for name, begun in (("cart", "add_to_cart"), ("checkout", "checkout_start")):
            began = spans.count(kind_is(block, begun)) > 0
            given_up = spans.by_person(began & ~spans.closed)
            kept[name] = sums(given_up, spans.by_person(began))
        first = time[block.starts[:-1]]
        since = time - first[block.place]
        for days in (7, 30):
            observed = first + days * DAY <= self.end
            back = of_people(block, (since >= DAY) & (since <= days * DAY)) > 0
            kept[f"returning_{days}"] = np.array([(back & observed).sum(), observed.sum()])
        return {name: np.asarray(values, np.int64) for name, values in kept.items()}

    def finish(self, kept: Partial) -> dict[str, Figure]:
        """Every figure by its name; a model takes those it asks for."""
        if not kept:
            return {}
        kept = gathered(kept)
        people, buyers, repeat = (int(n) for n in kept["people"])
        score = kept["surveys"]
        found = [
            count("people", people),
            count("customers", buyers),
            share("conversion_rate", buyers, people),
            share("repeat_rate", repeat, buyers),
            share("referral_rate", int(kept["advocates"][0]), buyers),
            *(share(f"returning_{d}_days", *map(int, kept[f"returning_{d}"])) for d in (7, 30)),
            part("checkout_abandonment", kept["checkout"], "checkouts"),
            part("cart_abandonment", kept["cart"], "carts"),
            middle("order_value", kept["orders?"], buyers, "money", STARS),
            _mean_order(int(kept["income"][0]), kept["paid"]),
            middle("customer_value", kept["spent?"], len(kept["spent?"]), "money", STARS),
            per("reviews_per_100_buyers", kept["reviews"], "customers"),
            per("negative_reviews_per_purchase", kept["negative"], "purchases"),
            per("viral_coefficient", kept["friends"], "customers"),
            per("referral_conversion", kept["told"], "recommendations"),
            per("support_contacts_per_purchase", kept["support_contact"], "purchases"),
            per("returns_per_purchase", kept["return"], "purchases"),
            per("complaints_per_purchase", kept["complaint"], "purchases"),
            _promoters(*(int(n) for n in score)),
        ]
        for figure in found:
            if figure["name"] == "reviews_per_100_buyers" and figure["value"] is not None:
                for key in ("value", "low", "high"):
                    figure[key] = None if figure[key] is None else figure[key] * 100
        return {figure["name"]: figure for figure in found}


def _mean_order(income: int, kept: Counts) -> Figure:
    """The mean of an order: exact, with an interval from amounts in whole units."""
    found = per("mean_order_value", kept, "money")
    if found["value"] is not None:
        exact = income / STARS / found["of"]
        shift = exact - found["value"]
        found |= {"value": exact, "count": None}
        for key in ("low", "high"):
            found[key] = None if found[key] is None else max(0.0, found[key] + shift)
    return found


def _promoters(answers: int, promoters: int, critics: int) -> Figure:
    """The net promoter score, -100 to 100, with the interval of a difference of two shares of one
    sample (Goodman 1965).
    """
    found = count("net_promoter_score", answers, "answers")
    found |= {"form": "score", "value": None, "count": promoters - critics, "of": answers}
    if answers:
        p, q = promoters / answers, critics / answers
        half = 1.959963984540054 * np.sqrt(max(p + q - (p - q) ** 2, 0.0) / answers)
        found["value"] = 100 * (p - q)
        found["low"] = max(-100.0, float(100 * (p - q - half)))
        found["high"] = min(100.0, float(100 * (p - q + half)))
    return found
