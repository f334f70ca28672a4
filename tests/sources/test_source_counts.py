"""Counts that are nobody's: queries of Search Console, and paths of attribution tools."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

import omvei
from omvei.errors import NothingToAnswerError, ReportRefusedError, SourceError, UnknownNameError

QUERIES = "Top queries,Clicks,Impressions,CTR,Position"
GOOD = "telt,1,9,11%,2"
PATHS = "path,total_conversions,total_conversion_value,total_null"


def test_queries_are_read_with_what_the_screen_counts(take, fixture):
    told = take(fixture("search_console.csv"))
    assert (told.reading.source, told.reading.table) == ("search-console", "searches")
    assert told.good[0] == {
        "query": "beste telt", "clicks": 40, "impressions": 1000, "position": 3.2, "row": 2,
    }  # fmt: skip
    assert told.bad == []
    assert "no days" in told.reading.notes[0]


def test_a_norwegian_export_is_read_the_same(take, fixture):
    told = take(fixture("search_console_nb.csv"))
    assert told.good == [
        {"query": "beste telt", "clicks": 40, "impressions": 1000, "position": 3.2, "row": 2}
    ]


def test_a_query_called_null_is_a_query(take):
    assert take(f"{QUERIES}\nnull,1,9,11%,2\n").column("query") == ["null"]


def test_days_and_the_site_are_read_where_they_stand(take):
    text = "data_date,site_url,query,clicks,impressions\n2026-01-05,https://a.example/,telt,1,9\n"
    told = take(text)
    assert (told.good[0]["day"], told.good[0]["site"]) == (date(2026, 1, 5), "https://a.example/")
    assert told.reading.notes == ()
    named = take(f"{QUERIES}\ntelt,1,9,1%,2\n", name="x.csv")
    assert "site" not in named.good[0]


def test_the_other_tables_of_the_export_are_refused_as_such(take):
    with pytest.raises(ReportRefusedError, match="not what was searched for"):
        take("Top pages,Clicks,Impressions,CTR,Position\nhttps://a.example/,1,9,1%,2\n")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",1,9,11%,2", ("Top queries", "no query")),
        ("telt,1,,11%,2", ("Impressions", "no impressions")),
        ("telt,many,9,11%,2", ("Clicks", "not a whole number")),
        ("telt,1,often,11%,2", ("Impressions", "not a whole number")),
        ("telt,1,9,11%,first", ("Position", "not a number")),
        ("telt,-1,9,11%,2", ("Clicks", "a negative number")),
        ("telt,1,9,11%", (None, "expected 5 columns, found 4")),
        ("telt,1,9,11%,2,3", (None, "expected 5 columns, found 6")),
    ],
)
def test_a_row_of_queries_that_cannot_be_used_says_why(take, row, fault):
    told = take(f"{QUERIES}\ntelt,1,9,11%,2\n{row}\n{GOOD}\n{GOOD}\n")
    assert [(column, reason) for _, column, reason in told.faults()] == [fault]
    assert len(told.good) == 3


@pytest.mark.parametrize("head", ["Top queries,Clicks", "Clicks,Impressions", "a,b"])
def test_a_table_without_queries_and_impressions_is_refused(take, head):
    with pytest.raises(SourceError, match="has no column for"):
        take(f"{head}\n1,2\n", source="search-console")


def test_a_newer_file_without_days_replaces_an_older_one(tmp_path, fixture):
    made = omvei.init(tmp_path / "w")
    (tmp_path / "log.csv").write_text("person,time,event\na,2026-01-01,visit\n")
    made.take(tmp_path / "log.csv")
    assert made.journeys.questions().to_json()["outside"] is None
    made.take(fixture("search_console.csv"))
    (tmp_path / "newer.csv").write_text(f"{QUERIES}\nbeste telt,50,1000,5%,3\n")
    made.take(tmp_path / "newer.csv")
    told = made.journeys.questions().to_json()
    assert (told["n"], told["questions"]) == (0, [])
    assert told["outside"]["clicks"] == 50
    assert told["outside_queries"] == [
        {"query": "beste telt", "query_class": "category", "clicks": 50, "impressions": 1000,
         "position": 3.0}
    ]  # fmt: skip


def test_paths_are_counts_and_no_events(take, fixture, tmp_path):
    told = take(fixture("paths.csv"))
    assert (told.reading.source, told.reading.table) == ("paths", "paths")
    assert "no person and no time" in told.reading.notes[0]
    made = omvei.init(tmp_path / "w")
    with pytest.raises(NothingToAnswerError, match="no table of paths"):
        made.paths()
    made.take(fixture("paths.csv"))
    with pytest.raises(NothingToAnswerError, match="no data"):
        made.journeys.summary()


def test_what_is_on_the_paths_sums_to_the_table(tmp_path, fixture):
    made = omvei.init(tmp_path / "w")
    made.take(fixture("paths.csv"))
    told = made.paths().to_json()
    assert (told["n"], told["unit"]) == (310, "journeys")
    steps = {row["step"]: (row["journeys"], row["converted"]) for row in told["steps"]}
    assert steps == {"Paid Search": (300, 15), "Email": (210, 13), "Direct": (10, 3)}
    moves = {(row["source"], row["target"]): row["journeys"] for row in told["moves"]}
    assert moves["(start)", "Paid Search"] == 300
    assert moves["Email", "Email"] == 10
    ends = sum(moves.get((step, "(reached the goal)"), 0) for step in steps)
    assert ends == 18
    first = told["paths"][0]
    assert (first["steps"], first["value"]) == (["Paid Search", "Email"], 4990.0)
    assert first["low"] < first["rate"] == 0.05 < first["high"]


def test_paths_without_those_that_failed_have_no_rates(tmp_path):
    made = omvei.init(tmp_path / "w")
    (tmp_path / "p.csv").write_text("path,conversions\nA > B,3\nB,4\n")
    made.take(tmp_path / "p.csv")
    assert {row["rate"] for row in made.paths().to_json()["paths"]} == {None}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",1,2,3", ("path", "no steps")),
        ("A,,2,3", ("total_conversions", "no conversions")),
        ("A,x,2,3", ("total_conversions", "not a whole number")),
        ("A,1,x,3", ("total_conversion_value", "not a number")),
        ("A,1,2,x", ("total_null", "not a whole number")),
        ("A,-1,2,3", ("total_conversions", "a negative number")),
        ("A,1,2,-3", ("total_null", "a negative number")),
        ("A,1,2", (None, "expected 4 columns, found 3")),
        ("A,1,2,3,4", (None, "expected 4 columns, found 5")),
        ("A,1.5,2,3", ("total_conversions", "not a whole number")),
    ],
)
def test_a_path_that_cannot_be_used_says_why(take, row, fault):
    told = take(f"{PATHS}\nA > B,1,2,3\n{row}\nB,1,2,3\nC,1,2,3\n")
    assert [(column, reason) for _, column, reason in told.faults()] == [fault]


def test_a_column_of_counts_can_be_named(take):
    text = "route,path,total_conversions\nA,B,1\n"
    assert take(text, mapping={"steps": "route"}).column("steps") == ["A"]
    with pytest.raises(UnknownNameError, match="field"):
        take(text, mapping={"person": "route"})


def test_of_a_search_console_zip_the_queries_are_taken_and_the_rest_is_named(tmp_path):
    head = "Clicks,Impressions,CTR,Position\n"
    members = {
        "Queries.csv": f"Top queries,{head}telt,5,90,5.6%,3.1\nsovepose,1,40,2.5%,8\n",
        "Pages.csv": f"Top pages,{head}https://s.no/a,5,90,5.6%,3.1\n",
        "Land.csv": "Land,Klikk,Visninger,CTR,Posisjon\nNorge,5,90,5.6%,3.1\n",
        "Enheter.csv": "Enhet,Klick,Exponeringar,CTR,Position\nMobil,5,90,5.6%,3.1\n",
        "Dates.csv": f"Date,{head}2026-01-01,5,90,5.6%,3.1\n",
        "Filters.csv": "Filter,Value\nSearch type,Web\n",
    }
    archive = tmp_path / "https___s.no_-Performance-on-Search-2026-01-31.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    shop = omvei.init(tmp_path / "w")
    done = {Path(item["name"]).name: item for item in shop.take(archive)}
    assert done["Queries.csv"]["events"] == 2
    others = {name for name, item in done.items() if "skipped" in item}
    assert others == members.keys() - {"Queries.csv"}
    assert "not what was searched for" in done["Land.csv"]["skipped"]
    (tmp_path / "Pages.csv").write_text(members["Pages.csv"])
    with pytest.raises(ReportRefusedError, match="the same zip"):
        shop.take(tmp_path / "Pages.csv")
