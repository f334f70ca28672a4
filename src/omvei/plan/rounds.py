"""
Campaign rounds, as Loop Marketing has them: what the firm did in each, and when.

A record is one piece of the firm's own work in one of four parts: *express* (what was made),
*tailor* (a variant that was fitted to people, or a generic one), *amplify* (a channel it was spread
in) and *evolve* (what was tested, and what was decided). No customer is ever in a part: what people
did is laid beside the records (`learning`), by the campaign or the content they met.

`definitions/rounds.yaml`, written by `omvei rounds new`, in the app, or by hand:

```yaml
rounds:
  - {round: 1, part: express, asset: Spring guide, from: 2025-03-01, to: 2025-03-09, template: true}
  - {round: 1, part: tailor, asset: Letter, variant: tailored, campaign: spring-b, experiment: E1,
     random: true, from: 2025-03-10, to: 2025-03-31}
  - {round: 1, part: amplify, asset: Spring guide, channel: AI Assistant, content: /guide/*,
     from: 2025-03-10, to: 2025-03-31}
  - {round: 1, part: evolve, experiment: E1, outcome: tailored, from: 2025-04-01, to: 2025-04-02}
```
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from .. import keeping
from ..errors import OmveiError
from ..shipped import shipped
from ..touchpoints.channels import names as channels

PARTS = ("express", "tailor", "amplify", "evolve")
VARIANTS = ("tailored", "generic")
OUTCOMES = ("tailored", "generic", "neither")
TEXTS = ("asset", "experiment", "campaign", "content", "note")
FLAGS = ("random", "template")
DAYS = ("from", "to")
FIELDS = (
    "round", "part", "asset", "variant", "channel", "experiment", "campaign", "content",
    "from", "to", "random", "template", "outcome", "note",
)  # fmt: skip
"""What a record may say, in the order of a file's columns."""
LONGEST = 200
"""Characters of a text, at most."""
YES = ("true", "yes", "1", "ja", "x")
NO = ("false", "no", "0", "nei", "nej", "")


@dataclass(frozen=True)
class Record:
    """One piece of a round's work."""

    round: int
    part: str
    first: date
    last: date
    """The days it went on, both included."""
    asset: str = ""
    variant: str = ""
    """tailored or generic; only of tailor."""
    channel: str = ""
    experiment: str = ""
    campaign: str = ""
    content: str = ""
    """By which its touchpoints are known: a campaign, a content; `*` stands for anything."""
    random: bool = False
    """Who met which variant was drawn by lot."""
    template: bool = False
    """It was made on an agreed template."""
    outcome: str = ""
    """What was decided: tailored, generic or neither; only of evolve."""
    note: str = ""


def place(folder: Path) -> Path:
    """The file of the rounds of a workspace."""
    return folder / "definitions" / "rounds.yaml"


def load(folder: Path) -> tuple[Record, ...]:
    """The records of the workspace in `folder`, by round, part and day.

    Raises `DefinitionError` with file, line and cure.
    """
    page = keeping.read(place(folder))
    return () if page.said is None else check(page)


def save(folder: Path, records: Iterable[Record]) -> None:
    """Write the records; what stood there before can be put back with `keeping.undo`.

    Raises `DefinitionError` for what cannot stand there.
    """
    (folder / "definitions").mkdir(exist_ok=True)
    keeping.write(place(folder), {"rounds": [told(record) for record in records]}, check)


def told(record: Record) -> dict[str, Any]:
    """A record as its file says it; what it does not say is left out."""
    said = asdict(record)
    said |= {"from": said.pop("first"), "to": said.pop("last")}
    return {key: said[key] for key in FIELDS if said[key] not in ("", False)}


def record(said: Mapping[str, Any]) -> Record:
    """A record of what a form, a row of a file or the command line says.

    Raises `OmveiError` that says what is wrong and what may stand there.

    >>> record({"round": "2", "part": "evolve", "from": "2025-04-01", "experiment": "E1"}).last
    datetime.date(2025, 4, 1)
    """
    if unknown := sorted(set(map(str, said)) - set(FIELDS)):
        raise OmveiError(f"{unknown[0]!r} is not one of {', '.join(FIELDS)}")
    plain = {key: "" if value is None else value for key, value in said.items()}
    if any(isinstance(value, dict | list) for value in plain.values()):
        raise OmveiError("a record has one word or text for each of its fields")
    number = str(plain.get("round", "")).strip()
    if not number.isdigit() or not 1 <= int(number) <= 10_000:
        raise OmveiError(f"round is a number from 1, not {number!r}")
    part = _one_of("part", plain, PARTS)
    found: dict[str, Any] = {key: str(plain.get(key, "")).strip() for key in TEXTS}
    for key, text in found.items():
        if len(text) > LONGEST:
            raise OmveiError(f"{key} is a text of at most {LONGEST} signs")
    found |= {key: _yes(key, plain.get(key, False)) for key in FLAGS}
    for key, allowed, of in (("variant", VARIANTS, "tailor"), ("outcome", OUTCOMES, "evolve")):
        found[key] = _one_of(key, plain, ("", *allowed))
        if found[key] and part != of:
            raise OmveiError(f"{key} belongs to {of}, not to {part}")
    found["channel"] = _one_of("channel", plain, ("", *channels()))
    first = _day("from", plain.get("from", ""))
    last = _day("to", plain.get("to") or first)
    if last < first:
        raise OmveiError(f"to ({last}) is before from ({first}). Swap the two days.")
    if part == "evolve" and not found["experiment"]:
        raise OmveiError("evolve needs experiment: the name of what was tested")
    if part != "evolve" and not found["asset"]:
        raise OmveiError(f"{part} needs asset: what was made, as in Spring guide")
    if part == "tailor" and not found["variant"]:
        raise OmveiError(f"tailor needs variant: one of {', '.join(VARIANTS)}")
    if part == "amplify" and not found["channel"]:
        raise OmveiError(f"amplify needs channel: one of {', '.join(channels())}")
    return Record(int(number), part, first, last, **found)


def take(folder: Path, file: Path) -> int:
    """Add the records of a CSV file; how many were new.

    Raises `OmveiError` for a file or a row that cannot be read.
    """
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise OmveiError(f"{file} is not UTF-8 text. Save it as CSV UTF-8.") from None
    known = load(folder)
    fresh = read(text, known)
    if fresh:
        save(folder, ordered((*known, *fresh)))
    return len(fresh)


def read(text: str, known: Iterable[Record] = ()) -> tuple[Record, ...]:
    r"""The records of a CSV text, whose columns are named as the fields; without those `known`.

    Raises `OmveiError` with the line of a row that is wrong, and what was expected.

    >>> [one.asset for one in read("round;part;asset;from\n1;express;Guide;2025-03-01\n")]
    ['Guide']
    """
    semicolons = ";" in text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if semicolons else ",")
    found: list[Record] = []
    for row in rows:
        try:
            if None in row:
                raise OmveiError("there are more cells than the first line names columns")
            found.append(record({str(key).strip().lower(): value for key, value in row.items()}))
        except OmveiError as error:
            raise OmveiError(f"line {rows.line_num}: {error}") from None
    there = set(known)
    return tuple(one for one in dict.fromkeys(found) if one not in there)


def ordered(records: Iterable[Record]) -> tuple[Record, ...]:
    """By round, part and day."""
    return tuple(sorted(records, key=lambda r: (r.round, PARTS.index(r.part), r.first, r.asset)))


@cache
def model() -> Mapping[str, Any]:
    """The model itself: its name, parts, source and what it is good for, in four languages.

    >>> [part["id"] for part in model()["parts"]]
    ['express', 'tailor', 'amplify', 'evolve']
    """
    found: Mapping[str, Any] = shipped(__package__, "loop_marketing.yaml")
    return found


def check(page: keeping.Page) -> tuple[Record, ...]:
    """Read the records from their page. Raises `DefinitionError`."""
    said = page.said
    if not isinstance(said, dict) or set(said) != {"rounds"}:
        raise page.wrong("the rounds are a list under `rounds:`. Add one with: omvei rounds new")
    given = said["rounds"] or []
    if not isinstance(given, list):
        raise page.wrong("rounds is a list, each item beginning with `- round:`", "rounds")
    found = []
    for at, item in enumerate(given):
        if not isinstance(item, dict):
            raise page.wrong("a record begins with `- round:`", "rounds", at)
        try:
            found.append(record(item))
        except OmveiError as error:
            key = next((key for key in item if str(error).startswith((str(key), repr(key)))), None)
            where = ("rounds", at) if key is None else ("rounds", at, key)
            raise page.wrong(str(error), *where) from None
    return ordered(found)


def _one_of(key: str, said: Mapping[str, Any], allowed: tuple[str, ...]) -> str:
    word = str(said.get(key, "")).strip()
    known = {each.casefold(): each for each in allowed}
    if word.casefold() not in known:
        raise OmveiError(f"{key} is {word!r}, not one of {', '.join(filter(None, allowed))}")
    return known[word.casefold()]


def _yes(key: str, said: Any) -> bool:
    word = str(said).strip().casefold()
    if word not in (*YES, *NO):
        raise OmveiError(f"{key} is yes or no, not {said!r}")
    return word in YES


def _day(key: str, said: Any) -> date:
    try:
        return said if type(said) is date else date.fromisoformat(str(said).strip())
    except ValueError:
        raise OmveiError(f"{key} is a day as 2025-03-01, not {str(said)!r}") from None
