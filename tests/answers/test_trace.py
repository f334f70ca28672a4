import numpy as np
import pytest
from drawing import journeys

import omvei
from omvei import lenses
from omvei.people import table


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


def test_looking_in_the_index_finds_whom_the_whole_table_finds(tmp_path):
    rng = np.random.default_rng(7)
    workspace = omvei.init(tmp_path / "w")
    for part in range(3):  # the first is built, the others are appended in layers
        lines = ["anonymous_id,user_id,email,order_id,time,event"]
        for n in range(60):
            cookie, user, order = rng.integers(0, 40, 3).tolist()
            said = [f"c{cookie}", *(["", "", ""] if n % 3 else [f"u{user}", f"u{user}@x.no", ""])]
            said[3] = f"#{order}" if n % 7 == 0 else ""
            lines.append(f"{','.join(said)},2026-0{part + 1}-01T10:{n:02}:00Z,page_view")
        (tmp_path / f"{part}.csv").write_text("\n".join(lines))
        workspace.take(tmp_path / f"{part}.csv")
    journeys = workspace.journeys
    assert len(journeys.build.settings["layers"]) == 3
    kinds = ("c", "u", "C", "#", "", "u @X.no ")
    written = [f"{kind}{n}" for n in range(0, 45, 6) for kind in kinds]
    told = journeys.people(limit=8).to_dicts()
    for who in [*written, *(person["person"] for person in told), "", "null", "0" * 12]:
        words = workspace.words(who)
        slow = table.find(journeys.people_folder, journeys.build.who("identifiers"), words)
        assert journeys.find(who) == slow, who
