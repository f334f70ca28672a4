"""
A planned journey beside the actual ones: one person's deviation diagram, and everybody's.

In the diagram the plan is the upper lane and the person's way the lower one. What both have stands
in one column; a missing touchpoint is hollow, one that failed is crossed, and what nobody planned
stands in the lower lane alone.
"""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from omvei.drawings.strokes import shorten, tag
from omvei.language import Words

Json = Mapping[str, Any]
STEP, LEFT, TOP, LOW = 132, 96, 74, 168
BARS = 258
"""Where the bars begin."""
FATES = ("kept", "out_of_order", "failing", "missing", "waiting")
HIGH = 150
"""Height of a bar."""
ALONE = ("missing", "optional", "waiting", "moved", "unseen")
"""States that only the plan's lane shows."""


def draw(conform: Json, words: Words) -> str:
    """Return the plan, the way people really went under it, and what became of each touchpoint."""
    rows = conform["touchpoints"]
    width = LEFT + STEP * len(rows)
    most = max((sum(row[fate] or 0 for fate in FATES) for row in rows), default=0)
    parts = [
        _line(LEFT + STEP / 2, width - STEP / 2, TOP, "way"),
        _line(LEFT + STEP / 2, width - STEP / 2, LOW, "way"),
        tag("text", escape(words("conform.planned")), x=4, y=TOP + 4, class_="side"),
        tag("text", escape(words("conform.actual")), x=4, y=LOW + 4, class_="side"),
    ]
    for place, row in enumerate(rows):
        x = LEFT + STEP * (place + 0.5)
        parts += _label(
            x,
            words.kind(row["touchpoint"]),
            row["phase"],
            rows[place - 1]["phase"] if place else "",
        )
        parts.append(_mark(x, TOP, "optional" if row["optional"] else "done"))
        parts += _went(x, row, words)
        y = float(BARS)
        for fate in FATES:
            high = HIGH * (row[fate] or 0) / most if most else 0.0
            if high:
                parts.append(tag("rect", x=x - 26, y=y, width=52, height=high, class_=fate))
                y += high
        many = words("conform.kept_of", kept=row["kept"], n=row["people"])
        many = many if row["observed"] else ""
        parts.append(tag("text", escape(many), x=x, y=BARS + HIGH + 20, class_="soft"))
    label = words("conform.drawing", name=conform["name"])
    drawn = _lanes(width, BARS + HIGH + 32, label, "".join(parts))
    return drawn + _keys(FATES, words)


def _went(x: float, row: Json, words: Words) -> list[str]:
    """One step of the way people really went: who took it in order, and what most others did."""
    if not row["observed"]:
        hidden = tag("text", escape(words("own.unseen")), x=x, y=LOW + 36, class_="soft")
        return [_mark(x, LOW, "optional"), hidden]
    took = row["took"] or {"rate": 0.0, "too_few": True}
    parts = [
        tag("path", d=f"M{x:g} {TOP + 12}V{LOW - 18}", class_="tie"),
        tag("circle", cx=x, cy=LOW, r=18, class_="whole"),
        tag("circle", cx=x, cy=LOW, r=f"{18 * took['rate'] ** 0.5:.1f}"),
    ]
    told = [words("few") if took["too_few"] else rate(took, words)]
    others = [one for one in row["instead"] if not one["too_few"]][:1]
    told += [shorten(instead(one, words), 21) for one in others]
    return parts + [
        tag("text", escape(text), x=x, y=LOW + 36 + 17 * line, class_="soft" if line else None)
        for line, text in enumerate(told)
    ]


def instead(row: Json, words: Words) -> str:
    """Say what people took instead of a step, and how many."""
    name = words.kind(row["kind"]) if row["kind"] else words("conform.nothing")
    return f"{name}: {words.number(row['converted'])}"


def draw_person(alongside: Json, words: Words) -> str:
    """Return one person's deviation diagram."""
    rows = alongside["rows"]
    width = LEFT + STEP * len(rows)
    parts = [
        _line(LEFT, width, TOP, "way"),
        _line(LEFT, width, LOW, "way"),
        tag("text", escape(words("conform.planned")), x=4, y=TOP + 4, class_="side"),
        tag("text", escape(words("conform.actual")), x=4, y=LOW + 4, class_="side"),
    ]
    phase = ""
    for place, row in enumerate(rows):
        x, state = LEFT + STEP * (place + 0.5), row["state"]
        upper = row["planned"] is not None and state not in ("again", "out_of_order")
        upper = upper and not (state == "failing" and _planned_before(rows, place))
        lower = state not in ALONE
        if upper and lower:
            parts.append(tag("path", d=f"M{x} {TOP + 12}V{LOW - 12}", class_="tie"))
        if upper:
            parts += _label(x, words.kind(row["planned"]), row["phase"], phase)
            phase = row["phase"] or phase
            parts.append(_mark(x, TOP, state if state in ALONE else "done"))
        if lower:
            parts.append(_mark(x, LOW, state))
            name = words.kind(row["kind"])
            parts.append(tag("text", escape(shorten(name, 18)), x=x, y=LOW + 30))
            parts.append(
                tag("text", escape(words.date(row["time"])), x=x, y=LOW + 47, class_="soft")
            )
        if state not in ("done", "again"):
            told = words(f"conform.state.{state}")
            parts.append(
                tag("text", escape(told), x=x, y=LOW + 64 if lower else LOW + 4, class_="soft")
            )
    label = words("conform.drawing.person", name=alongside["name"])
    return _lanes(width, LOW + 78, label, "".join(parts))


def whole(answer: Json, words: Words) -> str:
    """Return either answer with its style sheet and table: for a notebook and a page of its own."""
    css = tag("style", files("omvei").joinpath("drawings/planned.css").read_text("utf-8"))
    if answer["answer"] == "alongside":
        return css + tag("div", draw_person(answer, words), class_="scroll")
    return css + tag("div", draw(answer, words), class_="scroll") + table(answer, words)


def _planned_before(rows: list[Json], place: int) -> bool:
    """Whether the touchpoint also stands elsewhere as done: a failure beside it."""
    own = rows[place]["planned"]
    return any(
        other["planned"] == own and other["state"] in ("done", "late")
        for other in rows[:place] + rows[place + 1 :]
    )


def _lanes(width: float, height: float, label: str, inner: str) -> str:
    return tag(
        "svg", inner, class_="lanes", viewBox=f"0 0 {width:g} {height:g}", width=f"{width:g}",
        height=f"{height:g}", role="img", aria_label=label,
    )  # fmt: skip


def _line(first: float, last: float, y: float, class_: str) -> str:
    return tag("path", d=f"M{first:g} {y:g}H{last:g}", class_=class_)


def _label(x: float, name: str, phase: str | None, before: str | None) -> list[str]:
    told = [tag("text", escape(shorten(name, 18)), x=x, y=TOP - 20)]
    if phase and phase != before:
        told.append(tag("text", escape(shorten(phase, 20)), x=x, y=TOP - 44, class_="soft"))
    return told


def _mark(x: float, y: float, state: str) -> str:
    drawn = tag("circle", cx=x, cy=y, r=11)
    if state == "failing":
        drawn += tag("path", d=f"M{x - 5:g} {y - 5:g}l10 10m0 -10l-10 10", class_="cross")
    return tag("g", drawn, class_=state)


def _keys(names: tuple[str, ...], words: Words) -> str:
    items = []
    for name in names:
        box = tag("rect", x=0, y=0, width=14, height=14, rx=3, class_=name)
        mark = tag("span", tag("svg", box, width=14, height=14, aria_hidden="true"), class_="lanes")
        items.append(tag("li", mark + escape(words(f"conform.fate.{name}"))))
    return tag("ul", "".join(items), class_="keys")


def table(conform: Json, words: Words) -> str:
    """Return the deviations as a table, for a page of its own."""
    names = ("conform.deviation", "people", "conform.later", "conform.otherwise")
    heads = "".join(
        tag("th", escape(words(name)), scope="col", class_="num" if i else None)
        for i, name in enumerate(names)
    )
    rows = []
    for row in conform["deviations"]:
        cells = [
            tag("th", escape(deviation(row, words)), scope="row"),
            tag("td", words.number(row["people"]), class_="num"),
            tag("td", escape(rate(row["later"], words)), class_="num"),
            tag("td", escape(rate(row["otherwise"], words)), class_="num"),
        ]
        rows.append(tag("tr", "".join(cells)))
    body = tag("thead", tag("tr", heads)) + tag("tbody", "".join(rows))
    return tag("table", body, class_="steps") + tag(
        "p", escape(words("conform.note", days=conform["horizon_days"])), class_="soft"
    )


def deviation(row: Json, words: Words) -> str:
    """Say a deviation in words."""
    name = words.kind(row["touchpoint"])  # a step may be named by its kind alone
    return words(f"conform.deviation.{row['deviation']}", name=name)


def rate(said: Json | None, words: Words) -> str:
    """Say a rate: counts where there are too few people."""
    if not said:
        return "–"
    if said["too_few"]:
        return f"{words.number(said['converted'])} / {words.number(said['people'])}"
    low, high = words.percent(said["low"]), words.percent(said["high"])
    return f"{words.percent(said['rate'])} ({low}–{high})"
