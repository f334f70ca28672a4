"""A file from the browser to the map: upload, preview, import, report."""

import html
import os
import re
import time
import zipfile

import pytest
from sources.conftest import FIXTURES
from sources.test_account_export import MEMBERS, TAKEN
from web.conftest import client, write_shop

import omvei
from omvei import sources
from omvei.language import LANGUAGES, words
from omvei.web.data import _pace
from omvei.web.jobs import Job


def token(pages):
    return re.search(r'name="token" value="(\w+)"', pages.get("/data").text)[1]


def send(pages, path):
    with path.open("rb") as file:
        return pages.post(
            "/data/upload", data={"token": token(pages)}, files={"file": (path.name, file)}
        )


def key_of(answer):
    return str(answer.url).rsplit("/", 1)[-1]


def run(pages, key, **said):
    answer = pages.post(f"/data/import/{key}", data={"token": token(pages), **said})
    return ended(pages, key), answer


def ended(pages, key):
    for _ in range(600):
        state = pages.get(f"/data/progress/{key}.json").json()
        if state["state"] in ("done", "failed"):
            return state
        time.sleep(0.05)
    raise AssertionError("the import never ended")


def test_a_file_is_previewed_before_anything_is_kept(empty, tmp_path):
    pages = client(empty)
    answer = send(pages, write_shop(tmp_path / "shop.csv", 40))
    assert answer.status_code == 200
    assert "The form of the file: a table of your own" in answer.text
    assert "Nothing has been kept yet" in answer.text
    assert omvei.open(empty).imports() == []


def test_a_file_that_is_confirmed_is_brought_in_and_reported(empty, tmp_path):
    pages = client(empty)
    key = key_of(send(pages, write_shop(tmp_path / "shop.csv", 40)))
    state, _ = run(pages, key)
    assert (state["state"], state["report"][0]["rejected"]) == ("done", 0)
    report = pages.get(f"/data/progress/{key}").text
    assert "The file is in: shop.csv" in report
    assert "shop.csv" in pages.get("/data").text
    assert pages.get("/map.json").json()["n"] == 40


def test_a_file_that_is_in_already_changes_nothing(empty, tmp_path):
    pages = client(empty)
    path = write_shop(tmp_path / "shop.csv", 40)
    run(pages, key_of(send(pages, path)))
    key = key_of(send(pages, path))
    run(pages, key)
    assert "already in" in pages.get(f"/data/progress/{key}").text
    assert pages.get("/map.json").json()["n"] == 40


def test_a_file_is_taken_out_again_once_it_is_confirmed(empty, tmp_path):
    pages = client(empty)
    for people in (40, 50):
        run(pages, key_of(send(pages, write_shop(tmp_path / f"{people}.csv", people))))
    assert "Take 40.csv out again?" in pages.get("/data/undo?name=40.csv").text
    assert len(omvei.open(empty).imports()) == 2
    answer = pages.post("/data/undo", data={"token": token(pages), "name": "40.csv"})
    assert ended(pages, key_of(answer))["state"] == "done"
    assert [done["name"] for done in omvei.open(empty).imports()] == ["50.csv"]
    assert pages.get("/map.json").json()["n"] == 50


def test_a_file_that_is_not_in_cannot_be_taken_out(empty):
    assert client(empty).get("/data/undo?name=none.csv").status_code == 404


def test_the_sent_file_is_thrown_away_afterwards(empty, tmp_path):
    pages = client(empty)
    run(pages, key_of(send(pages, write_shop(tmp_path / "shop.csv", 40))))
    assert list((empty / "waiting").iterdir()) == []


def test_a_file_nobody_decided_about_is_thrown_away_after_a_day(empty, tmp_path):
    send(client(empty), write_shop(tmp_path / "shop.csv", 40))
    (place,) = (empty / "waiting").iterdir()
    client(empty)
    assert place.exists()
    os.utime(place, (0, 0))
    client(empty)
    assert not place.exists()


def test_a_file_that_is_not_wanted_is_thrown_away(empty, tmp_path):
    pages = client(empty)
    key = key_of(send(pages, write_shop(tmp_path / "shop.csv", 40)))
    pages.post(f"/data/import/{key}", data={"token": token(pages), "cancel": "yes"})
    assert list((empty / "waiting").iterdir()) == []
    assert omvei.open(empty).imports() == []


def test_columns_can_be_named_by_hand(empty, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text(
        "hvem;naar;hva\n" + "".join(f"p{i};2025-03-0{1 + i % 9};x\n" for i in range(40))
    )
    pages = client(empty)
    key = key_of(send(pages, path))
    chosen = {"map_person": "hvem", "map_time": "naar", "map_event": "hva"}
    again = pages.post(f"/data/preview/{key}", data={"token": token(pages), **chosen})
    assert again.status_code == 200
    assert "map_person=hvem" in str(again.url)
    state, _ = run(pages, key, **chosen)
    assert (state["state"], state["report"][0]["events"]) == ("done", 40)


def test_a_file_nobody_knows_is_refused_with_the_reason_and_no_folder(empty, tmp_path):
    path = tmp_path / "noise.bin"
    path.write_bytes(bytes(range(256)) * 20)
    pages = client(empty)
    answer = send(pages, path)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert str(empty) not in answer.text


def test_rejected_rows_are_shown_with_their_reasons(empty, tmp_path):
    path = write_shop(tmp_path / "shop.csv", 300)
    with path.open("a") as out:
        out.write("u1,not a time,search,,,\n")
    pages = client(empty)
    key = key_of(send(pages, path))
    state, _ = run(pages, key)
    assert state["report"][0]["rejected"] == 1
    assert "not a time" in pages.get("/data/rejected").text


def test_a_form_without_a_file_leads_back(empty):
    pages = client(empty)
    answer = pages.post("/data/upload", data={"token": token(pages)}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/data")


@pytest.mark.parametrize("name", ["../../evil.csv", "..\\evil.csv", "/etc/evil.csv"])
def test_a_file_name_cannot_leave_the_inbox(empty, tmp_path, name):
    pages = client(empty)
    body = write_shop(tmp_path / "shop.csv", 40).read_bytes()
    pages.post("/data/upload", data={"token": token(pages)}, files={"file": (name, body)})
    sent = list(empty.rglob("*evil.csv"))
    assert [path.parent.parent for path in sent] == [empty / "waiting"]


def test_an_archive_with_a_file_that_is_none_tells_so_and_takes_in_the_rest(tmp_path):
    pages = client(omvei.init(tmp_path / "workspace").path)
    archive = tmp_path / "both.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(write_shop(tmp_path / "shop.csv", 20), "shop.csv")
        packed.writestr("junk.bin", bytes(range(256)) * 20)
    seen = send(pages, archive)
    assert "is not text" in seen.text
    state, answer = run(pages, key_of(seen))
    assert state["state"] == "done"
    report = pages.get(str(answer.url)).text
    assert "junk.bin" in report
    assert "shop.csv" in report


def test_an_account_export_says_of_each_file_what_became_of_it(empty, tmp_path):
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name, text in MEMBERS.items():
            packed.writestr(name, text)
    pages = client(empty)
    seen = send(pages, archive)
    assert seen.status_code == 200
    assert "4 files left out: texts, templates and pictures" in seen.text
    assert "map_email" not in seen.text  # one cannot speak of several files as of one
    key = key_of(seen)
    state, _ = run(pages, key, allow="yes")
    assert state["state"] == "done"
    taken = [item for item in state["report"] if "events" in item]
    assert sum(item["events"] for item in taken) == sum(TAKEN.values())
    assert all(i["rows"] == i["events"] + i["rejected"] + i["duplicates"] for i in taken)
    page = pages.get(f"/data/progress/{key}", headers={"accept-language": "sv"}).text
    assert "2 filer är utelämnade: summor för varje nyhetsbrev" in page
    assert "filen är tom." in page


def test_a_table_whose_columns_mean_nothing_to_us_offers_them_to_choose_among(tmp_path):
    pages = client(omvei.init(tmp_path / "workspace").path)
    table = tmp_path / "odd.csv"
    table.write_text("Kunde nr;Tidspunkt;Hva\n17;31.12.2025 14:05;Kjøpte\n")
    seen = send(pages, table)
    assert '<select name="map_person">' in seen.text
    assert "<option>Kunde nr</option>" in seen.text


LETTERS = "Mottaker;Skjedde;Hva;Brev\n" + "".join(
    f"p{n}@b.no;2026-03-0{1 + n % 9} 10:00;åpnet;Vår\n" for n in range(40)
)


def selected(text, name):
    """The value and the words of what a select of a page has chosen."""
    inside = re.search(rf'<select name="{name}".*?</select>', text, re.DOTALL)[0]
    return re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)<', inside).groups()


def test_a_newsletter_with_headers_of_its_own_is_said_and_remembered(empty, tmp_path):
    pages = client(empty)
    for name in ("march.csv", "april.csv"):
        (tmp_path / name).write_text(LETTERS.replace("Vår", name))
    key = key_of(send(pages, tmp_path / "march.csv"))
    form = {"token": token(pages), "source": "newsletter"}
    seen = pages.post(f"/data/preview/{key}", data=form)
    assert '<select name="map_unsubscribed"' in seen.text
    assert "p0@b.no · p1@b.no" in html.unescape(seen.text)
    said = {"email": "Mottaker", "time": "Skjedde", "event": "Hva", "campaign": "Brev"}
    form |= {f"map_{field}": column for field, column in said.items()}
    seen = pages.post(f"/data/preview/{key}", data=form)
    assert seen.status_code == 200
    assert selected(seen.text, "map_email") == (None, "Mottaker")
    state, _ = run(pages, key, **form)
    assert (state["state"], state["report"][0]["events"]) == ("done", 40)
    # The next file of the sort needs no word, in the app or in the inbox.
    again = send(pages, tmp_path / "april.csv")
    assert again.status_code == 200
    assert selected(again.text, "source")[1] == "newsletter"
    assert selected(again.text, "map_campaign") == (None, "Brev")
    (empty / "inbox").mkdir()
    (tmp_path / "april.csv").rename(empty / "inbox" / "april.csv")
    (done,) = omvei.open(empty).inbox()
    assert (done["source"], done["mapping"]["campaign"]) == ("newsletter", "Brev")


def test_a_file_of_a_zip_is_said_what_it_holds_and_the_zip_taken_whole(empty, tmp_path):
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("lister/aktivitet.csv", LETTERS)
        packed.writestr("lister/mars.csv", LETTERS.replace("Vår", "Mars"))
        packed.write(write_shop(tmp_path / "shop.csv", 20), "shop.csv")
    pages = client(empty)
    seen = send(pages, archive)
    key, name = key_of(seen), "export.zip/lister/aktivitet.csv"
    assert seen.text.count("Say what the columns mean</a>") == 3
    one = pages.get(f"/data/preview/{key}", params={"file": name})
    assert one.status_code == 422
    form = {"token": token(pages), "file": name, "source": "newsletter"}
    one = pages.post(f"/data/preview/{key}", data=form)
    assert 'name="go"' not in one.text  # the zip is brought in whole
    said = {"email": "Mottaker", "time": "Skjedde", "event": "Hva", "campaign": "Brev"}
    form |= {f"map_{field}": column for field, column in said.items()}
    one = pages.post(f"/data/preview/{key}", data=form)
    assert selected(one.text, "map_email") == (None, "Mottaker")
    assert not (empty / "definitions" / "mappings.yaml").exists()
    all_of_them = pages.post(f"/data/preview/{key}", data={**form, "keep": "yes"})
    assert str(all_of_them.url).endswith(f"/data/preview/{key}")
    assert all_of_them.text.count("The form of the file: newsletter<") == 2
    state, _ = run(pages, key)
    assert [item["events"] for item in state["report"][:2]] == [40, 40]
    assert [item["source"] for item in state["report"]] == ["newsletter", "newsletter", "table"]


def test_what_cannot_be_read_so_is_not_kept_and_says_why(empty, tmp_path):
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.csv", LETTERS)
        packed.writestr("b.csv", LETTERS.replace("Vår", "Mars"))
    pages = client(empty)
    key = key_of(send(pages, archive))
    form = {"token": token(pages), "file": "export.zip/a.csv", "source": "newsletter"}
    answer = pages.post(
        f"/data/preview/{key}", data={**form, "map_email": "Mottaker", "keep": "yes"}
    )
    assert answer.status_code == 422
    assert "the time" in answer.text
    assert not (empty / "definitions" / "mappings.yaml").exists()
    assert pages.get(f"/data/preview/{key}", params={"file": "none.csv"}).status_code == 422


def test_a_shop_s_columns_are_changed_and_the_file_stays_a_shop_s(empty):
    pages = client(empty)
    seen = send(pages, FIXTURES / "shopify.csv")
    held = dict(re.findall(r'<input type="hidden" name="(was_\w+)" value="([^"]*)"', seen.text))
    change = {"token": token(pages), **held, "map_value": "Subtotal"}
    again = pages.post(f"/data/preview/{key_of(seen)}", data=change)
    assert again.status_code == 200
    assert selected(again.text, "source")[0] == "shopify"
    assert selected(again.text, "map_value")[1] == "Subtotal"
    assert selected(again.text, "map_time")[1] == "Created at|Paid at"


def test_the_properties_of_a_posthog_export_are_chosen_among(empty, tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(
        "event,*.uuid,*.event,*.properties.netto,*.timestamp,*.distinct_id,*.elements_chain\n"
        + "".join(f"purchase,e{n},purchase,7{n},2025-05-17T10:00:00Z,u{n},\n" for n in range(30))
    )
    pages = client(empty)
    seen = send(pages, path)
    assert selected(seen.text, "map_value") == ("", "(no column)")
    assert selected(seen.text, "map_time")[1] == "*.timestamp"
    held = dict(re.findall(r'<input type="hidden" name="(was_\w+)" value="([^"]*)"', seen.text))
    change = {"token": token(pages), **held, "map_value": "*.properties.netto"}
    again = pages.post(f"/data/preview/{key_of(seen)}", data=change)
    assert selected(again.text, "map_value")[1] == "*.properties.netto"
    state, _ = run(pages, key_of(seen), **change)
    assert state["report"][0]["events"] == 30
    assert omvei.open(empty).preview(path)[0]["rows"][3]["value"] == 73


def test_an_untouched_form_says_nothing(empty, tmp_path):
    pages = client(empty)
    seen = send(pages, write_shop(tmp_path / "shop.csv", 40))
    assert selected(seen.text, "map_person")[0] == ""
    held = dict(re.findall(r'<input type="hidden" name="(was_\w+)" value="([^"]*)"', seen.text))
    state, _ = run(pages, key_of(seen), **held)
    assert state["state"] == "done"
    assert not (empty / "definitions" / "mappings.yaml").exists()


def test_one_change_moves_nothing_else(empty, tmp_path):
    path = tmp_path / "two.csv"
    path.write_text(
        "person,date,order_date,event,campaign,note\n"
        + "".join(f"p{n},2026-03-01,2026-02-01,visit,a,b\n" for n in range(40))
    )
    pages = client(empty)
    seen = send(pages, path)
    held = dict(re.findall(r'<input type="hidden" name="(was_\w+)" value="([^"]*)"', seen.text))
    change = {"token": token(pages), **held, "map_campaign": "(none)", "map_content": "note"}
    again = pages.post(f"/data/preview/{key_of(seen)}", data=change)
    assert again.status_code == 200
    assert selected(again.text, "map_time")[1] == "date"
    assert selected(again.text, "map_campaign") == ("(none)", "(no column)")
    assert selected(again.text, "map_content")[1] == "note"


def test_another_sort_of_file_asks_for_its_own_columns(empty, tmp_path):
    pages = client(empty)
    (tmp_path / "costs.csv").write_text("Dag;Avis;Kroner\n2026-03-01;Fjellposten;100\n")
    key = key_of(send(pages, tmp_path / "costs.csv"))
    seen = pages.post(
        f"/data/preview/{key}",
        data={"token": token(pages), "source": "costs", "was_source": "table", "map_person": "Dag"},
    )
    assert "map_claimed_value" in seen.text
    said = {"map_cost": "Kroner", "map_platform": "Avis", "source": "costs", "was_source": "costs"}
    seen = pages.post(f"/data/preview/{key}", data={"token": token(pages), **said})
    assert (seen.status_code, selected(seen.text, "map_day")) == (200, ("", "Dag"))


def test_every_field_that_can_be_said_has_a_name_in_every_language():
    fields = {
        field for one in sources.SOURCES.values() for field in getattr(one, "fields", tuple)()
    }
    for language in LANGUAGES:
        assert [f for f in fields if not words(language).has(f"field.{f}")] == []


def test_a_file_that_is_none_asks_for_no_columns(tmp_path):
    pages = client(omvei.init(tmp_path / "workspace").path)
    junk = tmp_path / "junk.bin"
    junk.write_bytes(bytes(range(256)) * 20)
    seen = send(pages, junk)
    assert "is not text" in seen.text
    assert "map_person" not in seen.text


def test_what_was_dropped_into_the_inbox_is_brought_in_together(empty, tmp_path):
    box = empty / "inbox"
    box.mkdir()
    write_shop(box / "shop.csv", 40)
    (box / "odd.csv").write_text("hello")
    pages = client(empty)
    assert "Bring in 2 files" in pages.get("/data").text
    key = key_of(pages.post("/data/inbox", data={"token": token(pages)}))
    assert ended(pages, key)["state"] == "done"
    report = pages.get(f"/data/progress/{key}").text
    assert "no source recognises the file" in report
    assert "shop.csv" in report
    assert "Bring in 1 file" in pages.get("/data").text


def test_the_progress_says_how_many_rows_how_fast_and_how_long_yet():
    job = Job("a", "shop.csv", state="running")
    assert _pace(job, words("nb")) == ""
    job.told(50_000, 200_000, "reading")
    assert _pace(job, words("nb")) == "50\N{NO-BREAK SPACE}000 av 200\N{NO-BREAK SPACE}000 rader"
    job.began -= 10
    said = _pace(job, words("en")).split(" · ")
    assert said[0] == "50,000 of 200,000 rows"
    assert said[2].startswith("about 30 seconds")
    rate, left = job.pace()
    assert 4900 < rate <= 5000
    assert 30 <= left < 31
    job.told(1, None, "people")
    assert job.pace() == (None, None)
