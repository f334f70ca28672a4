"""Commands about the journey as it was planned, and the journeys as they went."""

from pathlib import Path
from typing import Any

import click

from ..durations import days
from ..workspace import open
from .group import as_files, as_json, asked_of, main, narrowed, show


@main.command()
@click.argument("plan", metavar="PLAN")
@click.option("--person", metavar="PERSON", help="Lay one person's way beside the plan.")
@click.option(
    "--deviation",
    nargs=2,
    metavar="TYPE TOUCHPOINT",
    help="List the people behind a deviation, as in missing Cart.",
)
@click.option(
    "--horizon",
    default="90d",
    show_default=True,
    metavar="TIME",
    help="How soon after the last planned touchpoint the goal must come to count.",
)
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
@click.option("--from", "person", required=True, metavar="PERSON", help="Whose way to begin with.")
@click.pass_obj
def new(folder: Path, name: str, person: str) -> None:
    """Make a plan called NAME from the way one person went; then change its file."""
    from ..planned.plan import observed

    rows = open(folder).journeys.trace(person).to_dicts()
    _keep(folder, name, observed(name, rows))


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


def _keep(folder: Path, name: str, said: object) -> None:
    from ..planned import plan

    definitions = open(folder).path / "definitions"
    file = plan.keep(definitions, name, said)
    click.echo(f"Wrote {file}. Change it as you like, then: omvei conform {name}")
