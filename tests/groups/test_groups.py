"""Target groups: who is in one by the plain definition, and answers of a group."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omvei
from omvei import keeping
from omvei.errors import DefinitionError, UnknownNameError
from omvei.groups.group import FILE, Group, check
from omvei.journeys import Journeys
from omvei.people.names import number

DAY = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = ("search", "guide_read", "price_view", "purchase")
CHANNELS = ("Email", "Direct", "Organic Search")
PAGES = ("/guide/tents", "/guide/Boots", "/cart")


@dataclass(frozen=True)
class Row:
    """One touchpoint of somebody, as told to the pipeline."""

    days: int
    kind: str
    channel: str
    content: str
    consent: str


def people():
    """Thirty people with what each of them did, in order."""
    found = {}
    for person in range(30):
        mixed = [(person * 7 + step * 11) % 97 for step in range(1 + person % 5)]
        found[f"p{person}"] = [
            Row(
                sum(mixed[: step + 1]) % 400 + step,
                KINDS[value % 4],
                CHANNELS[value % 3],
                PAGES[value % 3],
                ("granted", "denied", "unknown")[(value + person) % 3],
            )
            for step, value in enumerate(mixed)
        ]
    return {name: sorted(rows, key=lambda row: row.days) for name, rows in found.items()}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("groups")
    told = [(name, n, row) for name, rows in people().items() for n, row in enumerate(rows)]
    times = [DAY + timedelta(days=row.days, minutes=n) for _, n, row in told]
    pq.write_table(
        pa.table(
            {
                "person": [name for name, _, _ in told],
                "time": pa.array(times, pa.timestamp("us", "UTC")),
                **{
                    key: [getattr(row, key) for _, _, row in told]
                    for key in ("kind", "channel", "content", "consent")
                },
            }
        ),
        folder / "a.parquet",
    )
    workspace = omvei.init(folder / "w")
    workspace.take(folder / "a.parquet")
    return workspace.journeys


@pytest.fixture(scope="module")
def ids(shop):
    """The id of each person of ours."""
    return {name: shop.trace(name).meaning["person"] for name in people()}


def group(said) -> Group:
    return check(keeping.Page(keeping.Path("w/definitions") / FILE, {"g": {"who": said}}))["g"]


WORDS = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(KINDS) | st.lists(st.sampled_from(KINDS), min_size=1, max_size=2),
        "channel": st.sampled_from(CHANNELS),
        "content": st.sampled_from([*PAGES, "/guide/*", "*"]),
    },
).filter(bool)
TIMES = st.fixed_dictionaries(
    {},
    optional={
        "since": st.integers(0, 200).map(lambda n: (DAY + timedelta(days=n)).date()),
        "until": st.integers(201, 400).map(lambda n: (DAY + timedelta(days=n)).date()),
        "lately": st.integers(1, 300).map(lambda n: f"{n}d"),
        "at_least": st.integers(0, 2),
    },
)
ONE = st.one_of(
    st.tuples(st.sampled_from(["did", "did_not"]), st.builds(lambda a, b: a | b, WORDS, TIMES)),
    st.tuples(
        st.just("did"),
        st.builds(lambda a, n: a | {"at_least": 0, "at_most": n}, WORDS, st.integers(0, 2)),
    ),
    st.tuples(st.just("first"), WORDS),
    st.tuples(st.just("customer"), st.booleans()),
    st.tuples(st.just("consent"), st.sampled_from(["granted", "denied", "unknown"])),
).map(lambda pair: {pair[0]: pair[1]})
WHO = st.lists(
    ONE | st.lists(ONE, min_size=1, max_size=2).map(lambda some: {"any": some}),
    min_size=1,
    max_size=3,
)


def is_in(rows: list[Row], said, last: timedelta) -> bool:
    """The plain definition of a list of conditions."""
    return all(holds(rows, one, last) for one in said)


def holds(rows, condition, last):
    ((head, asks),) = condition.items()
    if head == "any":
        return any(holds(rows, one, last) for one in asks)
    if head == "customer":
        return any(row.kind == "purchase" for row in rows) == asks
    if head == "consent":
        said = [row.consent for row in rows if row.consent != "unknown"]
        return (said[-1] if said else "unknown") == asks
    if head == "first":
        return fits(rows[0], asks)
    times = sum(fits(row, asks) and when(n, row, asks, last) for n, row in enumerate(rows))
    held = asks.get("at_least", 1) <= times <= asks.get("at_most", len(rows))
    return held if head == "did" else not held


def fits(row, asks):
    for key in ("kind", "channel", "content"):
        wanted = asks.get(key)
        wanted = [wanted] if isinstance(wanted, str) else wanted
        word = getattr(row, key)
        if wanted and not any(
            one == word or ("*" in one and fnmatchcase(word.lower(), one.lower())) for one in wanted
        ):
            return False
    return True


def when(n, row, asks, last):
    at = DAY + timedelta(days=row.days, minutes=n)
    day = at.date()
    return (
        ("since" not in asks or day >= asks["since"])
        and ("until" not in asks or day < asks["until"])
        and ("lately" not in asks or at > last - timedelta(days=int(asks["lately"][:-1])))
    )


@dataclass(frozen=True)
class ByHand(Journeys):
    """Journeys of people who were picked out one by one."""

    picked: tuple[int | None, ...] = ()

    def _open(self, row):
        block = super()._open(row)
        return block.keep(np.isin(block.person, self.picked)[block.place])


def picked(shop, persons):
    wanted = tuple(map(number, persons))
    return ByHand(shop.workspace, shop.build, shop.since, shop.until, picked=wanted)


@settings(deadline=None, max_examples=40)
@given(WHO)
def test_who_is_in_a_group_agrees_with_the_plain_definition(shop, ids, said):
    everybody = people()
    last = max(
        DAY + timedelta(days=row.days, minutes=n)
        for rows in everybody.values()
        for n, row in enumerate(rows)
    )
    expected = {name for name, rows in everybody.items() if is_in(rows, said, last)}
    found = shop.group(group(said)).people(limit=100).to_json()
    assert {row["person"] for row in found["rows"]} == {ids[name] for name in expected}


@settings(deadline=None, max_examples=8)
@given(WHO, st.booleans())
def test_answers_of_a_group_are_those_of_the_same_people_picked_by_hand(shop, ids, said, dated):
    everybody = shop.between("2026-02-01", "2026-12-01") if dated else shop
    asked = everybody.group(group(said))
    persons = [
        ids[name]
        for name, rows in people().items()
        if is_in(rows, said, DAY + timedelta(microseconds=shop.end - int(DAY.timestamp() * 1e6)))
    ]
    by_hand = picked(everybody, persons)
    for answer in ("summary", "map", "leaks", "touchpoints", "choice", "content", "consent"):
        assert getattr(asked, answer)().to_json() == getattr(by_hand, answer)().to_json(), answer
    assert asked.funnel(["search", "purchase"], by="kind").to_json() == (
        by_hand.funnel(["search", "purchase"], by="kind").to_json()
    )


@pytest.mark.parametrize("lens", ["five_stage", "hankins", "stdc"])
def test_where_people_are_now_and_ever_were_is_as_on_the_map(shop, lens):
    nodes = shop.lens(lens).map("stage", nodes=100).to_json()["nodes"]
    for node in nodes:
        if node["id"].startswith("("):
            continue
        for when, key in (("now", "ends"), ("ever", "people")):
            one = group([{"stage": {"model": lens, when: node["id"]}}])
            assert shop.group(one).people().meaning["n"] == node[key], (node["id"], when)


WRONG = [
    ("1", "line 1: expected groups by name"),
    ("Big One: {who: [{customer: true}]}", "is no name"),
    ("a: {who: []}", "needs `who:`"),
    ("a:\n  who:\n    - did: {knd: purchase}", "line 3: say what the touchpoint was"),
    ("a:\n  who:\n    - did: {kind: purchse}", "Did you mean 'purchase'"),
    ("a:\n  who:\n    - did: {kind: purchase, since: soon}", "is not a day"),
    ("a:\n  who:\n    - first: {kind: search, lately: 3d}", "'lately' is not one of"),
    ("a:\n  who:\n    - did: {kind: search, since: 2026-02-01, until: 2026-01-01}", "swap"),
    ("a:\n  who:\n    - stage: {model: five_stage, now: think}", "is not one of awareness"),
    ("a:\n  who:\n    - stage: {model: five, now: think}", "No model named 'five'"),
    ("a:\n  who:\n    - consent: maybe", "consent is one of"),
    ("a:\n  who:\n    - customer: maybe", "write true or false"),
    ("a:\n  who:\n    - any: [{any: [{customer: true}]}]", "none of them any"),
    ("a:\n  who:\n    - dod: {kind: search}", "a condition is one of"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_mistake_is_told_with_its_line_and_cure(tmp_path, text, said):
    (tmp_path / "definitions").mkdir()
    file = tmp_path / "definitions" / FILE
    file.write_text(text)
    with pytest.raises(DefinitionError, match="line") as error:
        check(keeping.read(file))
    assert said in str(error.value)


def test_a_group_that_is_not_there_says_what_there_is(shop):
    with pytest.raises(UnknownNameError, match="omvei groups new"):
        shop.group("loyal")


def test_conditions_of_a_period_are_asked_of_the_period_and_a_group_of_the_whole(shop):
    early = shop.between("2026-01-01", "2026-02-01")
    bought = group([{"did": {"kind": "purchase"}}])
    whole = {row["person"] for row in shop.where(kind="purchase").people().to_dicts()}
    inside = {row["person"] for row in early.group(bought).people().to_dicts()}
    assert inside == {row["person"] for row in early.people().to_dicts()} & whole
    assert inside > {row["person"] for row in early.where(kind="purchase").people().to_dicts()}
