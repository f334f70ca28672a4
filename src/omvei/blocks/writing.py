"""From the named events of a bucket of people to the two files of a block.

Rows are put in order by person, time, row in the file, and event id. Texts become codes first, so
that only numbers are moved.

An order seen by two sources (the web tool's purchase, the shop's order) is one touchpoint: the
web's, because it stands in its visit, with the shop's value, because the shop knows what was paid.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..events.checksum import checksum
from ..touchpoints import visits
from ..touchpoints.vocabulary import codes
from . import layout, manifest
from .block import Column
from .dictionaries import Dictionaries

Places = NDArray[np.int64]


def write_block(
    folder: Path, name: str, rows: pa.Table, words: Dictionaries, session_gap: int
) -> manifest.Row:
    """Write a block; return its line of the manifest.

    rows         the bucket's rows of `named`, in any order; `session_gap` is in microseconds
    """
    order = _in_order(rows)
    person = rows.column("person").to_numpy()
    told = np.unique(person, return_counts=True)[1]
    order, value = _one_row_an_order(rows, order)
    person = person[order]
    begins = np.flatnonzero(np.append(True, person[1:] != person[:-1]))
    starts = np.append(begins, len(person)).astype(np.int64)
    columns = _columns(rows, order, starts, words, session_gap) | {"value": value}
    people = {"person": person[begins], "start": begins, "merged": told - np.diff(starts)}
    return write_columns(folder, name, people, columns)


def write_columns(
    folder: Path, name: str, people: dict[str, Column], touchpoints: dict[str, Column]
) -> manifest.Row:
    """Write the two files of a block from its columns; return its line of the manifest."""
    sums = {}
    for part, held, values in (
        ("touchpoints", layout.TOUCHPOINTS, touchpoints),
        ("people", layout.PEOPLE, people),
    ):
        path = folder / f"{name}.{part}.arrow"
        arrays = [pa.array(values[h.name].astype(h.type, copy=False)) for h in held]
        with pa.ipc.new_file(path, layout.schema(held)) as out:
            out.write_batch(pa.RecordBatch.from_arrays(arrays, schema=layout.schema(held)))
        sums[f"{part}_checksum"] = checksum(path)
    return {
        "block": name,
        "folder": folder.name,
        "people": len(people["person"]),
        "touchpoints": len(touchpoints["time"]),
        "merged": int(people["merged"].sum()),
        "first": int(touchpoints["time"].min()),
        "last": int(touchpoints["time"].max()),
        "live": None,
        "live_checksum": None,
    } | sums


def _in_order(rows: pa.Table) -> Places:
    """The places of the rows, by person, time, row in the file, event id."""
    keys = [
        rows.column("row").to_numpy(),
        rows.column("time").cast(pa.int64()).to_numpy(),
        rows.column("person").to_numpy(),
    ]
    order = np.lexsort(keys)
    equal = np.ones(max(0, len(order) - 1), np.bool_)
    for key in keys:
        equal &= key[order][1:] == key[order][:-1]
    if equal.any():  # the same row of two files: rare, and only then are event ids looked at
        ids = rows.column("event_id").combine_chunks()
        ranked = np.empty(len(rows), np.int64)
        ranked[pc.array_sort_indices(ids).to_numpy()] = np.arange(len(rows))
        order = np.lexsort([ranked, *keys])
    return order


def _one_row_an_order(rows: pa.Table, order: Places) -> tuple[Places, NDArray[np.int64]]:
    """Of a person's purchases with one order number keep the web's, with the shop's value.

    Returns the places that are kept, in order, and the value of each.
    """
    value = pc.fill_null(rows.column("value"), 0).to_numpy().copy()
    is_purchase = pc.equal(rows.column("kind"), codes()["purchase"])
    numbered = pc.and_(is_purchase, pc.is_valid(rows.column("order_id"))).to_numpy()
    places = order[numbered[order]]
    if len(places) > 1:
        orders = rows.column("order_id").combine_chunks().take(pa.array(places))
        number = orders.dictionary_encode().indices.to_numpy()
        browsed = rows.column("browsed").to_numpy()[places]
        person = rows.column("person").to_numpy()[places]
        by_order = np.lexsort((np.arange(len(places)), ~browsed, number, person))  # web first
        number, places, browsed, person = (c[by_order] for c in (number, places, browsed, person))
        first = np.append(True, (number[1:] != number[:-1]) | (person[1:] != person[:-1]))
        owner = places[first][np.cumsum(first) - 1]
        told = ~browsed & (value[places] != 0)  # what the shop itself says was paid
        value[owner[told][::-1]] = value[places[told]][::-1]
        keep = np.ones(len(rows), np.bool_)
        keep[places[~first]] = False
        order = order[keep[order]]
    return order, value[order]


def _columns(
    rows: pa.Table, order: Places, starts: Places, words: Dictionaries, session_gap: int
) -> dict[str, Column]:
    def number(name: str, missing: int = -1) -> Column:
        found: Column = pc.fill_null(rows.column(name), missing).to_numpy()[order]
        return found

    plain = ("query_class", "ownership", "initiator", "rating", "identifier", "row")
    columns = {name: number(name) for name in plain}
    columns |= {name: number(name, 0) for name in ("cost", "consent")}
    for name in layout.DICTIONARIES:
        columns[name] = words.encode(name, rows.column(name))[order]
    channel = words.encode("channel", rows.column("channel"))[order].astype(np.int16)
    time = rows.column("time").cast(pa.int64()).to_numpy()[order]
    session, gap = visits.visits(starts, time, session_gap)
    kind = number("kind").astype(np.int16)
    bought = kind == codes()["purchase"]
    bad = np.isin(kind, [codes()["return"], codes()["complaint"]])
    place = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
    known = words.words["channel"]
    direct, unassigned = known.index("Direct"), known.index("Unassigned")
    return columns | {
        "time": time,
        "kind": kind,
        "session": session,
        "gap": gap,
        "channel": visits.carry_channel(
            starts, session, channel, rows.column("browsed").to_numpy()[order], direct, unassigned
        ),
        "purchases_before": visits.purchases_before(starts, bought),
        "seen_before": visits.seen_before(place, columns["product"])
        | visits.seen_before(place, columns["brand"]),
        "verdict": visits.verdicts(
            starts, bought, bad, columns["rating"].astype(np.int16), visits.scales()[kind]
        ),
    }
