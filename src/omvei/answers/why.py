"""Why identifiers are one person's: the log of what was seen together."""

from typing import TYPE_CHECKING, Any

from ..errors import UnknownNameError
from ..people.names import name
from ..people.table import joins_of
from ..result import Result
from .trace import ANY_IDENTIFIER, shown

if TYPE_CHECKING:
    from ..journeys import Journeys


def why(journeys: "Journeys", person: str) -> Result:
    """Say why a person's identifiers are theirs.

    Parts: `identifiers` (`kind, value, first, last, id`: its own, for `unmerge`) and `joins`, one
    row a pair that one event carried: `strong` and `weak` (each `kind, value`), `time` of the first
    such event, its `event_id`, `refused`, and `reason` (null unless refused): `limit user_id` (or
    another kind) where a person would hold too many of that kind, `shared` where one of the two is
    everybody's. Refused joins name an identifier that is somebody else's.

    Raises `UnknownNameError` for somebody who is not here.
    """
    who = journeys.find(person)
    if who is None:
        raise UnknownNameError("person", person, [], ANY_IDENTIFIER)
    held = journeys.identifiers(who)
    names = [f"{i['kind']}:{i['value']}" for i in held]
    joins = joins_of(journeys.people_folder, journeys.build.who("joins"), names)
    return Result(
        "why",
        journeys.meaning(1) | {"person": name(who)},
        {
            "identifiers": [{**shown(i), "id": name(i["node"])} for i in held],
            "joins": [_join(join) for join in joins],
        },
    )


def _join(join: dict[str, Any]) -> dict[str, Any]:
    def one(side: str) -> dict[str, Any]:
        kind, value = join[f"{side}_kind"], join[f"{side}_value"]
        return {"kind": kind, "value": value[:8] + "…" if kind in ("email", "phone") else value}

    return {
        "strong": one("strong"),
        "weak": one("weak"),
        "time": join["time"].isoformat().replace("+00:00", "Z"),
        "event_id": join["event_id"],
        "refused": join["refused"],
        "reason": join["reason"],
    }
