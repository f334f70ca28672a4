"""
Campaign rounds on a spiral: every turn is a round, every quarter one of the four parts.

The first round is the innermost, the newest the outermost; it turns clockwise from the top, so that
express is at the upper right, tailor at the lower right, amplify at the lower left and evolve at
the upper left. A part that nothing was recorded of is dotted. Below stand the days from each round
to the next. A drawing shows the newest rounds; beside it stands everything as tables.
"""

from collections.abc import Mapping
from html import escape
from math import pi
from typing import Any

from omvei.drawings.models.parts import Point, lines, number, on_circle, text
from omvei.drawings.strokes import near, tag, tip
from omvei.language import Words

Json = Mapping[str, Any]
PARTS = {"express": "see", "tailor": "think", "amplify": "do", "evolve": "care"}
"""The parts in the order of the turn, each with its colour."""
SHOWN = 6
"""So many turns fit."""
AI = "AI Assistant"
WORDS = ("days", "channel", "test", "label")
"""Columns of words, which begin at the left."""


def draw(said: Json, words: Words) -> str:
    """Return the spiral, wide and tall."""
    return "".join(
        tag("div", _spiral(said, words, tall), class_=f"only-{shape}")
        for shape, tall in (("wide", False), ("tall", True))
    )


def draw_with_table(said: Json, words: Words) -> str:
    """Return the spiral and its tables: for a notebook and a page of its own."""
    return draw(said, words) + tables(said, words)


def _spiral(said: Json, words: Words, tall: bool) -> str:
    rows = said["rounds"][-SHOWN:]
    centre: Point = (195.0, 276.0) if tall else (450.0, 250.0)
    inner, outer = (34.0, 150.0) if tall else (48.0, 205.0)
    width = 390.0 if tall else 900.0
    pitch = (outer - inner) / max(len(rows), 2)
    body = "".join(
        tag("path", class_="axis", d=f"M{near(*centre)}L{near(*on_circle(centre, outer + 14, a))}")
        for a in (-pi / 2, 0, pi / 2, pi)
    )
    for turn, row in enumerate(rows):
        body += _turn(row, turn, words, centre, inner, pitch)
    end = on_circle(centre, inner + pitch * len(rows), -pi / 2)
    body += tag("path", class_="ahead", d=tip(end[0] - 4, end[1], (1.0, 0.0), 6))
    body += _corners(said, words, centre, outer, width, tall)
    foot = centre[1] + outer + (150 if tall else 46)
    drawn, height = _loops(rows, words, width, foot, tall)
    name = f"rounds-{'tall' if tall else 'wide'}"
    head = tag("title", escape(words("rounds.title")), id=f"{name}-t")
    head += tag("desc", escape(words("rounds.about")), id=f"{name}-d")
    return tag(
        "svg", head + body + drawn, class_="omvei model rounds",
        viewBox=f"0 0 {near(width)} {near(height)}", role="group",
        aria_labelledby=f"{name}-t", aria_describedby=f"{name}-d",
    )  # fmt: skip


def _turn(row: Json, turn: int, words: Words, centre: Point, inner: float, pitch: float) -> str:
    """One round: four quarters of a turn, and its number where it begins."""
    body = ""
    for quarter, (part, hue) in enumerate(PARTS.items()):
        told = row["parts"][part]
        points = []
        for step in range(13):
            share = (quarter + (0.04 if step == 0 else 0.96 if step == 12 else step / 12)) / 4
            points.append(
                on_circle(centre, inner + pitch * (turn + share), 2 * pi * share - pi / 2)
            )
        path = "M" + "L".join(near(*point) for point in points)
        thick = min(15.0, pitch * 0.5)
        there = "coil" if told["records"] else "coil missing"
        title = words("rounds.part_of", part=words(f"rounds.part.{part}"), n=row["round"])
        drawn = tag("path", class_=there, d=path, stroke_width=thick if told["records"] else 2.0)
        body += tag("g", tag("title", escape(title)) + drawn, class_=f"stage {hue}")
    x, y = on_circle(centre, inner + pitch * turn, -pi / 2)
    return tag(
        "a", tag("title", escape(words("rounds.round", n=row["round"])))
        + body + number(x, y, words.number(row["round"])),
        href=f"#round-{row['round']}", class_="part",
    )  # fmt: skip


def _corners(
    said: Json, words: Words, centre: Point, outer: float, width: float, tall: bool
) -> str:
    """Each part's name at its quarter, and what the newest round says of it."""
    newest = said["rounds"][-1]
    told = summary(said, words, newest["round"])
    body = ""
    for part, hue in PARTS.items():
        right, low = part in ("express", "tailor"), part in ("tailor", "amplify")
        x = (width - 4 if right else 4.0) if tall else (width - 24 if right else 24.0)
        y = centre[1] + outer + 36 if low else (24.0 if tall else 60.0)
        if low and not tall:
            y = centre[1] + outer - 62
        anchor = "end" if right else "start"
        rows = [row for said_ in told[part] for row in lines(said_, 170 if tall else 210, 6.6)]
        label = text(x, y, words(f"rounds.part.{part}"), "big hued", anchor)
        under = "".join(text(x, y + 20 + 16 * i, r, "small", anchor) for i, r in enumerate(rows))
        body += tag("g", label + under, class_=f"stage {hue}")
    return body


def summary(said: Json, words: Words, at: int) -> dict[str, list[str]]:
    """What a round says of each part, in short sentences."""
    row = next(row for row in said["rounds"] if row["round"] == at)
    reach = [one for one in said["reach"] if one["round"] == at and one["people"] is not None]
    met = [one for one in reach if one["worked"]]
    answered = [one for one in reach if one["channel"] == AI]
    variants = [one for one in said["variants"] if one["round"] == at and one["tailored"]]
    spread = [words("rounds.channels", n=row["channels"])] if row["channels"] else []
    if met:
        most = max(met, key=lambda one: one["people"])
        channel = words.channel(most["channel"])
        spread.append(words("rounds.most", channel=channel, n=most["people"]))
    if answered:
        spread.append(words("rounds.ai", n=answered[0]["people"]))
    return {
        "express": [words("rounds.assets", n=row["assets"])] if row["assets"] else [],
        "tailor": [_tailored(one, words) for one in variants[:1]],
        "amplify": spread,
        "evolve": [words("rounds.tests", n=row["tests"])]
        + ([words("rounds.won", n=row["won"])] if row["decided"] else []),
    }


def _tailored(row: Json, words: Words) -> str:
    return words(
        "rounds.beside", tailored=rate(row["tailored"], words), generic=rate(row["generic"], words)
    )


def rate(told: Json | None, words: Words) -> str:
    """Say a rate; so many of so many where there are too few people."""
    if not told:
        return "–"
    if told["too_few"]:
        return f"{words.number(told['converted'])} / {words.number(told['people'])}"
    return words.percent(told["rate"])


def _loops(rows: list[Json], words: Words, width: float, y: float, tall: bool) -> tuple[str, float]:
    """The days from each round to the next as bars, and where the drawing ends."""
    loops = [row for row in rows if row["days_to_next"] is not None]
    if not loops:
        return "", y
    left, room = (84.0, 190.0) if tall else (340.0, 300.0)
    most = max(row["days_to_next"] for row in loops) or 1
    body = text(width / 2, y, words("rounds.loop"), "name")
    for place, row in enumerate(loops):
        at = y + 26 + 24 * place
        long = max(3.0, room * row["days_to_next"] / most)
        step = words("rounds.step", a=row["round"], b=row["next"])
        body += text(left - 10, at + 4, step, "small", "end")
        body += tag("rect", class_="loop", x=left, y=at - 7, width=long, height=14.0, rx=4)
        said = words.duration(row["days_to_next"] * 86_400)
        body += text(left + long + 8, at + 4, said, "count", "start")
    return body, y + 26 + 24 * len(loops)


def tables(said: Json, words: Words) -> str:
    """Return everything as tables: the rounds, reach by channel, variants, the customers."""
    return "".join(part(said, words) for part in (rounds, reach, variants, customers))


def rounds(said: Json, words: Words) -> str:
    """Return a row a round."""

    def cells(row: Json) -> list[str]:
        gain = row["winners_gain"]
        return [
            words.number(row["round"]),
            f"{words.date(row['from'])} – {words.date(row['to'])}",
            "–" if row["days_to_next"] is None else words.duration(row["days_to_next"] * 86_400),
            words.number(row["assets"]),
            "–" if row["assets_per_week"] is None else words.decimal(row["assets_per_week"]),
            f"{words.number(row['on_template'])} / {words.number(row['assets'])}",
            words.number(row["tests"]),
            words.decimal(row["tests_per_month"]),
            f"{words.number(row['won'])} / {words.number(row['decided'])}",
            "–" if gain is None else _signed(gain, words),
        ]

    heads = (
        "round_no", "days", "next", "assets_no", "week", "template", "tests_no", "month", "won_of",
        "gain",
    )  # fmt: skip
    ids = [f"round-{row['round']}" for row in said["rounds"]]
    return _table("rounds.scores", heads, [cells(row) for row in said["rounds"]], words, ids)


def reach(said: Json, words: Words) -> str:
    """Return a row a round and channel; clicks in AI answers always among them."""

    def cells(row: Json) -> list[str]:
        name = words.channel(row["channel"])
        if not row["worked"]:
            name = words("rounds.unworked", channel=name)
        told = [
            "–" if row[key] is None else words.number(row[key])
            for key in ("people", "visits", "touchpoints")
        ]
        return [words.number(row["round"]), name, *told, _sure(row["later"], words)]

    heads = ("round_no", "channel", "people", "visits", "touchpoints", "later")
    return _table("rounds.reach", heads, [cells(row) for row in said["reach"]], words)


def variants(said: Json, words: Words) -> str:
    """Return a row a comparison of tailored and generic."""

    def cells(row: Json) -> list[str]:
        apart, times = row["difference"], row["ratio"]
        if row["too_few"] or apart is None:
            told = "–"
        else:
            ends = [_points(apart[key], words) for key in ("value", "low", "high")]
            told = f"{ends[0]} ({ends[1]} – {ends[2]})"
        if row["too_few"] or times is None:
            more = "–"
        else:
            ends = [_signed(times[key] - 1, words) for key in ("value", "low", "high")]
            more = f"{ends[0]} ({ends[1]} – {ends[2]})"
        return [
            words.number(row["round"]), row["name"], _sure(row["tailored"], words),
            _sure(row["generic"], words), told, more, words(f"rounds.label.{row['label']}"),
        ]  # fmt: skip

    heads = ("round_no", "test", "tailored", "generic", "apart", "ratio", "label")
    return _table("rounds.variants", heads, [cells(row) for row in said["variants"]], words)


def customers(said: Json, words: Words) -> str:
    """Return how people come in, leave and come back, by the stages of a model of customers."""
    names = ("starts", "current", "reentries", "returned", "question", "channel", "content",
             "product", "nothing")  # fmt: skip
    rows = [
        [words.stage_named(said["customer_model"], row["stage"])]
        + [words.number(row[name]) for name in names]
        for row in said["customers"]
    ]
    heads = ("stage", *(f"c.{name}" for name in names))
    return _table("rounds.customers", heads, rows, words)


def _table(
    title: str, heads: tuple[str, ...], rows: list[list[str]], words: Words,
    ids: list[str] | None = None,
) -> str:  # fmt: skip
    if not rows:
        return ""
    left = {place for place, head in enumerate(heads) if head in WORDS}
    body = "".join(
        tag(
            "tr",
            tag("th", escape(row[0]), scope="row")
            + "".join(
                tag("td", escape(cell), class_=None if place in left else "num")
                for place, cell in enumerate(row[1:], 1)
            ),
            id=ids[at] if ids else None,
        )
        for at, row in enumerate(rows)
    )
    top = "".join(
        tag(
            "th", escape(words(f"rounds.{head}")), scope="col",
            class_="num" if place and place not in left else None,
        )
        for place, head in enumerate(heads)
    )  # fmt: skip
    table = tag(
        "table", tag("caption", escape(words(title))) + tag("thead", tag("tr", top))
        + tag("tbody", body),
    )  # fmt: skip
    return tag("div", table, class_="scroll", tabindex=0, role="region", aria_label=words(title))


def _sure(told: Json | None, words: Words) -> str:
    if not told or told["too_few"]:
        return rate(told, words)
    low, high = words.percent(told["low"]), words.percent(told["high"])
    return f"{words.percent(told['rate'])} ({low} – {high})"


def _signed(share: float, words: Words) -> str:
    return _sign(share, words.percent(abs(share)), words)


def _points(share: float, words: Words) -> str:
    """A difference of two shares, in points of a hundred."""
    return _sign(share, words.decimal(abs(share) * 100), words)


def _sign(value: float, told: str, words: Words) -> str:
    return f"+{told}" if value >= 0 else words("own.minus", n=told)
