"""Commands that keep a workspace whole."""

import json
import sys
from pathlib import Path

import click

from .. import printing
from ..workspace import open
from .group import as_json, main


@main.command()
@as_json
@click.pass_obj
def verify(folder: Path, raw: bool) -> None:
    """Check that every file is as it was written; build again what is damaged.

    Journeys and people are built again from the events. Where events are damaged, nothing is
    changed, and the imports that have to be done again are named.
    """
    with printing.progress(quiet=raw) as watch:
        told = open(folder).verify(watch)
    if raw:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for file in told["damaged"]:
            click.echo(f"{file} is damaged.")
        if told["rebuilt"]:
            click.echo("The journeys were built again from the events.")
        if not told["damaged"]:
            click.echo(f"{told['checked']} files are as they were written.")
    for name in told["lost"]:
        click.echo(
            f"Error: rows of {name} are damaged. Take it out and in again: omvei undo {name}, "
            "then omvei import it.",
            err=True,
        )
    if told["lost"]:
        sys.exit(1)
