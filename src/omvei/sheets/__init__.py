"""
Worksheets to pass on: an answer as sentences, drawings and tables, and what is made of them.

>>> sheet({"answer": "advice", "bring": [], "rows": [], "window": None}, "nb").title
'Hva bør vi gjøre nå?'
"""

from .making import FORMS, SHEETS, sheet, written
from .sheet import Drawing, Item, Number, Sentences, Sheet, Table

__all__ = [
    "FORMS",
    "SHEETS",
    "Drawing",
    "Item",
    "Number",
    "Sentences",
    "Sheet",
    "Table",
    "sheet",
    "written",
]
