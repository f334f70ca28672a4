import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import omvei


def workspace(folder, rows, name="log.jsonl"):
    file = folder / name
    file.write_text(
        "".join(
            json.dumps({"time": "2026-01-01T10:00:00Z", "event": "x", **row}) + "\n" for row in rows
        )
    )
    made = omvei.init(folder / "w")
    made.take(file)
    return made


def person(made, who):
    return made.journeys.trace(who).to_json()["person"]


def test_identifiers_that_occur_together_are_one_persons(tmp_path):
    made = workspace(
        tmp_path,
        [
            {"anonymous_id": "phone"},
            {"anonymous_id": "laptop", "order_id": "1001"},
            {"order_id": "#1001", "email": "a@example.org"},
            {"email": "A@example.org ", "anonymous_id": "phone"},
            {"anonymous_id": "other"},
        ],
    )
    assert (
        person(made, "phone")
        == person(made, "laptop")
        == person(made, "a@example.org")
        != person(made, "other")
    )


def test_two_user_ids_on_one_browser_stay_two_people(tmp_path):
    made = workspace(
        tmp_path,
        [
            {"anonymous_id": "family", "user_id": "mum"},
            {"anonymous_id": "family", "user_id": "dad", "time": "2026-01-02T10:00:00Z"},
        ],
    )
    assert person(made, "mum") != person(made, "dad")
    assert person(made, "family") in {person(made, "mum"), person(made, "dad")}


@pytest.mark.parametrize(
    "nobody", ["null", "0", "00000000-0000-0000-0000-000000000000", "(not set)", "Anonymous"]
)
def test_values_that_identify_nobody_join_nobody(tmp_path, nobody):
    made = workspace(
        tmp_path,
        [
            {"anonymous_id": "a", "user_id": nobody},
            {"anonymous_id": "b", "user_id": nobody},
        ],
    )
    assert person(made, "a") != person(made, "b")


def test_denied_consent_never_joins(tmp_path):
    made = workspace(
        tmp_path,
        [
            {"anonymous_id": "a", "user_id": "u", "consent": "denied"},
            {"anonymous_id": "a"},
            {"user_id": "u"},
        ],
    )
    assert person(made, "a") != person(made, "u")


def test_a_person_called_na_is_a_person(tmp_path):
    made = workspace(tmp_path, [{"person": "NA"}, {"person": "NB"}])
    assert made.journeys.summary().to_json()["people"] == 2
    assert made.journeys.trace("NA").to_json()["touchpoints"] == 1


@pytest.mark.parametrize("policy", ["strict", "default", "loose"])
def test_the_order_of_rows_does_not_change_who_is_who(tmp_path, policy):
    chance = random.Random(policy)
    rows = [
        {
            kind: f"{kind}{chance.randrange(6)}"
            for kind in chance.sample(["anonymous_id", "user_id", "email", "order_id"], 2)
        }
        | {"time": f"2026-01-01T10:{minute:02}:00Z", "event": f"e{minute}"}
        | {"consent": chance.choice(["granted", "granted", "denied", None])}
        for minute in range(30)
    ]
    found = []
    for turn in range(2):
        folder = tmp_path / str(turn)
        folder.mkdir()
        (folder / "w").mkdir()
        (folder / "w" / "omvei.key").write_text("ab" * 32)
        (folder / "w" / "omvei.toml").write_text(f'[identity]\npolicy = "{policy}"\n')
        chance.shuffle(rows)
        made = workspace(folder, rows)
        listed = made.journeys.people(limit=1000).to_json()["rows"]
        found.append(sorted((row["person"], row["touchpoints"]) for row in listed))
    assert found[0] == found[1]


def test_a_shared_device_belongs_to_whoever_logged_in_nearest(tmp_path):
    def at(day, **row):
        return {
            "anonymous_id": "tablet",
            "time": f"2026-01-{day:02}T10:00:00Z",
            "event": f"d{day}",
        } | row

    logins = {2: "mum", 6: "mum", 12: "dad", 25: "mum"}
    days_used = (1, 2, 5, 6, 9, 11, 12, 20, 25, 28)
    rows = [at(day, user_id=logins.get(day)) for day in days_used]
    made = workspace(tmp_path, [*rows, {"anonymous_id": "other"}])

    def days(who):
        return [int(row["event"][1:]) for row in made.journeys.trace(who).to_json()["rows"]]

    assert days("mum") == [1, 2, 5, 6, 20, 25, 28]
    assert days("dad") == [9, 11, 12]
    told = made.journeys.summary().to_json()
    assert (told["people"], told["touchpoints"]) == (3, 11)


@given(
    st.lists(
        st.tuples(st.integers(1, 27), st.sampled_from([None, "mum", "dad"])),
        min_size=2,
        max_size=9,
        unique_by=lambda e: e[0],
    )
)
@settings(deadline=None, max_examples=25)
def test_the_nearest_login_is_the_plain_definition(tmp_path_factory, events):
    logins = sorted((day, user) for day, user in events if user)
    if len({user for _, user in logins}) < 2:
        return
    rows = [
        {"anonymous_id": "tablet", "user_id": user, "event": f"d{day}"}
        | {"time": f"2026-01-{day:02}T10:00:00Z"}
        for day, user in events
    ]
    made = workspace(tmp_path_factory.mktemp("w"), rows)
    told = {user: set() for user in ("mum", "dad")}
    for day, user in events:
        # halfway between two logins the device is the later one's
        nearest = min(logins, key=lambda login: (abs(login[0] - day), -login[0]))
        told[user or nearest[1]].add(day)
    for who, days in told.items():
        rows = made.journeys.trace(who).to_json()["rows"]
        assert {int(row["event"][1:]) for row in rows} == days
