"""Commands about campaign rounds: what the firm did in each, and what came of it."""

from pathlib import Path
from typing import Any

import click

from ..durations import days
from ..errors import OmveiError
from ..workspace import open
from .group import among, as_files, as_json, horizon, main, show
from .planning import with_data
from .seeing import Models


@main.group(cls=Models)
def rounds() -> None:
    r"""Campaign rounds, as Loop Marketing has them: express, tailor, amplify, evolve.

    \b
    Examples:
      omvei rounds new 1 express --asset "Spring guide" --from 2025-03-01 --to 2025-03-09
      omvei rounds import rounds.csv
      omvei rounds show --json
    """


@rounds.command()
@click.argument("number", metavar="ROUND", type=click.IntRange(1))
@click.argument("part", metavar="PART")
@click.option("--from", "from_", required=True, metavar="DAY", help="Its first day.")
@click.option("--to", metavar="DAY", help="Its last day; the first one, unless it went on.")
@click.option("--asset", metavar="TEXT", help="What was made, as in: Spring guide.")
@click.option("--variant", metavar="WORD", help="Of tailor: tailored or generic.")
@click.option("--channel", metavar="NAME", help="Where it was spread, as in Email.")
@click.option("--campaign", metavar="TEXT", help="The campaign its touchpoints carry; * is any.")
@click.option("--content", metavar="TEXT", help="The page or mail that was met; * is any.")
@click.option("--experiment", metavar="TEXT", help="The name of the test it belongs to.")
@click.option("--random", is_flag=True, help="Chance chose who met which variant.")
@click.option("--template", is_flag=True, help="It was made on an agreed template.")
@click.option("--outcome", metavar="WORD", help="Of evolve: tailored, generic or neither.")
@click.option("--note", metavar="TEXT", help="What was learnt.")
@click.pass_obj
def new(folder: Path, /, number: int, part: str, from_: str, **said: Any) -> None:
    r"""Add one record to a round: PART is express, tailor, amplify or evolve.

    \b
    Examples:
      omvei rounds new 1 tailor --asset Letter --variant tailored --campaign spring-b \
          --experiment E1 --random --from 2025-03-10 --to 2025-03-31
      omvei rounds new 1 evolve --experiment E1 --outcome tailored --from 2025-04-01
    """
    from ..plan import rounds as records

    path = open(folder).path
    fresh = records.record({"round": number, "part": part, "from": from_, **said})
    records.save(path, records.ordered((*records.load(path), fresh)))
    click.echo(f"Wrote {records.place(path)}")


@rounds.command()
@click.pass_obj
def check(folder: Path) -> None:
    """Check what definitions/rounds.yaml says, with the line of what is wrong."""
    found = _known(folder)
    many = len({record.round for record in found})
    click.echo(f"The rounds are in order: {len(found)} records, {many} rounds.")


@rounds.command("show")
@horizon("30d", "How soon after it was met the goal must come to count.")
@click.option("--lens", metavar="NAME", help="The model of the customers' side.")
@as_files
@among
@as_json
@click.pass_obj
def show_(folder: Path, /, horizon: str, raw: bool, **asked: Any) -> None:
    r"""Show each round beside what the data say: reach, variants, tests, time to the next.

    \b
    Examples:
      omvei rounds show
      omvei rounds show --horizon 14d --html rounds.html
    """
    from ..plan.learning import learning

    journeys = with_data(folder, **asked)
    show(learning(_known(folder), journeys, horizon_days=days(horizon)), raw)


@rounds.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_(folder: Path, file: Path) -> None:
    """Add the records of a CSV FILE, whose columns are named as the fields of a record."""
    from ..plan import rounds as records

    click.echo(f"{records.take(open(folder).path, file)} records are new.")


@rounds.command()
@click.pass_obj
def undo(folder: Path) -> None:
    """Put the rounds back as they were before their last change."""
    from .. import keeping
    from ..plan import rounds as records

    if not keeping.undo(records.place(open(folder).path)):
        raise OmveiError("There is no earlier version of the rounds.")
    click.echo("The rounds are as they were before their last change.")


def _known(folder: Path) -> Any:
    from ..plan import rounds as records

    found = records.load(open(folder).path)
    if not found:
        raise OmveiError(
            "There are no rounds yet. Add a record with: "
            'omvei rounds new 1 express --asset "Spring guide" --from 2025-03-01'
        )
    return found
