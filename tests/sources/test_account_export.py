"""A newsletter tool's account export is taken whole: lists, reports, campaigns and pictures."""

import json
import zipfile

import pytest
from click.testing import CliRunner

import omvei
from omvei import sources
from omvei.cli import main
from omvei.errors import SourceError
from omvei.sources.members import left_out

OPTIN = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP"
)
CHANGED = "LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS"
PLACE = "59.9,10.7,1,2,Europe/Oslo,NO,03,2026-03-01 10:00:00,17,ab12,,kunde"


def member(person, more=""):
    joined = "2026-01-02 09:00:00"
    return f"{person},Kari,Nordmann,4,{joined},203.0.113.7,{joined},203.0.113.7,{more}{PLACE}\n"


MEMBERS = {
    "lists/subscribed_members_export_4f.csv": f"{OPTIN},{CHANGED}\n"
    + "".join(member(f"p{n}@b.example") for n in range(20)),
    "lists/unsubscribed_members_export_4f.csv": (
        f"{OPTIN},UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,{CHANGED}\n"
        + member("q1@b.example", "2026-03-01 08:00:00,Spring letter,4211,NORMAL,,")
    ),
    "lists/cleaned_members_export_4f.csv": (
        f"{OPTIN},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,{CHANGED}\n"
        + member("gone@b.example", "2026-03-01 08:00:00,Spring letter,4211,")
    ),
    "lists/nonsubscribed_members_export_4f.csv": f"{OPTIN},{CHANGED}\n",
    "granular_activity/opens/4211_Spring_letter.csv": "Email,Timestamp,IP\n"
    + "".join(f"p{n}@b.example,2026-02-01 10:0{n % 6}:00,203.0.113.7\n" for n in range(12)),
    "granular_activity/clicks/4211_Spring_letter.csv": (
        "Email,Timestamp,URL,IP\n"
        "p1@b.example,2026-02-01 10:09:00,https://fjell.example/telt?utm_campaign=spring,203.0.113.7\n"
        "p1@b.example,2026-02-01 10:09:00,https://fjell.example/telt?utm_campaign=spring,203.0.113.7\n"
        "p2@b.example,2026-02-01 10:11:00,https://fjell.example/sekk,203.0.113.7\n"
        "p2@b.example,long ago,https://fjell.example/sekk,203.0.113.7\n"
    ),
    "granular_activity/clicks/4212_Empty.csv": "",
    "aggregate_activity/opens/4211_Spring_letter.csv": "Email Address,Opens\np1@b.example,3\n",
    "aggregate_activity/clicks/4211_Spring_letter.csv": "URL,Total Clicks,Unique Clicks\nx,3,2\n",
    "geo_data/4211_Spring_letter.csv": "Country,Opens\nNorway,11\n",
    "campaigns.csv": "Title,Subject,Send Date,Total Recipients\nSpring,Telt,2026-02-01,22\n",
    "campaigns_content/4211_Spring_letter.html": "<html><body>Telt</body></html>",
    "campaigns_content/4211_Spring_letter.txt": "Telt til våren",
    "templates/base.html": "<html></html>",
    "files/telt.jpg": "\xff\xd8\xff\xe0",
}
TAKEN = {
    "lists/subscribed_members_export_4f.csv": 20,
    "lists/unsubscribed_members_export_4f.csv": 2,
    "lists/cleaned_members_export_4f.csv": 2,
    "granular_activity/opens/4211_Spring_letter.csv": 12,
    "granular_activity/clicks/4211_Spring_letter.csv": 3,
}
"""Each file that holds events, and how many."""


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "1234567-20260301.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in MEMBERS.items():
            packed.writestr(name, text)
    return path


def reckoned(done, archive):
    """What became of each member, by its name in the archive."""
    return {item["name"].removeprefix(f"{archive.name}/"): item for item in done}


def balanced(items):
    taken = [item for item in items.values() if "events" in item]
    return all(i["rows"] == i["events"] + i["rejected"] + i["duplicates"] for i in taken)


def test_every_member_has_an_outcome_and_no_row_is_lost(export, tmp_path):
    shop = omvei.init(tmp_path / "shop")
    items = reckoned(shop.take(export, allow_rejects=True), export)
    assert items.keys() == MEMBERS.keys()
    assert {name: item["events"] for name, item in items.items() if "events" in item} == TAKEN
    assert balanced(items)
    assert items["granular_activity/clicks/4211_Spring_letter.csv"]["rejected"] == 1
    assert {items[name]["source"] for name in TAKEN} == {"newsletter"}
    assert all(item["skipped"] for name, item in items.items() if name not in TAKEN)


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("granular_activity/opens/4211_Spring_letter.csv", "Spring letter"),
        ("granular_activity/opens/Autumn.csv", "Autumn"),
        ("opens/4211_Spring_letter.csv", None),
    ],
)
def test_a_letter_is_named_by_its_file_in_an_export(take, tmp_path, name, letter):
    (tmp_path / "file").write_text(MEMBERS["granular_activity/opens/4211_Spring_letter.csv"])
    reading = sources.read(tmp_path / "file", name=f"export.zip/{name}")
    assert {row for batch in reading.batches for row in batch["campaign"].to_pylist()} == {letter}


@pytest.mark.parametrize(
    ("folder", "text", "event"),
    [
        # The columns as scripts that read such exports of several years know them.
        ("opens", "Timestamp,IP,Email\n2017-03-01 10:00:00,203.0.113.7,p1@b.example\n", "opened"),
        ("opens", "Email,Timestamp\np1@b.example,2018-03-01 10:00:00\n", "opened"),
        (
            "clicks",
            "Timestamp,IP,Url,Email\n2017-03-01 10:00:00,203.0.113.7,https://a.example/,p1@b.example\n",
            "clicked",
        ),
        (
            "clicks",
            "Email,Timestamp,Url\np1@b.example,2018-03-01 10:00:00,https://a.example/\n",
            "clicked",
        ),
    ],
)  # fmt: skip
def test_activity_is_read_in_whatever_order_its_columns_come(tmp_path, folder, text, event):
    (tmp_path / "file").write_text(text)
    reading = sources.read(tmp_path / "file", name=f"export.zip/granular_activity/{folder}/7_A.csv")
    assert reading.source == "newsletter"
    ((what, letter, reason),) = [
        (row["event"], row["campaign"], row["reason"])
        for batch in reading.batches
        for row in batch.to_pylist()
    ]
    assert (what, letter, reason) == (event, "A", None)


def test_the_command_line_says_what_was_left_out(export, tmp_path):
    where = ["-w", str(tmp_path / "shop")]
    CliRunner().invoke(main, [*where, "init"])
    seen = CliRunner().invoke(main, [*where, "import", str(export), "--dry-run"])
    assert seen.exit_code == 0, seen.output
    assert "Left out" in seen.output
    done = CliRunner().invoke(main, [*where, "import", str(export), "--allow-rejects", "--json"])
    assert done.exit_code == 0, done.output
    items = reckoned(json.loads(done.stdout), export)
    assert balanced(items)
    assert {name for name, item in items.items() if "skipped" in item} == MEMBERS.keys() - TAKEN


def test_the_inbox_takes_it_whole_and_puts_it_away(export, tmp_path):
    shop = omvei.init(tmp_path / "shop")
    (shop.path / "inbox").mkdir(exist_ok=True)
    export.rename(shop.path / "inbox" / export.name)
    items = reckoned(shop.inbox(allow_rejects=True), export)
    assert {name: item["events"] for name, item in items.items() if "events" in item} == TAKEN
    assert [file.name for file in (shop.path / "inbox" / "done").iterdir()] == [export.name]


def test_an_archive_of_pictures_alone_is_refused_with_a_cure(tmp_path):
    shop = omvei.init(tmp_path / "shop")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("templates/base.html", "<html></html>")
        packed.writestr("files/a.jpg", "x")
    with pytest.raises(SourceError, match="only texts, pictures and totals") as told:
        shop.take(tmp_path / "a.zip")
    assert "activity" in told.value.cure


def test_a_file_by_itself_is_judged_by_what_is_in_it(tmp_path):
    shop = omvei.init(tmp_path / "shop")
    (tmp_path / "campaigns.csv").write_text("person,time,event\na,2026-01-01,visit\n")
    assert shop.take(tmp_path / "campaigns.csv")[0]["events"] == 1


@pytest.mark.parametrize("name", ["lists/a.csv", "granular_activity/opens/1_a.csv", "orders.csv"])
def test_a_file_that_may_hold_events_is_never_left_out_by_its_name(name):
    assert left_out(f"a.zip/{name}") is None
