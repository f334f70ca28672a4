"""The firm's content, piece by piece: `definitions/content.yaml`.

```yaml
- page: /guider/velg-telt       # an address of the site, or any name
  title: Which tent do I need?
  stage: consideration          # the stage of `five_stage` it is meant for
  format: guide                 # a word of `formats.yaml`
  channels: [Organic Search, Email]
  question: Which tent is light enough to carry?
  language: nb
  owner: Kari
  updated: 2026-03-01
```

What a piece says of its stage, format and question holds in the journeys after the next build, and
the map by content then shows the piece by its title.
"""

import csv
import io
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.parsers import expat

from .. import keeping
from ..errors import SourceError
from . import channels
from .formats import formats, of_page

FILE = "content.yaml"
STAGES = ("awareness", "consideration", "decision", "retention", "advocacy")
SAID = (
    "page",
    "title",
    "stage",
    "format",
    "channels",
    "question",
    "language",
    "owner",
    "updated",
)
MOST = 20_000
"""Pieces an inventory may have."""


@dataclass(frozen=True)
class Piece:
    """One piece of content; None where nothing is said."""

    page: str
    title: str | None = None
    stage: str | None = None
    format: str | None = None
    channels: tuple[str, ...] = ()
    question: str | None = None
    language: str | None = None
    owner: str | None = None
    updated: str | None = None

    @property
    def name(self) -> str:
        """What the map by content calls it."""
        return self.title or self.page

    @property
    def sort(self) -> str:
        """Its format, said or read from its address."""
        return self.format or of_page(self.page)

    @property
    def meant_for(self) -> str:
        """The stage it is meant for, said or usual of its format."""
        return self.stage or formats()[self.sort].stage


def path_of(page: str) -> str:
    """The path of an address, as pages are compared by it.

    >>> path_of("https://butikk.example/guider/telt/?utm_source=x"), path_of("/")
    ('/guider/telt', '/')
    """
    return urlsplit(page).path.rstrip("/") or "/"


def load(folder: Path) -> list[Piece]:
    """The inventory in `folder`, in its order; nothing where there is no file.

    Raises `DefinitionError`, with file and line, for what cannot be used.
    """
    return check(keeping.read(folder / FILE))


def check(page: keeping.Page) -> list[Piece]:
    """What a page says, or the error of the first part that cannot be used."""
    if page.said is None:
        return []
    if not isinstance(page.said, list):
        raise page.wrong("expected a list, each piece of content beginning with `- page:`")
    if len(page.said) > MOST:
        raise page.wrong(f"has {len(page.said)} pieces; at most {MOST} are taken")
    found: list[Piece] = []
    met: set[str] = set()
    for place, item in enumerate(page.said):
        piece = _checked(page, place, item)
        if piece.page in met:
            raise page.wrong(f"{piece.page!r} is here twice; keep one of them", place)
        met.add(piece.page)
        found.append(piece)
    return found


def _checked(page: keeping.Page, place: int, item: Any) -> Piece:
    if not isinstance(item, dict) or not str(item.get("page") or "").strip():
        raise page.wrong("a piece of content needs `page:`, its address or name", place)
    if wrong := [str(key) for key in item if key not in SAID]:
        raise page.wrong(f"{wrong[0]!r} is not one of {', '.join(SAID)}", place, wrong[0])
    ways = item.get("channels") or []
    if not isinstance(ways, list):
        raise page.wrong("channels is a list, as in [Email, Direct]", place, "channels")
    words = {key: str(item[key]) for key in SAID if key != "channels" and item.get(key)}
    allowed = {"stage": list(STAGES), "format": list(formats())}
    for key, known in allowed.items():
        if key in words and words[key] not in known:
            raise page.wrong(f"{key} {words[key]!r} is not one of {', '.join(known)}", place, key)
    for way in ways:
        if way not in channels.names():
            known = channels.names()
            raise page.wrong(f"{way!r} is not a channel: {', '.join(known)}", place, "channels")
    if "updated" in words:
        try:
            words["updated"] = date.fromisoformat(words["updated"][:10]).isoformat()
        except ValueError:
            problem = f"updated {words['updated']!r} is not a day. Write it as 2026-01-31"
            raise page.wrong(problem, place, "updated") from None
    return Piece(channels=tuple(map(str, ways)), **words)


def said(piece: Piece) -> dict[str, Any]:
    """A piece as the file writes it: only what is said."""
    told = {key: value for key, value in asdict(piece).items() if value}
    return told | ({"channels": list(piece.channels)} if piece.channels else {})


def take(folder: Path, file: Path) -> dict[str, int]:
    """Add the pages of a sitemap.xml or a CSV to the inventory; those known keep what is said.

    A CSV has a column `page` (or `url`), and any others of `SAID`; `channels` divided by `;`.
    Returns how many were `added` and how many were `known`. Raises `SourceError` for a file that is
    neither, `DefinitionError` for words that are not known.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise SourceError(file, f"cannot be read: {error.strerror}.", "Check the path.") from None
    found = _sitemap(file, raw) if raw.lstrip()[:1] == b"<" else _table(file, raw)
    here = folder / FILE
    old = keeping.read(here).said or []
    check(keeping.read(here))
    known = {path_of(str(item["page"])) for item in old}
    fresh: dict[str, dict[str, Any]] = {}
    twice = 0
    for item in found:
        path = path_of(item["page"])
        if path in known or path in fresh:
            twice += 1
        else:
            fresh[path] = item
    if fresh:
        keeping.write(here, [*old, *fresh.values()], check)
    return {"added": len(fresh), "known": twice}


def _sitemap(file: Path, raw: bytes) -> list[dict[str, Any]]:
    """The addresses of a sitemap (sitemaps.org), with the day each was changed."""
    found: list[dict[str, Any]] = []
    inside: list[str] = []
    text: list[str] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        inside.append(name.rpartition(":")[2])
        text.clear()

    def end(name: str) -> None:
        tag, word = inside.pop(), "".join(text).strip()
        if tag == "loc" and inside[-1:] == ["url"]:
            found.append({"page": unquote(path_of(word))})
        elif tag == "lastmod" and inside[-1:] == ["url"] and found:
            found[-1]["updated"] = word[:10]
        text.clear()

    def doctype(*_: object) -> None:
        raise SourceError(file, "has a document type.", "A sitemap has none; take it out.")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text.append, doctype
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        reason = f"is not XML: {expat.ErrorString(error.code)}, line {error.lineno}."
        raise SourceError(file, reason, "Save the site's sitemap.xml again.") from None
    if not found:
        cure = "A list of sitemaps names others: take those. Or use a CSV with a column `page`."
        raise SourceError(file, "holds no page (<url><loc>).", cure)
    return found


def _table(file: Path, raw: bytes) -> list[dict[str, Any]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(file, "is not UTF-8 text.", "Save it as CSV UTF-8.") from None
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=mark)
    names = {name: (name or "").strip().lower() for name in rows.fieldnames or ()}
    names = {
        name: "page" if word in ("url", "loc", "address") else word for name, word in names.items()
    }
    if "page" not in names.values():
        cure = f"Name one `page`; the columns may be {', '.join(SAID)}."
        raise SourceError(file, "has no column with the pages.", cure)
    found = []
    for row in rows:
        item: dict[str, Any] = {
            names[name]: value.strip()
            for name, value in row.items()
            if name is not None and names[name] in SAID and isinstance(value, str) and value.strip()
        }
        if "page" in item:
            if "channels" in item:
                item["channels"] = [way.strip() for way in item["channels"].split(";")]
            found.append(item)
    return found
