"""Letters sent, opened and clicked are read from the files of newsletter tools."""

import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei import sources
from omvei.errors import OmveiError, SourceError, UnknownNameError

HEAD = "Email Address,Timestamp,Action,Campaign Title"
GOOD = "a@b.no,2025-05-17 10:00:00,open,Spring"


def test_a_nordic_tool_says_what_happened_in_its_own_words(take, fixture):
    letters = take(fixture("newsletter.csv"), timezone="Europe/Oslo")
    assert letters.reading.source == "newsletter"
    assert letters.column("event") == ["sent", "opened", "clicked", "bounced", "unsubscribed"]
    assert len(set(letters.column("email"))) == 3
    clicked = letters.good[2]
    assert len(clicked.pop("email")) == 32
    assert clicked == {
        "time": datetime(2025, 5, 17, 7, 31, tzinfo=UTC),
        "event": "clicked",
        "url": "https://fjell.example/telt?utm_source=brev&utm_medium=email&utm_campaign=vaar",
        "utm_source": "brev",
        "utm_medium": "email",
        "campaign": "Vårbrevet",
        "content": "Vårbrevet",
        "row": 4,
    }


def test_a_member_came_and_went(take, fixture):
    members = take(fixture("mailchimp_members.csv"))
    assert members.reading.source == "newsletter"
    assert [(row["row"], row["event"], row["time"].date().isoformat()) for row in members.good] == [
        (2, "subscribed", "2024-01-02"),
        (2, "unsubscribed", "2025-03-01"),
        (3, "subscribed", "2024-02-02"),
    ]
    assert members.column("campaign") == [None, "Spring letter", None]


def test_no_name_address_or_note_is_kept(take, fixture):
    kept = " ".join(take(fixture("mailchimp_members.csv")).column("attributes"))
    assert not [word for word in ("Nordmann", "203.0", "ring", "@") if word in kept]
    assert "MEMBER_RATING" in kept


@pytest.mark.parametrize(
    ("words", "event"),
    [
        (["delivered", "levert", "skickat", "modtaget"], "sent"),
        (["opens", "åpnet", "öppnat", "åbnet"], "opened"),
        (["Click", "klikk", "klickat", "klik"], "clicked"),
        (["hard bounce", "retur", "studs", "afvist"], "bounced"),
        (["unsub", "avmeldt", "avanmäld", "frameldt"], "unsubscribed"),
        (["signup", "påmeldt", "anmäld", "tilmeldt"], "subscribed"),
    ],
)
def test_the_words_of_four_languages_are_one(take, words, event):
    rows = "\n".join(f"a@b.no,2025-01-01,{word},x" for word in words)
    assert take(f"{HEAD}\n{rows}\n").column("event") == [event] * 4


def test_another_word_stays_as_it_is(take):
    rows = "\n".join([GOOD] * 4)
    assert take(f"{HEAD}\n{rows}\n{GOOD.replace('open', 'Forwarded')}\n").good[-1]["event"] == (
        "Forwarded"
    )


def test_an_archive_is_read_whole_and_its_folders_say_what_happened(take, tmp_path):
    archive = tmp_path / "export.zip"
    row = "Email,Timestamp,Campaign\na@b.no,2025-05-17 10:00:00,Spring\n"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("export/granular_activity/opens/42.csv", row)
        packed.writestr("export/granular_activity/clicks/42.csv", row)
    found = []
    with sources.open_files(archive) as files:
        for name, plain in files:
            reading = sources.read(plain, name=name)
            found += [(reading.source, batch["event"].to_pylist()) for batch in reading.batches]
    assert found == [("newsletter", ["opened"]), ("newsletter", ["clicked"])]


def test_the_name_of_the_event_may_be_said_for_the_whole_file(take):
    text = "Email,Timestamp\na@b.no,2025-05-17\n"
    assert take(text, source="newsletter", event="clicked").column("event") == ["clicked"]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (GOOD.replace("2025-05-17 10:00:00", ""), "Timestamp", "no time"),
        (GOOD.replace("2025-05-17", "then"), "Timestamp", "not a time between"),
        (GOOD.replace("2025-05", "2025-20"), "Timestamp", "not a time between"),
        (GOOD.replace("2025", "1825"), "Timestamp", "not a time between"),
        (GOOD.replace("a@b.no", ""), "Email Address", "nobody: no identifier"),
        (GOOD.replace("a@b.no", "unknown"), "Email Address", "nobody: no identifier"),
        (GOOD.replace("open", ""), "Action", "does not say what happened"),
        (GOOD + ",x", None, "expected 4 columns, found 5"),
        ("a@b.no", None, "expected 4 columns, found 1"),
        (GOOD + "\udcff", None, "not text in UTF-8"),
    ],
)
def test_a_malformed_row_is_rejected_with_its_line(take, line, column, reason):
    pad = f"{GOOD}ø\n" * 30
    read = take(f"{HEAD}\n{pad}{line}\n".encode("utf-8", "surrogateescape"))
    assert read.reading.source == "newsletter"
    assert len(read.good) == 30
    ((row, at, why),) = read.faults()
    assert (row, at) == (32, column)
    assert why.startswith(reason)


def test_a_member_without_any_moment_is_rejected(take, fixture):
    text = fixture("mailchimp_members.csv").read_text("utf-8").splitlines()
    members = take("\n".join([text[0], text[2], "x@y.no" + "," * 15]))
    assert members.faults() == [(3, "CONFIRM_TIME|OPTIN_TIME|UNSUB_TIME", "no time")]


def test_a_file_that_does_not_say_what_happened_is_refused(take):
    with pytest.raises(SourceError, match="--event opened"):
        take("Email,Timestamp\na@b.no,2025-05-17\n", source="newsletter")


def test_counts_without_times_are_refused(take):
    with pytest.raises(SourceError, match="no column for the time"):
        take("Email Address,Opens\na@b.no,3\n", source="newsletter")


def test_a_column_that_is_not_there_cannot_be_mapped(take):
    with pytest.raises(UnknownNameError):
        take(f"{HEAD}\n{GOOD}\n", source="newsletter", mapping={"campaign": "Letter"})


def test_what_a_table_with_addresses_does_otherwise_is_no_newsletter(take):
    text = "email,time,event\na@b.no,2025-05-17,purchase\nc@d.no,2025-05-17,open\n"
    assert take(text).reading.source == "table"


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(*[st.text(alphabet="a@.2025-ø ", max_size=8)] * 3).filter(
            lambda row: any(cell.strip(" ") for cell in row)
        ),
        max_size=8,
    )
)
def test_every_row_is_good_or_rejected(take, rows):
    lines = [",".join([*row, "x"]) for row in rows]
    read = take("\n".join([HEAD, GOOD, *lines]), source="newsletter")
    assert read.numbers == list(range(2, len(rows) + 3))


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 120), st.binary(max_size=5))
def test_a_file_damaged_anywhere_gives_rows_or_an_error_of_ours(take, place, noise):
    text = f"{HEAD}\n{GOOD}\n{GOOD}\n".encode()
    try:
        take(text[:place] + noise + text[place + 2 :], source="newsletter")
    except OmveiError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
