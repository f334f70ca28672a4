"""Credit: how rules divide one purchase among the visits that came before it.

A *way* is a person's visits, each as the channel by which it began, from the first visit (or the
one after a purchase) up to the goal, or up to what was last seen. Rules divide 1 among the visits
of a way that reached the goal (methods 1.2, 1.4):

first      all to the first visit;  last  all to the last
known      all to the last visit that was not Direct; to the last where all were
linear     the same to each visit
ends       40 % to the first and the last, 20 % to those between; half each where there are two
decay      the more, the later: half for every seven days before the goal (whole days)
once       the same to each *channel* of the way (Shapley's value: Zhao, Mahboobi & Bagheri 2018)

Credit is counted in whole billionths, so that it adds up exactly on every engine.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..blocks.block import heads, marked
from ..lenses.rules import DAY

RULES = ("first", "last", "known", "linear", "ends", "decay", "once")
WHOLE = 10**9
"""One purchase, in the units of credit."""
HALF_LIFE = 7
DECAY = np.array([round(2 ** (30 - days / HALF_LIFE)) for days in range(HALF_LIFE * 30)], np.int64)
"""The weight of a visit so many days before the goal; later days weigh as the last."""

NO, YES, OPEN = 0, 1, 2
"""What became of a way: too long ago to go on, the goal, or not known yet."""

Counts = NDArray[np.int64]


@njit(cache=True, nogil=True)
def _comes(initiator: np.int8, channel: np.int16, customer: int, unknown: int) -> bool:
    """Whether a row can begin a visit of a way: the customer came, by a channel that is known."""
    return (initiator == customer) & (channel != unknown)


@njit(cache=True, nogil=True)
def _marks(
    head: NDArray[np.bool_],
    channel: NDArray[np.int16],
    visit: NDArray[np.int32],
    initiator: NDArray[np.int8],
    kind: NDArray[np.int16],
    customer: int,
    unknown: int,
    goal: int,
) -> NDArray[np.uint8]:
    """The rows where a visit may begin, since the row before did not begin it, or the goal is."""
    rows = len(visit)
    came, mark = np.zeros(rows + 1, np.bool_), np.empty(rows, np.uint8)
    for row in range(rows):
        came[row + 1] = _comes(initiator[row], channel[row], customer, unknown)
    mark[:1] = 1
    for row in range(1, rows):
        known = (visit[row] == visit[row - 1]) & came[row] & (not head[row])
        mark[row] = came[row + 1] & (not known)
    for row in range(rows):
        mark[row] |= kind[row] == goal
    return mark


@njit(cache=True, nogil=True)
def ways(
    starts: Counts,
    time: Counts,
    channel: NDArray[np.int16],
    visit: NDArray[np.int32],
    initiator: NDArray[np.int8],
    kind: NDArray[np.int16],
    customer: int,
    unknown: int,
    goal: int,
    settled: int,
) -> tuple[Counts, Counts, Counts, Counts, NDArray[np.int8], Counts]:
    """The ways of whole journeys.

    visit      (rows,)  number of the person's visit; it begins with the first row with which the
               customer came
    initiator  (rows,)  who began it; `customer` is the code of the customer
    unknown    the channel of what nobody knows the beginning of, so that it is none
    goal       the kind that is the goal
    settled    a way whose last visit is later than this moment, without the goal, is open

    returns
    first    (ways + 1,)  way w's visits are `first[w]` up to `first[w + 1]`; there may be none
    met      (visits,)  channels; begun (visits,) the row with which each began
    person   (ways,)  places; end (ways,) NO, YES or OPEN; reached (ways,) when the goal was
    """
    some = marked(_marks(heads(starts), channel, visit, initiator, kind, customer, unknown, goal))
    met, begun = np.empty(len(some), np.int64), np.empty(len(some), np.int64)
    size = len(some) + 1
    first, person = np.empty(size + 1, np.int64), np.empty(size, np.int64)
    end, reached = np.empty(size, np.int8), np.empty(size, np.int64)
    visits, found, who, taken = 0, 0, -1, np.int32(-1)
    first[0] = stop = 0
    for place in range(len(some) + 1):
        row = np.int64(some[place]) if place < len(some) else starts[-1]
        if row >= stop:  # another person's, or nobody's
            if visits > first[found]:
                person[found], reached[found] = who, -1
                end[found] = OPEN if time[begun[visits - 1]] > settled else NO
                found += 1
                first[found] = visits
            if place == len(some):
                break
            while row >= stop:
                who += 1
                stop = starts[who + 1]
            taken = np.int32(-1)
        came = _comes(initiator[row], channel[row], customer, unknown)
        if came and visit[row] != taken:
            met[visits], begun[visits], taken = channel[row], row, visit[row]
            visits += 1
        if kind[row] == goal:
            person[found], end[found], reached[found] = who, YES, time[row]
            found += 1
            first[found] = visits
    return (
        first[: found + 1],
        met[:visits],
        begun[:visits],
        person[:found],
        end[:found],
        reached[:found],
    )


@njit(cache=True, nogil=True)
def divide(
    first: Counts,
    met: Counts,
    when: Counts,
    end: NDArray[np.int8],
    reached: Counts,
    direct: int,
    channels: int,
    decay: Counts,
) -> tuple[Counts, Counts, Counts]:
    """The credit of each visit by each rule, of ways that reached the goal.

    returns (hits,) each: the way, `rule * channels + channel`, and billionths of a purchase
    """
    hits = 0
    for way in range(len(end)):
        if end[way] == YES:
            hits += 4 * (first[way + 1] - first[way]) + 3
    whose, cell, units = (
        np.empty(hits, np.int64),
        np.empty(hits, np.int64),
        np.empty(hits, np.int64),
    )
    weight = np.empty(0, np.int64)
    last_met = np.full(channels, -1, np.int64)
    found = 0
    for way in range(len(end)):
        begin, stop = first[way], first[way + 1]
        many = stop - begin
        if end[way] != YES or not many:
            continue
        known = stop - 1
        while known > begin and met[known] == direct:
            known -= 1
        if met[known] == direct:
            known = stop - 1
        for rule, at in enumerate((begin, stop - 1, known)):
            whose[found], cell[found], units[found] = way, rule * channels + met[at], WHOLE
            found += 1
        if len(weight) < many:
            weight = np.empty(2 * many, np.int64)
        for rule in range(3, 7):
            total = np.int64(0)
            for place in range(many):
                at = begin + place
                if rule == 3:
                    weight[place] = 1
                elif rule == 4:
                    edge = place == 0 or place == many - 1
                    weight[place] = (2 * max(many - 2, 1) if edge else 1) if many > 2 else 1
                elif rule == 5:
                    days = (reached[way] - when[at]) // DAY
                    weight[place] = decay[min(days, len(decay) - 1)]
                else:
                    weight[place] = 1 if last_met[met[at]] != way else 0
                    last_met[met[at]] = way
                total += weight[place]
            left, rest = np.int64(WHOLE), total
            for place in range(many):
                # what is left over of a division goes on, so that the sum is exact
                share = left * weight[place] // rest if rest else 0
                left -= share
                rest -= weight[place]
                whose[found], units[found] = way, share
                cell[found] = rule * channels + met[begin + place]
                found += 1
    return whose[:found], cell[:found], units[:found]
