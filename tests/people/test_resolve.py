import json
import random

import pytest

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
    assert person(made, "mum") == person(made, "family") != person(made, "dad")


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


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_change_who_is_who(tmp_path, seed):
    chance = random.Random(seed)
    rows = [
        {
            kind: f"{kind}{chance.randrange(6)}"
            for kind in chance.sample(["anonymous_id", "user_id", "email", "order_id"], 2)
        }
        | {"time": f"2026-01-01T10:{minute:02}:00Z", "event": f"e{minute}"}
        for minute in range(30)
    ]
    found = []
    for turn in range(2):
        folder = tmp_path / str(turn)
        folder.mkdir()
        (folder / "w").mkdir()
        (folder / "w" / "omvei.key").write_text("ab" * 32)
        chance.shuffle(rows)
        made = workspace(folder, rows)
        listed = made.journeys.people(limit=1000).to_json()["rows"]
        found.append(sorted((row["person"], row["touchpoints"]) for row in listed))
    assert found[0] == found[1]
