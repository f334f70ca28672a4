import pytest
from drawing import journeys

import omvei


def test_every_event_is_accounted_for(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text(
        "anonymous_id,time,event,kind,user_agent\n"
        "a,2026-01-01T10:00:00Z,view,page_view,Mozilla/5.0 (X11; Linux) Firefox/130.0\n"
        "a,2026-01-01T10:00:00Z,view,page_view,Mozilla/5.0 (X11; Linux) Firefox/130.0\n"
        "b,2026-01-01T10:00:00Z,view,page_view,Googlebot/2.1\n"
        "null,2026-01-01T10:00:00Z,view,page_view,\n"
        "a,2026-01-01T10:30:00Z,start,technical,\n"
        "a,2026-01-01T10:31:00Z,image,asset,\n"
    )
    workspace = omvei.init(tmp_path / "w")
    workspace.take(file)
    told = workspace.journeys.summary().to_json()
    expected = {
        "events": 6,
        "touchpoints": 2,
        "bots": 1,
        "unidentified": 1,
        "technical": 1,
        "assets": 1,
        "merged": 0,
        "people": 1,
        "sessions": 1,
    }
    assert {key: told[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("file", "mapping", "event", "expected"),
    [
        (
            "wikimedia_sessions/session_dataset.csv.gz",
            "person=uuid time=timestamp content=url",
            None,
            {"events": 63_524, "people": 10_000, "sessions": 22_226, "rejected": 0},
        ),
        (
            "cdnow/CDNOW_master.txt.gz",
            "person=customer_id time=date value=dollar_value",
            "purchase",
            {"events": 69_659, "people": 23_570, "purchases": 69_659, "rejected": 0},
        ),
        ("apache_access_log/apache_logs.gz", "", None, {"events": 9_999, "rejected": 1}),
        (
            "eventdatar/sepsis.csv.gz",
            "person=case_id event=activity time=timestamp",
            None,
            {"events": 15_214, "people": 1_050},
        ),
    ],
)
def test_known_answers_of_real_files(data, tmp_path, file, mapping, event, expected):
    workspace = omvei.init(tmp_path)
    workspace.take(
        data(file), mapping=dict(pair.split("=") for pair in mapping.split()), event=event
    )
    told = workspace.journeys.summary().to_json()
    assert {key: told[key] for key in expected} == expected
    parts = ("touchpoints", "bots", "assets", "technical", "unidentified", "merged")
    assert sum(told[part] for part in parts) == told["events"]


def test_the_sessions_of_every_wikimedia_reader_are_those_of_reconstructr(data, tmp_path):
    workspace = omvei.init(tmp_path)
    workspace.take(
        data("wikimedia_sessions/session_dataset.csv.gz"),
        mapping={"person": "uuid", "time": "timestamp", "content": "url"},
    )
    told = data("wikimedia_sessions/session_count_per_user_1800.csv").read_text().split()[1:]
    expected = sorted(int(line.rpartition(",")[2]) for line in told)
    found = []
    for opened in workspace.journeys.blocks():
        block = opened()
        found += block["session"][block.starts[1:] - 1].tolist()
    assert sorted(found) == expected


def test_a_window_narrows_touchpoints_people_and_visits(tmp_path):
    shop = journeys(tmp_path, ann="search 10d search", bob="search")
    told = shop.between("2026-01-05").summary().to_json()
    assert (told["people"], told["touchpoints"], told["sessions"]) == (1, 1, 1)


def test_a_condition_keeps_whole_journeys_of_people_who_meet_it(tmp_path):
    shop = journeys(tmp_path, ann="search purchase", bob="search")
    assert shop.where(kind="purchase").summary().to_json()["touchpoints"] == 2
    assert shop.where(customer=False).summary().to_json()["people"] == 1


def test_data_of_programs_only_is_answered_with_nobody(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text(
        "anonymous_id,time,event,user_agent\na,2026-01-01T10:00:00Z,view,Googlebot/2.1\n"
    )
    workspace = omvei.init(tmp_path / "w")
    workspace.take(file)
    shop = workspace.journeys
    told = shop.summary().to_json()
    assert (told["events"], told["bots"], told["people"]) == (1, 1, 0)
    assert shop.map().to_json()["nodes"] == []
    assert shop.leaks().to_json()["stages"] == []
    assert shop.people().to_json()["rows"] == []
    assert shop.funnel(["purchase"], by="kind").to_json()["steps"][0]["people"] == 0
    assert shop.findings().to_json()["n"] == 0


def test_rows_that_are_not_built_yet_are_no_duplicates(tmp_path):
    workspace = omvei.init(tmp_path / "w")
    for number in range(2):
        file = tmp_path / f"{number}.csv"
        file.write_text(f"user_id,time,event\nu{number},2026-01-0{number + 1},search\n")
        workspace.take(file, build=number == 0)
    told = workspace.journeys.summary().to_json()
    assert (told["events"], told["duplicates"]) == (1, 0)
    workspace.renew()
    told = workspace.journeys.summary().to_json()
    assert (told["events"], told["duplicates"]) == (2, 0)
