"""By what a stage may be judged: its own measures only (Kaushik, and the founding article).

What is made for people who do not want to buy yet is never judged by sales. A model's file says the
measures of each stage (`kpis`).
"""

from ..errors import OmveiError, UnknownNameError
from .lens import Lens


def judge(lens: Lens, stage: str, measure: str) -> str:
    """Say that a stage may be judged by a measure.

    Raises `UnknownNameError` for a stage or a measure that the model does not have, `OmveiError`
    for a measure that is another stage's.

    >>> from .lens import load
    >>> judge(load("stdc"), "do", "conversion_rate")
    'do may be judged by conversion_rate'
    >>> judge(load("stdc"), "see", "conversion_rate")
    Traceback (most recent call last):
    omvei.errors.OmveiError: see is not judged by conversion_rate, which is a measure of do. Its own
    are amplification, conversation, new_people.
    """
    own = lens.stages[lens.place(stage)].kpis
    if measure in own:
        return f"{stage} may be judged by {measure}"
    others = [other.id for other in lens.stages if measure in other.kpis]
    if not others:
        raise UnknownNameError("measure", measure, sorted({k for s in lens.stages for k in s.kpis}))
    raise OmveiError(
        f"{stage} is not judged by {measure}, which is a measure of {' and '.join(others)}. "
        f"Its own are {', '.join(own)}."
    )
