"""Commands that say what Omvei knows: models, sources, channels, bots."""

import json
from pathlib import Path
from typing import Any

import click

from .. import printing
from ..workspace import open
from .group import as_json, main


@main.command()
@as_json
@click.pass_obj
def lenses(folder: Path, /, raw: bool) -> None:
    """List the journey models, those of the workspace included: what each is good for, and how it
    fits the data there is. Which to use: docs/models.md.
    """
    from .. import lenses as models
    from ..lenses.lens import SMALL_SHOP
    from ..lenses.own import files

    own = files(folder)
    known = {name: models.load(own.get(name, name)) for name in (*models.names(), *own)}
    fit = _fit(folder, list(known))
    fits = {row["lens"]: row for row in fit["models"]} if fit else {}
    rows: list[dict[str, Any]] = []
    for name, model in known.items():
        told = fits.get(name)
        rows.append(
            {
                "name": name,
                "title": model.names.get("en", name),
                "stages": [stage.id for stage in model.stages],
                **{key: model.facts.get(key) for key in ("shape", "unit", "source", "year")},
                "carrier": model.carrier,
                "quiet_days": model.quiet_days,
                "good_for": model.good_for.get("en"),
                "small_shop": name in SMALL_SHOP,
                "best": fit is not None and fit["best"] == name,
                **{key: told[key] if told else None for key in ("placed", "fit_moves", "seen")},
            }
        )
    rows.append(_of_campaigns())
    if raw:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        printing.models(rows, fit)


def _of_campaigns() -> dict[str, Any]:
    """The model that is about campaigns, in the form of the others: see `omvei rounds`."""
    from ..plan.rounds import model

    told = model()
    return {
        "name": told["id"],
        "title": told["name"]["en"],
        "stages": [part["id"] for part in told["parts"]],
        **{key: told[key] for key in ("shape", "unit", "source", "year")},
        "carrier": None,
        "quiet_days": None,
        "good_for": told["good_for"]["en"],
        "small_shop": False,
        "best": False,
        **dict.fromkeys(("placed", "fit_moves", "seen")),
    }


def _fit(folder: Path, names: list[str]) -> dict[str, Any] | None:
    """How the models fit the data of the workspace; None where there is no data."""
    from ..errors import NothingToAnswerError, WorkspaceError

    try:
        journeys = open(folder).journeys
    except (NothingToAnswerError, WorkspaceError):
        return None
    return journeys.fit(*names).to_json()


@main.command()
@as_json
def sources(raw: bool) -> None:
    """List the kinds of files that can be imported."""
    from .. import sources as known

    rows = [
        # A source of another package may not say how well it knows the format.
        {"name": name, "title": source.TITLE, "status": getattr(source, "STATUS", "complete")}
        for name, source in known.SOURCES.items()
    ]
    if raw:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        printing.table("Sources", rows, ("name", "title", "status"))


@main.command()
@click.option(
    "--test",
    "address",
    required=True,
    metavar="URL",
    help="A landing page, with its campaign tags.",
)
@click.option("--referrer", metavar="URL", help="The page before.")
@as_json
@click.pass_obj
def channels(folder: Path, address: str, referrer: str | None, raw: bool) -> None:
    r"""Say which channel an arrival belongs to, and which rule says so.

    The rules of the workspace come first: see definitions/channels.yaml.

    \b
    Example:
      omvei channels --test "https://shop.example/?utm_source=chatgpt.com"
    """
    from dataclasses import asdict

    from ..touchpoints import definitions
    from ..touchpoints.channels import of_address

    rules = definitions.load(folder / "definitions").channels
    verdict = asdict(of_address(address, referrer, rules=rules))
    if raw:
        click.echo(json.dumps(verdict, ensure_ascii=False, indent=2))
    else:
        printing.table("Channel", [verdict], tuple(verdict))


@main.command()
@click.option(
    "--test",
    "agent",
    required=True,
    metavar="AGENT",
    help="What a browser or a program calls itself.",
)
@as_json
def bots(agent: str, raw: bool) -> None:
    r"""Say whether a user agent is a program, and of what kind.

    \b
    Example:
      omvei bots --test "Mozilla/5.0 (compatible; GPTBot/1.2)"
    """
    from ..touchpoints.bots import kind

    found = kind(agent)
    said = {"bot": found is not None, "kind": found}
    if raw:
        click.echo(json.dumps(said))
    else:
        printing.table("User agent", [said], ("bot", "kind"))
