"""The docs hold: their commands run, their links lead somewhere, and nothing is left unsaid.

Blocks of `console` and `sh` are run, page by page, in an empty folder; blocks of `python` too. A
block after `<!-- server -->` is started for real in the tests of the browser, and one after
`<!-- not run: why -->` is left out for the reason it gives.
"""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from omvei import sources
from omvei.cli import main

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(
    r"(?:<!-- (?P<mark>server|not run: .+?) -->\n+)?^```(?P<language>console|sh|bash|python)\n"
    r"(?P<body>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


class Block(NamedTuple):
    """A block of a page that is run."""

    line: int
    language: str
    body: str


def blocks(text: str) -> list[Block]:
    return [
        Block(text.count("\n", 0, found.start("body")), found["language"], found["body"])
        for found in BLOCK.finditer(text)
        if not found["mark"]
    ]


def script(body: str) -> str:
    """The commands of a block: what follows a prompt, or all of it where there is none."""
    lines, kept, goes_on = body.splitlines(), [], False
    if not any(line.startswith("$ ") for line in lines):
        return body
    for line in lines:
        if line.startswith("$ ") or goes_on:
            kept.append(line.removeprefix("$ "))
            goes_on = line.endswith("\\")
    return "\n".join(kept)


def run_commands(block: Block, folder: Path, page: str) -> None:
    programs = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script(block.body)],
        cwd=folder,
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    where = f"{page}, line {block.line}"
    assert done.returncode == 0, f"{where}:\n{block.body}\n{done.stdout}\n{done.stderr}"


def run_python(block: Block, names: dict[str, object], page: str) -> None:
    if ">>>" in block.body:
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        test = doctest.DocTestParser().get_doctest(block.body, names, page, page, block.line)
        runner = doctest.DocTestRunner(optionflags=flags)
        written: list[str] = []
        runner.run(test, out=written.append, clear_globs=False)
        names.update(test.globs)
        assert not runner.failures, "".join(written)
    else:
        exec(compile("\n" * block.line + block.body, page, "exec"), names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_page_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    name = str(page.relative_to(ROOT))
    for block in blocks(page.read_text("utf-8")):
        if block.language == "python":
            run_python(block, names, name)
        else:
            run_commands(block, tmp_path, name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_links_of_a_page_lead_somewhere(page):
    targets = LINK.findall(re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def everything() -> str:
    return "\n".join(page.read_text("utf-8") for page in PAGES)


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_documented(name):
    assert re.search(rf"omvei (-w \S+ )?{name}\b", everything())


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_explains_itself(name):
    command = main.commands[name]
    assert command.help
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", sources.names())
def test_every_source_is_documented(name):
    assert re.search(rf"--source {name}\b", everything())


def test_only_what_follows_a_prompt_is_run():
    body = "$ omvei sources\nName\n$ omvei funnel \\\n    visit\nStep\n"
    assert script(body) == "omvei sources\nomvei funnel \\\n    visit"


def test_a_block_that_is_not_run_says_why():
    text = "<!-- not run: needs a cluster -->\n```sh\nfalse\n```\n```sh\ntrue\n```\n"
    assert [block.body for block in blocks(text)] == ["true\n"]
