"""The plan of a workspace and what is made of it; each works without data too.

>>> import tempfile, omvei
>>> shop = omvei.init(tempfile.mkdtemp())
>>> shop.plan is None, shop.checklist("nb").to_dicts()[0]["verdict"]
(True, 'cannot_tell')
"""

from typing import TYPE_CHECKING

from ..errors import NothingToAnswerError, OmveiError

if TYPE_CHECKING:
    from ..journeys import Journeys
    from ..plan.plan import Plan
    from ..result import Result
    from . import Workspace


def plan(workspace: "Workspace") -> "Plan | None":
    """The measurement plan; None where none was made yet. Raises `DefinitionError`."""
    from ..plan import plan as plans

    return plans.load(workspace.path)


def scorecard(workspace: "Workspace", language: str = "en") -> "Result":
    """The plan beside what the data say. Raises `OmveiError` where there is no plan."""
    from ..plan.scorecard import scorecard as scored

    found = workspace.plan
    if found is None:
        raise OmveiError("There is no plan yet. Make one with: omvei plan new")
    return scored(found, _journeys(workspace), language)


def checklist(workspace: "Workspace", language: str = "en") -> "Result":
    """The checklist: the user's own answers beside the data's."""
    from ..plan.checklist import checklist as answered

    return answered(workspace.path, _journeys(workspace), language)


def advice(workspace: "Workspace") -> "Result":
    """What to do next; without data, what to bring in."""
    from ..plan.advice import advice as advised

    return advised(_journeys(workspace), workspace.plan)


def report(workspace: "Workspace", month: str | None = None, language: str = "en") -> "Result":
    """The summary of a month (as 2026-10; by default the last full one)."""
    from ..plan.report import report as summed_up

    return summed_up(_journeys(workspace), workspace.plan, month, language)


def _journeys(workspace: "Workspace") -> "Journeys | None":
    try:
        return workspace.journeys
    except NothingToAnswerError:
        return None
