"""
A funnel: how many people reach each step, in order, and how long it takes them.

    python -m omvei.drawings.funnel < funnel.json > funnel.html

With fewer than 30 people in the first step it shows counts, not percentages.
"""

import json
import sys
from collections.abc import Mapping
from html import escape
from typing import Any

from omvei.drawings.bars import bar
from omvei.drawings.sheet import html_page
from omvei.drawings.strokes import tag
from omvei.drawings.words import everybody
from omvei.language import Words, words

Json = Mapping[str, Any]


def draw(funnel: Json, words: Words) -> str:
    """Return the funnel as an HTML table with a bar a step."""
    steps = funnel["steps"]
    first = steps[0]["people"] if steps else 0
    few = first < 30 or any(step.get("too_few") and not i for i, step in enumerate(steps))
    names: tuple[str, ...] = (
        "funnel.step",
        "funnel.reach",
        "people",
        "funnel.rate",
        "funnel.lost",
        "funnel.time",
    )
    names += ("consent.everybody",) if funnel.get("others") and not few else ()
    heads = "".join(
        tag("th", escape(words(name)), scope="col", class_="num" if i > 1 else None)
        for i, name in enumerate(names)
    )
    rows = []
    for number, step in enumerate(steps, 1):
        share = step["people"] / first if first else 0.0
        label = words.label(funnel["by"], step["step"], funnel.get("lens"))
        low, high = (None, None) if number == 1 or few else (step.get("low"), step.get("high"))
        rate = "–" if few else words.percent(step["rate"])
        if low is not None and high is not None:
            between = words("interval", low=words.percent(low), high=words.percent(high))
            rate += " " + tag("small", escape(between))
        seconds = step.get("median_seconds")
        cells = [
            tag("th", f"{tag('span', str(number), class_='dot')} {escape(label)}", scope="row"),
            tag("td", bar(share, low, high), class_="art"),
            tag("td", words.number(step["people"]), class_="num strong"),
            tag("td", rate, class_="num"),
            tag("td", words.number(step["lost"]) if step.get("lost") else "–", class_="num"),
            tag("td", escape(words.duration(seconds)) if seconds else "–", class_="num"),
        ]
        if funnel.get("others") and not few:
            cells.append(tag("td", escape(everybody(step, words)), class_="num"))
        rows.append(tag("tr", "".join(cells)))
    note = tag("p", escape(words("too_few", n=first, m=30)), class_="note") if few else ""
    table = tag("thead", tag("tr", heads)) + tag("tbody", "".join(rows))
    caption = tag("caption", escape(words("funnel.caption")), class_="unseen")
    return note + tag("table", caption + table, class_="steps")


if __name__ == "__main__":
    said = words(sys.argv[1] if len(sys.argv) > 1 else "en")
    sys.stdout.write(html_page(said("funnel.title"), draw(json.load(sys.stdin), said), said))
