"""The command line. Every command prints a table, or with --json what the library gives.

Nothing is computed here. Heavy parts are imported by the command that needs them, so that
`omvei --help` is quick.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from . import printing
from .durations import parse
from .errors import OmveiError, SourceError, UnknownNameError
from .workspace import Workspace, init, open

Command = Callable[..., Any]


class Omvei(click.Group):
    """The group of all commands: errors of ours are one plain line, and a mistyped name is met
    with near ones.
    """

    def invoke(self, context: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(context)
        except OmveiError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)
        except BrokenPipeError:
            sys.exit(1)
        except OSError as error:
            if error.filename is None:
                raise
            click.echo(
                f"Error: {error.filename}: {error.strerror}. Check the name, the folder and its "
                "permissions.",
                err=True,
            )
            sys.exit(1)

    def resolve_command(self, context: click.Context, args: list[str]) -> Any:
        """Find a command by its name."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            raise click.UsageError(str(UnknownNameError("command", args[0], sorted(self.commands))))
        return super().resolve_command(context, args)


@click.group(
    cls=Omvei, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "-w",
    "--workspace",
    "folder",
    default=".",
    metavar="DIR",
    help="The workspace; this folder by default.",
)
@click.version_option(package_name="omvei")
@click.pass_context
def main(context: click.Context, folder: str) -> None:
    r"""Customer journeys as they are: a map with loops, detours and shortcuts.

    \b
    Examples:
      omvei -w shop init                        make a workspace
      omvei -w shop import export.csv           take a file in
      omvei -w shop map                         where people go, and where they go next
      omvei -w shop trace 1001                  one person, by an order number
      omvei -w shop serve                       the app, in your browser
    """
    context.obj = Path(folder)


def as_json(command: Command) -> Command:
    """Add --json."""
    return click.option("--json", "raw", is_flag=True, help="Print the result as JSON.")(command)


def as_html(command: Command) -> Command:
    """Add --html."""
    return click.option(
        "--html", metavar="FILE", type=click.Path(dir_okay=False), help="Write a page of its own."
    )(command)


def narrowed(command: Command) -> Command:
    """Add what narrows journeys: --since, --until, --where, --lens."""
    for option in (
        click.option(
            "--lens", metavar="NAME", help="The model to see through: see `omvei lenses`."
        ),
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


def _journeys(
    folder: Path,
    since: str | None = None,
    until: str | None = None,
    where: tuple[str, ...] = (),
    lens: str | None = None,
) -> Any:
    found = open(folder).journeys.between(since, until)
    for name, word in _pairs(where, "--where", "NAME=WORD, as in channel=Email"):
        found = found.where(**{name: word != "no" if name == "customer" else word})
    return found.lens(lens) if lens else found


def _pairs(given: tuple[str, ...], option: str, form: str) -> list[tuple[str, str]]:
    """Split what an option was given at its first equals sign."""
    parts = [pair.partition("=") for pair in given]
    for pair, (name, _, word) in zip(given, parts, strict=True):
        if not name or not word:
            raise click.BadParameter(f"{pair!r} is not {form}", param_hint=option)
    return [(name, word) for name, _, word in parts]


def _each(files: tuple[str, ...], do: Callable[[str], list[dict[str, Any]]]) -> list[Any]:
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


def _tell_unusable(items: list[Any]) -> None:
    """Say which files could not be taken in, and fail if there is one."""
    if errors := [item["error"] for item in items if "error" in item]:
        for error in errors:
            click.echo(f"Error: {error}", err=True)
        sys.exit(1)


def _show(result: Any, raw: bool, html: str | None = None) -> None:
    said = result.to_json()
    if html:
        from .answers.sharing import shared
        from .drawings import page

        Path(html).write_text(page(shared(said)), "utf-8")
        click.echo(f"Wrote {html}", err=True)
    if raw:
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    elif not html:
        printing.result(said)


@main.command("init")
@click.option(
    "--session-gap",
    default="1800s",
    show_default=True,
    metavar="TIME",
    help="A silence of at least this long starts a new visit.",
)
@click.pass_obj
def init_(folder: Path, session_gap: str) -> None:
    """Make a workspace in DIR; one that is there keeps its data and settings."""
    init(folder, session_gap)
    click.echo(f"{folder} is an Omvei workspace. Next: omvei -w {folder} import FILE")


@main.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--source",
    metavar="NAME",
    help="What the file is, if it is not recognised: see `omvei sources`.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column is what, as in person=customer_id; A+B joins two.",
)
@click.option("--event", metavar="NAME", help="What happened in every row, as in purchase.")
@click.option(
    "--timezone",
    default="UTC",
    show_default=True,
    metavar="ZONE",
    help="The zone of times that carry none.",
)
@click.option(
    "--allow-rejects",
    is_flag=True,
    help="Import the rest when more than 1 % of the rows are unusable.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be understood; keep nothing.")
@as_json
@click.pass_obj
def import_(
    folder: Path,
    files: tuple[str, ...],
    source: str | None,
    mapping: tuple[str, ...],
    event: str | None,
    timezone: str,
    allow_rejects: bool,
    dry_run: bool,
    raw: bool,
) -> None:
    r"""Take files, folders or archives in, each file whole or not at all.

    \b
    Examples:
      omvei import access.log.gz
      omvei import orders.csv --map person=customer_id --map time=date --event purchase
      omvei import exports/ --dry-run
    """
    columns = dict(_pairs(mapping, "--map", "FIELD=COLUMN, as in person=customer_id"))
    workspace = open(folder)
    if dry_run:
        previews = _each(
            files, lambda file: workspace.preview(file, source, columns, event, timezone)
        )
        if raw:
            click.echo(json.dumps(previews, ensure_ascii=False, indent=2, default=str))
        else:
            printing.previews([item for item in previews if "error" not in item])
        _tell_unusable(previews)
        return
    with printing.progress(quiet=raw) as watch:
        done = _each(
            files,
            lambda file: workspace.take(
                file, source, columns, event, timezone, allow_rejects, watch, build=False
            ),
        )
        if workspace.stale:
            workspace.build(watch)
    if raw:
        click.echo(json.dumps(done, ensure_ascii=False, indent=2))
    else:
        printing.imports([item for item in done if "error" not in item])
    _tell_unusable(done)


@main.command()
@click.argument("file")
@click.pass_obj
def undo(folder: Path, file: str) -> None:
    """Take an imported FILE out again, by its name."""
    with printing.progress() as watch:
        done = open(folder).undo(file, watch)
    click.echo(f"{done['name']} is out again: {done['rows'] - done['rejected']} rows.")


@main.command()
@click.pass_obj
def build(folder: Path) -> None:
    """Build the journeys again, after a change in omvei.toml or definitions/."""
    with printing.progress() as watch:
        done = open(folder).build(watch)
    click.echo(f"{done.counts['touchpoints']} touchpoints in {len(done.blocks)} blocks.")


@main.command()
@click.argument("file", required=False)
@click.option(
    "--limit", default=20, type=click.IntRange(1), show_default=True, help="How many rows to list."
)
@as_json
@click.pass_obj
def rejected(folder: Path, file: str | None, limit: int, raw: bool) -> None:
    """List rows that were set aside: file, row, column, reason."""
    rows = open(folder).rejected(file, limit)
    if raw:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        printing.table("Rejected rows", rows, ("file", "row", "column", "reason", "text"))


@main.command()
@narrowed
@as_json
@click.pass_obj
def summary(
    folder: Path, since: str, until: str, where: tuple[str, ...], lens: str, raw: bool
) -> None:
    """Say how much there is, and what became of every row."""
    _show(_journeys(folder, since, until, where, lens).summary(), raw)


@main.command("map")
@click.option("--by", metavar="VIEW", help="kind, channel, event, content or stage.")
@click.option(
    "--nodes",
    default=40,
    type=click.IntRange(2),
    show_default=True,
    help="At most so many nodes; the rest is Other.",
)
@click.option(
    "--horizon",
    default="90d",
    show_default=True,
    metavar="TIME",
    help="How soon a later conversion must come to count.",
)
@narrowed
@as_json
@as_html
@click.pass_obj
def map_(
    folder: Path,
    by: str | None,
    nodes: int,
    horizon: str,
    since: str,
    until: str,
    where: tuple[str, ...],
    lens: str,
    raw: bool,
    html: str | None,
) -> None:
    r"""Draw the map: where people go, and where they go next.

    \b
    Examples:
      omvei map --by channel
      omvei map --by stage --lens hankins --html map.html
    """
    days = max(1, round(parse(horizon).total_seconds() / 86_400))
    found = _journeys(folder, since, until, where, lens)
    _show(found.map(by, nodes=nodes, horizon_days=days), raw, html)


@main.command()
@click.argument("person")
@as_json
@as_html
@click.pass_obj
def trace(folder: Path, person: str, raw: bool, html: str | None) -> None:
    """Follow one PERSON, by any of their identifiers: id, e-mail, order number, user id, cookie."""
    _show(_journeys(folder).trace(person), raw, html)


@main.command()
@click.argument("person")
@as_json
@click.pass_obj
def why(folder: Path, person: str, raw: bool) -> None:
    """Say why PERSON's identifiers are one person's: which event joined which, and when."""
    _show(_journeys(folder).why(person), raw)


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
    steps: tuple[str, ...],
    by: str,
    within: str,
    order: str,
    dropped: int | None,
    since: str,
    until: str,
    where: tuple[str, ...],
    lens: str,
    raw: bool,
    html: str | None,
) -> None:
    r"""Count the people who reach each STEP.

    \b
    Example:
      omvei funnel product_view add_to_cart purchase --by kind --within 7d
    """
    found = _journeys(folder, since, until, where, lens)
    told = {"by": by, "within": parse(within), "order": order}
    if dropped is not None:
        _show(found.dropped(list(steps), dropped, **told), raw)
    else:
        _show(found.funnel(list(steps), **told), raw, html)


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
def leaks(
    folder: Path,
    quiet: str | None,
    since: str,
    until: str,
    where: tuple[str, ...],
    lens: str,
    raw: bool,
    html: str | None,
) -> None:
    r"""Find where people are lost, by stage and by last move.

    \b
    Example:
      omvei leaks --lens stdc
    """
    days = parse(quiet).total_seconds() / 86_400 if quiet else None
    _show(_journeys(folder, since, until, where, lens).leaks(quiet_days=days), raw, html)


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
    node: str | None,
    edge: tuple[str, str] | None,
    by: str | None,
    limit: int,
    since: str,
    until: str,
    where: tuple[str, ...],
    lens: str,
    raw: bool,
) -> None:
    """List the people behind a node or a move of the map."""
    found = _journeys(folder, since, until, where, lens)
    _show(found.people(by=by, node=node, edge=edge, limit=limit), raw)


@main.command()
@narrowed
@as_json
@click.pass_obj
def findings(
    folder: Path, since: str, until: str, where: tuple[str, ...], lens: str, raw: bool
) -> None:
    """Say the first things to know about this data, in plain words."""
    _show(_journeys(folder, since, until, where, lens).findings(), raw)


@main.command()
@as_json
@click.pass_obj
def quality(folder: Path, raw: bool) -> None:
    """Say how far identities and orders can be trusted: matches, shared devices, large clusters."""
    _show(_journeys(folder).quality(), raw)


@main.command()
@click.argument("identifier")
@click.pass_obj
def unmerge(folder: Path, identifier: str) -> None:
    """Set IDENTIFIER apart: it is joined to nobody from now on, and history is rebuilt.

    It may be a cookie, an e-mail address, an order number, ... To join it again, take its line out
    of definitions/apart.yaml and run `omvei build`.
    """
    with printing.progress() as watch:
        done = open(folder).unmerge(identifier, watch)
    click.echo(f"{done['kind']} {done['value']} stands alone now. See definitions/apart.yaml.")


@main.group()
def policy() -> None:
    """How readily identifiers are joined: strict, default or loose ([identity] in omvei.toml)."""


@policy.command()
@click.argument("names", nargs=-1)
@as_json
@click.pass_obj
def compare(folder: Path, names: tuple[str, ...], raw: bool) -> None:
    r"""Show what each policy would change in people, buyers, channels and the map.

    \b
    Example:
      omvei policy compare strict default loose
    """
    import tempfile

    from .people.policies import policies
    from .people.policies import policy as known

    workspace = open(folder)
    chosen = [known(name).name for name in names or policies()]
    with tempfile.TemporaryDirectory(dir=folder, prefix=".policy-") as scratch:
        built = {name: workspace.under(name, Path(scratch) / name) for name in chosen}
        _show(workspace.journeys.beside(built), raw)


@main.command()
@as_json
def lenses(raw: bool) -> None:
    """List the journey models."""
    from . import lenses as models

    rows = []
    for name in models.names():
        model = models.load(name)
        stages = " · ".join(stage.labels["en"] for stage in model.stages)
        rows.append(
            {
                "name": name,
                "title": model.names["en"],
                "stages": stages,
                "carrier": model.carrier,
                "quiet_days": model.quiet_days,
            }
        )
    if raw:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        printing.table("Models", rows, ("name", "title", "stages"))


@main.command()
@as_json
def sources(raw: bool) -> None:
    """List the kinds of files that can be imported."""
    from . import sources as known

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
def channels(address: str, referrer: str | None, raw: bool) -> None:
    r"""Say which channel an arrival belongs to, and which rule says so.

    \b
    Example:
      omvei channels --test "https://shop.example/?utm_source=chatgpt.com"
    """
    from dataclasses import asdict

    from .touchpoints.channels import of_address

    verdict = asdict(of_address(address, referrer))
    if raw:
        click.echo(json.dumps(verdict, ensure_ascii=False, indent=2))
    else:
        printing.table("Channel", [verdict], tuple(verdict))


@main.command()
@click.option(
    "--events", type=click.IntRange(100, 50_000_000), metavar="N", help="About so many events."
)
@click.option(
    "--orders",
    type=click.IntRange(10, 1_000_000),
    metavar="N",
    help="About so many orders, instead.",
)
@click.option("--seed", default=2026, show_default=True, help="Equal seeds give equal shops.")
@click.option(
    "--out", required=True, metavar="DIR", type=click.Path(file_okay=False), help="Where to write."
)
@as_json
def simulate(events: int | None, orders: int | None, seed: int, out: str, raw: bool) -> None:
    r"""Write a simulated Nordic outdoor shop: events.parquet, truth.json, exports/.

    \b
    Example:
      omvei simulate --events 100000 --out simulated
    """
    from .simulate import simulate as make

    if (events is None) == (orders is None):
        raise click.UsageError("Say either --events N or --orders N.")
    written = make(events, orders=orders, seed=seed).write(Path(out))
    files = {key: str(path) for key, path in written.items()}
    if raw:
        click.echo(json.dumps(files, indent=2))
    else:
        printing.table(
            "Simulated", [{"what": k, "file": v} for k, v in files.items()], ("what", "file")
        )


@main.command()
@click.pass_obj
def demo(folder: Path) -> None:
    """Fill an empty workspace with the simulated shop, to look around in."""
    import shutil
    import tempfile

    from .simulate import simulate as make

    workspace = init(folder)
    if workspace.events.exists():
        click.echo(f"{folder} already holds data; it is left as it is.")
        return
    with tempfile.TemporaryDirectory() as scratch, printing.progress() as watch:
        written = make(150_000).write(Path(scratch))
        shutil.copytree(written["definitions"], folder / "definitions", dirs_exist_ok=True)
        (folder / "simulated").write_text("This data is simulated.\n", "utf-8")
        workspace.take(written["events"], progress=watch)
    click.echo(f"{folder} holds a simulated Nordic outdoor shop. Next: omvei -w {folder} serve")


@main.command()
@click.option("--port", default=8321, show_default=True, help="The port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.pass_obj
def serve(folder: Path, port: int, host: str) -> None:
    """Serve the app on this machine only."""
    workspace: Workspace = open(folder)
    from .web import serve as start

    start(workspace.path, host=host, port=port)
