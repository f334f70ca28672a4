"""Which rule catches a touchpoint: a model in which every rule is a stage of its own.

Its stages are stored and narrowed as those of any model, so a count of them is a count of what each
rule catches, and what has no stage falls through all of them.
"""

from dataclasses import replace

from .lens import Lens, Stage
from .rules import Rule


def by_rule(lens: Lens) -> Lens:
    """The same rules, each as a stage of its own, named by its place from 1.

    >>> from .lens import load
    >>> seen = by_rule(load("stdc"))
    >>> len(seen.stages) == len(load("stdc").rules), seen.stages[0].id
    (True, '1')
    """
    return replace(
        lens,
        stages=tuple(Stage(str(place), {}) for place in range(1, len(lens.rules) + 1)),
        rules=tuple(Rule(place, rule.when) for place, rule in enumerate(lens.rules)),
        carrier="rule",
        rest=-1,
        settled=(),
        moves=frozenset(),
        examples=(),
        digest=f"{lens.digest}r",
    )
