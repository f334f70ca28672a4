import json
from datetime import datetime

import pytest
from drawing import journeys
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import omvei
from omvei.answers.consent import bounds, with_bounds

ROWS = [
    ("ann", "granted", "purchase"), ("ann", "denied", "x"), ("ann", "granted", "x"),
    ("bo", "granted", "x"), ("cy", "granted", "purchase"), ("cy", "denied", "x"),
    ("cy", None, "x"), ("di", None, "purchase"),
]  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("consent")
    (folder / "log.jsonl").write_text(
        "\n".join(
            json.dumps({"user_id": who, "consent": said, "event": event, "time": f"2026-01-0{day}"})
            for day, (who, said, event) in enumerate(ROWS, 1)
        )
    )
    workspace = omvei.init(folder / "w")
    workspace.take(folder / "log.jsonl")
    return workspace.journeys


def test_a_person_is_asked_for_what_they_said_last(shop):
    people = {
        state: shop.where(consent=state).summary().to_json()["people"]
        for state in ("granted", "denied", "unknown")
    }
    assert people == {"granted": 2, "denied": 1, "unknown": 1}
    assert shop.where(consent="granted").trace("ann").to_json()["touchpoints"] == 3


def test_the_bounds_hold_whatever_the_others_did(shop):
    told = shop.consent().to_json()
    assert (told["granted"]["converted"], told["granted"]["people"]) == (2, 4)
    assert told["reached"]["rate"] == 0.5
    assert told["bounds"] == {"low": 0.25, "high": 0.75}
    assert shop.summary().to_json()["consent"]["bounds"] == told["bounds"]
    assert {row["state"]: row["converted"] for row in told["states"]} == {
        "unknown": 1, "granted": 1, "denied": 1,
    }  # fmt: skip


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_the_rate_of_everybody_is_always_within_the_bounds(people):
    consented = [reached for said, reached in people if said]
    found = bounds(len(consented), sum(consented), len(people))
    share = sum(reached for _, reached in people) / len(people)
    assert found["low"] - 1e-9 <= share <= found["high"] + 1e-9
    c, p = len(consented) / len(people), sum(consented) / max(len(consented), 1)
    assert found["low"] == pytest.approx(c * p)
    assert found["high"] == pytest.approx(c * p + 1 - c)


def test_what_nothing_tells_of_is_not_observed_until_something_does(tmp_path):
    seen = journeys(tmp_path, ann="search store_visit wom_exposure")
    assert set(seen.unseen()) == {"ai", "competitors", "mail", "ads", "service"}


@pytest.mark.parametrize(
    ("answer", "filled"),
    [("ChatGPT", {"ai"}), ("En venn", {"word_of_mouth"}), ("Gikk forbi", {"store"}), ("X", set())],
)
def test_what_somebody_says_of_how_they_heard_fills_in_what_is_not_observed(
    tmp_path, answer, filled
):
    shop = omvei.init(tmp_path / "shop")
    clicks = tmp_path / "clicks.csv"
    clicks.write_text(
        "user_id,time,event,url,referrer\n"
        "ann,2026-01-01,page_view,https://a.no/,https://chatgpt.com/\n"
    )
    shop.take(clicks)
    before = set(shop.journeys.unseen())
    assert {"ai", "word_of_mouth", "store"} <= before  # a click is no answer that was read
    told = tmp_path / "survey.csv"
    told.write_text(f"Timestamp,Email,How did you hear about us?\n2026-01-05,a@b.no,{answer}\n")
    shop.take(told)
    assert before - set(omvei.open(shop.path).journeys.unseen()) == filled


def by_month(rows):
    """What `ByMonth` counts, one person after the other."""
    counted = {}
    for person in {who for who, _, _ in rows}:
        state, last = "unknown", {}
        for _, day, said in sorted((row for row in rows if row[0] == person), key=lambda r: r[1]):
            state = said or state
            last[f"{day:%Y-%m}"] = state
        for month, held in last.items():
            counted.setdefault(month, {"unknown": 0, "granted": 0, "denied": 0})[held] += 1
    return [
        {"month": month, "people": sum(states.values()), **states}
        for month, states in sorted(counted.items())
    ]


@settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"),
            st.datetimes(datetime(2025, 10, 1), datetime(2026, 3, 1)),
            st.sampled_from([None, None, "granted", "denied"]),
        ),
        min_size=1,
        max_size=25,
        unique_by=lambda row: row[1],
    )
)
def test_consent_over_months_is_what_each_had_last_said(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("months")
    (folder / "log.jsonl").write_text(
        "\n".join(
            json.dumps({"person": who, "consent": said, "event": "x", "time": f"{at.isoformat()}Z"})
            for who, at, said in rows
        )
    )
    workspace = omvei.init(folder / "w")
    workspace.take(folder / "log.jsonl")
    assert workspace.journeys.consent().to_json()["months"] == by_month(rows)


PERSON = st.tuples(st.booleans(), st.sampled_from(["neither", "first", "both"]))


@given(st.lists(PERSON, min_size=1, max_size=40))
def test_a_steps_share_of_everybody_is_always_within_its_bounds(people):
    """The funnel of everybody, counted slowly, beside what those who consented tell of it."""
    yes = [came for said, came in people if said]
    first, both = len(yes) - yes.count("neither"), yes.count("both")
    row = {"people": both}
    (told,) = with_bounds([row], len(people) - len(yes), "people", first)
    everybody = [came for _, came in people]
    whole = len(everybody) - everybody.count("neither")
    if len(yes) == len(people):
        assert told["bounds"] is None
    elif whole:
        share = everybody.count("both") / whole
        assert told["bounds"]["low"] - 1e-9 <= share <= told["bounds"]["high"] + 1e-9


def test_funnel_and_leaks_say_what_those_left_out_could_change(shop):
    asked = shop.where(consent="granted")
    told = asked.funnel(["x", "purchase"]).to_json()
    assert told["others"] == 2  # cy said no last, and di never said
    assert [row["people"] for row in told["steps"]] == [2, 0]
    assert told["steps"][1]["bounds"] == {"low": 0.0, "high": 0.5}
    assert told["steps"][0]["bounds"] == {"low": 1.0, "high": 1.0}
    assert asked.leaks().to_json()["others"] == 2
    for row in asked.leaks().to_json()["stages"]:
        low, high = row["bounds"]["low"], row["bounds"]["high"]
        assert low == row["left"] / (row["people"] + 2)
        assert high == (row["left"] + 2) / (row["people"] + 2)
    for answer in (shop.funnel(["x"]), shop.where(consent="denied").funnel(["x"]), shop.leaks()):
        assert answer.to_json()["others"] == 0
    assert shop.funnel(["x"]).to_json()["steps"][0]["bounds"] is None
