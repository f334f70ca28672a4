"""What the pages refuse."""

import re

import pytest
from web.conftest import client

from omvei.web.guard import COOKIE


def token(pages, address="/data"):
    return re.search(r'name="token" value="(\w+)"', pages.get(address).text)[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8321", "localhost:9", "[::1]:8321"])
def test_names_of_this_machine_are_answered(pages, host):
    assert pages.get("/data", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.1"])
def test_other_names_are_refused(pages, host):
    assert pages.get("/data", headers={"host": host}).status_code == 421


def test_a_host_that_was_named_is_answered(shop):
    pages = client(shop, hosts=["office.local"])
    assert pages.get("/data", headers={"host": "office.local:80"}).status_code == 200


def test_every_answer_carries_a_strict_policy(pages):
    for address in ("/", "/map.json", "/static/omvei.css", "/nothing", "/map.svg"):
        headers = pages.get(address).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_a_form_with_its_token_is_accepted(shop):
    pages = client(shop)
    sent = {"token": token(pages), "language": "sv", "back": "/data"}
    answer = pages.post("/preferences", data=sent, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/data")
    assert '<html lang="sv">' in pages.get("/data").text


def test_a_form_without_its_token_changes_nothing(shop):
    pages = client(shop)
    token(pages)
    for sent in ({}, {"token": ""}, {"token": "0" * 64}):
        answer = pages.post("/preferences", data={**sent, "language": "sv"})
        assert answer.status_code == 403
    assert '<html lang="en">' in pages.get("/data").text


def test_the_token_of_another_browser_is_refused(shop):
    mine, other = client(shop), client(shop)
    token(mine)
    assert mine.post("/preferences", data={"token": token(other)}).status_code == 403


def test_a_cookie_planted_by_another_page_does_not_make_a_token(shop):
    pages = client(shop)
    pages.cookies.set(COOKIE, "planted")
    assert pages.post("/preferences", data={"token": "planted"}).status_code == 403


def test_a_form_sent_from_another_site_is_refused(shop):
    pages = client(shop)
    sent = {"token": token(pages), "theme": "dark"}
    answer = pages.post("/preferences", data=sent, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_form_never_leads_to_another_site(shop, back):
    pages = client(shop)
    sent = {"token": token(pages), "back": back}
    answer = pages.post("/preferences", data=sent, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_a_file_larger_than_allowed_is_refused_with_a_reason(shop):
    pages = client(shop, limit=1 << 20)
    answer = pages.post(
        "/data/upload", data={"token": token(pages)}, files={"file": ("a.csv", b"x" * (2 << 20))}
    )
    assert answer.status_code == 413
    assert "At most 1 MB" in answer.text


def test_a_large_body_elsewhere_is_refused(shop):
    pages = client(shop)
    answer = pages.post("/preferences", data={"token": token(pages), "back": "x" * (2 << 20)})
    assert answer.status_code == 413


def test_the_files_of_the_folder_are_not_served(pages):
    for address in ("/static/../guard.py", "/static/%2e%2e/guard.py", "/static/..%2fguard.py"):
        assert pages.get(address).status_code == 404


def test_an_appearance_that_is_none_is_not_written_into_the_page(pages):
    html = pages.get("/data", headers={"cookie": "omvei_theme=%22%3E%3Cb%3E"}).text
    assert "data-theme" not in html
