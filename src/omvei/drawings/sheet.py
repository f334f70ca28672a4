"""One self-contained HTML page around a drawing: for `--html FILE` and to send to others."""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from omvei.drawings.choosing import choose, colour
from omvei.drawings.strokes import tag
from omvei.language import Words

Json = Mapping[str, Any]


def html_page(title: str, body: str, words: Words, styles: str | None = None) -> str:
    """Return a page with the styles of the drawings inside it; it fetches nothing."""
    css = styles or files("omvei").joinpath("drawings/drawings.css").read_text("utf-8")
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"{tag('title', escape(title) + ' – Omvei')}{tag('style', css)}"
    )
    main = tag("main", tag("h1", escape(title)) + body)
    return (
        f'<!doctype html>\n<html lang="{words.language}"><head>{head}</head>'
        f'<body class="omvei sheet">{main}</body></html>\n'
    )


def notes(answer: Json, words: Words) -> str:
    """Say what a reader must know of any answer: that it is simulated, that groups are left out."""
    said = [words("simulated.long")] if answer.get("simulated") else []
    if hidden := answer.get("hidden"):
        said.append(words("shared.hidden", n=hidden["rows"], least=hidden["least"]))
    return "".join(tag("p", escape(sentence), class_="note") for sentence in said)


def map_page(map: Json, words: Words) -> str:
    """Return the map, its legend, what it says and its table as one page."""
    from omvei.drawings import map as drawing

    shown = choose(map)
    parts = [tag("p", escape(lead(map, words)), class_="lead")]
    parts.append(notes(map, words))
    if map["n"] < 30:
        parts.append(tag("p", escape(words("too_few", n=map["n"], m=30)), class_="note"))
    for shape in ("wide", "tall"):
        svg = drawing.draw(map, words, shape=shape, link=_row)
        parts.append(tag("div", svg, class_=f"frame only-{shape}"))
    parts += [
        tag("p", escape(detail(shown.first, shown.total, shown.share, words)), class_="soft"),
        legend(words, bool(map.get("goal"))),
        table(map, words),
        tag("p", escape(words("association")), class_="soft"),
    ]
    return html_page(words("map.title"), "".join(parts), words)


def lead(map: Json, words: Words) -> str:
    """Say the map's main numbers in one or two sentences."""
    text = words("map.lead", n=map["n"])
    if not map["n"]:
        return text
    window = map.get("window") or {}
    if window.get("from") and window.get("to"):
        start, end = words.date(window["from"]), words.date(window["to"])
        text = words("map.lead.window", n=map["n"], start=start, end=end)
    if map.get("goal") and map.get("converted") is not None:
        key = "map.lead.bought" if map["goal"] == "purchase" else "map.lead.goal"
        text += " " + words(key, n=map["converted"])
    elif not map.get("goal"):
        text += " " + words("map.lead.no_goal")
    return text


def detail(shown: int, total: int, share: float, words: Words) -> str:
    """Say how much of a map is shown."""
    return words("map.detail.shown", shown=shown, total=total, share=words.percent(share))


def legend(words: Words, goal: bool) -> str:
    """Return what the colours and forms of a map mean."""
    line = '<path class="l {0}" d="M3 7h34"/><path class="t {0}" d="M36 2l8 5-8 5z"/>'
    items = []
    if goal:
        items += [(line.format(tone), 46, f"legend.{tone}") for tone in ("up", "flat", "down")]
    hollow = '<path class="l flat" d="M3 7h34"/><path class="c" d="M3 7h34"/>'
    items.append((hollow + '<path class="t flat" d="M36 2l8 5-8 5z"/>', 46, "legend.back"))
    sand = '<path class="l sand" d="M3 7h26"/><path class="t sand" d="M28 2l8 5-8 5z"/>'
    items.append((sand, 40, "legend.start"))
    thick = '<path class="l flat w2" d="M2 7h14"/><path class="l flat w5" d="M21 7h12"/>'
    items.append((thick + '<path class="l flat w10" d="M42 7h8"/>', 58, "legend.width"))
    if goal:
        ring = '<circle class="r" cx="8" cy="7" r="5.5"/>'
        items.append(
            (ring + '<path class="q" d="M8 1.5a5.5 5.5 0 0 1 5.1 7.5"/>', 18, "legend.ring")
        )
    drawn = "".join(
        tag(
            "span",
            tag("svg", art, width=width, height=14, viewBox=f"0 0 {width} 14")
            + tag("i", escape(words(key))),
        )
        for art, width, key in items
    )
    return tag("div", drawn, class_="legend", aria_hidden="true")


def table(map: Json, words: Words) -> str:
    """Return every edge of a map as a table; ways in and out of the data included."""

    edges = sorted(map["edges"], key=lambda e: (-e["people"], e["source"], e["target"]))
    goal = bool(map.get("goal"))
    names = ["map.from", "map.to", "people", "map.transitions", "map.share", "map.gap"]
    names += ["map.rate", "map.rate.others"] if goal else []
    heads = "".join(
        tag("th", escape(words(name)), scope="col", class_="num" if i > 1 else None)
        for i, name in enumerate(names)
    )
    rows = []
    for edge in edges:
        ends = [end_label(map, edge[end], words) for end in ("source", "target")]
        share, gap = edge.get("share"), edge.get("median_gap_seconds")
        few = edge["people"] < 30
        cells = [tag("td", escape(end)) for end in ends] + [
            tag("td", words.number(edge["people"]), class_="num"),
            tag("td", words.number(edge["transitions"]), class_="num"),
            tag("td", "–" if share is None or few else words.percent(share), class_="num"),
            tag("td", "–" if gap is None else escape(words.duration(gap)), class_="num"),
        ]
        if goal:
            tone = colour(edge)
            cells += [
                tag("td", _rate(edge.get("later"), words), class_=f"num {tone}"),
                tag("td", _rate(edge.get("otherwise"), words), class_="num"),
            ]
        rows.append(tag("tr", "".join(cells), id=row_id(edge)))
    caption = tag("caption", escape(words("map.table")), class_="unseen")
    body = tag("thead", tag("tr", heads)) + tag("tbody", "".join(rows))
    return tag("div", tag("table", caption + body), class_="scroll", tabindex=0, role="region",
               aria_label=words("map.table"))  # fmt: skip


def end_label(map: Json, name: str, words: Words) -> str:
    """Return the label of a node; the two ends of the data have words of their own."""
    if name in ("(start)", "(end)"):
        return words("map.starts" if name == "(start)" else "map.ends")
    return words.label(map["by"], name, map.get("lens"))


def row_id(edge: Json) -> str:
    """Return an identifier for an edge's row that holds no blanks."""
    from urllib.parse import quote

    return "row-" + quote(f"{edge['source']}--{edge['target']}", safe="")


def _rate(rate: Json | None, words: Words) -> str:
    if not rate:
        return "–"
    if rate["too_few"]:
        return f"{words.number(rate['converted'])} / {words.number(rate['people'])}"
    return words.percent(rate["rate"])


def _row(thing: Json) -> str:
    return "#" if "id" in thing else "#" + row_id(thing)
