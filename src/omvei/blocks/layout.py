"""What a block holds, column by column. Codes are places in the workspace's dictionaries."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from ..events.schema import IDENTIFIERS


class Held(NamedTuple):
    """One column of a block."""

    name: str
    type: Any
    meaning: str


TOUCHPOINTS = (
    Held("time", np.int64, "microseconds since 1970, UTC"),
    Held("kind", np.int16, "kind of the vocabulary (dictionary `kind`)"),
    Held("channel", np.int16, "channel (dictionary `channel`)"),
    Held("event", np.int32, "the source's name for it (dictionary `event`); -1 for none"),
    Held("content", np.int32, "page, article, mail (dictionary `content`)"),
    Held("query", np.int32, "words searched for (dictionary `query`); -1 for none"),
    Held("query_class", np.int8, "place in `vocabulary.CLASSES`; -1 for none"),
    Held("product", np.int32, "dictionary `product`; -1 for none"),
    Held("brand", np.int32, "dictionary `brand`; -1 for none"),
    Held("campaign", np.int32, "dictionary `campaign`; -1 for none"),
    Held(
        "intended",
        np.int32,
        "the stage its content is meant for (dictionary `intended`); -1 for none",
    ),
    Held("format", np.int32, "what sort of content it is (dictionary `format`); -1 for none"),
    Held(
        "question",
        np.int32,
        "the question its content answers (dictionary `question`); -1 for none",
    ),
    Held("ownership", np.int8, "place in `vocabulary.OWNERSHIPS`"),
    Held("initiator", np.int8, "place in `vocabulary.INITIATORS`"),
    Held("consent", np.int8, "0 unknown, 1 granted, 2 denied"),
    Held("value", np.int64, "hundredths of `currency`; 0 where there is none"),
    Held("cost", np.int64, "hundredths of `currency`; 0 where there is none"),
    Held("currency", np.int32, "dictionary `currency`; -1 for none"),
    Held("rating", np.int16, "stars or score, times 100; -1 for none"),
    Held("session", np.int32, "number of the person's visit, from 1"),
    Held("gap", np.int64, "microseconds since the person's touchpoint before; -1 for the first"),
    Held("purchases_before", np.int32, "number of the purchase cycle, from 0"),
    Held("seen_before", np.bool_, "its product or brand was met before by this person"),
    Held("verdict", np.int8, "latest verdict since the last purchase, 0 to 100; -1 for none"),
    Held("identifier", np.int64, "the identifier by which it is this person's (`people/`, `node`)"),
    Held("source", np.int32, "dictionary `source`"),
    Held("file", np.int32, "dictionary `file`: the file it came in"),
    Held("row", np.int64, "its row in that file, from 1"),
)
"""One row a touchpoint, sorted by person, then time, then row in the file, then event id."""

KEPT = (
    Held("arrived", np.int16, "channel that the row itself tells of; -1 for none"),
    Held("stated", np.int64, "`value` as the row says it"),
    Held("order", np.int64, "hash of the order number; 0 for none"),
    Held("browsed", np.bool_, "a page of the site"),
    Held("set", np.int32, "the identifiers it carried: a row of the block's `sets`"),
    Held("event_id", np.str_, "the event's id"),
)
"""What an append needs of a touchpoint besides; no answer reads it."""

DERIVED = ("channel", "value", "session", "gap", "purchases_before", "seen_before", "verdict")
"""Columns of `TOUCHPOINTS` that depend on the person's other rows."""

SAID = (*(held for held in TOUCHPOINTS if held.name not in DERIVED), *KEPT)
"""What a row itself says, under whatever person it stands."""

ASIDE = (
    Held("person", np.int64, "whose it is"),
    Held("class", np.int8, "place in `build.CLASSES`"),
    Held("sum", np.int64, "of the row, whose it is, and its class left out (`rowsums.py`)"),
    *SAID,
)
"""Rows of the block's people that are no touchpoints: of machines, or told twice."""

PEOPLE = (
    Held("person", np.int64, "the person's id; rows in ascending order"),
    Held("start", np.int64, "where the person's touchpoints begin"),
    Held("merged", np.int32, "rows that are no touchpoints, because another tells of the same"),
    Held("sum", np.int64, "the sums of the touchpoints' rows (`rowsums.py`), added up"),
)
"""One row a person."""

DICTIONARIES = (
    "event",
    "content",
    "query",
    "product",
    "brand",
    "campaign",
    "intended",
    "format",
    "question",
    "currency",
    "source",
    "file",
)
"""Text columns whose codes grow with the data; `kind` and `channel` come from their YAML."""


SETS = pa.schema([("key", pa.uint64()), *((kind, pa.string()) for kind in IDENTIFIERS)])
"""The distinct sets of identifiers of a block's rows, in ascending order of their key; in its file
each has a `sum`, too (`rowsums.py`)."""


def schema(columns: tuple[Held, ...]) -> pa.Schema:
    """The Arrow schema of a block's file.

    >>> schema(PEOPLE).names
    ['person', 'start', 'merged', 'sum']
    """
    return pa.schema([(held.name, arrow(held)) for held in columns])


def arrow(held: Held) -> pa.DataType:
    """The Arrow type of a column."""
    return pa.string() if held.type is np.str_ else pa.from_numpy_dtype(np.dtype(held.type))


ROWS = pa.schema(
    [("key", pa.uint64())]
    + [(held.name, arrow(held)) for held in ASIDE if held.name not in ("set", "sum")]
)
"""Named rows before they are a block's: with the key of their set of identifiers."""
