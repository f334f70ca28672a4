"""A worksheet's tables for a spreadsheet: CSV for the main one, Excel for all."""

import csv as writing
import re
from io import BytesIO, StringIO

from .sheet import Cell, Number, Sheet, Table

WIDEST = 60
"""Letters a column of the spreadsheet is wide, at most."""


def csv(sheet: Sheet) -> bytes:
    """The main table; numbers as any program reads them, with a point.

    The mark at the beginning tells a spreadsheet that the letters are UTF-8.
    """
    out = StringIO()
    rows = writing.writer(out, lineterminator="\r\n")
    for table in sheet.tables[:1]:
        rows.writerow(safe(head) for head in table.heads)
        rows.writerows([safe(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def safe(cell: Cell) -> str | float | int:
    """A cell for CSV; what a spreadsheet would take for a formula gets an apostrophe before it.

    >>> safe("=1+1"), safe("-"), safe(Number("3 less", -0.03)), safe(None)
    ("'=1+1", "'-", -0.03, '')
    """
    if cell is None:
        return ""
    if isinstance(cell, Number):
        return cell.value
    return f"'{cell}" if cell.lstrip()[:1] in ("=", "+", "-", "@", "\t") else cell


def xlsx(sheet: Sheet) -> bytes:
    """Every table on a sheet of its own; the first says what this is, when, and of which data."""
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": sheet.title, "author": "Omvei"})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    large = book.add_format({"bold": True, "font_size": 14})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    top = book.add_format({"valign": "top", "num_format": "General"})
    names: set[str] = set()
    for table in sheet.tables:
        page = book.add_worksheet(_name(table.title or sheet.title, names))
        said = [sheet.title, sheet.dated, *sheet.notes]
        for row, line in enumerate(said):
            page.write_string(row, 0, line, large if row == 0 else None)
        first = len(said) + 1
        for column, title in enumerate(table.heads):
            page.write_string(first, column, title, head)
            page.set_column(column, column, _width(table, column))
        for row, cells in enumerate(table.rows, first + 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, Number):
                    page.write_number(row, column, cell.value, top)
                elif cell is not None:
                    page.write_string(row, column, cell, wrapped)
        page.freeze_panes(first + 1, 1)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
    book.close()
    return out.getvalue()


def _name(title: str, taken: set[str]) -> str:
    """A name that Excel takes: short, without brackets and slashes, and no other sheet's."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:28] or "Omvei"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain} {number}"
    taken.add(name.casefold())
    return name


def _width(table: Table, column: int) -> int:
    said = [row[column] for row in table.rows]
    texts = [table.heads[column], *(cell for cell in said if isinstance(cell, str))]
    return min(WIDEST, max(10, max(map(len, texts)) + 1))
