"""Commands about one model: what it says of itself, and what people do under it."""

from pathlib import Path
from typing import Any

import click

from .group import among, as_html, as_json, asked_of, laid_out, main, pairs, show


class Models(click.Group):
    """The group of a model's commands; examples keep their lines."""

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Find a command."""
        return laid_out(super().get_command(context, name))


@main.group(cls=Models)
def lens() -> None:
    """See people through one model: its stages, its moves and its numbers."""


@lens.command()
@click.argument("name")
@among
@as_json
@click.pass_obj
def matrix(folder: Path, /, name: str, raw: bool, **asked: Any) -> None:
    r"""Count the moves from every stage to every stage, and the chance of a purchase from each.

    \b
    Examples:
      omvei lens matrix hankins
      omvei lens matrix hankins --where channel=Email --json
    """
    show(_seen(folder, name, asked).matrix(), raw)


@lens.command()
@click.argument("name")
@click.option(
    "--set",
    "given",
    metavar="NAME=NUMBER",
    multiple=True,
    help="A parameter of the model, as in care_min_purchases=2.",
)
@among
@as_json
@as_html
@click.pass_obj
def own(
    folder: Path,
    /,
    name: str,
    given: tuple[str, ...],
    raw: bool,
    **asked: Any,
) -> None:
    r"""Say a model's own numbers: what its authors ask of the journeys.

    \b
    Examples:
      omvei lens own stdc --set care_min_purchases=2
      omvei lens own messy_middle --html middle.html
    """
    parameters = {}
    for key, said in pairs(given, "--set", "NAME=NUMBER, as in care_min_purchases=2"):
        try:
            parameters[key] = float(said)
        except ValueError:
            raise click.BadParameter(f"{said!r} is no number", param_hint="--set") from None
    show(_seen(folder, name, asked).lens(name, **parameters).own(), raw)


@lens.command()
@click.argument("name")
@click.argument("stage")
@click.argument("measure")
def judge(name: str, stage: str, measure: str) -> None:
    r"""Say whether what is made for STAGE may be judged by MEASURE; fail where it may not.

    \b
    Example:
      omvei lens judge stdc do conversion_rate
    """
    from ..lenses import load
    from ..lenses.measures import judge as judged

    click.echo(judged(load(name), stage, measure))


@lens.command()
@click.argument("name")
@among
@as_json
@click.pass_obj
def numbers(folder: Path, /, name: str, raw: bool, **asked: Any) -> None:
    r"""Say how well a model fits, and how people wind through its stages.

    \b
    Examples:
      omvei lens numbers hankins
      omvei lens numbers five_stage --until 2025-07-01    where people stood on that day
    """
    show(_seen(folder, name, asked).numbers(), raw)


@lens.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@among
@as_json
@click.pass_obj
def compare(folder: Path, /, names: tuple[str, ...], raw: bool, **asked: Any) -> None:
    r"""See the same people under several models.

    \b
    Example:
      omvei lens compare funnel messy_middle
    """
    show(asked_of(folder, **asked).compare(*names), raw)


@lens.command()
@click.argument("name")
@click.option("--people", "whose", metavar="STAGES", help="List the people of this loop.")
@click.option("--way", metavar="STAGES", help="List the people who came to the goal so.")
@click.option("--back", metavar="STAGE", help="List the people who came back to this stage.")
@among
@as_json
@click.pass_obj
def loops(
    folder: Path,
    /,
    name: str,
    whose: str | None,
    way: str | None,
    back: str | None,
    raw: bool,
    **asked: Any,
) -> None:
    r"""List the loops people make, and the detours and shortcuts to the goal.

    \b
    Examples:
      omvei lens loops five_stage
      omvei lens loops five_stage --people "consideration decision consideration"
      omvei lens loops five_stage --back consideration
    """
    found = _seen(folder, name, asked)
    if back is not None:
        show(found.returning(back), raw)
    elif way is not None:
        show(found.wayfarers(*way.split()), raw)
    else:
        show(found.loops() if whose is None else found.loopers(*whose.split()), raw)


@lens.command()
@click.argument("name")
@click.option("--at", metavar="DAY", help="Where they stood before this day, as in 2026-01-01.")
@click.option("--current", metavar="STAGE", help="Only people whose latest stage this is.")
@click.option("--deepest", metavar="STAGE", help="Only people whose furthest stage this is.")
@click.option("--limit", default=100, show_default=True, help="How many people to list.")
@among
@as_json
@click.pass_obj
def stages(
    folder: Path,
    /,
    name: str,
    at: str | None,
    current: str | None,
    deepest: str | None,
    limit: int,
    raw: bool,
    **asked: Any,
) -> None:
    r"""List people with their current and their deepest stage, now or on a day.

    \b
    Examples:
      omvei lens stages four_phase --current decision
      omvei lens stages funnel --at 2025-07-01 --json
    """
    found = _seen(folder, name, asked | ({"until": at} if at else {}))
    show(found.whereabouts(current=current, deepest=deepest, limit=limit), raw)


@lens.command("what-if")
@click.argument("name")
@click.argument("source")
@click.argument("target")
@click.argument("probability", type=click.FloatRange(0, 1))
@among
@as_json
@click.pass_obj
def what_if(
    folder: Path,
    /,
    name: str,
    source: str,
    target: str,
    probability: float,
    raw: bool,
    **asked: Any,
) -> None:
    r"""Say what the chance of a purchase would be, if SOURCE led to TARGET so often.

    \b
    Example:
      omvei lens what-if hankins explore compare 0.6
    """
    show(_seen(folder, name, asked).what_if(source, target, probability), raw)


@lens.command()
@click.argument("name")
@click.argument("first")
@click.argument("second")
@among
@as_json
@click.pass_obj
def differ(folder: Path, /, name: str, first: str, second: str, raw: bool, **asked: Any) -> None:
    r"""Test whether two groups move differently. A group is NAME=WORD, or a period DAY..DAY.

    \b
    Examples:
      omvei lens differ hankins channel=Email "channel=Organic Search"
      omvei lens differ hankins 2025-01-01..2025-07-01 2025-07-01..2026-01-01
    """
    both = _seen(folder, name, asked)
    show(_group(both, first).differ(_group(both, second)), raw)


def _seen(folder: Path, name: str, asked: dict[str, Any]) -> Any:
    """The journeys as asked for, under the model that the command names."""
    return asked_of(folder, lens=name, **asked)


def _group(journeys: Any, said: str) -> Any:
    first, dots, last = said.partition("..")
    if dots and "=" not in said:
        return journeys.between(first or None, last or None)
    ((name, word),) = pairs((said,), "group", "NAME=WORD, as in channel=Email, or DAY..DAY")
    return journeys.where(**{name: word != "no" if name == "customer" else word})
