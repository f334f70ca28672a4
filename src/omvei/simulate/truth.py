"""What is true in the simulated shop and cannot be seen in its events."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .behaviour import EVALUATE, EXPLORE, STAGES, Ints
from .identity import CONSENTS
from .rows import NONE
from .telling import Telling
from .walk import SHOP

COUNTS = (
    *("events", "bots", "people", "web_visitors", "buyers", "web_buyers", "orders", "web_orders"),
    *("revenue", "visits", "kinds", "joins"),
)
"""What is added up over the parts of a shop."""


def truth(told: Telling, events: pa.Table, seed: int, label: str) -> dict[str, object]:
    """The truth as plain JSON. `parameters` is what was put in, `happened` what came out."""
    scene, rows = told.scene, told.scene.rows
    rules = scene.behaviour.rules
    purchase = rows.kind == scene.kinds.index("purchase")
    visitors = np.unique(rows.person[told.web])
    buyers = np.unique(rows.person[purchase])
    counts = np.bincount(rows.kind, minlength=len(scene.kinds)).tolist()
    placebo = rules["placebo"]["channel"]
    return {
        "label": label,
        "seed": seed,
        "events": len(events),
        "bots": len(events) - len(rows),
        "people": len(scene.kept),
        "web_visitors": len(visitors),
        "buyers": len(buyers),
        "web_buyers": len(np.unique(rows.person[purchase & told.web])),
        "buyers_share_of_web_visitors": float(np.isin(visitors, buyers).mean()),
        "orders": int(purchase.sum()),
        "web_orders": int((purchase & told.web).sum()),
        "revenue": float(scene.value[rows.order[purchase]].sum() / 100),
        "currency": scene.world.names["currency"],
        "visits": len(np.unique(rows.visit[told.web])),
        "kinds": dict(sorted((kind, n) for kind, n in zip(scene.kinds, counts, strict=True) if n)),
        "placebo": {
            "name": placebo,
            "channel": rules["channels"][placebo]["channel"],
            "effect": "none: these visits came directly, and were given the name afterwards",
            "visits": _visits(told)[placebo],
        },
        "channels": {
            name: {
                "channel": fact["channel"],
                "effect_on_forward_moves": fact["effect"],
                "visits": _visits(told)[name],
            }
            for name, fact in rules["channels"].items()
        },
        "parameters": {
            name: rules[name]
            for name in (
                "moves",
                "visit_ends",
                "leaks",
                "people",
                "comeback",
                "days_away",
                "reviews",
            )
        },
        "happened": happened(told),
        "joins": joins(told),
        "queries": {query: asked[0] for query, asked in scene.world.queries.items()},
        "brands": scene.world.names["brands"],
    }


def happened(told: Telling) -> dict[str, Any]:
    """Counts of the hidden stages: moves, loops and leaks, of people and over their whole time.

    `moves` counts changes and repeats from one touchpoint of the visits to the next, whatever time
    lies between. A loop is explore, evaluate, explore with nothing between: `loop_rate` is its
    share of all times somebody went from explore to evaluate. A leak is a person who left for
    good; its rate is the share of all who were ever in the stage.
    """
    scene, rows = told.scene, told.scene.rows
    walked = rows.take(rows.stage >= 0)
    walked = walked.take(np.lexsort((np.arange(len(walked)), walked.person)))
    size = len(STAGES)
    same = walked.person[1:] == walked.person[:-1]
    pair = walked.stage[:-1][same] * size + walked.stage[1:][same]
    moves = np.bincount(pair, minlength=size * size).reshape(size, size)

    new = np.append(True, ~same | (walked.stage[1:] != walked.stage[:-1]))
    short = walked.take(new)
    person, stage = short.person, short.stage
    went = (stage[:-1] == EXPLORE) & (stage[1:] == EVALUATE) & (person[:-1] == person[1:])
    back = went[:-1] & (stage[2:] == EXPLORE) & (person[2:] == person[:-2])
    been = [len(np.unique(person[stage == one])) for one in range(size)]
    ended = scene.walk.ended[scene.kept]
    left = [int((ended == one).sum()) for one in range(size)]
    return {
        "moves": {
            a: dict(zip(STAGES, row, strict=True))
            for a, row in zip(STAGES, moves.tolist(), strict=True)
        },
        "explore_to_evaluate": int(went.sum()),
        "explore_to_evaluate_to_explore": int(back.sum()),
        "loop_rate": float(back.sum() / max(went.sum(), 1)),
        "people_ever": dict(zip(STAGES, been, strict=True)),
        "people_left_for_good": dict(zip(STAGES, left, strict=True)),
        "people_still_open": int((ended == NONE).sum()),
        "leak_rate": {s: n / max(b, 1) for s, n, b in zip(STAGES, left, been, strict=True)},
    }


def joins(told: Telling) -> dict[str, int]:
    """How many identifiers there are, and how many people have more than one cookie."""
    identifiers = people(told)
    kinds = identifiers["kind"].value_counts().to_pylist()
    cookies = identifiers.filter(pc.equal(identifiers["kind"], "anonymous_id"))
    _, each = np.unique(cookies["person"].to_numpy(), return_counts=True)
    return {
        **{f"{one['values']}s": one["counts"] for one in kinds},
        "people_with_several_cookies": int((each > 1).sum()),
        "friends_with_a_known_sender": len(told.scene.friends),
    }


def people(told: Telling) -> pa.Table:
    """Whose each identifier in the events is: `kind`, `identifier`, `consent`, `person`.

    `consent` is that of a cookie's device: identifiers that came with *denied* must not be joined.
    """
    scene, rows, identity = told.scene, told.scene.rows, told.scene.identity
    consent = np.full(len(identity.owner), NONE)
    web = scene.walk.visits.device != SHOP
    consent[identity.cookie[web]] = identity.consent[web]
    cookie = np.unique(told.cookie[told.cookie >= 0])
    user, email = (np.unique(column[column >= 0]) for column in (told.user, told.email))
    bought = rows.take(rows.kind == scene.kinds.index("purchase"))
    parts = [
        ("anonymous_id", identity.cookies.take(pa.array(cookie)), identity.owner[cookie]),
        ("user_id", identity.users.take(pa.array(user)), user),
        ("email", identity.emails.take(pa.array(email)), email),
        ("order_id", pa.array(scene.orders[bought.order]).cast(pa.string()), bought.person),
    ]
    asked = pa.array(CONSENTS).take(pa.array(consent[cookie]))
    rest = sum(len(names) for kind, names, _ in parts if kind != "anonymous_id")
    return pa.table(
        {
            "kind": pa.concat_arrays(
                [pa.array([kind] * len(names), pa.string()) for kind, names, _ in parts]
            ),
            "identifier": pa.concat_arrays([names for _, names, _ in parts]),
            "consent": pa.concat_arrays([asked, pa.nulls(rest, pa.string())]),
            "person": pa.concat_arrays([pa.array(scene.first + owner) for *_, owner in parts]),
        }
    )


def together(parts: Sequence[dict[str, Any]], seed: int) -> dict[str, Any]:
    """The truth of a shop made in parts: counts are added up, shares are made anew from them."""
    first, happened = parts[0], _added([part["happened"] for part in parts])
    counts = {name: _added([part[name] for part in parts]) for name in COUNTS}
    buyers = sum(part["buyers_share_of_web_visitors"] * part["web_visitors"] for part in parts)
    channels = {
        name: fact | {"visits": sum(part["channels"][name]["visits"] for part in parts)}
        for name, fact in first["channels"].items()
    }
    placebo = first["placebo"]
    went, back = (happened[f"explore_to_evaluate{end}"] for end in ("", "_to_explore"))
    ever, left = happened["people_ever"], happened["people_left_for_good"]
    return first | {
        "seed": seed,
        **counts,
        "revenue": round(counts["revenue"], 2),
        "buyers_share_of_web_visitors": buyers / counts["web_visitors"],
        "kinds": dict(sorted(counts["kinds"].items())),
        "placebo": placebo | {"visits": channels[placebo["name"]]["visits"]},
        "channels": channels,
        "happened": happened
        | {
            "loop_rate": back / max(went, 1),
            "leak_rate": {stage: left[stage] / max(ever[stage], 1) for stage in STAGES},
        },
    }


def _added(values: Sequence[Any]) -> Any:
    """Numbers added up, name by name.

    >>> _added([{"a": 1, "b": {"c": 2}}, {"a": 3, "b": {"d": 4}}])
    {'a': 4, 'b': {'c': 2, 'd': 4}}
    """
    if not isinstance(values[0], dict):
        return sum(values)
    names = dict.fromkeys(name for value in values for name in value)
    return {name: _added([value[name] for value in values if name in value]) for name in names}


def _visits(told: Telling) -> dict[str, int]:
    names = told.scene.behaviour.channels
    counts: Ints = np.bincount(told.channel[told.channel >= 0], minlength=len(names))
    return dict(zip(names, counts.tolist(), strict=True))


def write(said: dict[str, object], path: Path) -> None:
    """Write the truth, readable and in the same order each time."""
    path.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")
