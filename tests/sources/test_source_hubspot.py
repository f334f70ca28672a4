"""HubSpot's contacts and deals are what happened at each of their moments."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei.errors import OmveiError, SourceError, UnknownNameError

HEAD = "Deal Name,Deal Stage,Amount,Create Date,Close Date,Associated Contact IDs"
GOOD = "Avtale,Closed Won,1000.00,2025-01-15 09:00,2025-03-01 12:00,101"


def test_each_moment_of_a_contact_is_an_event(take, fixture):
    contacts = take(fixture("hubspot_contacts.csv"))
    assert contacts.reading.source == "hubspot"
    assert [
        (row["row"], row["event"], row["time"].date().isoformat()) for row in contacts.good
    ] == [
        (2, "first_seen", "2025-01-02"),
        (2, "contact_created", "2025-01-02"),
        (2, "form_submitted", "2025-01-02"),
        (2, "form_submitted_last", "2025-01-10"),
        (2, "became_subscriber", "2025-01-02"),
        (2, "became_lead", "2025-01-10"),
        (2, "became_customer", "2025-03-01"),
        (3, "contact_created", "2025-02-02"),
        (3, "form_submitted", "2025-02-02"),
        (3, "became_lead", "2025-02-02"),
    ]
    assert contacts.bad == []


def test_the_first_page_says_where_a_contact_came_from(take, fixture):
    first = take(fixture("hubspot_contacts.csv")).good[0]
    assert len(first.pop("email")) == len(first.pop("phone")) == 32
    assert first == {
        "time": datetime(2025, 1, 2, 10, tzinfo=UTC),
        "event": "first_seen",
        "person": "hubspot-101",
        "account": "Firma AS",
        "host": "vi.example",
        "url": "https://vi.example/blogg?utm_source=li",
        "referrer": "https://www.linkedin.com/",
        "utm_source": "li",
        "status": "Customer",
        "attributes": '{"Original Source":"Organic Social"}',
        "row": 2,
    }


def test_a_form_says_which_it_was(take, fixture):
    contacts = take(fixture("hubspot_contacts.csv"))
    assert contacts.column("content")[2:4] == ["Guide", "Demo"]


def test_a_deal_is_made_and_won_or_lost_or_still_open(take, fixture):
    deals = take(fixture("hubspot_deals.csv"))
    told = [(row["row"], row["event"], row["person"], row.get("value")) for row in deals.good]
    assert told == [
        (2, "deal_created", "hubspot-101", None),
        (2, "deal_won", "hubspot-101", Decimal(120_000)),
        (3, "deal_created", "hubspot-102", None),
        (4, "deal_created", "hubspot-103", None),
        (4, "deal_lost", "hubspot-103", None),
    ]


def test_a_deal_is_of_the_same_person_as_the_contact(take, fixture):
    won = take(fixture("hubspot_deals.csv")).good[1]
    kari = take(fixture("hubspot_contacts.csv")).good[0]
    assert (won["person"], won["email"]) == (kari["person"], kari["email"])


def test_no_name_is_kept(take, fixture):
    contacts, deals = take(fixture("hubspot_contacts.csv")), take(fixture("hubspot_deals.csv"))
    kept = json.dumps([contacts.column("attributes"), deals.column("attributes")])
    assert not [word for word in ("Nordmann", "avtale", "@") if word in kept]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (",,,,,101", "Create Date|Close Date", "no time"),
        ("Avtale,Open,,,2025-03-01,101", "Create Date|Close Date", "no time"),
        (
            GOOD.replace("Won", "x").replace("2025-01", "soon"),
            "Create Date|Close Date",
            "not a time",
        ),
        (GOOD.replace("Won", "x").replace("2025-01", "2025-21"), "Create Date|Close Date", "not a"),
        (GOOD.replace("Won", "x").replace("2025-01", "1025-01"), "Create Date|Close Date", "not a"),
        (GOOD.replace("2025-01-15 09:00", "").replace("1000.00", "big"), "Amount", "not an amount"),
        (GOOD.replace("Won", "x").replace("101", ""), "Associated Contact IDs", "nobody: no"),
        (GOOD + ",x", None, "expected 6 columns, found 7"),
        ("Avtale", None, "expected 6 columns, found 1"),
        (GOOD.replace("Avtale", "\udcff"), None, "not text in UTF-8"),
    ],
)
def test_a_malformed_row_is_rejected_with_its_line(take, line, column, reason):
    pad = f"{GOOD.replace('Avtale', 'Blå')}\n" * 30
    read = take(f"{HEAD}\n{pad}{line}\n".encode("utf-8", "surrogateescape"))
    assert read.reading.source == "hubspot"
    assert len(read.good) == 60
    ((row, at, why),) = read.faults()
    assert (row, at) == (32, column)
    assert why.startswith(reason)


def test_other_tables_are_refused(take):
    with pytest.raises(SourceError, match="neither the columns of HubSpot's contacts nor"):
        take("Email,Opens\na@b.no,3\n", source="hubspot")


def test_a_field_that_is_not_there_cannot_be_said(take):
    with pytest.raises(UnknownNameError):
        take(f"{HEAD}\n{GOOD}\n", mapping={"query": "Amount"}, source="hubspot")


def test_somebody_and_some_moment_are_needed(take):
    said = {"created": "Opprettet"}
    with pytest.raises(SourceError, match="no column for the contact"):
        take("Navn,Opprettet\nA,2025-01-01\n", mapping={"contact_created": said["created"]},
             source="hubspot")  # fmt: skip
    with pytest.raises(SourceError, match="no column for the time of anything"):
        take(
            "Deal Name,Deal Stage,Close Date,Associated Contact\nA,Won,,a@b.no\n",
            mapping={"deal_won": "", "deal_lost": ""},
            source="hubspot",
        )


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(*[st.sampled_from(["", "x", "2025-01-01", "7"])] * 5), max_size=8))
def test_every_row_is_good_or_rejected(take, rows):
    lines = [",".join(["Avtale", *row]) for row in rows]
    read = take("\n".join([HEAD, GOOD, *lines]), source="hubspot")
    assert list(dict.fromkeys(read.numbers)) == list(range(2, len(rows) + 3))


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 200), st.binary(max_size=5))
def test_a_file_damaged_anywhere_gives_rows_or_an_error_of_ours(take, place, noise):
    text = f"{HEAD}\n{GOOD}\n{GOOD}\n".encode()
    try:
        take(text[:place] + noise + text[place + 2 :], source="hubspot")
    except OmveiError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
