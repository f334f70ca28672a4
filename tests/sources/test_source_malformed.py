"""Ten files that are wrong, for every source: each is refused whole, with a reason and a cure."""

import gzip
import json

import pytest

import omvei
from omvei import sources
from omvei.errors import SourceError
from omvei.language import words
from omvei.web.refusals import retold

TABLES = {
    # A row as it should be, its columns that are needed, and values that those cannot have.
    "table": ("person,time,event", "a,2026-01-01,visit", {"person": "", "time": "then"}),
    "shopify": (
        "Name,Email,Financial Status,Total,Created at,Lineitem name",
        "#1,a@b.no,paid,10,2026-01-01 10:00,Telt",
        {"Name": "", "Created at": "then"},
    ),
    "woocommerce": (
        "Order Number,Order Status,Order Date,Email (Billing),Order Total Amount,Item Name",
        "1,Completed,2026-01-01 10:00,a@b.no,10,Telt",
        {"Order Number": "", "Order Date": "then"},
    ),
    "newsletter": (
        "Email Address,Timestamp,Action",
        "a@b.no,2026-01-01,open",
        {"Email Address": "nobody", "Timestamp": "then"},
    ),
    "snowplow": (
        "collector_tstamp,domain_userid,event_id,event",
        "2026-01-01 10:00:00,d1,e1,page_view",
        {"collector_tstamp": "then", "domain_userid": ""},
    ),
    "hubspot": (
        "Deal Name,Deal Stage,Amount,Create Date,Close Date,Associated Contact IDs",
        "A,Closed Won,10,2026-01-01 09:00,2026-01-02 09:00,7",
        {"Associated Contact IDs": "", "Close Date": "then"},
    ),
    "google-ads": (
        "Day,Campaign,Currency code,Cost,Impr.,Clicks",
        "2026-01-01,Vår,NOK,10,1,1",
        {"Day": "then", "Cost": "much"},
    ),
    "meta-ads": (
        "Day,Campaign name,Amount spent (NOK),Impressions",
        "2026-01-01,Vår,10,1",
        {"Day": "then", "Amount spent (NOK)": "much"},
    ),
    "costs": ("Dato,Kanal,Kostnad", "2026-01-01,Post,10", {"Dato": "then", "Kostnad": "much"}),
    "search-console": (
        "Top queries,Clicks,Impressions",
        "telt,1,10",
        {"Top queries": "", "Impressions": "many"},
    ),
    "paths": ("path,conversions", "Search > Email,3", {"path": "", "conversions": "many"}),
    "survey": (
        "Timestamp,Email,How did you hear about us?",
        "2026-01-01,a@b.no,A friend",
        {"Timestamp": "then", "Email": "nobody"},
    ),
}
OBJECTS = {
    # An object as it should be, and values that its keys cannot have.
    "ga4": (
        {"event_timestamp": "1747469103000000", "event_name": "view_item", "user_pseudo_id": "1"},
        {"event_timestamp": "then", "event_name": None},
    ),
    "segment": (
        {"type": "page", "anonymousId": "a", "timestamp": "2026-01-01T10:00:00Z"},
        {"timestamp": "then", "anonymousId": None, "type": "noise"},
    ),
    "posthog": (
        {"event": "seen", "distinct_id": "a", "timestamp": "2026-01-01T10:00:00Z"},
        {"timestamp": "then", "distinct_id": None, "event": None},
    ),
    "hubspot-engagements": (
        {
            "engagement": {"id": 1, "type": "CALL", "timestamp": 1767607200000},
            "associations": {"contactIds": [7]},
        },
        {"engagement": {"id": 1, "type": "CALL", "timestamp": "then"}, "associations": {}},
    ),
    "matomo": (
        {
            "idVisit": "1",
            "visitorId": "a",
            "actionDetails": [{"type": "action", "url": "https://a.no/", "timestamp": 1747476000}],
        },
        {"actionDetails": [{"type": "action", "timestamp": "then"}], "visitorId": None},
    ),
}
LOG = '203.0.113.7 - - [17/May/2026:10:05:03 +0200] "GET /telt/ HTTP/1.1" 200 51 "-" "Mozilla"'
XES = (
    '<log><trace><string key="concept:name" value="a"/><event>'
    '<string key="concept:name" value="x"/>'
    '<date key="time:timestamp" value="2026-01-01T10:00:00Z"/></event></trace></log>'
)
OTHERS = {
    "access-log": {
        "another time": LOG.replace("17/May/2026:10:05:03 +0200", "2026-05-17 10:05"),
        "an impossible time": LOG.replace("17/May", "47/May"),
        "no status": LOG.replace(" 200 51", ""),
        "no brackets": LOG.replace("[", "").replace("]", ""),
        "cut off": LOG[:40],
        "a table": "person,time\na,2026-01-01",
        "an object": '{"a": 1}',
    },
    "xes": {
        "no time": XES.replace("time:timestamp", "when"),
        "an impossible time": XES.replace("2026-01-01T10:00:00Z", "then"),
        "cut off": XES[:90],
        "crossed": XES.replace("</event></trace>", "</trace></event>"),
        "another root": XES.replace("log>", "html>"),
        "no events": "<log></log>",
        "a document type": f'<!DOCTYPE log [<!ENTITY a "b">]>{XES}',
        "another encoding": f'<?xml version="1.0" encoding="martian"?>{XES}',
        "a table": "person,time\na,2026-01-01",
    },
}
ANY = {
    "nothing": b"",
    "blanks": b"  \n \n",
    "noise": bytes(range(256)) * 20,
    "packed": gzip.compress(b"person,time,event\n" * 9),
}


def of_table(name):
    head, row, needs = TABLES[name]
    columns = head.split(",")
    yield "a page", b"<!doctype html><html><body><p>Log in first.</p></body></html>"
    yield "prose", b"This is a letter. It has no columns.\nNor rows.\n"
    yield "an array cut off", b'[{"a": 1}, {"b": '
    yield "too few cells", f"{head}\n{row}\n" + (row.rpartition(",")[0] + "\n") * 40
    yield "too many cells", f"{head}\n{row}\n" + f"{row},x,y\n" * 40
    for column, wrong in needs.items():
        place = columns.index(column)
        cells = row.split(",")
        without = [",".join(part[:place] + part[place + 1 :]) for part in (columns, cells)]
        yield f"no {column}", "\n".join(without)
        cells[place] = wrong
        yield f"{wrong!r} as {column}", f"{head}\n" + (",".join(cells) + "\n") * 40


def of_objects(name):
    good, wrong = OBJECTS[name]
    yield "a page", b"<!doctype html><html><body><p>Log in first.</p></body></html>"
    yield "prose", b"This is a letter. It has no columns.\nNor rows.\n"
    yield "cut off", json.dumps([good, good])[:-30]
    yield "other objects", '{"a": 1}\n{"a": 2}\n'
    yield "numbers", "[1, 2, 3]"
    yield "half of it no JSON", (json.dumps(good) + "\n" + json.dumps(good)[:-9] + "\n") * 9
    for key, value in wrong.items():
        yield f"{value!r} as {key}", (json.dumps(good | {key: value}) + "\n") * 40


def wrong_files():
    for name in sources.names():
        own = of_table(name) if name in TABLES else of_objects(name) if name in OBJECTS else ()
        files = {**ANY, **dict(own), **OTHERS.get(name, {})}
        for what, content in files.items():
            yield pytest.param(name, content, id=f"{name}: {what}")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return omvei.init(tmp_path_factory.mktemp("shop") / "shop")


def test_every_source_has_ten_of_them():
    counts = dict.fromkeys(sources.names(), 0)
    for one in wrong_files():
        counts[one.values[0]] += 1
    assert min(counts.values()) >= 10, counts


@pytest.mark.parametrize("name", [*TABLES, *OBJECTS])
def test_the_same_file_without_the_fault_is_read(take, name):
    if name in TABLES:
        head, row, _ = TABLES[name]
        taken = take(f"{head}\n{row}\n", source=name)
    else:
        taken = take(json.dumps(OBJECTS[name][0]) + "\n", source=name)
    assert (len(taken.good) > 0, taken.bad) == (True, [])


@pytest.mark.parametrize(("name", "content"), [*wrong_files()])
def test_it_is_refused_with_a_reason_and_a_cure(shop, tmp_path, name, content):
    path = tmp_path / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if content == ANY["packed"]:  # its rows are of no source but one of tables
        path.write_bytes(content[:-12])
    with pytest.raises(SourceError) as told:
        shop.take(path, source=name, build=False)
    for said in (told.value.reason, told.value.cure):
        assert len(said) > 8
        assert retold(words("nb"), said) != said


def test_nothing_of_any_of_them_was_kept(shop):
    assert shop.imports() == []
