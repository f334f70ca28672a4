import json
import shutil
from collections import Counter

import duckdb
import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import given
from hypothesis import strategies as st

import omvei
from omvei.blocks import facts

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


MAILS = [
    {"email": "kari@nord.example", "account": "Nord AS"},
    {"email": "per@Nord.example", "user_id": "per"},
    {"email": "eva@sor.example", "event": "purchase"},
    {"email": "Ola <ola@sor.example>"},
    {"email": "ida@hotmail.no"},
    {"email": "liv@gmail.com", "account": "Vest AS"},
    {"user_id": "per"},
]


def with_domains(folder, rows):
    workspace = omvei.init(folder / "w")
    workspace.keep_domains(True)
    file = folder / "log.jsonl"
    file.write_text(
        "\n".join(
            json.dumps({"time": f"2026-01-{day:02}T10:00:00Z", "event": "visit", **row})
            for day, row in enumerate(rows, 1)
        )
    )
    workspace = omvei.open(workspace.path)
    workspace.take(file)
    return workspace


def test_a_domain_is_the_company_named_beside_it_and_free_mail_is_none(tmp_path):
    companies = with_domains(tmp_path, MAILS).journeys.unit("account")
    assert days(companies, "Nord AS") == [1, 2, 7]
    assert days(companies, "sor.example") == [3, 4]
    assert days(companies, "Vest AS") == [6]
    told = companies.summary().to_json()
    assert (told["n"], told["customers"], told["unidentified"]) == (3, 1, 1)


def test_domains_are_neither_kept_nor_used_where_nobody_asked(tmp_path):
    workspace = with_domains(tmp_path, MAILS)
    workspace.keep_domains(False)
    closed = omvei.open(workspace.path)
    assert closed.journeys.unit("account").summary().to_json()["n"] == 2  # Nord AS and Vest AS
    (tmp_path / "x").mkdir()
    files = taken(tmp_path / "x", MAILS).workspace.events.files()
    (kept,) = duckdb.execute(
        "SELECT count(domain) FROM read_parquet($files)", {"files": files}
    ).fetchall()[0]
    assert kept == 0


def test_a_table_from_before_domains_takes_them_in(tmp_path):
    """The column is added to the table, and what is there already stays as it is."""
    workspace = taken(tmp_path, MAILS[:2]).workspace
    old = DeltaTable(str(workspace.path / "events"))
    without = [name for name in old.to_pyarrow_table().column_names if name != "domain"]
    rows = old.to_pyarrow_table().select(without)
    shutil.rmtree(workspace.path / "events")
    write_deltalake(str(workspace.path / "events"), rows)
    workspace.keep_domains(True)
    later = tmp_path / "later.jsonl"
    later.write_text(
        '{"time": "2026-02-01T10:00:00Z", "event": "visit", "email": "x@nord.example"}'
    )
    workspace = omvei.open(workspace.path)
    workspace.take(later)
    workspace.build()
    told = workspace.journeys.unit("account").summary().to_json()
    assert (told["n"], told["events"]) == (2, 3)  # Nord AS, and nord.example: nothing joins them


ROW = st.tuples(st.sampled_from(["a.example", "b.example"]), st.sampled_from(["A", "B", None]))


@given(rows=st.lists(ROW, max_size=12))
def test_a_domains_company_is_the_one_named_most_often(rows):
    told = Counter(rows)
    found = facts.firms((domain, name, times) for (domain, name), times in told.items())
    for domain in {row[0] for row in rows}:
        names = [name for one, name in rows if one == domain and name]
        slow = max(sorted(set(names)), key=names.count) if names else domain
        assert found[domain] == slow
