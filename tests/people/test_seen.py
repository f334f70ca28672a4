import random

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omvei.events.schema import IDENTIFIERS
from omvei.people import seen
from omvei.people.policies import policy
from omvei.people.resolve import prepare, resolve

VALUES = st.sampled_from([None, None, "a", "b", "c"])
ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([None, "granted", "denied"]), *[VALUES] * 6),
    max_size=12,
)
SCHEMA = pa.schema(
    [
        ("key", pa.int64()),
        ("time", pa.timestamp("us", "UTC")),
        *((name, pa.string()) for name in ("event_id", "event", "consent", *IDENTIFIERS)),
    ]
)


def resolved(rows, name="loose"):
    """The people and pairs of events (time, consent, identifiers), whose ids are their places."""
    told = [
        {
            "key": place,
            "time": time,
            "event_id": f"e{place:02}",
            "event": "page",
            "consent": consent,
        }
        | dict(zip(IDENTIFIERS, values, strict=True))
        for place, (time, consent, *values) in enumerate(rows)
    ]
    with duckdb.connect() as con:
        prepare(con)
        con.register("events", pa.Table.from_pylist(told, SCHEMA))
        kinds = ", ".join(IDENTIFIERS)
        con.execute(f"CREATE TABLE facts AS SELECT * REPLACE (hash({kinds}) AS key) FROM events")
        con.execute(f"CREATE TABLE sets AS SELECT DISTINCT key, {kinds} FROM facts")
        seen.gather(con, "facts")
        return resolve(con, "key", policy(name))


def plain(rows):
    """Sets of identifiers, merged event by event; and for each pair the earliest event."""
    groups, first = [], {}
    for place, (time, consent, *values) in enumerate(rows):
        names = [name for name in zip(IDENTIFIERS, values, strict=True) if name[1]]
        may = consent != "denied"
        for name in names:
            if not any(name in group for group in groups):
                groups.append({name})
        for other in names[1:] if may else ():
            pair = (names[0], other)
            first[pair] = min(first.get(pair, (time, place)), (time, place))
            left, right = (next(g for g in groups if n in g) for n in pair)
            if left is not right:
                groups.remove(right)
                left |= right
    return groups, {pair: (time, f"e{place:02}") for pair, (time, place) in first.items()}


@settings(deadline=None, max_examples=60)
@given(ROWS)
def test_people_without_limits_are_the_plain_definition(rows):
    found = resolved(rows)
    nodes = {(r["kind"], r["value"]): r["node"] for r in found.identifiers.to_pylist()}
    people = {}
    for row in found.identifiers.to_pylist():
        if row["from"] is None and row["to"] is None:
            people.setdefault(row["person"], set()).add((row["kind"], row["value"]))
    groups, pairs = plain(rows)
    # a person is known by their strongest, then smallest, identifier
    strongest = [min(g, key=lambda n: (IDENTIFIERS.index(n[0]), n[1])) for g in groups]
    assert people == {nodes[best]: group for best, group in zip(strongest, groups, strict=True)}
    told = {
        ((r["strong_kind"], r["strong_value"]), (r["weak_kind"], r["weak_value"])): (
            r["time"].microsecond,
            r["event_id"],
        )
        for r in found.joins.to_pylist()
    }
    assert told == pairs


@settings(deadline=None, max_examples=30)
@given(ROWS, st.sampled_from(["strict", "default", "loose"]))
def test_first_last_and_events_of_an_identifier_are_counted(rows, name):
    found = [r for r in resolved(rows, name).identifiers.to_pylist() if r["from"] is None]
    for row in found:
        place = 2 + IDENTIFIERS.index(row["kind"])
        times = [r[0] for r in rows if r[place] == row["value"]]
        if row["to"] is None:
            assert (row["first"].microsecond, row["last"].microsecond) == (min(times), max(times))
            assert row["events"] == len(times)


def test_identifiers_whose_hashes_meet_are_hashed_anew(monkeypatch):
    chance = random.Random(1)
    rows = [
        (n, None, None, f"m{n % 7}", None, None, None, f"c{chance.randrange(30)}")
        for n in range(60)
    ]
    usual = resolved(rows)
    real = seen.hashed
    asked = []

    def few(kind, value, word=""):
        asked.append(word)
        sql = real(kind, value, word)
        return sql if word else f"CASE WHEN {value} IS NULL THEN 0 ELSE 1 + ({sql}) % 5 END"

    monkeypatch.setattr(seen, "hashed", few)
    again = resolved(rows)
    assert set(asked) == {"", "#"}
    for table in ("identifiers", "joins"):
        one, other = (getattr(found, table).to_pylist() for found in (usual, again))
        assert sorted(map(str, one)) == sorted(map(str, other))


def test_no_events_are_nobodys():
    found = resolved([])
    assert (len(found.identifiers), len(found.joins)) == (0, 0)


@pytest.mark.parametrize("policy", ["strict", "default", "loose"])
def test_events_without_an_identifier_are_nobodys(policy):
    assert len(resolved([(1, None, *[None] * 6)], policy).identifiers) == 0


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["b", "c"])), min_size=1, max_size=8))
def test_the_event_that_is_named_is_the_one_that_joined(rows):
    """One pair many times: the log names its earliest event, not the one with the smallest id."""
    told = resolved([(time, None, "a", None, None, None, None, weak) for time, weak in rows])
    named = {row["weak_value"]: row["event_id"] for row in told.joins.to_pylist()}
    assert named == {
        weak: f"e{min((time, n) for n, (time, w) in enumerate(rows) if w == weak)[1]:02}"
        for weak in {weak for _, weak in rows}
    }
