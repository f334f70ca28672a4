"""Tables of every kind are read into our columns."""

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei import sources
from omvei.errors import OmveiError, SourceError, UnknownFormatError, UnknownNameError

HEAD = "person,time,event\n"


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_a_nordic_shop_file_is_understood_by_its_headers(take, fixture):
    shop = take(fixture("shop_nordic.csv"), timezone="Europe/Oslo")
    assert dict(shop.reading.mapping) == {
        "time": "Dato",
        "event": "Hendelse",
        "person": "Kunde",
        "email": "E-post",
        "order_id": "Ordrenr",
        "channel": "Kanal",
        "value": "Beløp",
    }
    assert shop.reading.unmapped == ("Butikk",)
    first = shop.good[0]
    assert len(first.pop("email")) == 32
    assert first == {
        "time": at(2025, 12, 31, 13, 5),
        "event": "kjøp",
        "person": "0001",
        "order_id": "A-1",
        "channel": "Nyhetsbrev",
        "value": Decimal("1234.5000"),
        "attributes": '{"Butikk":"Oslo"}',
        "row": 2,
    }


def test_a_person_called_na_is_a_person(take, fixture):
    shop = take(fixture("shop_nordic.csv"))
    assert shop.column("person") == ["0001", "NA", "0004"]


def test_each_bad_row_says_its_line_its_column_and_what_was_expected(take, fixture):
    shop = take(fixture("shop_nordic.csv"))
    assert shop.faults() == [
        (4, "Dato", "not a time between 1900 and 2100"),
        (5, "Beløp", "not an amount"),
        (6, "Kunde", "nobody: no identifier is filled in"),
    ]
    assert [row["text"] for row in shop.bad] == ["30.02.2025 10:00", "ti kroner", ""]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2025-12-31T14:05:06.5Z", at(2025, 12, 31, 14, 5, 6, 500000)),
        ("2025-12-31 14:05+01:00", at(2025, 12, 31, 13, 5)),
        ("2025-12-31 14:05:06 +0100", at(2025, 12, 31, 13, 5, 6)),
        ("2025-12-31T14:05:06+0100", at(2025, 12, 31, 13, 5, 6)),
        ("31.12.2025", at(2025, 12, 31)),
        ("31.12.25 14:05", at(2025, 12, 31, 14, 5)),
        ("31/12-2025 kl. 14.05", at(2025, 12, 31, 14, 5)),
        ("12/31/2025 2:05 PM", at(2025, 12, 31, 14, 5)),
        ("3. mai 2025 kl. 10:00", at(2025, 5, 3, 10, 0)),
        ("May 3, 2025", at(2025, 5, 3)),
        ("20251231", at(2025, 12, 31)),
        ("20251231140506", at(2025, 12, 31, 14, 5, 6)),
        ("1735653906", at(2024, 12, 31, 14, 5, 6)),
        ("1735653906789", at(2024, 12, 31, 14, 5, 6, 789000)),
        ("1735653906789012", at(2024, 12, 31, 14, 5, 6, 789012)),
    ],
)
def test_times_are_read_as_people_and_machines_write_them(take, text, meant):
    table = take(f'person,time,event\nann,"{text}",visit\n')
    assert table.column("time") == [meant]


@pytest.mark.parametrize(
    "text", ["2025-02-30", "32.01.2025", "soon", "infinity", "0001-01-01", "NA"]
)
def test_an_impossible_time_is_rejected(take, text):
    table = take(f"{HEAD}ann,{text},visit\nbob,2025-01-01,visit\n")
    assert table.faults() == [(2, "time", "not a time between 1900 and 2100")]


def test_the_whole_column_decides_whether_the_month_comes_first(take):
    table = take(f"{HEAD}ann,03/04/2025,visit\nbob,03/13/2025,visit\n")
    assert table.column("time") == [at(2025, 3, 4), at(2025, 3, 13)]
    assert "'time' is read with the month first, as in 12/31/2025." in table.reading.notes


def test_a_date_that_could_be_either_is_read_with_the_day_first_and_said_so(take):
    table = take(f"{HEAD}ann,03/04/2025,visit\n")
    assert table.column("time") == [at(2025, 4, 3)]
    assert "does not show whether day or month comes first" in table.reading.notes[0]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50 kr", "1234.50"),
        ("kr 1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("100,-", "100"),
        ("(12.00)", "-12"),
        ("\u22125,5", "-5.5"),
        ("1.2e3", "1200"),
    ],
)
def test_amounts_are_read_as_people_write_them(take, text, meant):
    table = take(f'person,time,value\nann,2025-01-01,"{text}"\n')
    assert table.column("value") == [Decimal(meant)]


def test_other_amounts_of_the_column_tell_what_a_lone_mark_means(take):
    table = take("person;time;value\nann;2025-01-01;1,234\nbob;2025-01-01;0,5\n")
    assert table.column("value") == [Decimal("1.234"), Decimal("0.5")]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_any_common_delimiter_is_found(take, mark):
    table = take(f"person{mark}time{mark}event\nann{mark}2025-01-01{mark}visit\n")
    assert table.column("event") == ["visit"]


def test_runs_of_blanks_part_columns(take):
    table = take(" person  time event\r\n  007   20250101  visit\r\n")
    assert table.good == [{"time": at(2025, 1, 1), "event": "visit", "person": "007", "row": 2}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_every_common_encoding_is_read(take, encoding):
    table = take("person,time,event\nKåre,2025-01-01,kjøp\n".encode(encoding))
    assert (table.column("person"), table.column("event")) == (["Kåre"], ["kjøp"])


def test_a_broken_letter_rejects_its_line_only(take):
    lines = "".join(f"ann{n},2025-01-01,kjøp\n" for n in range(50)).encode()
    table = take(HEAD.encode() + lines + b"b\xf8b,2025-01-01,visit\n")
    assert table.faults() == [(52, None, "not text in UTF-8")]


def test_a_line_with_too_many_columns_is_rejected_with_its_number(take):
    table = take(f'{HEAD}ann,2025-01-01,"two\nlines"\n\nbob,2025-01-01,a,b\ncid,2025-01-01,visit\n')
    assert table.faults() == [(5, None, "expected 3 columns, found 4")]
    assert table.numbers == [2, 5, 6]


def test_lines_swallowed_by_an_open_quotation_mark_are_all_counted(take):
    table = take(f'{HEAD}ann,2025-01-01,visit\nbob,2025-01-01,a,"open\ncid,2025-01-01,visit\n')
    assert [row for row, _, _ in table.faults()] == [3, 4]


def test_columns_of_one_name_are_kept_apart(take):
    table = take(
        ",person,time,score,score\n1,ann,2025-01-01,3,4\n", mapping={"rating": "score (2)"}
    )
    assert table.column("rating") == [4.0]
    assert table.column("attributes") == ['{"column 1":"1","score":"3"}']


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nperson;time\nann;2025-01-01\n",
        "Orders of the year\n\nperson;time\nann;2025-01-01\n",
        "person;time\nann;2025-01-01;\nann;2025-01-01;\n",
        '"person";"time"\n"1";"ann";"2025-01-01"\n"2";"ann";"2025-01-01"\n',
    ],
    ids=["a word to Excel", "a title", "a delimiter at the end", "row names without a header"],
)
def test_what_programs_put_around_a_table_is_no_hindrance(take, text):
    table = take(text)
    assert set(table.column("person")) == {"ann"}
    assert set(table.column("time")) == {at(2025, 1, 1)}


def test_columns_that_differ_in_capitals_only_are_kept_apart(take):
    table = take(
        "person,Person,time,Event,event\nann,bob,2025-01-01,X,x\n",
        mapping={"person": "person", "event": "event"},
    )
    assert (table.column("person"), table.column("event")) == (["ann"], ["x"])
    assert table.column("attributes") == ['{"Person":"bob","Event":"X"}']


def test_two_columns_are_joined_into_a_time(take):
    table = take("COOKIE;Date;Time;Page\nc1;1999-06-24;10:06:37;home\n")
    assert table.reading.mapping["time"] == "Date+Time"
    assert table.column("time") == [at(1999, 6, 24, 10, 6, 37)]


def test_what_the_user_says_wins_over_the_header(take):
    table = take("uuid,time,when\na,1,2025-01-01\n", mapping={"time": "when", "person": "uuid"})
    assert table.column("time") == [at(2025, 1, 1)]
    assert table.column("attributes") == ['{"time":"1"}']


def test_a_guess_beside_the_users_word_must_be_the_only_one(take):
    table = take(
        "id,date,amount,total\na,2025-01-01,1,2\n", mapping={"person": "id", "time": "date"}
    )
    assert "value" not in table.reading.mapping


def test_the_name_of_every_event_can_be_given(take):
    table = take("person,time,event\na,2025-01-01,x\n", event="purchase")
    assert table.column("event") == ["purchase"]


@pytest.mark.parametrize(
    ("columns", "cells", "event"),
    [
        ("url", "/x", "page_view"),
        ("order_id,value", "A-1,12", "purchase"),
        ("store", "Oslo", "touch"),
    ],
)
def test_without_a_name_the_columns_suggest_what_an_event_is(take, columns, cells, event):
    table = take(f"person,time,{columns}\na,2025-01-01,{cells}\n")
    assert table.column("event") == [event]
    assert f"taken as a {event}" in table.reading.notes[0]


def test_tags_are_taken_from_the_address(take):
    table = take("person,time,url\na,2025-01-01,/x?utm_source=fb&utm_campaign=v%C3%A5r&gclid=1\n")
    row = table.good[0]
    assert (row["utm_source"], row["campaign"], row["click_id"]) == ("fb", "vår", "gclid")


def test_no_address_or_number_is_kept_in_the_open(take):
    table = take(
        "email,phone,time\nKari@Example.no,912 34 567,2025-01-01\n"
        "kari@example.no,+4791234567,2025-01-02\n",
        key=b"secret",
    )
    (first, second) = table.good
    assert first["email"] == second["email"] != "kari@example.no"
    assert first["phone"] == second["phone"]
    assert len(first["email"]) == len(first["phone"]) == 32


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_names_and_addresses_are_not_kept(take, kind):
    row = {
        "person": "a",
        "time": "2025-01-01",
        "First name": "Kari",
        "Adresse": "Storgata 1",
        "n": "1",
    }
    rows = [",".join(row), ",".join(row.values())] if kind == "csv" else [json.dumps(row)]
    table = take("\n".join(rows) + "\n")
    assert table.column("attributes") == ['{"n":"1"}']
    assert "Not kept" in table.reading.notes[0]
    assert "First name, Adresse" in table.reading.notes[0]


def test_consent_is_granted_denied_or_unknown(take):
    table = take("person,time,consent\na,2025-01-01,Ja\nb,2025-01-01,false\nc,2025-01-01,?\n")
    assert table.column("consent") == ["granted", "denied", None]


def test_json_lines_keep_what_has_no_field_as_it_is(take):
    lines = [
        {"user": {"id": "a", "plan": "x"}, "timestamp": 1735653906, "n": 1, "tags": ["b"]},
        {"user": {"id": "b"}, "timestamp": "2025-01-01", "late": True},
    ]
    table = take("\n".join(map(json.dumps, lines)) + "\n{broken\n", mapping={"person": "user.id"})
    assert table.column("person") == ["a", "b"]
    assert [json.loads(text) for text in table.column("attributes")] == [
        {"user": {"plan": "x"}, "n": 1, "tags": ["b"]},
        {"user": {}, "late": True},
    ]
    assert table.faults() == [(3, None, "not JSON, or cut off")]


def test_one_json_array_is_read_element_by_element(take):
    table = take(json.dumps([{"user_id": "a", "time": "2025-01-01"}, {"user_id": "b"}], indent=2))
    assert table.column("user_id") == ["a"]
    assert table.faults() == [(2, "time", "no time")]


def test_parquet_with_columns_of_its_own_is_read(take, tmp_path):
    path = tmp_path / "t.parquet"
    table = pa.table(
        {
            "customer_id": [7, 8],
            "ts": pa.array([at(2025, 1, 1), None], pa.timestamp("ms", "UTC")),
            "amount": [12.5, 3.0],
            "n": [1, 2],
        }
    )
    pq.write_table(table, path)
    read = take(path)
    assert read.good == [
        {
            "time": at(2025, 1, 1),
            "event": "touch",
            "person": "7",
            "value": Decimal("12.5"),
            "attributes": '{"n":1}',
            "row": 1,
        }
    ]
    assert read.faults() == [(2, "ts", "no time")]


def test_parquet_columns_are_joined_in_the_order_given(take, tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"clock": ["10:06"], "day": ["03/13/2025"], "who": ["a"]}), path)
    read = take(path, mapping={"person": "who", "time": "day+clock"})
    assert read.column("time") == [at(2025, 3, 13, 10, 6)]


@pytest.mark.parametrize("kind", ["parquet", "csv", "json"])
def test_omveis_own_schema_needs_no_mapping(take, tmp_path, kind):
    path = tmp_path / f"own.{kind}"
    rows = [
        {"time": "2025-01-01T10:00:00Z", "kind": "purchase", "anonymous_id": "a", "value": "12.5"},
        {"time": "2025-01-01T11:00:00Z", "kind": "search", "anonymous_id": "NA", "value": None},
    ]
    if kind == "json":
        path.write_text("\n".join(map(json.dumps, rows)))
    elif kind == "csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    else:
        own = pa.table({name: [row[name] for row in rows] for name in rows[0]})
        own = own.set_column(0, "time", [[at(2025, 1, 1, 10), at(2025, 1, 1, 11)]])
        own = own.set_column(3, "value", [pa.array([12.5, None])])
        pq.write_table(own, path)
    assert sources.detect(path) == "table"
    read = take(path)
    assert read.reading.unmapped == ()
    assert (read.column("kind"), read.column("value")) == (
        ["purchase", "search"],
        [Decimal("12.5"), None],
    )
    assert read.column("anonymous_id") == ["a", "NA"]
    assert read.column("attributes") == [None, None]


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", SourceError, "the file is empty"),
        (b" \n\n", SourceError, "the file is empty"),
        (HEAD.encode(), SourceError, "a header but no rows"),
        (bytes(range(256)) * 40, UnknownFormatError, "not text, JSON, XML or Parquet"),
        (b"PAR1 and nothing more", SourceError, "Parquet file is damaged or cut off"),
        (b"just a line of prose\nand another one that is longer\n", UnknownFormatError, "--source"),
        (b"city,visits\nOslo,12\nBergen,3\n", SourceError, "--map person=COLUMN --map time=COLUMN"),
        (b"person,visits\nann,12\n", SourceError, "--map time=COLUMN"),
        (
            b'person,time,note\nann,2025-01-01,x\nbob,2025-01-01,"open\n',
            SourceError,
            "quotation mark",
        ),
        (
            b'[{"user_id":"a","time":"2025-01-01"},{"user_id"',
            SourceError,
            "breaks off in element 2",
        ),
        (b'[{"user_id":"a","time":"2025-01-01"}', SourceError, "array is not closed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), UnknownFormatError, "old Excel file"),
        (b"<html><body>Please log in</body></html>", UnknownFormatError, "no source recognises"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(take, content, error, message):
    with pytest.raises(error, match=message):
        take(content)


def test_a_mapping_to_a_column_that_is_not_there_says_what_there_is(take):
    with pytest.raises(UnknownNameError, match=r"No column named 'persn' .* Did you mean 'person'"):
        take(HEAD + "a,2025-01-01,x\n", mapping={"person": "persn"})


def test_a_mapping_of_a_field_that_is_not_there_says_which_there_are(take):
    with pytest.raises(UnknownNameError, match=r"No field named 'tme' .* 'time'"):
        take(HEAD + "a,2025-01-01,x\n", mapping={"tme": "time"})


def test_a_time_zone_that_does_not_exist_is_refused(take):
    with pytest.raises(SourceError, match="is not a time zone"):
        take(HEAD + "a,2025-01-01,x\n", timezone="Europe/Olso")


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
WORDS = st.one_of(CELLS, st.sampled_from(["2025-01-01", "NA", "1,5", "31.12.2025", '"', ""]))


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(WORDS, WORDS, WORDS, WORDS), min_size=1, max_size=12))
def test_rows_in_are_good_rows_and_rejected_rows(take, rows):
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["person", "time", "value", "note"])
    writer.writerows([("ann", "2025-01-01", "", ""), *rows])
    table = take(text.getvalue(), source="table")
    assert len(table.numbers) == 1 + sum(any(row) for row in rows)
    assert table.numbers == sorted(set(table.numbers))


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300), st.sampled_from(["", "person,time\n", "[", "{", "<log>", "PAR1"]))
def test_any_bytes_give_rows_or_an_error_of_ours(take, content, start):
    try:
        take(start.encode() + content)
    except OmveiError as error:
        assert str(error)  # noqa: PT017 - either outcome is right


def test_a_decimal_comma_in_each_row_is_no_delimiter(take):
    rows = [f"p{n};2026-01-0{n};kjøp;{n},50" for n in range(1, 8)]
    text = "\n".join(["kunde;dato;hendelse;beløp", *rows, "p8;2026-01-08", "p9;x;y;z;9,50"])
    told = take(text)
    assert told.column("person") == [f"p{n}" for n in range(1, 8)]
    assert [fault[0] for fault in told.faults()] == [9, 10]
