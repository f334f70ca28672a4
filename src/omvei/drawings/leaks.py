"""
Where people are lost: for each stage, how many went on, are still there, or went silent.

    python -m omvei.drawings.leaks < leaks.json > leaks.html

Journeys that are still open are shown as their own part: they are not lost.
"""

import json
import sys
from collections.abc import Mapping
from html import escape
from typing import Any

from omvei.drawings.bars import parts
from omvei.drawings.sheet import html_page
from omvei.drawings.strokes import tag
from omvei.drawings.words import everybody
from omvei.language import Words, words

Json = Mapping[str, Any]


def draw(leaks: Json, words: Words) -> str:
    """Return a table of the stages, and one of the transitions after which most go silent."""
    return _stages(leaks, words) + _transitions(leaks, words)


def _stages(leaks: Json, words: Words) -> str:
    order = {stage: i for i, stage in enumerate(words.stages(leaks.get("lens")))}
    stages = sorted(leaks["stages"], key=lambda row: order.get(row["stage"], 99))
    names: tuple[str, ...] = (
        "stage",
        "leaks.parts",
        "people",
        "leaks.left",
        "leaks.open",
        "leaks.bought",
        "leaks.rate",
    )
    names += ("consent.everybody",) if leaks.get("others") else ()
    heads = "".join(
        tag("th", escape(words(name)), scope="col", class_="num" if i > 1 else None)
        for i, name in enumerate(names)
    )
    rows = []
    for row in stages:
        people = row["people"] or 1
        shares = [(name, row[name] / people) for name in ("open", "left")]
        shares.insert(0, ("rest", 1 - sum(share for _, share in shares)))
        if row.get("too_few") or row.get("rate") is None:
            rate = tag("small", escape(words("few")))
        else:
            between = words(
                "interval", low=words.percent(row["low"]), high=words.percent(row["high"])
            )
            rate = f"{words.percent(row['rate'])} {tag('small', escape(between))}"
        cells = [
            tag("th", escape(words.stage_named(leaks.get("lens"), row["stage"])), scope="row"),
            tag("td", parts(shares), class_="art"),
            tag("td", words.number(row["people"]), class_="num"),
            tag("td", _left(row, words), class_="num strong"),
            tag("td", words.number(row["open"]), class_="num"),
            tag("td", words.number(row["bought"]), class_="num"),
            tag("td", rate, class_="num"),
        ]
        if leaks.get("others"):
            few = row.get("too_few")
            cells.append(tag("td", "–" if few else escape(everybody(row, words)), class_="num"))
        rows.append(tag("tr", "".join(cells)))
    key = "".join(
        tag("span", tag("i", class_=name) + escape(words(f"leaks.{name}")))
        for name in ("rest", "open", "left")
    )
    caption = tag("caption", escape(words("leaks.caption")), class_="unseen")
    table = tag("thead", tag("tr", heads)) + tag("tbody", "".join(rows))
    return tag("p", key, class_="key") + tag("table", caption + table, class_="steps")


def _transitions(leaks: Json, words: Words) -> str:
    rows = sorted(leaks.get("transitions", []), key=lambda row: -row["left"])[:10]
    rows = [row for row in rows if row["left"]]
    if not rows:
        return ""
    most = max(row["left"] for row in rows)
    heads = "".join(
        tag("th", escape(words(name)), scope="col", class_="num" if i > 1 else None)
        for i, name in enumerate(("leaks.after", "leaks.left.people", "leaks.left"))
    )
    body = []
    for row in rows:
        ends = [
            words("map.starts") if row[end] == "(start)" else words.stage(leaks["lens"], row[end])
            for end in ("source", "target")
        ]
        cells = [
            tag("th", escape(" → ".join(ends)), scope="row"),
            tag("td", parts([("left", row["left"] / most)]), class_="art"),
            tag("td", _left(row, words), class_="num strong"),
        ]
        body.append(tag("tr", "".join(cells)))
    caption = tag("caption", escape(words("leaks.transitions")))
    table = tag("thead", tag("tr", heads)) + tag("tbody", "".join(body))
    return tag("table", caption + table, class_="steps")


def _left(row: Json, words: Words) -> str:
    """Write how many went silent, and how many of these had bought: no leak, but an ending."""
    if not row.get("customers"):
        return words.number(row["left"])
    of_them = words("leaks.customers", n=row["customers"])
    return f"{words.number(row['left'])} {tag('small', escape(of_them))}"


if __name__ == "__main__":
    said = words(sys.argv[1] if len(sys.argv) > 1 else "en")
    sys.stdout.write(html_page(said("leaks.title"), draw(json.load(sys.stdin), said), said))
