"""What the founding articles ask for is named with the page and the command that serve it."""

import re
from pathlib import Path

import click
import pytest

from omvei.cli import main
from omvei.web.application import ROUTES

PAGE = (Path(__file__).parents[1] / "docs" / "traceability.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| [A-E]\d\d", line)
]
WORKSHEETS = {
    "B": [*range(26, 31)],
    "C": [3, *range(17, 22), *range(29, 38)],
    "D": [1, *range(13, 27)],
    "E": [15, 18, 24, 25],
}
"""The entries that the worksheets are for, by article."""


def entries():
    return [entry for row in ROWS for entry in row[0].split(", ")]


def commands(group, before=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))
        else:
            yield " ".join((*before, name))


def test_every_entry_of_the_worksheets_is_there_once():
    wanted = {f"{letter}{n:02}" for letter, numbers in WORKSHEETS.items() for n in numbers}
    assert wanted - set(entries()) == set()
    assert sorted(entries()) == sorted(set(entries()))


def test_the_letters_have_no_holes_up_to_their_last_entry():
    for letter in "ABCDE":
        numbers = {int(entry[1:]) for entry in entries() if entry[0] == letter}
        assert set(range(1, max(numbers) + 1)) - numbers == set(), letter


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:20])
def test_its_page_and_its_command_exist(row):
    _, asked, pages, named = row
    assert asked
    there = {route.path for route in ROUTES}
    assert re.findall(r"`([^`]+)`", pages)
    assert set(re.findall(r"`([^`]+)`", pages)) - there == set()
    assert re.findall(r"`([^`]+)`", named)
    assert set(re.findall(r"`([^`]+)`", named)) - set(commands(main)) == set()
