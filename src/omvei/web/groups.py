"""Target groups: made and changed with a form or as text, sized by the data, and undone."""

import re
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from omvei import keeping, lenses
from omvei.answers.groups import without_data
from omvei.durations import parse
from omvei.errors import NothingToAnswerError, OmveiError, UnknownNameError
from omvei.groups import group as kept
from omvei.groups.rows import STATES
from omvei.language import Words
from omvei.shipped import shipped
from omvei.touchpoints.channels import names as channels
from omvei.touchpoints.vocabulary import MACHINE, kinds
from omvei.web import changing
from omvei.web.asking import PERIODS, USUAL_LENSES, Asked, ask, workspace
from omvei.web.showing import address, as_json, said, show, wants_json

STEPS = 3
"""What people did or did not do: so many rows in the form."""
LATELY = ("7d", "30d", "90d", "365d")
ROW = ("kind", "channel", "content", "at_least", "lately")


def answer(
    request: Request, found: dict[str, kept.Group] | None = None
) -> tuple[Asked | None, dict[str, Any]]:
    """The groups with their sizes; without data, what they say alone."""
    here = workspace(request)
    known = kept.load(here.path) if found is None else found
    try:
        asked = ask(request)
    except NothingToAnswerError:
        return None, without_data(known, here.simulated).to_json()
    told = asked.journeys.groups() if known else without_data(known, here.simulated)
    return asked, told.to_json()


def groups(request: Request) -> Response:
    """Show the groups with their sizes; without data, what they say alone."""
    here, trouble = workspace(request), ""
    file = kept.place(here.path)
    found: dict[str, kept.Group] = {}
    try:
        found = kept.load(here.path)
    except OmveiError as error:
        if wants_json(request):
            raise
        trouble = str(error).replace(f"{file.parent}/", "")
    asked, told = answer(request, found)
    if wants_json(request):
        return as_json(told)
    t, text = said(request), file.read_text("utf-8") if file.exists() else ""
    raw = keeping.read(file).said if found else {}
    change = request.query_params.get("change", "")
    if change and change not in found:
        raise UnknownNameError("target group", change, list(found))
    filled = form_of(raw[change], t.language) if change else None
    rows = [
        {**row, "label": found[row["group"]].label(t.language),
         "says": sentences(raw[row["group"]]["who"], t), "form": form_of(raw[row["group"]], "en")}
        for row in told["rows"]
    ]  # fmt: skip
    query = asked.query if asked else {}
    return show(
        request, "groups.html", rows=rows, answer=told, asked=asked, periods=PERIODS,
        trouble=trouble, text=text, filled=filled or {"did": []}, change=change, steps=STEPS,
        kinds=[name for name in kinds() if name not in MACHINE], channels=channels(),
        models={name: [s.id for s in lenses.load(name).stages] for name in USUAL_LENSES},
        states=STATES, lately=LATELY, kept=query, simulated=here.simulated,
        starters={name: one for name, one in starters().items() if name not in found},
        can_undo=keeping.can_undo(file), can_redo=keeping.can_redo(file),
        json=address("/groups.json", query),
    )  # fmt: skip


def starters() -> dict[str, Any]:
    """The groups that a firm can begin with."""
    found: dict[str, Any] = shipped("omvei.groups", "starters.yaml")
    return found


async def change(request: Request) -> Response:
    """Keep a group, take one away, or undo: what the button says."""
    language = said(request).language

    def write(file: Path, form: Any, do: str) -> None:
        _write(file, form, do, language)

    return await changing.change(request, kept.FILE, write, "/groups")


def _write(file: Path, form: Any, do: str, language: str) -> None:
    if do == "text":
        keeping.rewrite(file, str(form.get("text") or "").replace("\r\n", "\n"), kept.check)
        return
    held = dict(keeping.read(file).said or {})
    name = str(form.get("group") or "")
    if do == "start":
        if name not in starters():
            raise UnknownNameError("target group", name, list(starters()))
        held[name] = starters()[name]
    elif do == "remove":
        held.pop(name, None)
    else:
        label = str(form.get("name") or "").strip()
        if not label:
            raise OmveiError("A target group needs a name. Go back and write one.")
        name = name or _named(label, held)
        names = (held.get(name) or {}).get("name") or {}
        names = {"en": names} if isinstance(names, str) else names
        held[name] = {"name": {**names, language: label}, "who": _conditions(form)}
    keeping.write(file, held or None, kept.check)


def _named(label: str, held: dict[str, Any]) -> str:
    """An id for a group of this name that is not taken."""
    plain = label.lower().translate(str.maketrans("æøåäö", "aoaao"))
    name = "_".join(re.findall(r"[a-z0-9]+", plain))[:30]
    name = name if kept.NAME.fullmatch(name) else f"group_{name}".rstrip("_")
    number, found = 2, name
    while found in held:
        number, found = number + 1, f"{name}_{number}"
    return found


def _conditions(form: Any) -> list[dict[str, Any]]:
    """What the form says, as the file does."""
    who: list[dict[str, Any]] = []
    for step in range(STEPS):
        row: dict[str, Any] = {
            key: text for key in ROW if (text := str(form.get(f"{key}{step}") or "").strip())
        }
        if any(key in row for key in ROW[:3]):
            if row.get("at_least", "").isdecimal():
                row["at_least"] = int(row["at_least"])
            who.append({"did_not" if form.get(f"did{step}") == "did_not" else "did": row})
    if first := str(form.get("first") or ""):
        who.append({"first": {"channel": first}})
    model, _, stage = str(form.get("now") or "").partition(":")
    if stage:
        who.append({"stage": {"model": model, "now": stage}})
    if consent := str(form.get("consent") or ""):
        who.append({"consent": consent})
    if (customer := form.get("customer")) in ("yes", "no"):
        who.append({"customer": customer == "yes"})
    if not who:
        raise OmveiError("Say at least one thing of the people in the group. Go back and choose.")
    return who


def form_of(said: dict[str, Any], language: str) -> dict[str, Any] | None:
    """A group as the fields of the form; None where it says more than the form has."""
    names = said.get("name") or {}
    names = {"en": names} if isinstance(names, str) else names
    found: dict[str, Any] = {
        "name": names.get(language) or names.get("en") or next(iter(names.values()), ""),
        "did": [],
    }
    for condition in said["who"]:
        ((head, asks),) = condition.items()
        if head in ("did", "did_not"):
            plain = all(key in ROW and not isinstance(value, list) for key, value in asks.items())
            if not plain or len(found["did"]) == STEPS or asks.get("lately") not in (None, *LATELY):
                return None
            found["did"].append({"head": head, **asks})
        elif head in found:
            return None
        elif head == "first" and list(asks) == ["channel"] and isinstance(asks["channel"], str):
            found["first"] = asks["channel"]
        elif head == "stage" and "now" in asks and asks["model"] in USUAL_LENSES:
            found["stage"] = f"{asks['model']}:{asks['now']}"
        elif head == "consent" and isinstance(asks, str):
            found["consent"] = asks
        elif head == "customer":
            found["customer"] = "yes" if asks else "no"
        else:
            return None
    return found


def sentences(who: list[dict[str, Any]], t: Words) -> list[str]:
    """What must hold of somebody, a sentence each."""
    return [_sentence(*next(iter(one.items())), t) for one in who]


def _sentence(head: str, asks: Any, t: Words) -> str:
    if head == "any":
        return t("groups.any", all=f" {t('groups.or')} ".join(sentences(asks, t)))
    if head == "customer":
        return t("groups.customer.yes" if asks else "groups.customer.no")
    if head == "consent":
        states = asks if isinstance(asks, list) else [asks]
        return t("groups.consent.is", what=_or([t(f"groups.consent.{one}") for one in states], t))
    if head == "stage":
        when = "now" if "now" in asks else "ever"
        stage = t.stage(asks["model"], asks[when])
        return t(f"groups.stage.{when}", stage=stage, model=t.lens(asks["model"]))
    words = []
    for key, value in asks.items():
        if key not in kept.TIMES:
            several = value if isinstance(value, list) else [value]
            named = _or([t.label(key, str(word)) for word in several], t)
            words.append(
                named if key in ("kind", "channel") else f"{t('groups.of.' + key)} {named}"
            )
    parts = [t(f"groups.{head}", what=", ".join(words))]
    for key in ("at_least", "at_most"):
        if key in asks and (key, asks[key]) != ("at_least", 1):
            parts.append(t(f"groups.{key}", n=asks[key]))
    for key in ("since", "until"):
        if key in asks:
            parts.append(t(f"groups.{key}", day=t.date(str(asks[key]))))
    if "lately" in asks:
        length = parse(str(asks["lately"])).total_seconds()
        parts.append(t("groups.lately", time=t.duration(length)))
    return ", ".join(parts)


def _or(words: list[str], t: Words) -> str:
    return f" {t('groups.or')} ".join(words)
