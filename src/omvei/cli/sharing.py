"""Commands of what is passed on as a whole: the start page."""

from pathlib import Path

import click

from .group import among, as_files, as_json, asked_of, main, show


@main.command()
@as_files
@among
@as_json
@click.pass_obj
def start(folder: Path, since: str, until: str, where: tuple[str, ...], raw: bool) -> None:
    r"""Say what the data say first: the start page, with the map, to print or to pass on.

    \b
    Examples:
      omvei start --pdf start.pdf --language nb
      omvei start --since 2025-01-01 --html start.html
    """
    show(asked_of(folder, since, until, where).start(), raw)
