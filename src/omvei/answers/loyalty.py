"""The loyalty loop, told apart from shopping around again (McKinsey 2009, 2010, 2015).

A repeat purchase is a *loyalty loop* where the person weighed nothing since the purchase before
(no touchpoint of the group `evaluation`, or at most `max_eval`) and stayed with the brand: where
the brands of both purchases are known they are the same, else it is the firm that they stayed with.

loyalty_loop_share      loyalty loops / repeat purchases
evaluation_reentries    times customers go (back) into evaluation after a purchase, per customer:
                        the way in and out that the loyalty loop skips
active_loyalist_share   customers who bought again, recommend, and were not seen to look at others
passive_loyalist_share  customers who bought again but do not recommend, or look at competitors
post_purchase_research  customers who search or read within 90 days of their first purchase here
                        and before any evaluation, of customers observed that long
closure_rate            purchase cycles with a purchase, of those that came to cart, checkout, quote
                        or sales contact

`cycles` tells whether the way to the purchase gets shorter (2015): for the first purchase, the
second, the third and later ones, the median days from the cycle's first act and the evaluations.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from ..lenses.carrier import NOWHERE
from .figures import DAY, Figure, Joined, Partial, gathered, middle, part, per, share, sums
from .spans import Spans, acts, group_is, kind_is, of_people

if TYPE_CHECKING:
    from ..journeys import Journeys

CLOSES = ("add_to_cart", "checkout_start", "quote_request", "contact_sales", "purchase")
READS = ("search", "content_read", "guide_read")
LAST = 3
"""Third and later purchases are one row."""
RESEARCH = 90 * DAY


@dataclass(frozen=True)
class Loyalty(Joined):
    """The analysis."""

    stage: str
    evaluates: int
    max_eval: int
    end: int

    def scan(self, block: Block) -> Partial:
        """Count one block."""
        if not block.people:
            return {}
        spans, time, stage = Spans(block), block["time"], block[self.stage]
        weighs = spans.count(group_is(block, "evaluation"))
        repeat = spans.closed & (spans.number > 0)
        loop = repeat & (weighs <= self.max_eval) & ~self._switches(spans)
        each = spans.by_person
        enters = (stage == self.evaluates) & (stage != NOWHERE)
        enters[1:] &= (stage[:-1] != stage[1:]) | (block.place[1:] != block.place[:-1])
        after = block["purchases_before"] > 0
        customer = (each(spans.closed) > 0) | (of_people(block, after) > 0)
        bought = np.zeros(block.people, np.int64)
        np.maximum.at(bought, spans.person, spans.number + spans.closed)
        again = bought > 1
        advocate = kind_is(block, "referral_sent", "referral_converted", "share")
        advocate |= kind_is(block, "review_written") & (block["rating"] >= 400)
        tells = of_people(block, advocate) > 0
        strays = of_people(block, after & kind_is(block, "competitor_view")) > 0
        closing = spans.count(kind_is(block, *CLOSES)) > 0
        reads, observed = self._research(spans)
        kept: dict[str, Any] = {
            "loops": sums(each(loop), each(repeat)),
            "reentries": sums(of_people(block, enters & after) * customer, customer),
            "people": np.array(
                [
                    customer.sum(),
                    (again & tells & ~strays).sum(),
                    (again & (~tells | strays)).sum(),
                    (reads & observed).sum(),
                    observed.sum(),
                ]
            ),
            "closure": sums(each(closing & spans.closed), each(closing)),
        }
        began = spans.first(acts(block))
        for number in range(LAST):
            these = spans.closed & (
                spans.number == number if number < LAST - 1 else spans.number >= number
            )
            timed = these & (began >= 0)
            kept[f"days {number}?"] = time[spans.starts[1:] - 1][timed] - time[began[timed]]
            kept[f"weighs {number}"] = sums(each(weighs * these), each(these))
        return {name: np.asarray(values, np.int64) for name, values in kept.items()}

    def _switches(self, spans: Spans) -> Any:
        """(spans,) whether the purchase is of another brand than the person's one before."""
        brand = spans.block["brand"][spans.starts[1:] - 1]
        before = np.full(len(spans), -1, np.int64)
        closed = np.flatnonzero(spans.closed)
        same = spans.person[closed[1:]] == spans.person[closed[:-1]]
        before[closed[1:][same]] = brand[closed[:-1][same]]
        return (brand >= 0) & (before >= 0) & (brand != before)

    def _research(self, spans: Spans) -> tuple[Any, Any]:
        """(people,) who reads up after their first purchase here; and who was observed for long."""
        block, time = spans.block, spans.block["time"]
        buys = np.flatnonzero(kind_is(block, "purchase"))[::-1]
        first = np.full(block.people, -1, np.int64)
        first[block.place[buys]] = buys
        some = first >= 0
        when = np.where(some, time[first], 0)
        row = np.arange(block.rows)
        since = row > np.where(some, first, block.rows)[block.place]
        soon = since & (time <= when[block.place] + RESEARCH)
        weighs = np.flatnonzero(since & group_is(block, "evaluation"))[::-1]
        stop = np.full(block.people, block.rows, np.int64)
        stop[block.place[weighs]] = weighs
        reads = of_people(block, soon & kind_is(block, *READS) & (row < stop[block.place])) > 0
        return reads, some & (when + RESEARCH <= self.end)

    def finish(self, kept: Partial) -> tuple[list[Figure], list[dict[str, Any]]]:
        """The figures, and the cycles by their number."""
        if not kept:
            return [], []
        kept = gathered(kept)
        customers, active, passive, reads, observed = (int(n) for n in kept["people"])
        figures = [
            part("loyalty_loop_share", kept["loops"], "purchases"),
            per("evaluation_reentries", kept["reentries"], "customers"),
            share("active_loyalist_share", active, customers),
            share("passive_loyalist_share", passive, customers),
            share("post_purchase_research", reads, observed),
            part("closure_rate", kept["closure"], "cycles"),
        ]
        cycles = []
        for number in range(LAST):
            weighs = per("evaluations", kept[f"weighs {number}"], "purchases")
            if not weighs["of"]:
                continue
            days = middle("days", kept[f"days {number}?"], weighs["people"], "days", DAY)
            cycles.append(
                {
                    "number": number + 1,
                    "people": weighs["people"],
                    "purchases": weighs["of"],
                    "days": days["value"],
                    "days_low": days["low"],
                    "days_high": days["high"],
                    "evaluations": weighs["value"],
                    "evaluations_low": weighs["low"],
                    "evaluations_high": weighs["high"],
                    "too_few": weighs["too_few"],
                }
            )
        return figures, cycles


def loyalty(
    journeys: "Journeys", evaluation: str, max_eval: int = 0
) -> tuple[list[Figure], list[dict[str, Any]]]:
    """The figures of loyalty, with the model's stage of evaluation."""
    model = journeys.model
    analysis = Loyalty(f"stage:{model.digest}", model.place(evaluation), max_eval, journeys.end)
    found: tuple[list[Figure], list[dict[str, Any]]] = journeys.run(analysis)
    return found
