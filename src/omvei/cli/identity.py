"""Commands about whose journey it is."""

from pathlib import Path
from typing import Any

import click

from .. import printing
from ..workspace import open
from .group import Omvei, as_json, asked_of, main, narrowed, seen, show


@main.command()
@click.argument("person")
@seen
@as_json
@click.pass_obj
def why(folder: Path, person: str, raw: bool) -> None:
    """Say why PERSON's identifiers are one person's: which event joined which, and when."""
    show(asked_of(folder).why(person), raw)


@main.command()
@click.option("--orders", is_flag=True, help="List every order that web and shop tell differently.")
@seen
@as_json
@click.pass_obj
def quality(folder: Path, orders: bool, raw: bool) -> None:
    r"""Say how far identities and orders can be trusted: matches, shared devices, large clusters.

    \b
    Example:
      omvei quality --orders --json
    """
    asked = asked_of(folder)
    show(asked.orders() if orders else asked.quality(), raw)


@main.command()
@narrowed
@as_json
@click.pass_obj
def consent(folder: Path, /, raw: bool, **asked: Any) -> None:
    """Say who consented to measurement, and what those who did not could change."""
    show(asked_of(folder, **asked).consent(), raw)


@main.command()
@click.argument("identifier")
@click.pass_obj
def unmerge(folder: Path, identifier: str) -> None:
    """Set IDENTIFIER apart: it is joined to nobody from now on, and history is rebuilt.

    It may be a cookie, an e-mail address, an order number, ... To join it again, take its line out
    of definitions/apart.yaml and run `omvei build`.
    """
    with printing.progress() as watch:
        done = open(folder).unmerge(identifier, watch)
    click.echo(f"{done['kind']} {done['value']} stands alone now. See definitions/apart.yaml.")


@main.group(cls=Omvei)
def policy() -> None:
    """How readily identifiers are joined: strict, default or loose ([identity] in omvei.toml)."""


@policy.command()
@click.argument("names", nargs=-1)
@as_json
@click.pass_obj
def compare(folder: Path, names: tuple[str, ...], raw: bool) -> None:
    r"""Show what each policy would change in people, buyers, channels and the map.

    \b
    Example:
      omvei policy compare strict default loose
    """
    show(open(folder).compare(names), raw)
