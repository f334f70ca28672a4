"""The five-stage table: stage | what the customer thinks | what you can create, and who is there.

It is a table in the source and stays one: HTML, with a bar for the people of each stage. On a phone
a row is a card.
"""

from html import escape

from omvei.drawings.bars import bar
from omvei.drawings.looks import look
from omvei.drawings.models.parts import Canvas
from omvei.drawings.strokes import drawn_icon, tag


def draw(canvas: Canvas) -> str:
    """Return the table as HTML."""
    words = canvas.words
    heads = ("stage", "own.thinks", "own.create", "own.are")
    row = "".join(tag("th", escape(words(key)), scope="col") for key in heads)
    rows = [canvas.stage(name) for name in canvas.names]
    top = max(stage["people"] for stage in rows) or 1
    body = ""
    for stage in rows:
        name = stage["stage"]
        seen = look("stage", name)
        icon = tag(
            "svg", drawn_icon(seen), viewBox="0 0 24 24", width=26, height=26, aria_hidden="true"
        )
        label = words.stage_named(canvas.lens, name)
        people = canvas.told(stage)
        told = escape(people)
        if stage["people"]:
            told = tag("a", told, href=canvas.link(stage))
        cells = [
            tag("th", icon + tag("span", escape(label)), scope="row"),
            tag("td", tag("q", escape(words.of_stage(canvas.lens, name, "thought"))),
                data_head=words("own.thinks")),
            tag("td", escape(words.of_stage(canvas.lens, name, "content")),
                data_head=words("own.create")),
            tag("td", told + tag("small", escape(words("own.now", n=stage["now"])))
                + bar(stage["people"] / top), data_head=words("own.are"), class_="art"),
        ]  # fmt: skip
        body += tag("tr", "".join(cells), class_=f"stage {seen.family}")
    caption = tag("caption", escape(words("own.five_stage.about")), class_="unseen")
    return tag("table", caption + tag("thead", tag("tr", row)) + tag("tbody", body), class_="five")
