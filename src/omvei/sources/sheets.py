"""Spreadsheets (xlsx, xls, xlsb, ods) as plain CSV files, a file for each sheet that holds rows."""

import csv
import zipfile
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from omvei.errors import SourceError

OLD = b"\xd0\xcf\x11\xe0"
"""First bytes of a spreadsheet as it was written before 2007."""


def is_spreadsheet(path: Path) -> bool:
    """Whether a file is one: by its first bytes, and by what a zip file holds."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == OLD:
        return True
    if start != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
            if "[Content_Types].xml" in names:
                return True
            said = packed.read("mimetype") if "mimetype" in names else b""
            return b"opendocument.spreadsheet" in said
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError):
        return False


def sheets(path: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """The sheets of a spreadsheet that hold rows, written to `folder`: name and CSV file.

    The name is empty where there is one sheet alone. Hidden sheets are left out. Raises
    `SourceError` when the file is damaged, locked, or holds no rows.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    folder.mkdir(parents=True)
    written: list[tuple[str, Path]] = []
    try:
        with CalamineWorkbook.from_path(path) as book:
            for number, sheet in enumerate(book.sheets_metadata):
                if sheet.visible != SheetVisibleEnum.Visible:
                    continue
                target = folder / f"{number}.csv"
                if _write(book.get_sheet_by_index(number).iter_rows(), target):
                    written.append((sheet.name, target))
    except PasswordError as error:
        raise SourceError(
            path, "is locked with a password.", "Open it, and save it as CSV (UTF-8)."
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(
            path,
            f"is a spreadsheet that cannot be read ({error}).",
            "Open it, and save it as CSV (UTF-8).",
        ) from error
    if not written:
        raise SourceError(path, "is a spreadsheet without rows.", "Export it again, with data.")
    for name, target in written:
        yield name if len(written) > 1 else "", target


def _write(rows: Iterator[list[Any]], target: Path) -> int:
    """Write rows as CSV; how many hold anything. Empty rows stay: row numbers are the sheet's."""
    filled = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out)
        for row in rows:
            texts = [_text(cell) for cell in row]
            filled += any(texts)
            write.writerow(texts)
    return filled


def _text(cell: Any) -> str:
    """A cell as one would type it.

    >>> _text(12.0), _text(12.5), _text(datetime(2026, 1, 31)), _text(True)
    ('12', '12.5', '2026-01-31', 'true')
    """
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return str(cell.date() if cell.time() == time() else cell)
    if isinstance(cell, timedelta):
        return str((datetime.min + cell).time())
    return "" if cell is None else str(cell)
