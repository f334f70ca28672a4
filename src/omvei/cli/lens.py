"""Commands about one journey model."""

from pathlib import Path

import click

from .group import as_html, as_json, asked_of, limited, main, pairs, show


@main.group()
def lens() -> None:
    """Look closer at one journey model."""


@lens.command()
@click.argument("name")
@click.option(
    "--set",
    "given",
    metavar="NAME=NUMBER",
    multiple=True,
    help="A parameter of the model, as in care_min_purchases=2.",
)
@limited
@as_json
@as_html
@click.pass_obj
def own(
    folder: Path,
    name: str,
    given: tuple[str, ...],
    since: str,
    until: str,
    where: tuple[str, ...],
    raw: bool,
    html: str | None,
) -> None:
    """Say a model's own numbers: what its authors ask of the journeys."""
    parameters = {}
    for key, said in pairs(given, "--set", "NAME=NUMBER, as in care_min_purchases=2"):
        try:
            parameters[key] = float(said)
        except ValueError:
            raise click.BadParameter(f"{said!r} is no number", param_hint="--set") from None
    show(asked_of(folder, since, until, where).lens(name, **parameters).own(), raw, html)


@lens.command()
@click.argument("name")
@click.argument("stage")
@click.argument("measure")
def judge(name: str, stage: str, measure: str) -> None:
    """Say whether what is made for STAGE may be judged by MEASURE; fail where it may not."""
    from ..lenses import load
    from ..lenses.measures import judge as judged

    click.echo(judged(load(name), stage, measure))
