"""How a text file of rows and columns is laid out: its delimiter, its header, where rows begin."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from omvei.sources.columns import plain, words
from omvei.sources.head import Head

DELIMITERS = (",", ";", "\t", "|")
BLANKS = " "
"""The delimiter of a file whose columns are kept apart by runs of blanks."""

NUMBER_OR_DATE = re.compile(r"[-+]?\d[\d .,:/TZ+-]*(?<=[\dZ])")


@dataclass(frozen=True)
class Layout:
    """How a text file is laid out."""

    delimiter: str
    columns: tuple[str, ...]
    """Column names, each once; a file without a header has columns `1`, `2`, ..."""

    skip: int
    """How many lines come before the first row."""

    header: bool


def layout(head: Head) -> Layout | None:
    """How a text file is laid out, or None when it is not one of rows and columns.

    The delimiter is the one that cuts most lines into the same number of columns, more than one.
    Lines before the first such line (a title, `sep=;`) are skipped. The first is the header unless
    a cell of it is a number or a date.
    """
    found = [lay for mark in (*DELIMITERS, BLANKS) if (lay := _cut(head, mark))]
    if not found:
        return None
    # A run of blanks cuts any prose: it counts only where no other delimiter does. A header that
    # speaks beats a neater cut: `12,50` in each row would make two columns of any file.
    share, _, best = max(
        found,
        key=lambda lay: (lay[2].delimiter != BLANKS, _speaking(lay[2]), lay[0], lay[1]),
    )
    return best if share >= (0.4 if _speaking(best) else 0.8) else None


def _speaking(lay: Layout) -> bool:
    """Whether two words of the header are known, so that it is a table however ragged."""
    known = {word for synonyms in words()["fields"].values() for word in synonyms}
    return lay.header and sum(plain(column) in known for column in lay.columns) > 1


def _cut(head: Head, mark: str) -> tuple[float, int, Layout] | None:
    lines = list(head.lines[:200])
    quote = mark != BLANKS
    if quote:
        rows: list[tuple[int, int, list[str]]] = []
        reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=mark)
        try:
            begin = 0
            for cells in reader:
                if any(cells):
                    rows.append((begin, reader.line_num, cells))
                begin = reader.line_num
        except csv.Error:
            return None
    else:
        rows = [(i, i + 1, line.split()) for i, line in enumerate(lines) if line.strip()]
    if not head.whole and len(rows) > 2:
        rows.pop()
    if re.match("sep=.$", head.lines[0]):
        rows = rows[1:]  # how Excel is told the delimiter
    counts = Counter(len(cells) for *_, cells in rows)
    if not counts:
        return None
    width, times = counts.most_common(1)[0]
    if len(rows) == 2 and len(counts) == 2:
        width = len(rows[0][2])
        times = 1
    if width < 2:
        return None
    place = next(i for i, (*_, cells) in enumerate(rows) if len(cells) == width)
    unnamed = place > 0 and len(rows[place - 1][2]) == width - 1 and width > 2
    if unnamed:  # R leaves the column of row names without a header
        place -= 1
    begin, after, cells = rows[place]
    cells = [cell.replace("\x00", "").strip().removeprefix("\ufeff") for cell in cells]
    if unnamed:
        # A delimiter that ends every row adds an empty last column instead.
        trailing = all(not row[-1] for *_, row in rows[place + 1 :] if len(row) == width)
        cells = [*cells, ""] if trailing else ["", *cells]
    header = not any(NUMBER_OR_DATE.fullmatch(cell) for cell in cells)
    if quote is False and not header and width < 3:
        return None
    names = _unique(cells) if header else tuple(str(i + 1) for i in range(width))
    share = times / len(rows[place:])
    return min(share, 1.0), width, Layout(mark, names, after if header else begin, header)


def _unique(cells: list[str]) -> tuple[str, ...]:
    """Column names, each once: a second `a` becomes `a (2)`, an empty one `column 3`."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name, again = cell or f"column {place}", 2
        while name in names:
            name, again = f"{cell or f'column {place}'} ({again})", again + 1
        names.append(name)
    return tuple(names)
