"""A worksheet as one HTML page: no script, no file beside it, nothing fetched."""

from html import escape

from ..drawings.sheet import html_page
from ..drawings.strokes import tag
from .sheet import Cell, Drawing, Number, Part, Sentences, Sheet, Table

STYLE = """
.omvei.sheet { max-width: 1080px; } .sheet h2 { font-size: 19px; margin: 26px 0 6px; }
.sheet .dated { color: var(--soft); } .sheet li { margin: 0 0 12px; } .sheet li b { display: block; }
.sheet li p { margin: 2px 0; color: var(--soft); } .sheet td { vertical-align: top; overflow-wrap: anywhere; }
.sheet figure { margin: 10px 0; overflow: auto; background: #fff; border-radius: 12px; padding: 10px; }
.sheet figure svg { display: block; width: 100%; max-width: 760px; min-width: 560px; height: auto; } .sheet figure.wide { background: var(--sea); } .sheet figure.wide svg { max-width: none; }
@media print { .omvei.sheet { max-width: none; font-size: 10pt; background: #fff; } .sheet .scroll { overflow: visible; }
  .sheet figure svg { min-width: 0; } .omvei.sheet :is(td, th) { font-size: 8pt; padding: 3px 4px; } tr, li, figure { break-inside: avoid; }
  @page { size: A4; margin: 14mm; } }
"""  # noqa: E501


def page(sheet: Sheet) -> str:
    """Write it."""
    from ..drawings import styles

    said = [tag("p", escape(sheet.dated), class_="dated")]
    said += [tag("p", escape(note), class_="note") for note in sheet.notes]
    said += [_part(part) for part in sheet.parts]
    css = styles(models=False) + STYLE.replace("A4", "A4 landscape" if sheet.wide else "A4")
    return html_page(sheet.title, "".join(said), sheet.words, css)


def _part(part: Part) -> str:
    head = tag("h2", escape(part.title)) if part.title else ""
    if isinstance(part, Drawing):
        return head + tag("figure", part.svg, class_="wide" if part.wide else None)
    if isinstance(part, Sentences):
        return head + _list(part)
    return head + _table(part) if part.on_paper else ""


def _list(part: Sentences) -> str:
    items = "".join(
        tag("li", tag("b", escape(one.said)) + "".join(tag("p", escape(m)) for m in one.more))
        for one in part.items
    )
    note = tag("p", escape(part.note), class_="soft") if part.note else ""
    return tag("ol" if part.numbered else "ul", items) + note


def _table(part: Table) -> str:
    numeric = [
        any(isinstance(row[at], Number) for row in part.rows) for at in range(len(part.heads))
    ]
    heads = "".join(
        tag("th", escape(head), scope="col", class_="num" if right else None)
        for head, right in zip(part.heads, numeric, strict=True)
    )
    rows = "".join(
        tag(
            "tr",
            tag("th", escape(text(row[0])), scope="row")
            + "".join(
                tag("td", escape(text(cell)), class_="num" if right else None)
                for cell, right in zip(row[1:], numeric[1:], strict=True)
            ),
        )
        for row in part.rows
    )
    body = tag("table", tag("thead", tag("tr", heads)) + tag("tbody", rows))
    note = tag("p", escape(part.note), class_="soft") if part.note else ""
    return tag("div", body, class_="scroll", tabindex=0, role="region",
               aria_label=part.title) + note  # fmt: skip


def text(cell: Cell) -> str:
    """What is read in a cell."""
    if cell is None:
        return "–"
    return cell.text if isinstance(cell, Number) else cell
