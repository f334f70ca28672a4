"""The start page as an answer: what the data say first, what was counted, and the map."""

from typing import TYPE_CHECKING

from ..result import Result

if TYPE_CHECKING:
    from ..journeys import Journeys


def start(journeys: "Journeys") -> Result:
    """The findings (`key, values, href`), the `summary`, and the `map` that says most here."""
    said = journeys.findings()
    meaning = {
        **said.meaning,
        "summary": journeys.summary().to_json(),
        "map": journeys.map(journeys.view).to_json(),
    }
    return Result("start", meaning, said.parts)
