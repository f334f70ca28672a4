"""The people behind an answer of the checklist: exactly those of its evidence, or the others."""

from typing import TYPE_CHECKING

from ..answers.counted import counted
from ..errors import UnknownNameError
from ..result import Result
from .checklist import questions

if TYPE_CHECKING:
    from ..journeys import Journeys


def behind(
    journeys: "Journeys", question: str, met: bool = True, *, limit: int = 100, offset: int = 0
) -> Result:
    """List the people of whom the evidence of a `question` tells: those of whom it holds, or, where
    `met` is False, the others it counts. Rows as in `people`.

    Raises `UnknownNameError` for a question that is not about a share of people.
    """
    known = [name for name, one in questions().items() if one["by"] == "people"]
    if question not in known:
        raise UnknownNameError("question", question, known)
    return counted(journeys, dict(questions()[question]), met, limit, offset)
