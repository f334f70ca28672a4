"""A drawing for each model, by which one who read the book knows it again.

| model | drawing |
|---|---|
| `funnel` | a funnel, and who falls out of it |
| `stdc` | four overlapping audiences |
| `five_stage` | the table of stage, thought and content |
| `messy_middle` | an endless loop between trigger and purchase, on a ground of exposure |
| `hankins` | a hexagon with thirty lines |
| `cdj2009`, `cdj2010` | a ring, and the loyalty loop inside it |
| `flywheel` | a turning wheel with its frictions |
| the others | phases in a row, the ways on above and the ways back below |

Beside every drawing stands the same as a table.
"""

from omvei.drawings.models import (
    audiences,
    endless,
    funnel,
    hexagon,
    journey,
    phases,
    stages,
    tables,
    wheel,
)
from omvei.drawings.models.parts import Canvas, Json, Link
from omvei.drawings.models.tables import row_id
from omvei.drawings.strokes import tag
from omvei.language import Words

DRAWN = {
    "funnel": funnel.draw,
    "stdc": audiences.draw,
    "messy_middle": endless.draw,
    "hankins": hexagon.draw,
    "cdj2009": journey.draw,
    "cdj2010": journey.draw,
    "flywheel": wheel.draw,
}


def _to_row(row: Json) -> str:
    return f"#{row_id(row)}"


def draw(own: Json, words: Words, link: Link = _to_row) -> str:
    """Return the drawing of a model, wide and tall; `link` says where its parts lead."""
    if own["lens"] == "five_stage":
        return stages.draw(Canvas(own, words, False, link))
    drawn = DRAWN.get(own["lens"], phases.draw)
    return "".join(
        tag("div", drawn(Canvas(own, words, tall, link)), class_=f"only-{shape}")
        for shape, tall in (("wide", False), ("tall", True))
    )


def draw_with_table(own: Json, words: Words) -> str:
    """Return the drawing, the figures, and the same as tables: for a page of its own."""
    return draw(own, words) + tables.figures(own, words) + tables.all_of(own, words)
