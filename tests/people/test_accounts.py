import json

import pytest

import omvei

ROWS = [
    {"anonymous_id": "c1"},
    {"anonymous_id": "c1", "user_id": "ann", "account": "Nord AS"},
    {"user_id": "bo", "account": " NORD as"},
    {"user_id": "bo", "event": "purchase", "account": "Nord AS"},
    {"user_id": "cy", "account": "Sør AS"},
    {"user_id": "cy", "account": "Nord AS"},
    {"user_id": "cy", "account": "Sør AS"},
    {"user_id": "eva", "event": "meeting", "account": "Sør AS"},
    {"user_id": "dag"},
    {"user_id": "ann", "consent": "denied"},
]


def taken(folder, rows):
    file = folder / "log.jsonl"
    file.write_text(
        "\n".join(
            json.dumps({"time": f"2026-01-{day:02}T10:00:00Z", "event": "visit", **row})
            for day, row in enumerate(rows, 1)
        )
    )
    workspace = omvei.init(folder / "w")
    workspace.take(file)
    return workspace.journeys


@pytest.fixture(scope="module")
def journeys(tmp_path_factory):
    return taken(tmp_path_factory.mktemp("accounts"), ROWS)


def days(journeys, who):
    return [int(row["time"][8:10]) for row in journeys.trace(who).to_json()["rows"]]


def test_a_companys_journey_is_that_of_all_its_people(journeys):
    companies = journeys.unit("account")
    assert days(companies, "nord as") == [1, 2, 3, 4, 6]
    assert days(companies, "Sør AS") == [5, 7, 8]
    assert days(companies, "bo") == days(companies, "Nord AS")


def test_every_answer_counts_companies_and_adds_up(journeys):
    companies = journeys.unit("account")
    told = companies.summary().to_json()
    assert (told["unit"], told["n"], told["customers"]) == ("accounts", 2, 1)
    assert told["events"] == told["touchpoints"] + told["unidentified"]
    drawn = companies.map("kind").to_json()
    assert max(node["people"] for node in drawn["nodes"]) <= 2
    assert companies.unit("person").summary().to_json()["people"] == 5


def test_without_companies_the_reader_is_told_what_to_do(tmp_path):
    alone = taken(tmp_path, [{"user_id": "ann"}])
    with pytest.raises(omvei.NothingToAnswerError, match="--map account=company"):
        alone.unit("account")
    with pytest.raises(omvei.UnknownNameError, match="unit"):
        alone.unit("household")


def test_as_of_a_day_nothing_later_is_known(journeys):
    then = journeys.as_of("2026-01-02")
    told = then.summary().to_json()
    assert (told["events"], told["duplicates"], told["people"]) == (1, 0, 1)
    with pytest.raises(omvei.UnknownNameError):
        then.trace("ann")
    # the cookie was nobody's yet; later it is ann's
    assert days(then, "c1") == [1]
    assert days(journeys, "c1") == [1, 2, 10]
    assert days(journeys.unit("account").as_of("2026-01-04"), "bo") == [1, 2, 3]
