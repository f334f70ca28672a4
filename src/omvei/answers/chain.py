"""What follows from a matrix, if the next stage depends on the stage alone: the absorbing chain.

A person in stage i goes to stage j with the probability seen among the moves out of i. They are
absorbed by the goal when a move reaches it, and by the end when nothing came after. With Q the
moves between stages and r those into the goal, v = (I - Q)^-1 r is the probability of the goal
from each stage (methods 1.3, 3; Kemeny & Snell 1960). Repeats in a stage change nothing and are
left out, so a *step* is a change of stage. After a purchase the person starts over from the stage
it is in: v of that stage speaks of the next purchase. The journeys times v of the start, and the
purchases in each stage times v of it, add up to the purchases seen, exactly.

That the past does not matter is an assumption, so everything here is labelled `modelled`; so is a
what-if, which says what the chain would do, not what a campaign would.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .bootstrap import interval
from .intervals import FEW

if TYPE_CHECKING:
    from .matrix import Counted

MORE = 0.1
"""By how much `lines` raises the probability of a line."""

Shares = NDArray[np.float64]


@dataclass(frozen=True)
class Chain:
    """An absorbing chain over stages and the start; the start is the last place."""

    stay: Shares
    """(n, n) probabilities between stages: the matrix Q."""
    goal: Shares
    """(n,) probabilities of a move that reaches the goal: r."""

    @classmethod
    def of(cls, count: NDArray[np.int64]) -> "Chain":
        """The chain of moves `count` (side, side, 2), start and end the last two places."""
        places = len(count) - 1
        stay = count[:places, :places, 0].astype(np.float64)
        np.fill_diagonal(stay, 0.0)
        goal = count[:places, :, 1].sum(axis=1).astype(np.float64)
        out = stay.sum(axis=1) + goal + count[:places, places, 0]
        out[out == 0] = 1.0
        return cls(stay / out[:, None], goal / out)

    def chances(self) -> Shares:
        """The probability of ever reaching the goal, from each place.

        >>> toy = Chain(
        ...     np.array([[0.2, 0.3, 0], [0.5, 0, 0], [0.6, 0.4, 0]]), np.array([0.3, 0.1, 0])
        ... )
        >>> toy.chances().round(6).tolist()  # Toy 2 of Bryl's article
        [0.507692, 0.353846, 0.446154]
        """
        return self._solve(self.goal)

    def steps(self) -> Shares:
        """The mean number of steps to the goal, of those who reach it; not finite for nobody.

        Given that the goal is reached, i goes to j with q_ij v_j / v_i.
        """
        chance = self.chances()
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Shares = self._solve(chance) / chance
        return found

    def returns(self) -> Shares:
        """The probability of coming back to each place once left: 1 - 1 / N_ii."""
        size = len(self.stay)
        found: Shares = 1 - 1 / np.diag(np.linalg.solve(np.eye(size) - self.open(), np.eye(size)))
        return found

    def changed(self, source: int, target: int, probability: float) -> "Chain":
        """The chain with another probability of one line; the others out of the stage give or
        take in proportion. A target beyond the last place is the goal.
        """
        stay, goal = self.stay.copy(), self.goal.copy()
        before = goal[source] if target == len(stay) else stay[source, target]
        rest = (1 - probability) / (1 - before) if before < 1 else 0.0
        stay[source] *= rest
        goal[source] *= rest
        if target == len(stay):
            goal[source] = probability
        else:
            stay[source, target] = probability
        return Chain(stay, goal)

    def best(self) -> tuple[list[int], float]:
        """The most probable way from the start to the goal, and its probability.

        Every line is less probable than 1, so the best way visits no place twice; at most as many
        rounds as there are places find it (Bellman 1958).
        """
        size = len(self.stay)
        chance, after = self.goal.copy(), np.full(size, -1)
        for _ in range(size):
            through = self.stay * chance[None, :]
            better = through.max(axis=1)
            wins = better > chance
            if not wins.any():
                break
            after[wins], chance[wins] = through.argmax(axis=1)[wins], better[wins]
        way: list[int] = []
        place = int(after[size - 1])
        while place >= 0 and len(way) <= size:
            way.append(place)
            place = int(after[place])
        return way, float(chance[size - 1])

    def open(self) -> Shares:
        """Q without places from which nothing ends: a handful of people may only go round."""
        leaves = 1 - self.stay.sum(axis=1) > 1e-12
        while True:
            more = leaves | ((self.stay > 0) & leaves[None, :]).any(axis=1)
            if (more == leaves).all():
                return np.where(leaves[:, None], self.stay, 0.0)
            leaves = more

    def _solve(self, right: Shares) -> Shares:
        return np.asarray(np.linalg.solve(np.eye(len(self.stay)) - self.open(), right), np.float64)


def stages(
    chain: Chain, replicates: list[Chain], names: list[str], counted: "Counted"
) -> list[dict[str, Any]]:
    """One row a place that people leave: `stage, people` (who were there), `chance` (of reaching
    the goal from here) with `low, high`; `steps` to it with `steps_low, steps_high`; `return` (the
    chance of coming back once left); `label, too_few`.
    """
    drawn = np.array([each.chances() for each in replicates])
    walked = np.array([each.steps() for each in replicates])
    chance, steps, back = chain.chances(), chain.steps(), chain.returns()
    rows = []
    for place, name in enumerate(names[:-1]):
        people = int(counted.left[place])
        if not people:
            continue
        low, high = interval(drawn[:, place])
        fewest, most = interval(walked[:, place])
        rows.append(
            {
                "stage": name,
                "people": people,
                "chance": float(chance[place]),
                "low": low,
                "high": high,
                "steps": float(steps[place]) if np.isfinite(steps[place]) else None,
                "steps_low": fewest,
                "steps_high": most,
                "return": float(back[place]),
                "label": "modelled",
                "too_few": people < FEW,
            }
        )
    return rows


def lines(chain: Chain, replicates: list[Chain], names: list[str]) -> list[dict[str, Any]]:
    """What if ten more in a hundred who leave a stage took a line: `from, to, probability` (now, of
    the moves that leave) and `change` of the chance of the goal from the start, with `low, high`;
    `label`. The largest gain first.
    """
    drawn = np.array([raised(each, MORE) for each in replicates])
    rows = []
    for (source, target), change in np.ndenumerate(raised(chain, MORE)):
        if not chain.stay[source, target]:
            continue
        low, high = interval(drawn[:, source, target])
        rows.append(
            {
                "from": names[source],
                "to": names[target],
                "probability": float(chain.stay[source, target]),
                "change": float(change),
                "low": low,
                "high": high,
                "label": "modelled",
            }
        )
    return sorted(rows, key=lambda row: (-row["change"], row["from"], row["to"]))


def raised(chain: Chain, more: float) -> Shares:
    """By how much the chance from the start changes, for each line (source, target) alone, when
    its probability is raised by `more`, to 1 at most, as `Chain.changed` does.

    Only row s of Q changes, by d, so the chance of the start changes by
    N_0s (d v + d_r) / (1 - d N_s), with N = (I - Q)^-1 (Sherman & Morrison 1950).
    """
    size = len(chain.stay)
    often = np.linalg.solve(np.eye(size) - chain.open(), np.eye(size))
    chance = often @ chain.goal
    held = chain.stay
    new = np.minimum(1.0, held + more)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(held < 1, (1 - new) / (1 - held), 0.0)
        pull = new - held * rest
        gain = (rest - 1) * chance[:, None] + pull * chance[None, :]
        again = (rest - 1) * (np.diag(often) - 1)[:, None] + pull * often.T
        found: Shares = often[size - 1][:, None] * gain / (1 - again)
    return found


def paths(chain: Chain, names: list[str], taken: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two ways to the goal: `kind` (`frequent`: the order of first entries that most buyers had;
    `probable`: the likeliest way through the chain, up to the goal), `path`, `share` (of buyers; of
    starts), `label`.
    """
    rows = []
    if taken:
        first = taken[0]
        told = {"kind": "frequent", "path": first["route"], "share": first["share"]}
        rows.append(told | {"label": "observed"})
    way, probability = chain.best()
    if probability > 0:
        path = [names[place] for place in way]
        rows.append({"kind": "probable", "path": path, "share": probability, "label": "modelled"})
    return rows
