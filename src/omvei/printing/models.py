"""Models, printed: their numbers, their moves, and models beside each other."""

from collections.abc import Sequence

from .tables import ROWS, Row, between, cell, headed, print_lines, rate, table, whose


def matrix(said: Row) -> None:
    rows = [{**row, "probability": between(row, "probability")} for row in said["rows"]]
    table(f"Moves under {said['lens']}", rows, ("from", "to", "count", "people", "probability"))
    chances = [
        {
            **row,
            "chance": between(row, "chance"),
            "steps": between(row, "steps", "steps_low", "steps_high"),
        }
        for row in said["stages"]
    ]
    if chances:
        table("Chance of a purchase", chances, ("stage", "people", "chance", "steps", "return"))
        lines = [{**row, "change": between(row, "change")} for row in said["lines"][:5]]
        table(
            "If ten more in a hundred took a line", lines, ("from", "to", "probability", "change")
        )
    ways = [{**row, "path": " → ".join(row["path"])} for row in said["paths"]]
    if ways:
        table("Ways to the purchase", ways, ("kind", "path", "share", "label"))
    print_lines(["Chances are modelled: the next stage is taken to depend on the stage alone."])


def numbers(said: Row) -> None:
    figures = [each for each in said.values() if isinstance(each, dict) and "form" in each]
    rows = [{**each, "value": between(each, "value")} for each in figures]
    table(f"Numbers of {said['lens']}", rows, ("name", "value", "of", "unit", "people"))
    stages = [
        {**row, "progression": rate(row["progression"]), "leak": rate(row["leak"])}
        | {"stay_days": between(row, "stay_days", "stay_low", "stay_high")}
        for row in said["stages"]
    ]
    columns = ("stage", "people", "reentries", "current", "stay_days", "progression", "leak")
    table("Stages", stages, columns)
    table(
        "Returns, and how often something was new",
        said["returns"],
        ("stage", "times", "people", "question", "channel", "content", "product", "nothing"),
    )


def whereabouts(said: Row) -> None:
    columns = ("person", "current", "since", *(("deepest",) if said["ordered"] else ()), "last")
    table(f"{said['n']} {whose(said)} under {said['lens']}", said["rows"], columns)


def loops(said: Row) -> None:
    ways = [{**row, "way": " → ".join(row["way"])} for row in said["ways"][:ROWS]]
    if ways:
        table(f"Ways to {said['goal']}", ways, ("way", "is", "people", "share", "days"))
    rows = [
        {**row, "loop": " → ".join(row["loop"]), "later": rate(row["later"])}
        | {"days": between(row, "days", "days_low", "days_high")}
        for row in said["loops"][:ROWS]
    ]
    table(
        f"Loops under {said['lens']}", rows, ("loop", "people", "times", "days", "later", "value")
    )
    if (more := len(said["loops"]) - ROWS) > 0:
        print_lines([f"{more} more loops are in --json."])


def compare(said: Row) -> None:
    figures = ("fit_moves", "placed", "reentries", "windingness", "entropy")
    rows = [{**row, **{key: row[key]["value"] for key in figures}} for row in said["models"]]
    table(f"The same {said['n']} {whose(said)}", rows, ("lens", "perspective", *figures))
    columns = ("first", "stage", "second", "other", "people", "share")
    table("Latest stages beside each other", said["pairs"], columns)
    noted = [row for row in said["models"] if row["note"]]
    print_lines([f"{row['lens']}: {' '.join(row['note'].split())}" for row in noted])


def _asked(when: Row | None) -> str:
    return ", ".join(f"{key}: {cell(value)}" for key, value in (when or {}).items()) or "–"


def catches(said: Row) -> None:
    rows = [{**row, "when": _asked(row["when"])} for row in said["rules"]]
    table(f"Rules of {said['lens']}", rows, ("rule", "stage", "when", "touchpoints", "people"))
    placed = said["placed"]
    print_lines([f"{placed['of'] - placed['count']} of {placed['of']} touchpoints fall through."])


def explain(said: Row) -> None:
    rows = [{**row, "when": _asked(row["when"])} for row in said["rows"]]
    columns = ("time", "kind", "stage", "by", "rule", "when")
    table(f"{said['person']} under {said['lens']}", rows, columns)


def models(rows: Sequence[Row], fit: Row | None) -> None:
    """Print the models, what each is good for, and how it fits the data if there is any."""
    told = [{**row, "stages": " · ".join(row["stages"])} for row in rows]
    table("Models", told, ("name", "title", "stages", "good_for"))
    print_lines([f"For a small shop: {', '.join(r['name'] for r in rows if r['small_shop'])}."])
    if fit is None or not fit["n"]:
        return
    fits = [
        {
            **row,
            "placed": _part(row["placed"]),
            "moves": "all are allowed" if row["free"] else _part(row["fit_moves"]),
            "seen": f"{row['seen']} of {row['stages']}",
        }
        for row in fit["models"]
    ]
    table(f"How they fit {fit['n']} {whose(fit)}", fits, ("lens", "placed", "moves", "seen"))
    if fit["best"] is None:
        print_lines([headed("Under 30 people are too few to say which fits best.")])
    else:
        alike = f" (as well: {', '.join(fit['alike'])})" if fit["alike"] else ""
        print_lines(
            [
                f"{fit['best']} fits best{alike}: the lowest of its three shares is the highest.",
                "That a model can be used here does not make it the most useful.",
            ]
        )


def _part(figure: Row) -> str:
    """A share; so many of so many where there are too few people."""
    if figure["value"] is None:
        return "–"
    if figure["too_few"]:
        return f"{figure['count']} of {figure['of']} (too few)"
    return f"{figure['value']:.0%} ({figure['low']:.0%}–{figure['high']:.0%})"


def model(said: Row) -> None:
    """Print what a model says."""
    stages = [{**row, "label": row["label"].get("en", row["stage"])} for row in said["stages"]]
    stages = [{**row, "thought": row["thought"].get("en")} for row in stages]
    table(said["title"].get("en", said["name"]), stages, ("stage", "label", "thought", "kpis"))
    rules = [{**row, "when": _asked(row["when"])} for row in said["rules"]]
    table("Rules: the first that holds", rules, ("rule", "stage", "when"))
    print_lines([str(said[key]).strip() for key in ("source", "note") if said[key]])


def what_if(said: Row) -> None:
    rows = [{**row, "change": between(row, "change")} for row in said["rows"]]
    columns = ("from", "to", "before", "after", "chance_before", "chance_after", "change")
    table("What if", rows, columns)
    print_lines(["Modelled: what the chain would do, not what a campaign would."])


def differ(said: Row) -> None:
    rows = [{**row, "difference": between(row, "difference")} for row in said["rows"][:ROWS]]
    table(
        f"{said['n']} {whose(said)} and {said['other_n']} others, under {said['lens']}",
        rows,
        ("from", "to", "first", "second", "difference", "people", "other_people"),
    )
    if said["p"] is None:
        print_lines(["Nothing varies here, so there is nothing to test."])
    else:
        print_lines([f"All lines together: p = {said['p']:.3f} if the groups were alike."])


def own(said: Row) -> None:
    rows = [
        {
            **f,
            "between": f"{cell(f['low'])} to {cell(f['high'])}" if f["low"] is not None else "–",
            "note": "too few" if f["too_few"] else "" if f["label"] == "observed" else f["label"],
        }
        for f in said["figures"]
    ]
    columns = ("name", "value", "between", "count", "of", "unit", "people", "note")
    table(f"The own numbers of {said['lens']}", rows, columns)
    table("Where people stand", said["stages"], ("stage", "people", "now", "touchpoints"))
    print_lines(["Its moves and what else it has are in --json."])
