"""Commands of what is passed on as a whole: the start page, and the summary of a month."""

from pathlib import Path
from typing import Any

import click

from ..workspace import open
from .group import LANGUAGE, among, as_files, as_json, asked_of, main, show


@main.command()
@as_files
@among
@as_json
@click.pass_obj
def start(folder: Path, /, raw: bool, **asked: Any) -> None:
    r"""Say what the data say first: the start page, with the map, to print or to pass on.

    \b
    Examples:
      omvei start --pdf start.pdf --language nb
      omvei start --since 2025-01-01 --html start.html
    """
    show(asked_of(folder, **asked).start(), raw)


@main.command()
@click.option("--month", metavar="MONTH", help="As 2026-10; by default the last full month.")
@as_files
@LANGUAGE
@as_json
@click.pass_obj
def report(folder: Path, month: str | None, language: str, raw: bool) -> None:
    r"""Sum a month up: what the data say, what changed, what to do, how far the plan is.

    \b
    Examples:
      omvei report --pdf october.pdf --language nb
      omvei report --month 2026-10 --html october.html
    """
    show(open(folder).report(month, language), raw)
