"""Journeys drawn as text, so that a marketer can write a model's examples.

`search:category product_view . purchase 120d review_written=5`: words are kinds an hour apart; a
dot is an idle hour, and a new visit begins; `120d` a silence; `:class` the class of the words
searched for; `=n` a rating; `@stage` the stage the content is meant for; `#name` a product.
"""

import re
from typing import Any

import numpy as np

from ..errors import UnknownNameError
from ..touchpoints import visits
from ..touchpoints.vocabulary import CLASSES, INITIATORS, OWNERSHIPS, codes, kinds
from .carrier import MODES, NOWHERE, carry, with_silence
from .lens import Lens
from .rules import DAY, placed

HOUR = 3_600_000_000
TOKEN = re.compile(r"(\w+)(?::(\w+))?(?:=(\d+))?(?:@(\w+))?(?:#(\w+))?")


def columns(journey: str) -> dict[str, Any]:
    """The columns of a drawn journey of one person, as a block holds them.

    >>> columns("search:review . purchase")["gap"].tolist()
    [-1, 7200000000]
    """
    time, rows = 0, []
    products: dict[str, int] = {}
    for word in journey.split():
        if word == ".":
            time += HOUR
        elif re.fullmatch(r"\d+d", word):
            time += int(word[:-1]) * DAY
        else:
            found = TOKEN.fullmatch(word)
            kind, asked, rating, intended, product = (
                found.groups() if found else (word,) + (None,) * 4
            )
            if kind not in codes():
                raise UnknownNameError("kind", word, list(codes()))
            about = products.setdefault(product, len(products)) if product else -1
            rows.append(
                (
                    time,
                    kind,
                    CLASSES.index(asked) if asked else -1,
                    int(rating) * 100 if rating else -1,
                    intended,
                    about,
                )
            )
            time += HOUR
    times = np.array([row[0] for row in rows], np.int64)
    kind = np.array([codes()[row[1]] for row in rows], np.int16)
    starts = np.array([0, len(rows)], np.int64)
    bought = kind == codes()["purchase"]
    rating = np.array([row[3] for row in rows], np.int16)
    product = np.array([row[5] for row in rows], np.int32)
    words = [row[4] for row in rows]
    session, gap = visits.visits(starts, times, 2 * HOUR)
    intended = sorted({word for word in words if word})
    return {
        "starts": starts,
        "time": times,
        "kind": kind,
        "rating": rating,
        "query_class": np.array([row[2] for row in rows], np.int8),
        "channel": np.zeros(len(rows), np.int16),
        "ownership": np.array(
            [OWNERSHIPS.index(kinds()[row[1]].ownership) for row in rows], np.int8
        ),
        "initiator": np.array(
            [INITIATORS.index(kinds()[row[1]].initiator) for row in rows], np.int8
        ),
        "intended": np.array([intended.index(word) if word else -1 for word in words], np.int32),
        "intended_words": intended,
        "session": session,
        "gap": gap,
        "purchases_before": visits.purchases_before(starts, bought),
        "product": product,
        "seen_before": visits.seen_before(np.zeros(len(rows), np.int32), product),
        "verdict": visits.verdicts(
            starts,
            bought,
            np.isin(kind, [codes()["return"], codes()["complaint"]]),
            rating,
            visits.scales()[kind],
        ),
    }


def stages(lens: Lens, journey: str) -> str:
    """The stages a model sees in a drawn journey; a silence is in brackets, `-` is no stage.

    >>> from .lens import load
    >>> stages(load("hankins"), "search:category 120d page_view")
    'trigger (no_need) trigger'
    """
    told = columns(journey)
    from ..touchpoints.channels import names

    words = {"channel": names(), "intended": told["intended_words"]}
    found = placed(lens.rules, told, words, lens.quiet_days)
    settled = np.isin(np.arange(max(1, len(lens.stages))), lens.settled)
    quiet = int(lens.quiet_days * DAY)
    stage = carry(
        told["starts"],
        found,
        told["gap"],
        told["purchases_before"],
        MODES[lens.carrier],
        lens.rest,
        quiet,
        settled,
    )
    origin = np.arange(len(stage))
    if lens.carrier == "current" and lens.rest >= 0 and quiet:
        end = int(told["time"][-1])
        _, _, stage, origin = with_silence(
            told["starts"], told["time"], stage, lens.rest, quiet, settled, end
        )
    ids = [s.id for s in lens.stages]
    names_ = ["-" if code == NOWHERE else ids[code] for code in stage]
    return " ".join(
        name if row >= 0 else f"({name})" for name, row in zip(names_, origin, strict=True)
    )
