"""Commands that keep a workspace whole, and forget people."""

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


@main.command()
@click.argument("person")
@click.option("--dry-run", is_flag=True, help="Say what would be removed; remove nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_obj
def delete(folder: Path, person: str, dry_run: bool, yes: bool, raw: bool) -> None:
    r"""Delete PERSON: out of every answer at once, and not taken in again from any file.

    PERSON is any of their identifiers. `omvei purge` then removes what is still on the disk. It
    cannot be undone.

    \b
    Examples:
      omvei delete ann@example.org --dry-run    what would be removed
      omvei delete 1001 --yes                   whoever placed order 1001
    """
    workspace = open(folder)
    told = workspace.delete(person, dry_run=True)
    what = (
        f"{told['rows']} rows in {told['files']} imported files, "
        f"and {told['identifiers']} identifiers, of {told['person']}"
    )
    if not dry_run:
        if not yes:
            click.confirm(f"Delete {what}? It cannot be undone.", abort=True, err=True)
        with printing.progress(quiet=raw) as watch:
            told = workspace.delete(told["person"], progress=watch)
    if raw:
        click.echo(json.dumps(told | {"deleted": not dry_run}, indent=2))
    elif dry_run:
        click.echo(f"Would be removed: {what}. Nothing was removed.")
    else:
        click.echo(f"Out of every answer: {what}. Next: omvei -w {folder} purge")


@main.command()
@as_json
@click.pass_obj
def purge(folder: Path, raw: bool) -> None:
    """Remove from the disk what is left of deleted people, and what nobody needs any more.

    Events are rewritten where rows of theirs are; people and journeys are built anew.
    """
    with printing.progress(quiet=raw) as watch:
        told = open(folder).purge(watch)
    if raw:
        click.echo(json.dumps(told, indent=2))
        return
    click.echo(f"{told['identifiers']} identifiers of deleted people are off the disk.")
    if told["waiting"]:
        click.echo(
            f"{told['waiting']} files wait in the app to be confirmed; they were left alone. "
            "They are thrown away after a day."
        )
    if told["inbox"]:
        click.echo(
            f"{told['inbox']} files lie in the inbox as they came, and may still name them. "
            f"Look through {folder / 'inbox'} and remove what you no longer need."
        )


@main.command()
@click.pass_obj
def compact(folder: Path) -> None:
    """Lay the journeys out anew where appends have left small blocks and dead rows behind.

    It happens by itself after some appends; the answers stay the same.
    """
    with printing.progress() as watch:
        done = open(folder).compact(watch)
    click.echo("The journeys are laid out anew." if done else "There is nothing to compact.")


@main.command()
@click.argument("address")
@as_json
@click.pass_obj
def publish(folder: Path, address: str, raw: bool) -> None:
    r"""Put the workspace into an object store, for others to read: ADDRESS is s3://BUCKET/PATH.

    Only what is not there yet is sent. The key of the hashes and rejected rows stay here. It holds
    people's journeys: the bucket must be private. To change it there, name the key's file.

    \b
    Examples:
      omvei -w shop publish s3://firm/shop
      omvei -w s3://firm/shop map               read it, from anywhere
      OMVEI_KEY=shop/omvei.key omvei -w s3://firm/shop import orders.csv
    """
    told = open(folder).publish(address)
    if raw:
        click.echo(json.dumps(told, indent=2))
    else:
        click.echo(
            f"{told['files']} files are published at {address}: {told['sent']} were sent, "
            f"{told['removed']} removed."
        )
