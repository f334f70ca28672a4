"""Commands about the journey as it was planned, and the journeys as they went."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..durations import days
from ..errors import OmveiError
from ..workspace import open
from .group import as_files, as_json, asked_of, horizon, main, narrowed, show


@main.command()
@click.argument("plan", metavar="PLAN")
@click.option("--person", metavar="PERSON", help="Lay one person's way beside the plan.")
@click.option(
    "--deviation",
    nargs=2,
    metavar="TYPE TOUCHPOINT",
    help="List the people behind a deviation, as in missing Cart.",
)
@horizon("90d", "How soon after the last planned touchpoint the goal must come to count.")
@as_files
@narrowed
@as_json
@click.pass_obj
def conform(
    folder: Path,
    /,
    plan: str,
    person: str | None,
    deviation: tuple[str, str] | None,
    horizon: str,
    raw: bool,
    **asked: Any,
) -> None:
    r"""Compare every journey with PLAN: a name from `omvei plans`, or a YAML file.

    \b
    Examples:
      omvei conform first_purchase.yaml
      omvei conform first_purchase --deviation missing Cart
      omvei conform first_purchase --person 1001 --html diagram.html
    """
    found = asked_of(folder, **asked)
    if person:
        show(found.alongside(plan, person), raw)
    elif deviation:
        show(found.deviating(plan, *deviation), raw)
    else:
        show(found.conform(plan, horizon_days=days(horizon)), raw)


@main.group(invoke_without_command=True)
@click.pass_context
def plans(context: click.Context) -> None:
    """List the planned journeys, make one, or take one in or out as CJML."""
    if context.invoked_subcommand is None:
        from ..planned import plan

        definitions = open(context.obj).path / "definitions"
        for name in plan.names(definitions):
            found = plan.load(definitions, name)
            click.echo(f"{name}: {found.name}, {len(found.touchpoints)} touchpoints")


@plans.command()
@click.argument("name")
@click.argument("drawn", nargs=-1, metavar="[STEP]...")
@click.option("--from", "person", metavar="PERSON", help="Begin with the way this person went.")
@click.pass_obj
def new(folder: Path, name: str, drawn: tuple[str, ...], person: str | None) -> None:
    r"""Make a plan called NAME of STEPs, or from the way one person went; then change its file.

    A STEP is a kind of touchpoint, 'content: NAME' or 'event: NAME'; with ? at its end it may be
    left out.

    \b
    Examples:
      omvei plans new ideal search guide_read? product_view purchase
      omvei plans new observed --from 1001
    """
    from ..planned import steps
    from ..planned.plan import observed

    if bool(drawn) == bool(person):
        raise OmveiError("Say either the steps, or --from PERSON. See: omvei plans new --help")
    if person:
        said = observed(name, open(folder).journeys.trace(person).to_dicts())
    else:
        said = {"name": name}
        for word in drawn:
            one = steps.step(word.removesuffix("?"), optional=word.endswith("?"))
            said = steps.add(said, one)
    _keep(folder, name, said)


@plans.command()
@click.argument("name")
@click.argument("step")
@click.option("--before", type=click.IntRange(1), metavar="NUMBER", help="Which step it precedes.")
@click.pass_obj
def add(folder: Path, name: str, step: str, before: int | None) -> None:
    r"""Add a STEP to the plan NAME: last, or before another; STEP? may be left out.

    \b
    Example:
      omvei plans add ideal review_read? --before 3
    """
    from ..planned import steps

    one = steps.step(step.removesuffix("?"), optional=step.endswith("?"))
    _change(folder, name, lambda said: steps.add(said, one, before - 1 if before else None))


@plans.command()
@click.argument("name")
@click.argument("number", type=click.IntRange(1))
@click.pass_obj
def drop(folder: Path, name: str, number: int) -> None:
    """Take step NUMBER out of the plan NAME."""
    from ..planned import steps

    _change(folder, name, lambda said: steps.drop(said, number - 1))


@plans.command()
@click.argument("name")
@click.pass_obj
def undo(folder: Path, name: str) -> None:
    """Put the plan NAME back as it was before its last change."""
    from .. import keeping
    from ..planned.plan import file_of

    if not keeping.undo(file_of(open(folder).path / "definitions", name)):
        raise OmveiError(f"There is no earlier version of the plan {name!r}.")
    click.echo("The plan is as it was before its last change.")


@plans.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.argument("name")
@click.pass_obj
def read(folder: Path, file: str, name: str) -> None:
    """Take in the planned journey of a CJML FILE as the plan NAME."""
    from ..planned import cjml

    _keep(folder, name, cjml.read(Path(file).read_text("utf-8", "replace")))


@plans.command()
@click.argument("name")
@click.pass_obj
def write(folder: Path, name: str) -> None:
    """Print the plan NAME as CJML."""
    from ..planned import cjml, plan

    click.echo(cjml.write(plan.load(open(folder).path / "definitions", name)), nl=False)


def _change(folder: Path, name: str, change: Callable[[Any], Any]) -> None:
    from .. import keeping
    from ..planned import plan

    definitions = open(folder).path / "definitions"
    plan.load(definitions, name)
    file = plan.file_of(definitions, name)
    keeping.write(file, change(keeping.read(file).said), plan.check)
    rows = plan.load(definitions, name).touchpoints
    for number, one in enumerate(rows, 1):
        click.echo(f"{number}. {one.id}{' (may be left out)' if one.optional else ''}")


def _keep(folder: Path, name: str, said: object) -> None:
    from ..planned import plan

    definitions = open(folder).path / "definitions"
    file = plan.keep(definitions, name, said)
    click.echo(f"Wrote {file}. Change it as you like, then: omvei conform {name}")
