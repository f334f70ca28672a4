"""Commands that bring data in, and take it out again."""

import json
from pathlib import Path

import click

from .. import printing
from ..workspace import Workspace, init, open
from .group import as_json, each, main, pairs, taken, tell_unusable


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
    metavar="ZONE",
    help="The zone of times that carry none; UTC by default.",
)
@click.option(
    "--only",
    metavar="NAME",
    help="Of an archive or a folder, this file alone; or a pattern, as in 'lists/*'.",
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
    timezone: str | None,
    only: str | None,
    allow_rejects: bool,
    dry_run: bool,
    raw: bool,
) -> None:
    r"""Take files, folders or archives in, each file whole or not at all.

    What is said about a file is remembered for the next one with the same columns.

    \b
    Examples:
      omvei import access.log.gz
      omvei import orders.csv --map person=customer_id --map time=date --event purchase
      omvei import exports/ --dry-run
      omvei import newsletter.zip --only 'lists/*' --map subscribed=Joined
    """
    columns = dict(pairs(mapping, "--map", "FIELD=COLUMN, as in person=customer_id"))
    workspace = open(folder)
    if dry_run:
        previews = each(
            files, lambda file: workspace.preview(file, source, columns, event, timezone, only=only)
        )
        if raw:
            click.echo(json.dumps(previews, ensure_ascii=False, indent=2, default=str))
        else:
            printing.previews(taken(previews))
            printing.skipped(previews)
        tell_unusable(previews)
        return
    with printing.progress(quiet=raw) as watch:
        done = each(
            files,
            lambda file: workspace.take(
                file, source, columns, event, timezone, allow_rejects, watch, False, only
            ),
        )
        if workspace.stale:
            workspace.renew(watch)
    if raw:
        click.echo(json.dumps(done, ensure_ascii=False, indent=2))
    else:
        printing.imports(taken(done))
        printing.skipped(done)
    tell_unusable(done)


@main.command()
@click.option(
    "--allow-rejects",
    is_flag=True,
    help="Import the rest of a file when more than 1 % of its rows are unusable.",
)
@as_json
@click.pass_obj
def inbox(folder: Path, allow_rejects: bool, raw: bool) -> None:
    """Take in the files that were dropped into DIR/inbox; those that landed go to inbox/done."""
    with printing.progress(quiet=raw) as watch:
        done = open(folder).inbox(allow_rejects=allow_rejects, progress=watch)
    if raw:
        click.echo(json.dumps(done, ensure_ascii=False, indent=2))
    elif not done:
        click.echo(f"Nothing waits in {folder / 'inbox'}. Drop files there, and run this again.")
    else:
        printing.imports(taken(done))
        printing.skipped(done)
    tell_unusable(done)


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

    More than 200,000 events are made in parts, side by side; above a million without exports/.

    \b
    Examples:
      omvei simulate --events 100000 --out simulated
      omvei simulate --events 50000000 --out large
    """
    from ..simulate import write

    if (events is None) == (orders is None):
        raise click.UsageError("Say either --events N or --orders N.")
    with printing.progress(quiet=raw) as watch:
        written = write(Path(out), events, orders=orders, seed=seed, progress=watch)
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

    from ..simulate import simulate as make

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
    from ..web import serve as start

    start(workspace.path, host=host, port=port)
