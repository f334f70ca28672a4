"""One person's way, from first touchpoint to purchase and beyond, and why each step is theirs."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.block import Block
from ..errors import UnknownNameError
from ..lenses import lens as lenses
from ..lenses.carrier import NOWHERE
from ..moment import moment
from ..people.names import name
from ..result import Result
from ..touchpoints.vocabulary import CLASSES, INITIATORS, OWNERSHIPS

if TYPE_CHECKING:
    from ..journeys import Journeys

ANY_IDENTIFIER = (
    "Give a cookie, a user id, an e-mail address or an order number as it stands in your files, "
    "or an id from `omvei people`."
)


def trace(journeys: "Journeys", person: str) -> Result:
    """Follow one person, by any of their identifiers.

    One row a touchpoint: `time, session, new_session, cycle` (purchases before it), `channel,
    kind, event, content, query, query_class, product, campaign, value` (in `currency`),
    `ownership` (whose touchpoint it is), whether it is `controlled` by the firm, `initiator`, the
    stage its content is `intended` for, its `format` and the `question` it answers,
    `gap_seconds` since the one before, `loop` (`self`: the same kind again; `back`: a kind met
    earlier in this purchase cycle), `stages` (the stage in every model) and `why` (the identifier
    by which it is theirs, with the file and row it came from). The window does not narrow a trace.

    Raises `UnknownNameError` for somebody who is not here.
    """
    who = journeys.find(person)
    block = find(journeys, who) if who is not None else None
    if who is None or block is None:
        raise UnknownNameError("person", person, [], ANY_IDENTIFIER)
    held = journeys.identifiers(who)
    rows = _rows(journeys, block, {i["node"]: i for i in held})
    bought = [row for row in rows if row["kind"] == "purchase"]
    value: dict[str, float] = {}
    for sale in bought:
        if sale["value"] is not None:
            currency = sale["currency"] or ""
            value[currency] = value.get(currency, 0) + sale["value"]
    main = max(value, key=lambda currency: value[currency], default=None)
    days = int(block["time"][-1] - block["time"][0]) / 86_400e6
    return Result(
        "trace",
        journeys.meaning(1)
        | {
            "person": name(who),
            "customer": bool(bought),
            "touchpoints": len(rows),
            "sessions": rows[-1]["session"],
            "purchases": len(bought),
            "value": round(value[main], 2) if main is not None else None,
            "currency": main or None,
            "values": {currency: round(total, 2) for currency, total in sorted(value.items())},
            "first": rows[0]["time"],
            "last": rows[-1]["time"],
            "days": round(days, 2),
        },
        {"identifiers": [shown(i) for i in held], "rows": rows},
    )


def find(journeys: "Journeys", who: int) -> Block | None:
    """The whole journey of one person, as a block of its own."""
    for opened in journeys.whole().holding(who):
        block = opened()
        place = int(np.searchsorted(block.person, who))
        if place < block.people and block.person[place] == who:
            return block.alone(place)
    return None


def _rows(
    journeys: "Journeys", block: Block, held: dict[int, dict[str, Any]]
) -> list[dict[str, Any]]:
    words = journeys.words
    files = {done["file"]: done["name"] for done in journeys.workspace.imports()}
    models = [*(lenses.load(name) for name in lenses.names()), *journeys.own_models.values()]
    stages = {
        model.id: ([s.id for s in model.stages], block[f"stage:{model.digest}"]) for model in models
    }
    met: set[int] = set()
    rows: list[dict[str, Any]] = []

    def word(column: str, row: int) -> str | None:
        code = int(block[column][row])
        return words[column][code] if code >= 0 else None

    for row in range(block.rows):
        kind, cycle = int(block["kind"][row]), int(block["purchases_before"][row])
        if row == 0 or cycle != rows[-1]["cycle"]:
            met = set()
        again = row > 0 and cycle == rows[-1]["cycle"] and kind == int(block["kind"][row - 1])
        held_by = held.get(int(block["identifier"][row]))
        currency, value = word("currency", row), int(block["value"][row])
        rows.append(
            {
                "time": moment(int(block["time"][row])),
                "session": int(block["session"][row]),
                "new_session": row == 0 or bool(block["session"][row] != block["session"][row - 1]),
                "cycle": cycle,
                **{
                    column: word(column, row)
                    for column in ("channel", "kind", "event", "content", "query")
                },
                "query_class": CLASSES[block["query_class"][row]]
                if block["query_class"][row] >= 0
                else None,
                **{column: word(column, row) for column in ("product", "brand", "campaign")},
                "ownership": OWNERSHIPS[block["ownership"][row]],
                "controlled": OWNERSHIPS[block["ownership"][row]] == "owned",
                "initiator": INITIATORS[block["initiator"][row]],
                **{column: word(column, row) for column in ("intended", "format", "question")},
                "value": value / 100 if value else None,
                "currency": currency,
                "rating": int(block["rating"][row]) / 100 if block["rating"][row] >= 0 else None,
                "gap_seconds": int(block["gap"][row]) / 1e6 if block["gap"][row] >= 0 else None,
                "loop": "self" if again else "back" if kind in met else None,
                "stages": {
                    model: ids[column[row]] if column[row] != NOWHERE else None
                    for model, (ids, column) in stages.items()
                },
                "why": {
                    **(shown(held_by) if held_by else {"kind": None, "value": None}),
                    "source": word("source", row),
                    "file": files.get(word("file", row) or ""),
                    "row": int(block["row"][row]),
                },
            }
        )
        met.add(kind)
    return rows


def shown(held: dict[str, Any]) -> dict[str, Any]:
    """An identifier as it may be shown: hashes are shortened, the rest is the firm's own id."""
    value = held["value"]
    shown = value[:8] + "…" if held["kind"] in ("email", "phone") else value
    return {
        "kind": held["kind"],
        "value": shown,
        "first": held["first"].isoformat().replace("+00:00", "Z"),
        "last": held["last"].isoformat().replace("+00:00", "Z"),
    }
