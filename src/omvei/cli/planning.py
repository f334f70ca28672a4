"""Commands of the measurement plan."""

from pathlib import Path
from typing import Any

import click

from ..errors import NothingToAnswerError, OmveiError
from ..workspace import open
from .group import LANGUAGE, among, as_files, as_json, asked_of, horizon, main, narrowed, show


@main.group()
def plan() -> None:
    r"""The measurement plan: what each stage is for, and how far it is.

    \b
    Examples:
      omvei plan new --model stdc --business web_shop
      omvei plan show
    """


@plan.command()
@click.option(
    "--model",
    default="five_stage",
    show_default=True,
    metavar="NAME",
    help="The model the plan follows: see `omvei lenses`.",
)
@click.option(
    "--business",
    default="web_shop",
    show_default=True,
    metavar="NAME",
    help="The kind of business: web_shop, b2b_services, local_service or subscription.",
)
@LANGUAGE
@click.option("--replace", is_flag=True, help="Put it in the place of the plan there is.")
@click.pass_obj
def new(folder: Path, model: str, business: str, language: str, replace: bool) -> None:
    """Propose a first plan, from a model, a kind of business and what the data can tell.

    The proposal is read in the language of whoever opens it, until its words are changed.
    """
    from ..language import words
    from ..plan import kpis
    from ..plan import plan as plans

    workspace = open(folder)
    if plans.place(workspace.path).exists() and not replace:
        raise OmveiError(
            f"There is a plan already: {plans.place(workspace.path)}. Change it there or in the "
            "app, or put a new one in its place with --replace."
        )
    found = with_data(folder)
    seen = None if found is None else kpis.seen_kinds(found)
    proposed = plans.propose(model, business, seen, workspace.path)
    plans.save(workspace.path, proposed)
    click.echo(f"Wrote {plans.place(workspace.path)}")
    t = words(language, {proposed.model.id: proposed.model})
    for row in proposed.read(language):
        measure = kpis.kpis()[row.kpi].label[t.language] if row.kpi else t("plan.kpi.none")
        said = [text for text in (row.goal, row.content, measure) if text]
        click.echo(f"{t.stage(proposed.model.id, row.stage)}: {' · '.join(said)}")


@plan.command()
@click.pass_obj
def check(folder: Path) -> None:
    """Check what definitions/plan.yaml says, with the line of what is wrong."""
    found = planned(folder)
    click.echo(f"The plan is in order: {len(found.rows)} rows, {found.model.id}.")


@plan.command("show")
@as_files
@LANGUAGE
@among
@as_json
@click.pass_obj
def show_(folder: Path, /, language: str, raw: bool, **asked: Any) -> None:
    """Show the plan beside what the data say: value, target, status."""
    from ..plan.scorecard import scorecard

    found = planned(folder)
    journeys = with_data(folder, **asked)
    show(scorecard(found, journeys, language), raw)


@plan.command()
@click.pass_obj
def undo(folder: Path) -> None:
    """Put the plan back as it was before its last change."""
    from .. import keeping
    from ..plan import plan as plans

    if not keeping.undo(plans.place(open(folder).path)):
        raise OmveiError("There is no earlier version of the plan.")
    click.echo("The plan is as it was before its last change.")


@main.command()
@as_files
@narrowed
@as_json
@click.pass_obj
def advice(folder: Path, /, raw: bool, **asked: Any) -> None:
    r"""Say what to do next: at most seven different things, what speaks for each, how to judge it.

    The one nearest the purchase comes first, unless the data or the plan say otherwise. Without
    data it says what to bring in. Nothing in it is a cause: look into it, and test.

    \b
    Examples:
      omvei advice
      omvei advice --lens messy_middle --since 2025-01-01 --json
    """
    from ..plan import plan as plans
    from ..plan.advice import advice as answer_of

    journeys = with_data(folder, **asked)
    show(answer_of(journeys, plans.load(open(folder).path)), raw)


@main.command()
@as_files
@LANGUAGE
@among
@as_json
@click.pass_obj
def checklist(folder: Path, /, language: str, raw: bool, **asked: Any) -> None:
    """Say whether you meet the customer where they are: five questions, with evidence."""
    from ..plan.checklist import checklist as answered

    journeys = with_data(folder, **asked)
    show(answered(open(folder).path, journeys, language), raw)


@main.command()
@horizon("30d", "How soon after a campaign met them people must go on to count.")
@as_files
@narrowed
@as_json
@click.pass_obj
def campaigns(folder: Path, /, horizon: str, raw: bool, **asked: Any) -> None:
    r"""Say of each campaign whom it met, and how many moved on (soft) or reached the goal (hard).

    What a campaign was made for stands in definitions/campaigns.yaml, or is chosen in the app.

    \b
    Examples:
      omvei campaigns
      omvei campaigns --lens stdc --horizon 60d --json
    """
    from ..durations import days
    from ..plan.campaigns import campaigns as answer_of

    show(answer_of(asked_of(folder, **asked), horizon_days=days(horizon)), raw)


def planned(folder: Path) -> Any:
    """The plan there is, or an error that says how to make one."""
    from ..plan import plan as plans

    found = plans.load(open(folder).path)
    if found is None:
        raise OmveiError(
            "There is no plan yet. Propose one with: "
            "omvei plan new --model stdc --business web_shop"
        )
    return found


def with_data(folder: Path, **asked: Any) -> Any:
    """The journeys, or None where nothing was imported yet: the worksheets work without."""
    try:
        return asked_of(folder, **asked)
    except NothingToAnswerError:
        return None
