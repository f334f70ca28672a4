"""Commands of the target groups."""

import json
from pathlib import Path
from typing import Any

import click
import yaml

from .. import keeping
from ..errors import NothingToAnswerError, OmveiError, UnknownNameError
from ..language import LANGUAGES
from ..workspace import open
from .group import as_files, as_json, asked_of, main, narrowed, pairs, show

NUMBERS = ("at_least", "at_most")


@main.group()
def groups() -> None:
    r"""Target groups: conditions over what people did and are, to narrow any answer to.

    \b
    Examples:
      omvei groups new loyal --did kind=purchase,at_least=2 --consent granted
      omvei groups list
      omvei --group loyal map
    """


@groups.command()
@click.argument("name")
@click.option("--name", "label", metavar="TEXT", help="What it is called on the screen.")
@click.option(
    "--language",
    default="en",
    show_default=True,
    type=click.Choice(list(LANGUAGES)),
    help="The language of that text.",
)
@click.option(
    "--did", multiple=True, metavar="WORDS", help="What they did, as in kind=purchase,at_least=2."
)
@click.option("--did-not", multiple=True, metavar="WORDS", help="What they did not do.")
@click.option("--first", metavar="WORDS", help="Their very first touchpoint.")
@click.option("--now", metavar="MODEL:STAGE", help="The stage they are in, as in stdc:think.")
@click.option("--ever", metavar="MODEL:STAGE", help="A stage they were in.")
@click.option("--consent", metavar="WORD", help="What they said last: granted, denied or unknown.")
@click.option("--customer/--no-customer", default=None, help="Whether they ever bought.")
@click.option("--replace", is_flag=True, help="Put it in the place of the group there is.")
@click.pass_obj
def new(folder: Path, /, name: str, label: str | None, language: str, **asked: Any) -> None:
    r"""Keep a group called NAME: everything that is said of it must hold.

    WORDS are pairs with commas between: a touchpoint's kind, channel, content, campaign, product
    and so on (with * for anything), since and until (days), lately (as in 30d), at_least, at_most.

    \b
    Examples:
      omvei groups new guides --did "content=/guide/*,lately=90d" --no-customer
      omvei groups new nearly --now five_stage:decision --did-not kind=purchase,lately=30d
    """
    from ..groups import group as kept

    who: list[dict[str, Any]] = [{"did": _words(one)} for one in asked["did"]]
    who += [{"did_not": _words(one)} for one in asked["did_not"]]
    who += [{"first": _words(asked["first"])}] if asked["first"] else []
    for when in ("now", "ever"):
        if asked[when]:
            model, _, stage = asked[when].partition(":")
            who.append({"stage": {"model": model, when: stage}})
    who += [{"consent": asked["consent"]}] if asked["consent"] else []
    who += [{"customer": asked["customer"]}] if asked["customer"] is not None else []
    file = kept.place(open(folder).path)
    said = dict(keeping.read(file).said or {})
    if name in said and not asked["replace"]:
        raise OmveiError(f"There is a group {name!r} already. Put this in its place: --replace.")
    names = {"name": {**(said.get(name, {}).get("name") or {}), language: label}} if label else {}
    keeping.write(file, {**said, name: {**names, "who": who}}, kept.check)
    click.echo(f"Kept {name!r} in {file}")


def _words(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, word in pairs(tuple(text.split(",")), "WORDS", "NAME=WORD, as in kind=purchase"):
        value: Any = int(word) if key in NUMBERS and word.isdecimal() else word
        found[key] = (
            [*found[key], value]
            if isinstance(found.get(key), list)
            else ([found[key], value] if key in found else value)
        )
    return found


@groups.command("list")
@as_files
@narrowed
@as_json
@click.pass_obj
def list_(folder: Path, /, raw: bool, **asked: Any) -> None:
    """List the groups, with how many people are in each."""
    from ..answers.groups import without_data
    from ..groups import group as kept

    here = open(folder)
    try:
        show(asked_of(folder, **asked).groups(), raw)
    except NothingToAnswerError:
        show(without_data(kept.load(here.path), here.simulated), raw)


@groups.command("show")
@click.argument("name")
@as_json
@click.pass_obj
def show_(folder: Path, name: str, raw: bool) -> None:
    """Show what a group says."""
    from ..groups import group as kept

    here = open(folder)
    kept.find(here.path, name)
    said = keeping.read(kept.place(here.path)).said[name]
    if raw:
        told = json.dumps({"group": name, **said}, ensure_ascii=False, indent=2, default=str)
    else:
        told = yaml.safe_dump({name: said}, allow_unicode=True, sort_keys=False).rstrip()
    click.echo(told)


@groups.command()
@as_json
@click.pass_obj
def check(folder: Path, raw: bool) -> None:
    """Check definitions/groups.yaml, with the line of what is wrong."""
    from ..groups import group as kept

    found = list(kept.load(open(folder).path))
    click.echo(json.dumps({"groups": found}) if raw else f"In order: {len(found)} groups.")


@groups.command()
@click.argument("name")
@click.pass_obj
def remove(folder: Path, name: str) -> None:
    """Take a group away."""
    from ..groups import group as kept

    file = kept.place(open(folder).path)
    said = dict(keeping.read(file).said or {})
    if name not in said:
        raise UnknownNameError("target group", name, list(said))
    del said[name]
    keeping.write(file, said or None, kept.check)
    click.echo(f"Took {name!r} away.")


@groups.command()
@as_json
@click.pass_obj
def undo(folder: Path, raw: bool) -> None:
    """Put the groups back as they were before the last change."""
    from ..groups import group as kept

    file = kept.place(open(folder).path)
    if not keeping.undo(file):
        raise OmveiError("There is no earlier version of the groups.")
    found = list(kept.load(open(folder).path))
    click.echo(json.dumps({"groups": found}) if raw else "The groups are as they were before.")
