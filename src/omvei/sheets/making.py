"""Which answer becomes which worksheet; what is said of fewer than ten people is left out first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ..answers.sharing import LEAST, shared
from ..errors import UnknownNameError
from ..language import Words, words
from ..lenses.lens import Lens
from .cells import last_day
from .sheet import Part, Sheet

Json = Mapping[str, Any]
Parts = Callable[[Json, Words], list[Part]]


@dataclass(frozen=True)
class Made:
    """How an answer becomes a worksheet."""

    title: str
    """The key of its title."""
    module: str
    """The module of this folder whose `parts` says it."""
    wide: bool = False


SHEETS: Mapping[str, Made] = {
    "start": Made("start.title", "start"),
    "report": Made("report.title", "report"),
    "plan": Made("plan.title", "plan", wide=True),
    "checklist": Made("checklist.title", "checklist"),
    "advice": Made("advised.title", "advice"),
    "content": Made("content.title", "content", wide=True),
    "touchpoints": Made("touchpoints.title", "touchpoints", wide=True),
    "choice": Made("channels.title", "channels"),
    "campaigns": Made("campaigns.title", "campaigns", wide=True),
    "readiness": Made("channels.ready", "readiness"),
    "attribution": Made("attribution.title", "attribution", wide=True),
    "groups": Made("groups.title", "groups"),
    "rounds": Made("rounds.title", "rounds", wide=True),
    "conform": Made("conform.title", "conform", wide=True),
}
"""The worksheets, by the answer each is made of."""

FORMS: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What can be made of a worksheet, and what a browser calls it."""


def sheet(said: Json, language: str = "en", own: Mapping[str, Lens] | None = None) -> Sheet:
    """The worksheet of an answer (`Result.to_json()`), in a language.

    own  the workspace's own models, by name

    Raises `UnknownNameError` for an answer that is no worksheet.
    """
    if said["answer"] not in SHEETS:
        raise UnknownNameError("worksheet", str(said["answer"]), list(SHEETS))
    made = SHEETS[said["answer"]]
    t = words(language, own, said.get("unit", "people"))
    told = shared(dict(said))
    parts: Parts = import_module(f".{made.module}", __package__).parts
    window = told.get("window") or {}
    return Sheet(
        said["answer"],
        t(made.title, **_titled(told, t)),
        t,
        window.get("from"),
        last_day(window["to"]) if window.get("to") else None,
        tuple(part for part in parts(told, t) if _says_something(part)),
        _notes(told, t),
        made.wide,
    )


def _titled(said: Json, t: Words) -> dict[str, str]:
    """What stands in the title: the month of a report."""
    if said["answer"] != "report":
        return {}
    return {"month": t.month(said["month"]) if said["month"] else ""}


def _says_something(part: Part) -> bool:
    return bool(getattr(part, "rows", None) or getattr(part, "items", None) or hasattr(part, "svg"))


def _notes(said: Json, t: Words) -> tuple[str, ...]:
    found = [t("simulated.long")] if said.get("simulated") else []
    if hidden := said.get("hidden"):
        found.append(t("shared.hidden", n=hidden["rows"], least=hidden["least"]))
    if said.get("blank"):
        found.append(t("shared.blank", least=LEAST))
    return tuple(found)


def written(made: Sheet, form: str) -> bytes:
    """A worksheet in one of `FORMS`."""
    found: Any = getattr(made, form)()
    return found.encode("utf-8") if isinstance(found, str) else bytes(found)
