import pytest
from drawing import journeys

import omvei
from omvei import lenses


def test_a_trace_shows_visits_cycles_loops_and_the_stage_in_every_model(tmp_path):
    shop = journeys(tmp_path, ann="search product_view product_view search purchase 40d email_open")
    told = shop.trace("ann").to_json()
    assert [row["loop"] for row in told["rows"]] == [None, None, "self", "back", None, None]
    assert [row["cycle"] for row in told["rows"]] == [0, 0, 0, 0, 0, 1]
    assert [row["session"] for row in told["rows"]] == [1, 2, 3, 4, 5, 6]
    known = {"five_stage": "decision", "funnel": "action", "hankins": "purchase", "stdc": "do"}
    stages = told["rows"][4]["stages"]
    assert set(stages) == set(lenses.names())
    assert {model: stages[model] for model in known} == known
    assert (told["purchases"], told["customer"], told["touchpoints"]) == (1, True, 6)


def test_each_step_says_why_it_is_theirs(tmp_path):
    row = journeys(tmp_path, ann="search").trace("ann").to_json()["rows"][0]
    why = row["why"]
    assert (why["kind"], why["value"], why["source"], why["row"]) == ("person", "ann", "table", 1)
    assert why["file"] == "drawn.parquet"


def test_a_person_is_found_by_any_identifier(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text(
        "anonymous_id,user_id,email,order_id,time,event\n"
        "cookie-1,,,,2026-01-01T10:00:00Z,page_view\n"
        "cookie-1,u7,Ann@Example.org,#0042,2026-01-01T11:00:00Z,purchase\n"
    )
    workspace = omvei.init(tmp_path / "w")
    workspace.take(file)
    found = {
        workspace.journeys.trace(who).to_json()["person"]
        for who in ("cookie-1", "u7", " ann@example.ORG", "42", "#42")
    }
    assert len(found) == 1
    (own,) = found
    assert workspace.journeys.trace(own).to_json()["touchpoints"] == 2


def test_somebody_unknown_is_an_error(tmp_path):
    with pytest.raises(omvei.UnknownNameError, match="No person named 'eve'"):
        journeys(tmp_path, ann="search").trace("eve")
