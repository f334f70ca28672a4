"""Choices about who is who, made in the app: each rebuilds history, and each can be undone."""

import json
import re
import time

import pytest
from click.testing import CliRunner
from web.conftest import client

import omvei
from omvei.cli import main

ROWS = [
    {"anonymous_id": "family", "user_id": "mum"},
    {"anonymous_id": "family", "user_id": "dad"},
    {"anonymous_id": "phone", "email": "ann@example.org", "url": "https://s.no/x", "order_id": "7"},
    {"anonymous_id": "phone"},
    {"email": "ann@example.org", "order_id": "#7", "event": "purchase", "value": 90},
]


@pytest.fixture
def home(tmp_path):
    file = tmp_path / "log.jsonl"
    file.write_text(
        "\n".join(
            json.dumps({"time": f"2026-01-0{day}T10:00:00Z", "event": "x"} | row)
            for day, row in enumerate(ROWS, 1)
        )
    )
    workspace = omvei.init(tmp_path / "w")
    workspace.take(file)
    return workspace


def send(pages, address, **said):
    """Send a form, and wait for the work it starts."""
    token = re.search(r'name="token" value="(\w+)"', pages.get("/data/identity").text)[1]
    answer = pages.post(address, data={"token": token, **said}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    for _ in range(600):
        job = pages.get(f"{answer.headers['location']}.json").json()
        if job["state"] in ("done", "failed"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def test_a_policy_is_chosen_and_chosen_back(home):
    pages = client(home.path)
    assert send(pages, "/data/identity", policy="loose")["state"] == "done"
    assert pages.get("/data/identity.json").json()["policy"] == "loose"
    assert omvei.open(home.path).journeys.summary().to_json()["people"] == 2
    assert 'gap = "1800s"' in (home.path / "omvei.toml").read_text()
    assert send(pages, "/data/identity", policy="default")["state"] == "done"
    assert omvei.open(home.path).journeys.summary().to_json()["people"] == 3


def test_an_identifier_is_set_apart_and_joined_again(home):
    pages = client(home.path)
    person = pages.get("/people/phone.json").json()["person"]
    html = pages.get(f"/people/{person}").text
    assert "Why is this one person?" in html
    phone = re.search(r'name="identifier" value="(\w+)">.{0,80}value="phone"', html)[1]
    assert send(pages, "/data/identity/apart", identifier=phone)["state"] == "done"
    assert pages.get("/people/phone.json").json()["person"] != person
    told = {"kind": "anonymous_id", "value": "phone"}
    assert pages.get("/data/identity.json").json()["apart"] == [told]
    assert send(pages, "/data/identity/together", **told)["state"] == "done"
    assert pages.get("/people/phone.json").json()["person"] == person


def test_the_policies_are_compared_until_the_next_build(home):
    pages = client(home.path)
    assert send(pages, "/data/identity/compare")["state"] == "done"
    told = pages.get("/data/identity.json").json()["compared"]
    assert [row["policy"] for row in told["policies"]] == ["strict", "default", "loose"]
    seen = pages.get("/data/identity").text
    assert "Refused joins" in seen
    assert "With “Usual” there are " in seen
    assert "(start)" not in seen
    assert send(pages, "/data/build")["state"] == "done"
    assert pages.get("/data/identity.json").json()["compared"] is None


def test_a_form_without_its_token_or_with_another_policy_changes_nothing(home):
    pages = client(home.path)
    assert pages.post("/data/identity", data={"policy": "loose"}).status_code == 403
    token = re.search(r'name="token" value="(\w+)"', pages.get("/data/identity").text)[1]
    answer = pages.post("/data/identity", data={"token": token, "policy": "free"})
    assert answer.status_code == 404
    assert pages.get("/data/identity.json").json()["policy"] == "default"


def test_the_quality_page_shows_both_sides_of_the_orders(home):
    html = client(home.path).get("/data/quality").text
    assert "Web orders that the shop knows" in html
    assert "A person has one account only" in html


def test_the_terminal_tells_the_same_of_quality_and_of_policies(home):
    done = CliRunner().invoke(main, ["-w", str(home.path), "quality"], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    for said in ("joined to nothing", "The web statistics", "limit user_id", "Most identifiers"):
        assert said in done.output
    asked = ["-w", str(home.path), "policy", "compare", "strict", "default"]
    told = CliRunner().invoke(main, asked, env={"COLUMNS": "200"}).output
    assert "With “default” there are" in told or "“default” changes nothing" in told


def test_companies_by_domain_are_turned_on_and_off(home):
    pages = client(home.path)
    for kept, word in (("yes", True), ("no", False)):
        token = re.search(r'name="token" value="(\w+)"', pages.get("/data/identity").text)[1]
        said = {"token": token, "kept": kept}
        assert pages.post("/data/identity/domains", data=said).status_code == 200
        assert pages.get("/data/identity.json").json()["domains"] is word
        assert omvei.open(home.path).domains is word
        assert omvei.open(home.path).settings["identity"]["policy"] == "default"


def test_orders_that_differ_are_a_page_and_a_table(home):
    file = home.path.parent / "more.jsonl"
    file.write_text(
        "\n".join(
            json.dumps({"time": "2026-01-04T10:00:00Z", "event": "purchase", **row})
            for row in (
                *({"email": f"p{n}@example.org", "order_id": str(500 + n)} for n in range(130)),
                {"anonymous_id": "x", "order_id": "900", "url": "https://s.no/x", "value": 5},
            )
        )
    )
    home.take(file)
    pages = client(home.path)
    told = pages.get("/data/orders.json").json()
    assert told["n"] == 132  # and order 7, which the web has no sum for
    first, rest = (pages.get(f"/data/orders?offset={offset}").text for offset in (0, 100))
    assert first.count('<th scope="row">') == 100
    assert rest.count('<th scope="row">') == 32
    sent = pages.get("/data/orders.csv", headers={"accept-language": "sv"})
    assert sent.headers["content-type"] == "text/csv; charset=utf-8"
    lines = sent.content.decode("utf-8-sig").splitlines()
    assert (lines[0].partition(",")[0], len(lines)) == ("Order", 133)
    assert any("Webbstatistiken mätte den inte" in line for line in lines)
    assert '/data/orders"' in pages.get("/data/quality").text
