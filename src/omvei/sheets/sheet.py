"""
A worksheet to pass on, said once: its sentences, its drawings and its tables.

What is made of it (a page, a PDF, a picture, a table for a spreadsheet) says the same, since each
is made from this. Texts are in the reader's language already; a number keeps its value beside its
text, for those who go on counting.
"""

from dataclasses import dataclass, field
from datetime import date

from ..language import Words


@dataclass(frozen=True)
class Number:
    """A number as it is written, and as a spreadsheet counts with it."""

    text: str
    value: float | int


Cell = str | Number | None
"""What stands in a table; None where there is nothing."""


@dataclass(frozen=True)
class Table:
    """A table; `heads` name its columns, and the first one names the rows."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    on_paper: bool = True
    """Whether it is printed; else it is for spreadsheets only, and other parts say the same."""

    def __post_init__(self) -> None:
        """Every row has a cell for each head."""
        for row in self.rows:
            if len(row) != len(self.heads):
                raise ValueError(f"{self.title}: {len(row)} cells for {len(self.heads)} heads")


@dataclass(frozen=True)
class Item:
    """One thing that is said, and what belongs to it."""

    said: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sentences:
    """Things said one after the other."""

    title: str
    items: tuple[Item, ...]
    numbered: bool = False
    note: str = ""


@dataclass(frozen=True)
class Drawing:
    """A picture, as SVG; its colours are its own, or those of `drawings.css`."""

    title: str
    svg: str
    wide: bool = False
    """Whether it takes the whole width of a page."""


Part = Table | Sentences | Drawing


@dataclass(frozen=True)
class Sheet:
    """A worksheet: what it is called, of which data, and its parts in order."""

    name: str
    title: str
    words: Words
    first: str | None
    """First and last moment of the data; None where there is none."""
    last: str | None
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    """What a reader must know: that it is simulated, that small groups are left out."""
    wide: bool = False
    """Whether it is printed across the page."""
    made: date = field(default_factory=date.today)

    @property
    def dated(self) -> str:
        """The day it was made, and the days its data is from."""
        t = self.words
        made = t("sheet.made", day=t.date(self.made.isoformat()))
        if self.first is None or self.last is None:
            return f"{made} {t('sheet.no_data')}"
        return f"{made} {t('sheet.window', first=t.date(self.first), last=t.date(self.last))}"

    @property
    def tables(self) -> list[Table]:
        """The tables, the main one first."""
        return [part for part in self.parts if isinstance(part, Table)]

    def html(self) -> str:
        """One page that needs nothing from elsewhere."""
        from .page import page

        return page(self)

    def pdf(self) -> bytes:
        """A4 pages as PDF."""
        from .paper import pdf

        return pdf(self)

    def png(self) -> bytes:
        """One picture, as long as it needs to be."""
        from .paper import png

        return png(self)

    def csv(self) -> bytes:
        """The main table, as CSV in UTF-8."""
        from .tables import csv

        return csv(self)

    def xlsx(self) -> bytes:
        """Every table, each on a sheet of its own, for Excel."""
        from .tables import xlsx

        return xlsx(self)
