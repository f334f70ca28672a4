"""The group of all commands, and the options that many of them share."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .. import printing
from ..errors import OmveiError, SourceError, UnknownNameError
from ..stores import objects
from ..workspace import open, room, store

Command = Callable[..., Any]

STOPPED = "Stopped. The workspace is as it was after the last step that was finished."

INTERRUPTED = "Query interrupted"
"""What DuckDB makes of Ctrl-C while it is at work."""


def laid_out(command: click.Command | None) -> Any:
    """A command, with its own commands, whose help keeps the lines of its examples as they are.

    click looks for a backspace character; a raw docstring has a backslash and a b instead.
    """
    if command is not None and command.help:
        command.help = command.help.replace("\\b\n", "\b\n")
    for one in getattr(command, "commands", {}).values():
        laid_out(one)
    return command


class Omvei(click.Group):
    """The group of all commands: errors of ours are one plain line, and a mistyped name is met
    with near ones.
    """

    def invoke(self, context: click.Context) -> Any:
        """Run a command; a mistake ends it with one plain line and exit code 1, Ctrl-C with 130.

        The exit comes after the error is let go: what its frames hold (tables, maps of files, their
        threads) must be gone before the interpreter takes itself apart.
        """
        code = 1
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            code, said = 130, STOPPED
        except RuntimeError as error:
            if str(error) != INTERRUPTED:
                raise
            code, said = 130, STOPPED
        except OmveiError as error:
            said = f"Error: {error}"
        except BrokenPipeError:
            said = ""
        except OSError as error:
            if told := room.full(error, context.params.get("folder") or Path()):
                said = f"Error: {told}"
            elif error.filename is None:
                raise
            else:
                said = (
                    f"Error: {error.filename}: {error.strerror}. Check the name, the folder and "
                    "its permissions."
                )
        if said:
            click.echo(said, err=True)
        sys.exit(code)

    def make_context(self, *said: Any, **more: Any) -> click.Context:
        """Read what was asked; Ctrl-C ends it with 130 here too."""
        try:
            return super().make_context(*said, **more)
        except KeyboardInterrupt:
            click.echo("Stopped before anything was done.", err=True)
            raise click.exceptions.Exit(130) from None

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Find a command; its examples keep their lines."""
        return laid_out(super().get_command(context, name))

    def resolve_command(self, context: click.Context, args: list[str]) -> Any:
        """Find a command by its name."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            raise click.UsageError(str(UnknownNameError("command", args[0], sorted(self.commands))))
        return super().resolve_command(context, args)


def _remember(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Keep an option for `asked_of`, whichever command it was given to."""
    if value is not None:
        context.meta[f"omvei.{option.name}"] = value
    return value


def seen(command: Command) -> Command:
    """Add how journeys are seen: --unit, --as-of."""
    for option in (
        click.option(
            "--unit",
            metavar="UNIT",
            expose_value=False,
            callback=_remember,
            help="Whose journeys: person, or account (a company).",
        ),
        click.option(
            "--as-of",
            metavar="DAY",
            expose_value=False,
            callback=_remember,
            help="As they were known before this day, as in 2026-01-01.",
        ),
    ):
        command = option(command)
    return command


def in_group(command: Command) -> Command:
    """Add --group: only the people of a target group."""
    return click.option(
        "--group",
        metavar="NAME",
        expose_value=False,
        callback=_remember,
        help="Only the people of this target group: see `omvei groups list`.",
    )(command)


@click.group(
    cls=Omvei, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "-w",
    "--workspace",
    "folder",
    default=".",
    metavar="DIR",
    help="The workspace; this folder by default. s3://BUCKET/PATH is one in a store.",
)
@seen
@in_group
@click.option(
    "--engine",
    metavar="ADDRESS",
    envvar="OMVEI_ENGINE",
    help="Where to build and to answer: local (this machine, the default), spark://HOST:PORT, "
    "sc://HOST:PORT.",
)
@click.version_option(package_name="omvei")
@click.pass_context
def main(context: click.Context, folder: str, engine: str | None) -> None:
    r"""Customer journeys as they are: a map with loops, detours and shortcuts.

    \b
    Examples:
      omvei -w shop init                        make a workspace
      omvei -w shop import export.csv           take a file in
      omvei -w shop map                         where people go, and where they go next
      omvei -w shop trace 1001                  one person, by an order number
      omvei -w shop serve                       the app, in your browser
    """
    context.obj = store.fetch(folder) if objects.in_store(folder) else Path(folder)
    if engine:
        os.environ["OMVEI_ENGINE"] = engine  # for this run: what opens the workspace reads it there


laid_out(main)


def horizon(default: str, text: str) -> Callable[[Command], Command]:
    """Add --horizon: how soon something must come to count."""
    return click.option("--horizon", default=default, show_default=True, metavar="TIME", help=text)


def as_json(command: Command) -> Command:
    """Add --json."""
    return click.option("--json", "raw", is_flag=True, help="Print the result as JSON.")(command)


FILES = {
    "html": "Write a page of its own.",
    "pdf": "Write a PDF, to print.",
    "png": "Write a picture.",
    "csv": "Write the main table as CSV.",
    "xlsx": "Write the tables for Excel.",
}
"""What an answer can be written to, and what that is."""
LANGUAGE = click.option(
    "--language",
    default="en",
    show_default=True,
    metavar="LANGUAGE",
    callback=_remember,
    help="The language of the texts: nb, sv, da or en.",
)


def _file(form: str) -> Any:
    return click.option(
        f"--{form}",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        expose_value=False,
        callback=_remember,
        help=FILES[form],
    )


def as_html(command: Command) -> Command:
    """Add --html, and the language it is written in."""
    return _file("html")(_language(command))


def as_files(command: Command) -> Command:
    """Add what a worksheet can be written to, and the language it is written in."""
    for form in reversed(FILES):
        command = _file(form)(command)
    return _language(command)


def _language(command: Command) -> Command:
    """Add --language, where the command has none of its own."""
    if any(one.name == "language" for one in getattr(command, "__click_params__", ())):
        return command
    return click.option(
        "--language",
        default="en",
        show_default=True,
        metavar="LANGUAGE",
        expose_value=False,
        callback=_remember,
        help="The language of the file: nb, sv, da or en.",
    )(command)


def narrowed(command: Command) -> Command:
    """Add what narrows journeys, and --lens: the model to see them through."""
    return click.option(
        "--lens", metavar="NAME", help="The model to see through: see `omvei lenses`."
    )(among(command))


def among(command: Command) -> Command:
    """Add what narrows journeys: --since, --until, --where, --group; and how they are seen."""
    command = in_group(seen(command))
    for option in (
        click.option(
            "--where",
            metavar="NAME=WORD",
            multiple=True,
            help="Only people with such a touchpoint, as in channel=Email.",
        ),
        click.option("--until", metavar="DAY", help="Only before this day, as in 2026-02-01."),
        click.option("--since", metavar="DAY", help="Only from this day on, as in 2026-01-01."),
    ):
        command = option(command)
    return command


def asked_of(
    folder: Path,
    since: str | None = None,
    until: str | None = None,
    where: tuple[str, ...] = (),
    lens: str | None = None,
) -> Any:
    found = open(folder).journeys
    said = click.get_current_context().meta
    if "omvei.as_of" in said:
        found = found.as_of(said["omvei.as_of"])
    if "omvei.unit" in said:
        found = found.unit(said["omvei.unit"])
    if "omvei.group" in said:
        found = found.group(said["omvei.group"])
    found = found.between(since, until)
    for name, word in pairs(where, "--where", "NAME=WORD, as in channel=Email"):
        found = found.where(**{name: word != "no" if name == "customer" else word})
    return found.lens(lens) if lens else found


def pairs(given: tuple[str, ...], option: str, form: str) -> list[tuple[str, str]]:
    """Split what an option was given at its first equals sign."""
    parts = [pair.partition("=") for pair in given]
    for pair, (name, _, word) in zip(given, parts, strict=True):
        if not name or not word:
            raise click.BadParameter(f"{pair!r} is not {form}", param_hint=option)
    return [(name, word) for name, _, word in parts]


def each(files: tuple[str, ...], do: Callable[[str], list[dict[str, Any]]]) -> list[Any]:
    """Do something with every file; of several, one that cannot be read does not stop the others.

    Its item is then `name, error`. A single one raises `SourceError`.
    """
    found: list[dict[str, Any]] = []
    for file in files:
        try:
            found += do(file)
        except SourceError as error:
            if len(files) == 1:
                raise
            found.append({"name": file, "error": str(error)})
    return found


def taken(items: list[Any]) -> list[Any]:
    """Leave out those that were not taken in."""
    return [item for item in items if not {"error", "skipped"} & item.keys()]


def tell_unusable(items: list[Any]) -> None:
    """Say which files could not be taken in, and fail if there is one."""
    if errors := [item["error"] for item in items if "error" in item]:
        for error in errors:
            click.echo(f"Error: {error}", err=True)
        sys.exit(1)


def show(result: Any, raw: bool) -> None:
    """Print an answer, or write it to the files that were asked for."""
    said = result.to_json()
    meta = click.get_current_context().meta
    asked = {form: meta[f"omvei.{form}"] for form in FILES if f"omvei.{form}" in meta}
    for form, file in asked.items():
        Path(file).write_bytes(_made(result, form, meta.get("omvei.language", "en")))
        click.echo(f"Wrote {file}", err=True)
    if raw:
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    elif not asked:
        printing.result({**said, "own": result.own})


def _made(result: Any, form: str, language: str) -> bytes:
    """An answer as a file; small groups are left out."""
    from ..language import LANGUAGES
    from ..sheets import SHEETS, written

    if language not in LANGUAGES:
        raise UnknownNameError("language", language, list(LANGUAGES))
    said = result.to_json()
    if said["answer"] in SHEETS or form != "html":
        return written(result.sheet(language), form)
    from ..answers.sharing import shared
    from ..drawings import page

    return page(shared(said), language, result.own).encode("utf-8")
