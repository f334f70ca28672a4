"""What goes in, printed: files, previews, costs, paths, and how far a long work is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.text import Text

from .tables import ROWS, Row, print_lines, table

FIRST = [
    "time",
    "event",
    "kind",
    "person",
    "user_id",
    "email",
    "order_id",
    "anonymous_id",
    "url",
    "content",
    "query",
    "value",
]
"""What a preview shows of a row, the most telling first."""


def _price(price: Row | None) -> str:
    if price is None:
        return "–"
    few = " (too few)" if price["too_few"] else ""
    if "low" not in price:
        return f"{price['value']:,.2f}{few}"
    return f"{price['value']:,.2f} ({price['low']:,.2f}–{price['high']:,.2f}){few}"


def costs(said: Row) -> None:
    names = ("currency", "cost", "impressions", "clicks", "claimed")
    table(f"Spent from {said['first_day']} to {said['last_day']}", said["totals"], names)
    for part, first in (("channels", "channel"), ("campaigns", "campaign")):
        rows = [
            {**row, "per_visit": _price(row["per_visit"]), "per_buyer": _price(row["per_buyer"])}
            for row in said[part][:ROWS]
        ]
        beside = ("visits", "buyers", "per_visit", "per_buyer")
        table(part.capitalize(), rows, (first, "currency", "cost", *beside))
    print_lines(
        [
            f"buyers: came that way and bought within {said['horizon_days']} days. Association, "
            "not cause; a person may stand in several rows. –: not observed."
        ]
    )


def paths(said: Row) -> None:
    rows = [{**row, "path": " > ".join(row["steps"])} for row in said["paths"]]
    table("Paths", rows[:ROWS], ("path", "journeys", "converted", "rate", "low", "high"))
    table("On them", said["steps"][:ROWS], ("step", "journeys", "converted", "rate", "low", "high"))
    print_lines(["Counted by another tool: no persons, no times. Not part of the journeys."])


def imports(done: Sequence[Row]) -> None:
    """Print what became of each file."""
    rows = [{**d, "note": "already here; nothing done" if d["known"] else ""} for d in done]
    table("Imported", rows, ("name", "source", "rows", "events", "rejected", "duplicates", "note"))
    if any(d["rejected"] for d in done):
        print_lines(["See the rejected rows with: omvei rejected"])


def skipped(done: Sequence[Row]) -> None:
    """Print which files hold no events, by the reason."""
    names: dict[str, list[str]] = {}
    for item in done:
        if "skipped" in item:
            names.setdefault(item["skipped"], []).append(item["name"])
    for reason, left in names.items():
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        print_lines([f"Left out: {', '.join(left[:3])}{more}: {reason}"])


def _cropped(row: Row) -> Row:
    return {key: str(said)[:28] for key, said in row.items()}


def previews(found: Sequence[Row]) -> None:
    """Print what would be understood of each file."""
    for item in found:
        print_lines(
            [f"{item['file']}: {item['source']}, {item['good']} good rows, {item['bad']} rejected"]
        )
        table(
            "Understood as",
            [{"field": f, "column": c} for f, c in item["mapping"].items()],
            ("field", "column"),
        )
        fields = [f for f in FIRST if any(f in row for row in item["rows"])][:6]
        table("First rows", [_cropped(row) for row in item["rows"]], fields)
        if item["rejected"]:
            table("First rejected rows", item["rejected"], ("row", "column", "reason", "text"))
        print_lines([f"- {note}" for note in item["notes"]])
    print_lines(["Nothing was kept. Leave out --dry-run to import."])


@contextmanager
def progress(quiet: bool = False) -> Iterator[Any]:
    """A progress bar: call what it gives with (done, total, phase), in rows.

    Each phase is measured by itself: rows so far, rows a second, and the time that is left where
    the total is known.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(rate_of(task.finished_speed or task.speed))

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bar:
        task = bar.add_task("reading", total=None)
        phases = ["reading"]

        def watch(done: int, total: int | None, phase: str) -> None:
            if phase != phases[-1]:
                phases.append(phase)
                bar.reset(task, total=total, description=phase)
            bar.update(task, completed=done, total=total)

        yield watch


def rate_of(speed: float | None) -> str:
    """Rows a second in few letters.

    >>> rate_of(None), rate_of(912.4), rate_of(48_210.0), rate_of(2_345_678.0)
    ('', '912 rows/s', '48k rows/s', '2.3M rows/s')
    """
    if not speed:
        return ""
    if speed < 10_000:
        return f"{speed:.0f} rows/s"
    return f"{speed / 1e3:.0f}k rows/s" if speed < 1e6 else f"{speed / 1e6:.1f}M rows/s"
