"""Results as tables in a terminal, with Rich. Says less than --json, and says so where it does."""

from . import files, trust, ways, worksheets
from . import models as seen
from .files import imports, previews, progress, skipped
from .models import model, models
from .tables import Row as _Row
from .tables import counting as _counting
from .tables import print_lines, table

__all__ = [
    "imports",
    "model",
    "models",
    "previews",
    "print_lines",
    "progress",
    "result",
    "skipped",
    "table",
]

_PRINTED = {
    "consent": trust.consent,
    "advice": worksheets.advice,
    "choice": worksheets.choice,
    "readiness": worksheets.readiness,
    "content": worksheets.content,
    "conform": worksheets.conform,
    "deviating": worksheets.deviating,
    "alongside": worksheets.alongside,
    "touchpoints": worksheets.touchpoints,
    "attribution": ways.attribution,
    "map": ways.map,
    "funnel": ways.steps,
    "leaks": ways.leaks,
    "matrix": seen.matrix,
    "numbers": seen.numbers,
    "loops": seen.loops,
    "whereabouts": seen.whereabouts,
    "compare": seen.compare,
    "catches": seen.catches,
    "explain": seen.explain,
    "what_if": seen.what_if,
    "differ": seen.differ,
    "trace": ways.trace,
    "summary": ways.summary,
    "findings": ways.findings,
    "start": ways.findings,
    "people": ways.people,
    "why": ways.why,
    "quality": trust.quality,
    "orders": trust.orders,
    "questions": ways.questions,
    "costs": files.costs,
    "paths": files.paths,
    "policies": trust.policies,
    "own": seen.own,
    "groups": worksheets.groups,
    "handovers": worksheets.handovers,
    "statements": worksheets.statements,
    "remarketing": worksheets.remarketing,
    "campaigns": worksheets.campaigns,
    "plan": worksheets.plan,
    "report": worksheets.report,
    "rounds": worksheets.rounds,
    "checklist": worksheets.checklist,
}


def result(said: _Row) -> None:
    """Print an answer."""
    if said.get("simulated"):
        print_lines(["Simulated data."])
    with _counting(said):
        _PRINTED[said["answer"]](said)
