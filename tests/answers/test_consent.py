import json

import pytest
from drawing import journeys
from hypothesis import given
from hypothesis import strategies as st

import omvei
from omvei.answers.consent import bounds

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
