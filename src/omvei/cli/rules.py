"""What a model says: its stages and rules, what they catch, and models of one's own."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from .. import printing
from .group import among, as_json, asked_of, seen, show
from .seeing import lens


@lens.command("show")
@click.argument("name")
@as_json
@click.pass_obj
def show_(folder: Path, /, name: str, raw: bool) -> None:
    """Show a model: its stages, its rules in order, the moves it allows, and where it is from."""
    from ..lenses.own import named

    model = named(folder, name)
    stages = [
        {
            "stage": stage.id,
            "label": stage.labels,
            "part": stage.part,
            "thought": stage.thoughts,
            "goal": stage.goal,
            "content": stage.content,
            "channels": list(stage.channels),
            "kpis": list(stage.kpis),
        }
        for stage in model.stages
    ]
    rules = [
        {"rule": place, "stage": model.stages[rule.stage].id, "when": rule.when}
        for place, rule in enumerate(model.rules, 1)
    ]
    told = {
        "name": model.id,
        "title": model.names,
        **model.facts,
        "carrier": model.carrier,
        "parameters": dict(model.parameters),
        "rest": model.stages[model.rest].id if model.rest >= 0 else None,
        "stages": stages,
        "rules": rules,
        "moves": sorted([a, b] for a, b in model.moves),
        "examples": list(model.examples),
    }
    if raw:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    printing.model(told)


@lens.command()
@click.argument("name")
@among
@as_json
@click.pass_obj
def catches(folder: Path, /, name: str, raw: bool, **asked: Any) -> None:
    """Count what each rule of a model catches, and what falls through all of them."""
    show(asked_of(folder, lens=name, **asked).catches(), raw)


@lens.command()
@click.argument("person")
@click.option("--lens", "name", required=True, metavar="NAME", help="The model.")
@seen
@as_json
@click.pass_obj
def explain(folder: Path, /, person: str, name: str, raw: bool) -> None:
    r"""Say which rule put each touchpoint of a PERSON in its stage.

    \b
    Example:
      omvei lens explain 1001 --lens hankins
    """
    show(asked_of(folder, lens=name).explain(person), raw)


@lens.command()
@click.argument("name")
@click.option(
    "--from", "source", default="five_stage", show_default=True, metavar="MODEL", help="Copy this."
)
@click.pass_obj
def new(folder: Path, /, name: str, source: str) -> None:
    r"""Begin a model of your own, as a copy: change the file, then check it.

    \b
    Example:
      omvei lens new our_way --from stdc
    """
    from ..lenses.own import copy
    from ..workspace import open

    file = copy(open(folder).path, name, source)
    click.echo(f"Wrote {file}. Change it, then: omvei lens check {name}")


@lens.command()
@click.argument("name")
@as_json
@click.pass_obj
def check(folder: Path, /, name: str, raw: bool) -> None:
    """Check a model's file and its examples: say the line, and what was expected.

    NAME is a model of this workspace, or a file.
    """
    from ..lenses import own

    wrong = own.check(own.files(folder).get(name, Path(name)))
    rows = [{"file": each.file, "line": each.line, "problem": each.problem} for each in wrong]
    if raw:
        click.echo(json.dumps({"name": name, "wrong": rows}, ensure_ascii=False, indent=2))
    elif wrong:
        for each in wrong:
            click.echo(f"Error: {each}", err=True)
    else:
        click.echo(f"{name} can be used: omvei map --lens {name}")
    if wrong:
        sys.exit(1)
