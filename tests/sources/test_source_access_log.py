"""Access logs of web servers are read line by line."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omvei import sources
from omvei.errors import SourceError, UnknownFormatError, UnknownNameError

LINE = '203.0.113.7 - - [17/May/2025:10:05:03 +0000] "GET / HTTP/1.1" 200 12 "-" "Mozilla"\n'


def test_each_request_is_a_page_a_file_or_something_else(take, fixture):
    log = take(fixture("access.log"))
    assert log.reading.source == "access-log"
    assert [(row["url"], row["event"]) for row in log.good] == [
        ("/telt/?utm_source=nyhetsbrev&utm_medium=email&utm_campaign=v%C3%A5r", "page_view"),
        ("/css/site.css", "asset"),
        ("/img/telt.png?v=3", "asset"),
        ("/min-side", "page_view"),
        ("/", "request"),
        ("/kasse", "request"),
        ("/finnes-ikke", "request"),
        ("/kart.pdf", "download"),
    ]


def test_a_line_says_when_where_from_and_what_it_was_tagged_with(take, fixture):
    first = take(fixture("access.log")).good[0]
    assert len(first.pop("anonymous_id")) == 32
    assert first == {
        "time": datetime(2025, 5, 17, 8, 5, 3, tzinfo=UTC),
        "event": "page_view",
        "host": "fjellbutikken.example",
        "url": "/telt/?utm_source=nyhetsbrev&utm_medium=email&utm_campaign=v%C3%A5r",
        "referrer": "https://www.google.com/",
        "user_agent": "Mozilla/5.0 (X11)",
        "utm_source": "nyhetsbrev",
        "utm_medium": "email",
        "campaign": "vår",
        "status": "200",
        "attributes": '{"method":"GET","bytes":5120}',
        "row": 1,
    }


def test_the_sites_own_host_is_where_pages_fetch_their_files_from(take, fixture):
    log = take(fixture("access.log"))
    assert "taken to be fjellbutikken.example, with or without www" in log.reading.notes[0]


def test_the_own_host_can_be_named(take, fixture):
    log = take(fixture("access.log"), mapping={"host": "Fjell.example"})
    assert set(log.column("host")) == {"fjell.example"}


def test_a_host_before_the_line_is_the_own_host(take, fixture):
    log = take(fixture("common.log"))
    assert log.column("host") == ["fjell.example", "fjell.example"]


def test_a_visitor_is_an_address_and_a_browser_and_neither_is_kept(take, fixture):
    log = take(fixture("access.log"), key=b"secret")
    visitors = log.column("anonymous_id")
    assert len(set(visitors)) == 4
    assert visitors[0] == visitors[1] == visitors[2]
    assert "203.0.113" not in str(log.good) + str(log.bad)
    assert "198.51.100" not in str(log.bad)
    assert visitors != take(fixture("access.log"), key=b"another").column("anonymous_id")


def test_a_logged_in_user_is_known_by_name(take, fixture):
    assert take(fixture("access.log")).column("user_id")[3] == "kari"


def test_quotation_marks_in_a_browsers_name_are_its_own(take, fixture):
    assert take(fixture("access.log")).column("user_agent")[3] == 'Mozilla/5.0 ("quoted")'


def test_a_line_that_is_cut_off_is_rejected_with_its_number(take, fixture):
    log = take(fixture("access.log"))
    assert log.faults() == [(9, None, "not a line in Common or Combined format, or cut off")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hello\n", "not a line in Common or Combined format, or cut off"),
        (LINE.replace("17/May", "31/Feb"), "not a time such as 17/May/2015:10:05:03 +0000"),
        (LINE.replace("17/May", "17/Mai"), "not a time such as 17/May/2015:10:05:03 +0000"),
        (LINE.replace("[", "").replace("]", ""), "not a line in Common"),
        (LINE.replace(" 200 ", " OK "), "not a line in Common"),
        (LINE.replace('"Mozilla"', '"Mozilla'), "not a line in Common"),
        (LINE.replace('"GET / HTTP/1.1"', "GET / HTTP/1.1"), "not a line in Common"),
        (LINE[:40] + "\n", "not a line in Common"),
    ],
)
def test_a_malformed_line_is_rejected_and_the_others_are_kept(take, line, reason):
    log = take(LINE + line + LINE)
    assert [row["row"] for row in log.good] == [1, 3]
    assert log.bad[0]["row"] == 2
    assert log.bad[0]["reason"].startswith(reason)


def test_a_request_that_is_no_request_is_kept_as_such(take):
    log = take(LINE + LINE.replace("GET / HTTP/1.1", r"\x16\x03\x01"))
    assert log.column("event") == ["page_view", "request"]


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", SourceError, "empty"),
        (b"a,b\n1,2\n", SourceError, "no line looks like an access log"),
        (b"\x00\x01\x02\x03" * 100, UnknownFormatError, "not text"),
    ],
)
def test_a_file_that_is_no_log_is_refused(take, content, error, message):
    with pytest.raises(error, match=message):
        take(content, source="access-log")


def test_only_the_host_can_be_mapped(take):
    with pytest.raises(UnknownNameError, match="There is: 'host'"):
        take(LINE, mapping={"person": "ip"})


@settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.just(LINE.strip()),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
            st.integers(0, len(LINE)).map(lambda end: LINE.strip()[:end]),
        ),
        max_size=12,
    )
)
def test_every_line_is_good_or_rejected(take, lines):
    log = take(LINE + "\n".join(lines), source="access-log")
    assert len(log.numbers) == 1 + sum(bool(line.strip(" \t")) for line in lines)


def test_the_real_log_has_one_bad_line(take, data):
    with sources.open_files(data("apache_access_log/apache_logs.gz")) as files:
        ((_, path),) = files
        assert sources.detect(path) == "access-log"
        log = take(path)
    assert len(log.good) == 9999
    assert [row["row"] for row in log.bad] == [8899]
    assert "semicomplete.com" in log.reading.notes[0]
