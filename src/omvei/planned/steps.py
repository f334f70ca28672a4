"""Draw a plan by hand, a step at a time: what a plan's YAML says, before and after one change.

A step is chosen by a word: a kind of touchpoint (`search`), `content: NAME` for a piece of content,
or `event: NAME` for what is called so, such as a touchpoint that the firm wrote down. What comes
after a step that is taken away comes after what that one came after.
"""

from typing import Any

from ..errors import OmveiError, UnknownNameError
from ..touchpoints.vocabulary import MACHINE, kinds

Said = dict[str, Any]
CONTENT, EVENT = "content: ", "event: "


def step(word: str, label: str | None = None, *, optional: bool = False) -> Said:
    """The step that a word stands for; `label` is its name, else the word's own.

    Raises `UnknownNameError` for a kind that is not there.

    >>> step("search", "Search", optional=True)
    {'id': 'Search', 'kind': 'search', 'optional': True}
    >>> step("content: Which tent?"), step("event: Trade fair")
    ({'id': 'Which tent?', 'content': 'Which tent?'}, {'id': 'Trade fair', 'event': 'Trade fair'})
    """
    if word.startswith((CONTENT, EVENT)):
        what, name = (part.strip() for part in word.split(":", 1))
        said: Said = {"id": label or name, what: name}
    elif word in kinds() and word not in MACHINE:
        said = {"id": label or word, "kind": word}
    else:
        known = [name for name in kinds() if name not in MACHINE]
        raise UnknownNameError(
            "kind",
            word,
            known,
            "A piece of content is 'content: NAME', something of another name 'event: NAME'.",
        )
    return said | ({"optional": True} if optional else {})


def add(said: Said, one: Said, place: int | None = None) -> Said:
    """The plan with one more step, before the one at `place` (from 0) or last.

    >>> plan = {"touchpoints": [{"id": "a"}]}
    >>> [row["id"] for row in add(add(plan, {"id": "a"}), {"id": "b"}, 0)["touchpoints"]]
    ['b', 'a', 'a 2']
    """
    rows = list(said.get("touchpoints") or [])
    taken, name, number = {str(row["id"]) for row in rows}, one["id"], 2
    while name in taken:
        name, number = f"{one['id']} {number}", number + 1
    rows.insert(len(rows) if place is None else place, {**one, "id": name})
    return {**said, "touchpoints": rows}


def move(said: Said, place: int, by: int) -> Said:
    """The plan with the step at `place` so many places later; at an end it stays.

    >>> plan = {"touchpoints": [{"id": "a"}, {"id": "b"}]}
    >>> [row["id"] for row in move(plan, 1, -1)["touchpoints"]]
    ['b', 'a']
    """
    rows = list(said["touchpoints"])
    to = min(max(_there(rows, place) + by, 0), len(rows) - 1)
    rows.insert(to, rows.pop(place))
    return {**said, "touchpoints": rows}


def drop(said: Said, place: int) -> Said:
    """The plan without the step at `place`.

    >>> plan = {"touchpoints": [{"id": "a"}, {"id": "b"}, {"id": "c", "after": ["b"]}]}
    >>> drop(plan, 1)["touchpoints"]
    [{'id': 'a'}, {'id': 'c', 'after': ['a']}]
    """
    rows = list(said["touchpoints"])
    gone = rows.pop(_there(rows, place))
    if not rows:
        raise OmveiError("A plan needs a step. Add another before you take the last one away.")
    before = _list(gone.get("after", [rows[place - 1]["id"]] if place else []))
    for at, row in enumerate(rows):
        if gone["id"] in (held := _list(row.get("after", []))):
            kept = [one for name in held for one in (before if name == gone["id"] else [name])]
            rows[at] = {**row, "after": list(dict.fromkeys(kept))}
    return {**said, "touchpoints": rows}


def turn(said: Said, place: int) -> Said:
    """The plan with the step at `place` optional, or no longer so.

    >>> turn({"touchpoints": [{"id": "a"}]}, 0)["touchpoints"]
    [{'id': 'a', 'optional': True}]
    """
    rows = list(said["touchpoints"])
    row = dict(rows[_there(rows, place)])
    if not row.pop("optional", False):
        row["optional"] = True
    rows[place] = row
    return {**said, "touchpoints": rows}


def _there(rows: list[Said], place: int) -> int:
    if not 0 <= place < len(rows):
        raise OmveiError(f"The plan has {len(rows)} steps; there is no step {place + 1}.")
    return place


def _list(said: Any) -> list[str]:
    return [said] if isinstance(said, str) else list(said or [])
