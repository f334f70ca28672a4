"""Commands of the worksheets: files of definitions that the data fills in and checks."""

from pathlib import Path
from typing import Any

import click

from ..durations import days
from ..errors import NothingToAnswerError
from ..workspace import open
from .group import as_files, as_json, asked_of, horizon, main, narrowed, show


@main.group()
def content() -> None:
    """The content map: what there is for each stage, and what is missing."""


@content.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def take(folder: Path, file: Path) -> None:
    r"""Add the pages of a sitemap.xml, or of a CSV with a column `page`, to the inventory.

    \b
    Example:
      omvei content import sitemap.xml
    """
    from ..touchpoints.inventory import FILE
    from ..touchpoints.inventory import take as add

    here = open(folder)
    done = add(here.path / "definitions", file)
    click.echo(
        f"{done['added']} added to definitions/{FILE}, {done['known']} known already. "
        "Next: omvei build, so that the journeys know them."
    )


@content.command()
@as_files
@narrowed
@as_json
@click.pass_obj
def gaps(folder: Path, /, raw: bool, **asked: Any) -> None:
    r"""List stage, format and channel with content, and what is missing.

    The stages are those of five_stage, whose table says what each asks for.
    """
    show(_mapped(folder, **asked), raw)


def _mapped(folder: Path, **asked: Any) -> Any:
    try:
        return asked_of(folder, **asked).content()
    except NothingToAnswerError:
        from ..answers.content import without_data

        here = open(folder)
        return without_data(here.path / "definitions", here.simulated)


SEEN = click.option(
    "--seen",
    default="30d",
    show_default=True,
    metavar="TIME",
    help="How lately somebody must have been seen to count as here now.",
)


@main.command()
@as_files
@SEEN
@narrowed
@as_json
@click.pass_obj
def readiness(folder: Path, /, seen: str, raw: bool, **asked: Any) -> None:
    """Say how many are ready to buy now, whole and by channel, beside the claim of 2 %."""
    found = asked_of(folder, **asked)
    show(found.readiness(seen_days=days(seen)), raw)


@main.command()
@as_files
@SEEN
@narrowed
@as_json
@click.pass_obj
def choice(folder: Path, /, seen: str, raw: bool, **asked: Any) -> None:
    """Say which channel acts how soon, who is ready, who comes back, and who can be met again."""
    found = asked_of(folder, **asked)
    show(found.choice(seen_days=days(seen)), raw)


@main.command()
@horizon("30d", "How soon after the week people must go on to count.")
@narrowed
@as_json
@click.pass_obj
def remarketing(folder: Path, /, horizon: str, raw: bool, **asked: Any) -> None:
    r"""Compare people reached by remarketing with others in the same situation, by stage.

    Not a cause: somebody chose whom to reach. Only a test that leaves some out can tell.

    \b
    Example:
      omvei remarketing --lens stdc
    """
    show(asked_of(folder, **asked).remarketing(horizon_days=days(horizon)), raw)
