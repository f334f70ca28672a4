"""What a model's drawing shows and what else it has, as tables and in words."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from omvei.drawings.bars import bar
from omvei.drawings.models.parts import Json
from omvei.drawings.strokes import tag
from omvei.language import Words

Row = tuple[str | None, list[str]]
"""The identifier of a row, and its cells as HTML."""
DAY = 86_400


def row_id(row: Json) -> str:
    """An identifier of a stage's or a move's row in the table.

    >>> row_id({"stage": "see"}), row_id({"source": "see", "target": "do"})
    ('own-see', 'own-see--do')
    """
    return "own-" + quote("--".join(row[k] for k in ("stage", "source", "target") if k in row))


def figure(told: Json, words: Words, currency: str | None = None) -> dict[str, str]:
    """Say a figure in words: its `name`, `value`, what it was counted `of`, and how `sure` it is.

    Under 30 people a share is said as so many of so many; what was not observed is never 0.
    """
    name, form = told["name"], told["form"]
    said = {"name": words(f"measure.{name}"), "value": words("own.unseen"), "of": "", "sure": ""}
    if told["value"] is None:
        return said
    value, low, high = (told[key] for key in ("value", "low", "high"))
    of = told["of"]

    def written(number: float) -> str:
        if form == "share":
            return words.percent(number)
        if told["unit"] == "days":
            return words.duration(max(number, 0) * DAY)
        if told["unit"] == "money":
            return words.money(round(number), currency)
        if form == "per":
            return words.decimal(number, 2)
        return words.decimal(number, 1)

    said["value"] = written(value)
    if form in ("share", "per"):
        said["of"] = words(
            "own.count_of", count=told["count"], of=words(f"unit.{told['unit']}", n=of)
        ) if told["count"] is not None else words(f"unit.{told['unit']}", n=of)  # fmt: skip
    elif form in ("median", "estimate"):
        said["of"] = words("own.half" if form == "median" else "own.worked_out", n=told["people"])
    if form == "share" and told["too_few"]:
        said["value"], said["of"] = said["of"], ""
    if told["too_few"] and form != "count":
        said["sure"] = words("few")
    elif low is not None and high is not None and written(low) != written(high):
        said["sure"] = words("interval", low=written(low), high=written(high))
    return said


def figures(own: Json, words: Words) -> str:
    """Return the figures as a table: what, how much, of what, and how sure."""
    rows: list[Row] = []
    for told in own["figures"]:
        said = figure(told, words, own.get("currency"))
        cells = [said["name"], said["value"], said["of"], said["sure"]]
        rows.append((None, [escape(cell) for cell in cells]))
    heads = ("own.what", "own.much", "own.of_what", "own.sure")
    return _table("own.figures", heads, rows, words)


def all_of(own: Json, words: Words) -> str:
    """Return every table of a model: what is special to it, then its stages and moves."""
    made = (reached, routes, cycles, over_time, cues)
    special = "".join(part(own, words) for part in made)
    return special + stages(own, words) + moves(own, words)


def stages(own: Json, words: Words) -> str:
    """Return the stages: people ever there, and there now."""
    rows: list[Row] = [
        (
            row_id(row),
            [
                escape(words.stage_named(own["lens"], row["stage"])),
                words.number(row["people"]),
                words.number(row["now"]),
                words.number(row["touchpoints"]),
            ],
        )
        for row in own["stages"]
    ]
    return _table("own.stages", ("stage", "people", "own.now.head", "own.touchpoints"), rows, words)


def moves(own: Json, words: Words) -> str:
    """Return every move between stages that somebody took."""
    rows: list[Row] = [
        (
            row_id(row),
            [
                escape(" → ".join(words.stage(own["lens"], row[end]) for end in _ENDS)),
                words.number(row["people"]),
                words.number(row["transitions"]),
                "–" if row["too_few"] else words.percent(row["probability"]),
                escape(words.duration(row["days"] * DAY)),
            ],
        )
        for row in own["moves"]
    ]
    heads = ("own.move", "people", "own.times", "own.probability", "own.wait")
    return _table("own.moves", heads, rows, words)


def reached(own: Json, words: Words) -> str:
    """Return the funnel's steps: nested and open counts, and what those who stopped are worth."""
    rows: list[Row] = []
    for row in own.get("reached", ()):
        worth = row["value_at_risk"]
        step = row["step_rate"]
        rows.append(
            (
                None,
                [
                    escape(words.stage_named(own["lens"], row["stage"])),
                    words.number(row["people"]),
                    words.number(row["open"]),
                    "–" if step is None or row["too_few"] else words.percent(step),
                    words.number(row["lost"]) if row["lost"] else "–",
                    escape(words.money(round(worth), own["currency"])) if worth else "–",
                ],
            )
        )
    heads = ("stage", "own.nested", "own.open", "own.step", "own.stopped", "own.at_risk")
    return _table("own.reached", heads, rows, words, "reached")


def routes(own: Json, words: Words) -> str:
    """Return the busiest routes to a purchase, up to ten."""
    rows: list[Row] = []
    for row in own.get("routes", ())[:10]:
        way = " → ".join(words.stage(own["lens"], stage) for stage in row["route"])
        share = escape(words("few")) if row["too_few"] else words.percent(row["share"])
        covered = "–" if row["too_few"] else words.percent(row["covered"])
        rows.append((None, [escape(way), words.number(row["people"]), share, covered]))
    heads = ("own.route", "people", "own.of_buyers", "own.together")
    return _table("own.routes", heads, rows, words)


def chances(matrix: Json, words: Words) -> str:
    """Return the chance of the goal from each stage, and in how many steps, as the chain has it."""
    rows: list[Row] = []
    for row in matrix["stages"]:
        few = row["too_few"]
        stage = words.stage_named(matrix["lens"], row["stage"])
        if row["stage"] == "(start)":
            stage = words("map.starts")
        chance = steps = escape(words("few"))
        if not few:
            low, high = words.percent(row["low"]), words.percent(row["high"])
            chance = f"{words.percent(row['chance'])} ({low} – {high})"
            steps = "–"
        if not few and row["steps"] is not None:
            least, most = (words.decimal(row[f"steps_{end}"]) for end in ("low", "high"))
            steps = f"{words.decimal(row['steps'])} ({least} – {most})"
        rows.append((None, [escape(stage), words.number(row["people"]), chance, steps]))
    heads = ("stage", "people", "own.chance", "own.steps")
    note = tag("p", escape(words("own.chances.note")), class_="soft") if rows else ""
    return _table("own.chances", heads, rows, words) + note


def cycles(own: Json, words: Words) -> str:
    """Return whether the way gets shorter: first, second, third and later purchase."""
    rows: list[Row] = []
    for row in own.get("cycles", ()):
        few = row["too_few"]
        days = row["days"]
        rows.append(
            (
                None,
                [
                    escape(words(f"own.purchase.{row['number']}")),
                    words.number(row["people"]),
                    escape(words.duration(days * DAY)) if days is not None else "–",
                    words.decimal(row["evaluations"])
                    + (f" {tag('small', escape(words('few')))}" if few else ""),
                ],
            )
        )
    heads = ("own.purchase", "people", "own.way", "own.evaluations")
    return _table("own.cycles", heads, rows, words)


def over_time(own: Json, words: Words) -> str:
    """Return how many things are in the set as the days go."""
    rows: list[Row] = []
    most = max((row["mean"] for row in own.get("over_time", ())), default=1)
    for row in own.get("over_time", ()):
        rows.append(
            (
                None,
                [
                    escape(words("duration.day", n=row["days"])),
                    bar(row["mean"] / most),
                    words.decimal(row["mean"])
                    + (f" {tag('small', escape(words('few')))}" if row["too_few"] else ""),
                    words.number(row["people"]),
                ],
            )
        )
    heads = ("own.after", "own.set_size", "own.things", "people")
    return _table("own.over_time", heads, rows, words)


def cues(own: Json, words: Words) -> str:
    """Return the bias cues, and how many bought later with and without them."""
    rows: list[Row] = []
    for row in own.get("cues", ()):
        name = tag("b", escape(words(f"cue.{row['cue']}")))
        name += tag("small", escape(words(f"cue.{row['cue']}.is")))
        if not row["tagged"]:
            rows.append((None, [name, escape(words("own.untagged")), "", ""]))
            continue
        rows.append(
            (
                None,
                [
                    name,
                    words.number(row["people"]),
                    _rate(row["met"], words),
                    _rate(row["otherwise"], words),
                ],
            )
        )
    heads = ("own.cue", "own.met", "own.bought_met", "own.bought_other")
    note = tag("p", escape(words("own.cues.note")), class_="soft") if rows else ""
    return _table("own.cues", heads, rows, words) + note


_ENDS = ("source", "target")


def _rate(rate: Json | None, words: Words) -> str:
    if not rate:
        return "–"
    if rate["too_few"]:
        return f"{words.number(rate['converted'])} / {words.number(rate['people'])}"
    between = words("interval", low=words.percent(rate["low"]), high=words.percent(rate["high"]))
    return f"{words.percent(rate['rate'])} {tag('small', escape(between))}"


def _table(
    caption: str, heads: Sequence[str], rows: Sequence[Row], words: Words, name: str | None = None
) -> str:
    """Return a table that scrolls on a phone; nothing where there are no rows."""
    if not rows:
        return ""
    head = "".join(
        tag("th", escape(words(key)), scope="col", class_="num" if i else None)
        for i, key in enumerate(heads)
    )
    body = "".join(
        tag(
            "tr",
            tag("th", cells[0], scope="row")
            + "".join(tag("td", cell, class_="num") for cell in cells[1:]),
            id=row,
        )
        for row, cells in rows
    )
    told = tag("caption", escape(words(caption)))
    made = tag("table", told + tag("thead", tag("tr", head)) + tag("tbody", body), class_="told")
    return tag("div", made, class_="scroll", tabindex=0, role="region", id=name,
               aria_label=words(caption))  # fmt: skip
