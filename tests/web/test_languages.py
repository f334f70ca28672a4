"""Every page of the menu in every language: no English left over, no key of a sentence, and numbers
and dates as the language writes them."""

import re
from functools import cache
from html import unescape
from importlib.resources import files

import pytest
import yaml
from web.conftest import client

from omvei.plan import plan as plans
from omvei.web.navigation import rooms

OTHERS = ["nb", "sv", "da"]
ENGLISH = {
    "the", "and", "of", "with", "your", "you", "which", "what", "people", "there", "from", "this",
    "that", "are", "was", "they", "how", "when", "not", "been", "were", "then", "than",
}  # fmt: skip
"""Words that Norwegian, Swedish and Danish do not have."""
PAGES = [address for room in rooms().values() for address in room.values()]
MORE = ["/people/u1", "/models/stdc", "/models/hankins", "/data/sources/ga4", "/data/rejected"]
KEYS = {
    key.partition(".")[0]
    for file in files("omvei").joinpath("locale/en").iterdir()
    for key in yaml.safe_load(file.read_text("utf-8"))
    if "." in key
}


@pytest.fixture(scope="module")
def read(shop):
    """What is read on a page, line by line, in a language: each page is asked for once."""
    plans.save(shop, plans.propose("stdc", "web_shop"))
    pages = client(shop)

    @cache
    def lines(address: str, language: str) -> tuple[str, ...]:
        got = pages.get(address, headers={"accept-language": language})
        assert got.status_code == 200, address
        assert f'<html lang="{language}"' in got.text
        text = re.sub(r"<(script|style|code|pre)\b.*?</\1>", " ", got.text, flags=re.S)
        said = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', text)
        told = re.split(r"<[^>]+>", text.partition("<body")[2].partition(">")[2])
        return tuple(
            line.strip() for line in map(unescape, [*said, *told]) if line and line.strip()
        )

    return lines


def named_in_english(line: str) -> bool:
    """Names that stay English in every language: of models, vendors and this project's files."""
    return bool(re.search(r"[Mm]essy middle|Moment of Truth|Tree of Life|Creative Commons", line))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("address", [*PAGES, *MORE])
def test_no_page_falls_back_to_english_or_shows_a_key(read, address, language):
    for line in read(address, language):
        words = set(re.findall(r"[a-z]+", line.lower()))
        assert len(words & ENGLISH) < 2 or named_in_english(line), line
        key = re.fullmatch(r"([a-z_]+)\.[a-z_.]+", line)
        assert not (key and key[1] in KEYS), line


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("address", PAGES)
def test_numbers_and_dates_are_written_as_the_language_does(read, address, language):
    for line in read(address, language):
        assert not re.search(r"(?<![\d.,])\d{1,3},\d{3}(?!\d)", line), line  # 1,234
        assert not re.search(r"(?<![\d.])\d+\.\d\s?%", line), line  # 1.5 %
        assert not re.search(r"\d%", line), line  # 18% without its blank
        assert not re.search(r"(?<!nyhetsbrev-)\b20\d\d-\d\d(-\d\d)?\b", line), line


def test_english_that_was_left_over_would_be_found(read):
    found = [
        line
        for address in PAGES
        for line in read(address, "en")
        if len(set(re.findall(r"[a-z]+", line.lower())) & ENGLISH) >= 2
    ]
    assert len(found) > len(PAGES)
