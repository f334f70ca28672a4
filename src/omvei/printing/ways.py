"""The ways people take, printed: the map, one trace, funnel, leaks, questions, and who they are."""

from ..durations import say
from .tables import ROWS, Row, headed, print_lines, rate, table, whose


def map(said: Row) -> None:
    nodes = [{**n, "later": rate(n["later"])} for n in said["nodes"]]
    table(f"Map by {said['by']}", nodes[:ROWS], ("id", "people", "touchpoints", "later"))
    edges = [
        {
            **e,
            "later": rate(e["later"]),
            "otherwise": rate(e["otherwise"]),
            "gap": say(e["median_gap_seconds"]) if e["median_gap_seconds"] is not None else "–",
        }
        for e in said["edges"]
    ]
    table(
        "Moves",
        edges[:ROWS],
        ("source", "target", "transitions", "people", "gap", "later", "otherwise"),
    )
    lines = []
    if len(edges) > ROWS:
        hidden = sum(e["transitions"] for e in edges[ROWS:])
        lines.append(f"{len(edges) - ROWS} more moves ({hidden} transitions) are in --json.")
    if said["other"]:
        lines.append(
            f"Other gathers {said['other']['names']} names "
            f"with {said['other']['touchpoints']} touchpoints."
        )
    if said["goal"]:
        lines.append(
            f"later, otherwise: {said['goal']} within {said['horizon_days']} days. "
            "Association, not cause."
        )
    else:
        lines.append("No conversion rates: nobody here reached a goal ([goal] in omvei.toml).")
    print_lines(lines)


def steps(said: Row) -> None:
    rows = [
        {**s, "median": say(s["median_seconds"]) if s["median_seconds"] is not None else "–"}
        for s in said["steps"]
    ]
    table(
        f"Funnel by {said['by']}, within {say(said['within_seconds'])}",
        rows,
        ("step", "people", "rate", "low", "high", "lost", "median"),
    )
    _others(said, "steps", "step")


def _others(said: Row, part: str, name: str) -> None:
    """Between which shares everybody's lies, where people were left out for want of consent."""
    if not said["others"]:
        return
    rows = [{name: row[name], **row["bounds"]} for row in said[part]]
    table(f"Of everybody, whatever {said['others']} others did", rows, (name, "low", "high"))


def leaks(said: Row) -> None:
    table(
        f"Leaks in {said['lens']}",
        said["stages"],
        ("stage", "people", "left", "customers", "open", "bought", "rate", "low", "high"),
    )
    table(
        "By last move", said["transitions"][:ROWS], ("source", "target", "people", "left", "open")
    )
    how = "as you said" if said["quiet_given"] else "read from the gaps in this data"
    _others(said, "stages", "stage")
    print_lines(
        [
            f"Left: silent for {said['quiet_days']} days or more, {how}. "
            "Open: not silent for so long yet."
        ]
    )


def trace(said: Row) -> None:
    back = {"self": " (again)", "back": " (back)", None: ""}
    rows = [
        {
            **r,
            "visit": r["session"],
            "kind": r["kind"] + back[r["loop"]],
            "about": _about(r),
            "stage": r["stages"].get("five_stage"),
            "gap": say(r["gap_seconds"]) if r["gap_seconds"] is not None else "–",
        }
        for r in said["rows"]
    ]
    columns = ("time", "visit", "channel", "kind", "about", "stage", "gap", "value")
    table(f"Person {said['person']}", rows, columns)
    held = [f"{i['kind']} {i['value']}" for i in said["identifiers"]]
    print_lines(
        [
            f"{said['touchpoints']} touchpoints, {said['purchases']} purchases. "
            f"Known by: {'; '.join(held)}",
            "Why each is theirs: omvei why, or --json.",
        ]
    )


def _about(row: Row) -> str | None:
    """What a touchpoint was about: the words searched for, the product, or the page."""
    page = row["content"] if not str(row["content"]).startswith("(") else None
    found = row["query"] or row["product"] or page
    return None if found is None else str(found)


def summary(said: Row) -> None:
    names = (
        "events",
        "touchpoints",
        "bots",
        "assets",
        "technical",
        "unidentified",
        "merged",
        "people",
        "sessions",
        "purchases",
        "customers",
        "rejected",
        "duplicates",
    )
    table(
        "Summary",
        [{"what": headed(name), "count": said[name]} for name in names],
        ("what", "count"),
    )
    print_lines([f"From {said['window']['from']} to {said['window']['to']}."])


def findings(said: Row) -> None:
    from ..drawings.words import sentence
    from ..language import words

    print_lines(
        [
            f"{number}. {sentence(finding, words('en', unit=said['unit']))}"
            for number, finding in enumerate(said["findings"], 1)
        ]
    )


def people(said: Row) -> None:
    table(
        f"{said['n']} {whose(said)}",
        said["rows"],
        ("person", "at", "first", "last", "touchpoints", "purchases"),
    )


def why(said: Row) -> None:
    table(f"Person {said['person']}", said["identifiers"], ("kind", "value", "first", "last"))
    joins = [
        {
            "time": j["time"],
            "together": f"{j['strong']['kind']} {j['strong']['value']}",
            "and": f"{j['weak']['kind']} {j['weak']['value']}",
            "event": j["event_id"],
            "became": "refused: it would give one person two user ids"
            if j["refused"]
            else "joined",
        }
        for j in said["joins"]
    ]
    table("Seen together", joins, ("time", "together", "and", "became", "event"))


def questions(said: Row) -> None:
    table("What they search for", said["classes"], ("query_class", "people", "touchpoints"))
    rows = [{**row, "later": rate(row["later"])} for row in said["questions"]]
    table("Questions", rows, ("query", "query_class", "people", "touchpoints", "later"))
    if said["others"]:
        print_lines([f"{said['others']} more questions: --many shows more."])
    if said["outside"]:
        columns = ("query", "query_class", "clicks", "impressions", "position")
        table("In the search engine, by everybody", said["outside_queries"], columns)


def attribution(said: Row) -> None:
    rows = [
        {**row, **{told["rule"]: f"{told['share']:.0%}" for told in row["credit"]}}
        for row in said["rows"]
        if row["ways"]
    ]
    rules = [told["rule"] for told in said["rows"][0]["credit"]] if said["rows"] else []
    table("Credit", rows, ("channel", "people", "ways", *rules))
    orders = [
        {**row, "order": " > ".join(row["order"]), "then bought": _then(row)}
        for row in said["orders"]
    ]
    table("In which order", orders, ("order", "ways", "then bought", "open"))
    print_lines(
        [
            f"{said['reached']} ways reached the goal, {said['untouched']} of them without a known "
            f"channel; {said['ended']} ended, {said['open']} are open. Credit is not effect."
        ]
    )


def _then(row: Row) -> str:
    if row["too_few"]:
        return f"{row['reached']} of {row['reached'] + row['ended']} (too few)"
    return f"{row['rate']:.1%} ({row['low']:.1%}–{row['high']:.1%})"
