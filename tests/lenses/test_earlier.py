"""The conditions that look back, against their plain definitions."""

import numpy as np
import pytest
from drawing import pack
from hypothesis import given
from hypothesis import strategies as st

from omvei.errors import LensError
from omvei.lenses.drawn import stages
from omvei.lenses.earlier import Earlier
from omvei.lenses.lens import read
from omvei.touchpoints.vocabulary import codes, kinds

KINDS = ["ad_view", "page_view", "search", "review_read", "purchase"]
QUIET, VISIT = 10, 4
LINES = st.lists(
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 12)), min_size=1, max_size=9),
    min_size=1,
    max_size=4,
)


def plain(line):
    """One row a touchpoint: repeated, evaluated, visits, sets_out, under_way, bought, looked."""
    found, met, weighed, visits, bought, looked = [], set(), False, 0, False, False
    now, session, last_session, acted, began = 0, 0, None, None, None
    for row, (kind, gap) in enumerate(line):
        now += gap if row else 0
        session += row > 0 and gap >= VISIT
        sets_out = False
        if not kinds()[kind].passive:
            visits += session != last_session
            last_session = session
            sets_out = acted is None or now - acted >= QUIET
            acted = now
        if sets_out:
            began, bought, looked = now, False, False
        way = -1 if began is None else now - began
        found.append((kind in met, weighed, visits, sets_out, way, bought, looked))
        met.add(kind)
        weighed |= kind == "review_read"
        looked |= kind in ("review_read", "search") and not sets_out
        if kind == "purchase":
            weighed, bought = False, True
    return found


def columns(lines):
    def column(values):
        return np.array(pack([values(line) for line in lines])[1], np.int64)

    return {
        "kind": column(lambda line: [codes()[kind] for kind, _ in line]).astype(np.int16),
        "query_class": column(lambda line: [-1 for _ in line]),
        "gap": column(lambda line: [gap if row else -1 for row, (_, gap) in enumerate(line)]),
        "time": column(lambda line: np.cumsum([0, *(gap for _, gap in line[1:])]).tolist()),
        "session": column(
            lambda line: np.cumsum([1, *(gap >= VISIT for _, gap in line[1:])]).tolist()
        ),
        "purchases_before": column(
            lambda line: [
                sum(kind == "purchase" for kind, _ in line[:row]) for row in range(len(line))
            ]
        ),
    }


@given(LINES)
def test_what_came_earlier_agrees_with_the_plain_definition(lines):
    back = Earlier(columns(lines), QUIET)
    told = zip(
        *(
            getattr(back, name).tolist()
            for name in (
                "repeated",
                "evaluated",
                "visits",
                "sets_out",
                "under_way",
                "bought_under_way",
                "looked_around",
            )
        ),
        strict=True,
    )
    assert list(told) == [row for line in lines for row in plain(line)]


def test_nobody_has_no_past():
    nobody = {name: np.empty(0, np.int64) for name in columns([])}
    back = Earlier(nobody, QUIET)
    assert [
        len(getattr(back, name)) for name in ("repeated", "evaluated", "visits", "sets_out")
    ] == [
        0,
        0,
        0,
        0,
    ]


def test_without_quiet_days_a_person_sets_out_once():
    line = [("page_view", 0), ("page_view", 1000)]
    assert Earlier(columns([line]), 0).sets_out.tolist() == [True, False]


MODEL = """id: m
name: M
carrier: keep
parameters: {quiet_days: 90, first_days: 3}
stages:
- {id: yes_}
- {id: no_}
rules:
- {stage: yes_, when: {WHEN}}
- {stage: no_, when: {passive: false}}
- {stage: no_, when: {passive: true}}
"""


@pytest.mark.parametrize(
    ("when", "journey", "expected"),
    [
        ("repeated: true", "page_view search page_view", "no no yes"),
        ("evaluated: true", "price_view search purchase search", "no yes yes no"),
        ("visits: {at_least: 2}", "page_view page_view . page_view", "no no yes"),
        ("visits: {at_least: 1}", "ad_view page_view", "no yes"),
        ("sets_out: true", "ad_view search 50d ad_view 50d search", "no yes no yes"),
        ("days_under_way: {at_most: $first_days}", "search 2d search 5d search", "yes yes no"),
        ("days_under_way: {at_most: 3}", "ad_view search", "no yes"),
        ("bought_under_way: true", "search purchase search 99d search", "no no yes no"),
        ("looked_around: true", "search search:brand search page_view", "no no no yes"),
        ("has_product: true", "product_view product_view#tent", "no yes"),
        ("has_product: true, seen_before: false", "product_view#a product_view#a", "yes no"),
    ],
)
def test_a_rule_may_ask_what_came_earlier(when, journey, expected):
    model = read(MODEL.replace("WHEN", when), "m.yaml")
    assert stages(model, journey).replace("_", "") == expected


def test_a_condition_that_looks_back_is_checked():
    with pytest.raises(LensError, match="line 9: sets_out is true or false, not 'soon'"):
        read(MODEL.replace("WHEN", "sets_out: soon"), "m.yaml")
