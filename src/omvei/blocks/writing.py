"""From the named events of a bucket of people to the files of a block.

Rows are put in order by person, time, row in the file, and event id.

An order seen by two sources (the web tool's purchase, the shop's order) is one touchpoint: the
web's, because it stands in its visit, with the shop's value, because the shop knows what was paid.
The other row, and rows that are no touchpoints, are kept aside: a later append needs them.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from .. import mapped
from ..events.checksum import checksum
from ..mapped import Column
from ..touchpoints import visits
from ..touchpoints.vocabulary import codes
from . import layout, manifest, rowsums
from .dictionaries import Dictionaries

Places = NDArray[np.int64]


def write_block(
    folder: Path,
    name: str,
    rows: pa.Table,
    sets: pa.Table,
    words: Dictionaries,
    session_gap: int,
) -> manifest.Row:
    """Write a block; return its line of the manifest.

    rows         the bucket's rows as `naming.NAMED` makes them, in any order
    sets         the sets of identifiers that its rows carry, by `key`, more than once or not
    session_gap  microseconds
    """
    rows = rows.combine_chunks()
    sets = _once(sets)
    order = _in_order(rows)
    person = rows.column("person").to_numpy()
    told = order[rows.column("class").to_numpy()[order] == 0]
    shown, value = _one_row_an_order(rows, told)
    of_told, events = np.unique(person[told], return_counts=True)
    owner = person[shown]
    begins = np.flatnonzero(np.append(True, owner[1:] != owner[:-1])[: len(owner)])
    starts = np.append(begins, len(owner)).astype(np.int64)
    said = _said(rows, sets, shown)
    columns = said | _derived(said, starts, words, session_gap) | {"value": value}
    people = {"person": of_told, "start": begins, "merged": events - np.diff(starts)}
    aside = np.ones(len(rows), np.bool_)
    aside[shown] = False
    left = order[aside[order]]
    beside = _said(rows, sets, left) | {
        "person": person[left],
        "class": rows.column("class").to_numpy()[left],
    }
    return write_columns(folder, name, people, columns, beside, sets)


def write_columns(
    folder: Path,
    name: str,
    people: dict[str, Column],
    touchpoints: dict[str, Column],
    aside: dict[str, Column],
    sets: pa.Table,
) -> manifest.Row:
    """Write the files of a block from its columns; return its line of the manifest."""
    told = rowsums.sums(touchpoints.__getitem__, len(touchpoints["time"]))
    lengths = np.diff(np.append(people["start"], len(told)))
    people = people | {"sum": rowsums.of_people(told, lengths)}
    aside = aside | {"sum": rowsums.sums(aside.__getitem__, len(aside["person"]))}
    sums = {}
    for part, table in (
        ("touchpoints", _table((*layout.TOUCHPOINTS, *layout.KEPT), touchpoints)),
        ("people", _table(layout.PEOPLE, people)),
        ("aside", _table(layout.ASIDE, aside)),
        ("sets", sets.append_column("sum", pa.array(rowsums.of_sets(sets)))),
    ):
        path = folder / f"{name}.{part}.arrow"
        mapped.write(path, table)
        sums[f"{part}_checksum"] = checksum(path)
    time = touchpoints["time"]
    return {
        "block": name,
        "folder": folder.name,
        "people": len(people["person"]),
        "touchpoints": len(time),
        "merged": int(people["merged"].sum()),
        "aside": len(aside["person"]),
        "first": int(time.min()) if len(time) else None,
        "last": int(time.max()) if len(time) else None,
        "live": None,
        "live_checksum": None,
    } | sums


def _table(columns: tuple[layout.Held, ...], values: dict[str, Column]) -> pa.Table:
    arrays = [
        values[held.name]
        if held.type is np.str_
        else pa.array(values[held.name].astype(held.type, copy=False))
        for held in columns
    ]
    return pa.Table.from_arrays(arrays, schema=layout.schema(columns))


def _once(sets: pa.Table) -> pa.Table:
    """Each set once, in order of its key."""
    _, first = np.unique(sets.column("key").to_numpy(), return_index=True)
    return sets.select(layout.SETS.names).take(pa.array(first)).combine_chunks()


def _in_order(rows: pa.Table) -> Places:
    """The places of the rows, by person, time, row in the file, event id."""
    keys = [rows.column(name).to_numpy() for name in ("row", "time", "person")]
    order = np.argsort(keys[-1])
    if _sort_each(order, *keys):  # the same row of two files: rare, and only then are ids looked at
        ids = rows.column("event_id").combine_chunks()
        ranked = np.empty(len(rows), np.int64)
        ranked[pc.array_sort_indices(ids).to_numpy()] = np.arange(len(rows))
        order = np.lexsort([ranked, *keys])
    return order


@njit(cache=True, nogil=True)
def _sort_each(
    order: Places, row: NDArray[np.int64], time: NDArray[np.int64], person: NDArray[np.int64]
) -> bool:
    """Put the rows of each person, who stand together in `order`, in order of time and row.

    Most have few rows: they are sorted by insertion, at last; before that in larger steps (Shell
    sort, Knuth's). Returns whether two rows are equal in all three.
    """
    equal = False
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and person[order[end]] == person[order[start]]:
            end += 1
        step = 1
        while step * 9 < end - start:
            step = step * 3 + 1
        while step > 0:
            for place in range(start + step, end):
                held = order[place]
                while place - step >= start:
                    other = order[place - step]
                    if time[other] < time[held] or (
                        time[other] == time[held] and row[other] <= row[held]
                    ):
                        break
                    order[place] = other
                    place -= step
                order[place] = held
            step //= 3
        for place in range(start + 1, end):
            one, other = order[place - 1], order[place]
            equal |= time[one] == time[other] and row[one] == row[other]
        start = end
    return equal


def _one_row_an_order(rows: pa.Table, order: Places) -> tuple[Places, NDArray[np.int64]]:
    """Of a person's purchases with one order number keep the web's, with the shop's value.

    order  the places of touchpoints, in order

    Returns the places that are kept, in order, and the value of each.
    """
    value = rows.column("stated").to_numpy().copy()
    is_purchase = rows.column("kind").to_numpy() == codes()["purchase"]
    number = rows.column("order").to_numpy()
    places = order[is_purchase[order] & (number[order] != 0)]
    if len(places) > 1:
        number = number[places]
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


def _said(rows: pa.Table, sets: pa.Table, order: Places) -> dict[str, Column]:
    """The columns of `layout.SAID`, of the rows at `order`."""
    found = {
        held.name: rows.column(held.name).to_numpy()[order].astype(held.type, copy=False)
        for held in layout.SAID
        if held.name not in ("set", "event_id")
    }
    key, known = rows.column("key").to_numpy()[order], sets.column("key").to_numpy()
    place = np.searchsorted(known, key)
    if len(known):
        there = known[np.minimum(place, len(known) - 1)] == key
        place = np.where(there, place, -1)
    else:
        place = np.full(len(key), -1)
    ids = rows.column("event_id").combine_chunks()
    return found | {"set": place.astype(np.int32), "event_id": ids.take(pa.array(order))}


def _derived(
    said: dict[str, Column], starts: Places, words: Dictionaries, session_gap: int
) -> dict[str, Column]:
    """The columns that depend on the person's other rows."""
    session, gap = visits.visits(starts, said["time"], session_gap)
    kind = said["kind"]
    bought = kind == codes()["purchase"]
    bad = np.isin(kind, [codes()["return"], codes()["complaint"]])
    place = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
    known = words.words["channel"]
    direct, unassigned = known.index("Direct"), known.index("Unassigned")
    return {
        "session": session,
        "gap": gap,
        "channel": visits.carry_channel(
            starts, session, said["arrived"], said["browsed"], direct, unassigned
        ),
        "purchases_before": visits.purchases_before(starts, bought),
        "seen_before": visits.seen_before(place, said["product"])
        | visits.seen_before(place, said["brand"]),
        "verdict": visits.verdicts(starts, bought, bad, said["rating"], visits.scales()[kind]),
    }
