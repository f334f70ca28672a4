"""Commands that ask a question of the journeys."""

from pathlib import Path
from typing import Any

import click

from ..durations import days, parse
from ..errors import NothingToAnswerError
from ..workspace import open
from .group import as_files, as_html, as_json, asked_of, horizon, main, narrowed, seen, show


@main.command()
@narrowed
@as_json
@click.pass_obj
def summary(folder: Path, /, raw: bool, **asked: Any) -> None:
    """Say how much there is, and what became of every row."""
    show(asked_of(folder, **asked).summary(), raw)


@main.command("map")
@click.option("--by", metavar="VIEW", help="kind, channel, event, content or stage.")
@click.option(
    "--nodes",
    default=40,
    type=click.IntRange(2),
    show_default=True,
    help="At most so many nodes; the rest is Other.",
)
@horizon("90d", "How soon a later conversion must come to count.")
@narrowed
@as_json
@as_html
@click.pass_obj
def map_(
    folder: Path, /, by: str | None, nodes: int, horizon: str, raw: bool, **asked: Any
) -> None:
    r"""Draw the map: where people go, and where they go next.

    \b
    Examples:
      omvei map --by channel
      omvei map --by stage --lens hankins --html map.html
    """
    found = asked_of(folder, **asked)
    show(found.map(by, nodes=nodes, horizon_days=days(horizon)), raw)


@main.command()
@click.argument("person")
@seen
@as_json
@as_html
@click.pass_obj
def trace(folder: Path, person: str, raw: bool) -> None:
    """Follow one PERSON, by any of their identifiers: id, e-mail, order number, user id, cookie."""
    show(asked_of(folder).trace(person), raw)


@main.command()
@click.argument("steps", nargs=-1, required=True, metavar="STEP...")
@click.option(
    "--by",
    default="event",
    show_default=True,
    metavar="VIEW",
    help="event, kind, channel, content or stage.",
)
@click.option(
    "--within",
    default="30d",
    show_default=True,
    metavar="TIME",
    help="How long after step 1 the last step may come.",
)
@click.option(
    "--order", default="ordered", show_default=True, metavar="HOW", help="ordered, strict or any."
)
@click.option(
    "--dropped",
    type=int,
    metavar="STEP",
    help="List the people who reached this step (from 1) and no further.",
)
@narrowed
@as_json
@as_html
@click.pass_obj
def funnel(
    folder: Path,
    /,
    steps: tuple[str, ...],
    by: str,
    within: str,
    order: str,
    dropped: int | None,
    raw: bool,
    **asked: Any,
) -> None:
    r"""Count the people who reach each STEP.

    \b
    Example:
      omvei funnel product_view add_to_cart purchase --by kind --within 7d
    """
    found = asked_of(folder, **asked)
    told = {"by": by, "within": parse(within), "order": order}
    if dropped is not None:
        show(found.dropped(list(steps), dropped, **told), raw)
    else:
        show(found.funnel(list(steps), **told), raw)


@main.command()
@click.option(
    "--quiet",
    metavar="TIME",
    help="The silence that means a person has left; read from the data by default.",
)
@narrowed
@as_json
@as_html
@click.pass_obj
def leaks(folder: Path, /, quiet: str | None, raw: bool, **asked: Any) -> None:
    r"""Find where people are lost, by stage and by last move.

    \b
    Example:
      omvei leaks --lens stdc
    """
    after = parse(quiet).total_seconds() / 86_400 if quiet else None
    show(asked_of(folder, **asked).leaks(quiet_days=after), raw)


@main.command()
@click.option("--node", metavar="NAME", help="Only people who were at this place of the map.")
@click.option("--edge", nargs=2, metavar="FROM TO", help="Only people who took this move.")
@click.option("--by", metavar="VIEW", help="kind, channel, event, content or stage.")
@click.option(
    "--limit",
    default=20,
    type=click.IntRange(1),
    show_default=True,
    help="How many people to list.",
)
@narrowed
@as_json
@click.pass_obj
def people(
    folder: Path,
    /,
    node: str | None,
    edge: tuple[str, str] | None,
    by: str | None,
    limit: int,
    raw: bool,
    **asked: Any,
) -> None:
    """List the people behind a node or a move of the map."""
    found = asked_of(folder, **asked)
    show(found.people(by=by, node=node, edge=edge, limit=limit), raw)


@main.command()
@click.option("--many", default=25, show_default=True, help="How many questions to list.")
@narrowed
@as_json
@click.pass_obj
def questions(folder: Path, /, many: int, raw: bool, **asked: Any) -> None:
    """List the questions people ask: search words, their class, and what came after."""
    show(asked_of(folder, **asked).questions(many=many), raw)


@main.command()
@click.option("--many", default=25, show_default=True, help="How many paths to list.")
@as_json
@click.pass_obj
def paths(folder: Path, many: int, raw: bool) -> None:
    """Say what an imported table of paths with counts holds; it names no person and no time."""
    show(open(folder).paths(many=many), raw)


@main.command()
@horizon("30d", "How soon after coming a purchase must come to count.")
@narrowed
@as_json
@click.pass_obj
def costs(folder: Path, /, horizon: str, raw: bool, **asked: Any) -> None:
    """Say what advertising cost, by channel and campaign, beside the visits and the buyers."""
    show(asked_of(folder, **asked).costs(horizon_days=days(horizon)), raw)


@main.command()
@narrowed
@as_json
@click.pass_obj
def findings(folder: Path, /, raw: bool, **asked: Any) -> None:
    """Say the first things to know about this data, in plain words."""
    show(asked_of(folder, **asked).findings(), raw)


@main.command()
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(0), help="List at most so many."
)
@click.option("--offset", default=0, type=click.IntRange(0), help="Begin after so many.")
@narrowed
@as_json
@click.pass_obj
def statements(folder: Path, /, limit: int, offset: int, raw: bool, **asked: Any) -> None:
    r"""Say how people speak of you, how much of it you answered, and which bad words wait.

    \b
    Examples:
      omvei statements
      omvei statements --since 2026-01-01 --limit 100 --json
    """
    show(asked_of(folder, **asked).statements(limit=limit, offset=offset), raw)


@main.command()
@as_files
@horizon("30d", "How soon people must go on to count.")
@narrowed
@as_json
@click.pass_obj
def touchpoints(folder: Path, /, horizon: str, raw: bool, **asked: Any) -> None:
    r"""Map every touchpoint: whose it is, what it serves, trust, and what to do with it.

    \b
    Example:
      omvei touchpoints --lens stdc
    """
    try:
        show(asked_of(folder, **asked).touchpoints(horizon_days=days(horizon)), raw)
    except NothingToAnswerError:
        from ..answers.touchpoints import by_hand_only
        from ..lenses.lens import load
        from ..lenses.own import usable

        here, name = open(folder), asked["lens"] or "five_stage"
        seen = usable(here.path).get(name) or load(name)
        show(by_hand_only(here.path / "definitions", seen, here.simulated), raw)


@main.command()
@click.option(
    "--settled",
    default="30d",
    show_default=True,
    metavar="TIME",
    help="A way without the goal has ended when nothing came for so long.",
)
@as_files
@narrowed
@as_json
@click.pass_obj
def attribution(folder: Path, /, settled: str, raw: bool, **asked: Any) -> None:
    r"""Say which channels came before a purchase, in which order, and how rules divide it.

    \b
    Examples:
      omvei attribution --since 2026-01-01
      omvei attribution --settled 60d --json
    """
    show(asked_of(folder, **asked).attribution(settled_days=days(settled)), raw)


@main.command()
@horizon("30d", "How soon people must meet the next channel to count.")
@narrowed
@as_json
@click.pass_obj
def handovers(folder: Path, /, horizon: str, raw: bool, **asked: Any) -> None:
    r"""Say which of your own channels hand people over to each other well, and which badly.

    \b
    Example:
      omvei handovers --horizon 60d
    """
    show(asked_of(folder, **asked).handovers(horizon_days=days(horizon)), raw)
