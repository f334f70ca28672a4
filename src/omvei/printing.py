"""Results as tables in a terminal, with Rich. Says less than --json, and says so where it does."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table

from .durations import say

Row = dict[str, Any]
FIRST = [
    "time",
    "event",
    "kind",
    "person",
    "user_id",
    "email",
    "order_id",
    "anonymous_id",
    "url",
    "content",
    "query",
    "value",
]
"""What a preview shows of a row, the most telling first."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
"""A time as the answers write it; printed to the minute."""

ROWS = 25
"""How many rows of a long part are printed."""


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace(",", " ")
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    text = str(value)
    if MOMENT.fullmatch(text):
        return text[:16].replace("T", " ")
    return text


def table(
    title: str, rows: Sequence[Row], columns: Sequence[str], console: Console | None = None
) -> None:
    """Print rows; numbers to the right, as text that survives a pipe."""
    shown = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        number = any(isinstance(row.get(column), int | float) for row in rows)
        shown.add_column(
            column,
            justify="right" if number else "left",
            overflow="fold",
            no_wrap=column == "person",
        )
    for row in rows:
        shown.add_row(*(_cell(row.get(column)) for column in columns))
    (console or Console()).print(shown)


def _rate(rate: Row | None) -> str:
    if rate is None:
        return "–"
    if rate["too_few"]:
        return f"{rate['converted']} of {rate['people']} (too few)"
    return f"{rate['rate']:.0%} ({rate['low']:.0%}–{rate['high']:.0%})"


def _map(said: Row) -> None:
    nodes = [{**n, "later": _rate(n["later"])} for n in said["nodes"]]
    table(f"Map by {said['by']}", nodes[:ROWS], ("id", "people", "touchpoints", "later"))
    edges = [
        {
            **e,
            "later": _rate(e["later"]),
            "otherwise": _rate(e["otherwise"]),
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


def _steps(said: Row) -> None:
    rows = [
        {**s, "median": say(s["median_seconds"]) if s["median_seconds"] is not None else "–"}
        for s in said["steps"]
    ]
    table(
        f"Funnel by {said['by']}, within {say(said['within_seconds'])}",
        rows,
        ("step", "people", "rate", "low", "high", "lost", "median"),
    )


def _leaks(said: Row) -> None:
    table(
        f"Leaks in {said['lens']}",
        said["stages"],
        ("stage", "people", "left", "customers", "open", "bought", "rate", "low", "high"),
    )
    table(
        "By last move", said["transitions"][:ROWS], ("source", "target", "people", "left", "open")
    )
    how = "as you said" if said["quiet_given"] else "read from the gaps in this data"
    print_lines(
        [
            f"Left: silent for {said['quiet_days']} days or more, {how}. "
            "Open: not silent for so long yet."
        ]
    )


def _trace(said: Row) -> None:
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


def _summary(said: Row) -> None:
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
    table("Summary", [{"what": name, "count": said[name]} for name in names], ("what", "count"))
    print_lines([f"From {said['window']['from']} to {said['window']['to']}."])


def _findings(said: Row) -> None:
    from .drawings.words import sentence
    from .language import words

    print_lines(
        [
            f"{number}. {sentence(finding, words('en'))}"
            for number, finding in enumerate(said["findings"], 1)
        ]
    )


def _advice(said: Row) -> None:
    from .language import words
    from .plan.advice import sentences

    english = words("en")
    for row in said["rows"]:
        what, why = sentences(row, english)
        told = row["evidence"]
        number = _rate(
            {**told, "converted": told["count"], "people": told["n"], "rate": told["value"]}
        )
        if told["unit"] not in ("share", "difference"):
            number = f"{told['value']:.4g} ({told['low']:.4g}–{told['high']:.4g})"
        print_lines(
            [
                f"{row['rank']}. {what}",
                f"   {why}",
                f"   {row['stage']} · {told['unit']} {number} · judge it by {row['kpi']}",
            ]
        )
    print_lines([english(f"advised.bring.{one['what']}") for one in said["bring"]])
    if said["rows"]:
        print_lines(["Observed. Association, not cause: look into it, and test."])


def _people(said: Row) -> None:
    table(
        f"{said['n']} people",
        said["rows"],
        ("person", "at", "first", "last", "touchpoints", "purchases"),
    )


def _why(said: Row) -> None:
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


def _quality(said: Row) -> None:
    orders = said["orders"]
    print_lines(
        [
            f"{said['people']} people; known by name or address: {_rate(said['known'])}",
            f"Orders: {orders['web']} from the web, {orders['shop']} from the shop, "
            f"{orders['matched']} in both. Match rate: {_rate(orders['match_rate'])}",
            f"Only in the web: {', '.join(orders['unmatched_web']) or 'none'}",
            f"Only in the shop: {', '.join(orders['unmatched_shop']) or 'none'}",
        ]
    )
    table("Identifiers", said["kinds"], ("kind", "identifiers", "people"))
    table("Shared by two people", said["shared"], ("kind", "value", "refused"))
    columns = ("person", "identifiers", "browsers", "emails", "orders")
    table("Most identifiers", said["largest"][:5], columns)


def _policies(said: Row) -> None:
    rows = [{**row, "later": _rate(row["buyers"])} for row in said["policies"]]
    columns = ("policy", "people", "customers", "sessions", "joins", "refused_joins", "later")
    table("Policies", rows, (*columns, "changed_moves"))
    table("People by channel", said["channels"], tuple(said["channels"][0]))


def _questions(said: Row) -> None:
    table("What they search for", said["classes"], ("query_class", "people", "touchpoints"))
    rows = [{**row, "later": _rate(row["later"])} for row in said["questions"]]
    table("Questions", rows, ("query", "query_class", "people", "touchpoints", "later"))
    if said["others"]:
        print_lines([f"{said['others']} more questions: --many shows more."])
    if said["outside"]:
        columns = ("query", "query_class", "clicks", "impressions", "position")
        table("In the search engine, by everybody", said["outside_queries"], columns)


def _between(row: Row, value: str, low: str = "low", high: str = "high") -> str:
    if row[value] is None:
        return "–"
    if row[low] is None:
        return f"{row[value]:.3f}"
    return f"{row[value]:.3f} ({row[low]:.3f} to {row[high]:.3f})"


def _matrix(said: Row) -> None:
    rows = [{**row, "probability": _between(row, "probability")} for row in said["rows"]]
    table(f"Moves under {said['lens']}", rows, ("from", "to", "count", "people", "probability"))
    chances = [
        {
            **row,
            "chance": _between(row, "chance"),
            "steps": _between(row, "steps", "steps_low", "steps_high"),
        }
        for row in said["stages"]
    ]
    if chances:
        table("Chance of a purchase", chances, ("stage", "people", "chance", "steps", "return"))
        lines = [{**row, "change": _between(row, "change")} for row in said["lines"][:5]]
        table(
            "If ten more in a hundred took a line", lines, ("from", "to", "probability", "change")
        )
    ways = [{**row, "path": " → ".join(row["path"])} for row in said["paths"]]
    if ways:
        table("Ways to the purchase", ways, ("kind", "path", "share", "label"))
    print_lines(["Chances are modelled: the next stage is taken to depend on the stage alone."])


def _numbers(said: Row) -> None:
    figures = [each for each in said.values() if isinstance(each, dict) and "form" in each]
    rows = [{**each, "value": _between(each, "value")} for each in figures]
    table(f"Numbers of {said['lens']}", rows, ("name", "value", "of", "unit", "people"))
    stages = [
        {**row, "progression": _rate(row["progression"]), "leak": _rate(row["leak"])}
        | {"stay_days": _between(row, "stay_days", "stay_low", "stay_high")}
        for row in said["stages"]
    ]
    columns = ("stage", "people", "reentries", "current", "stay_days", "progression", "leak")
    table("Stages", stages, columns)
    table(
        "Returns, and how often something was new",
        said["returns"],
        ("stage", "times", "people", "question", "channel", "content", "product", "nothing"),
    )


def _loops(said: Row) -> None:
    ways = [{**row, "way": " → ".join(row["way"])} for row in said["ways"][:ROWS]]
    if ways:
        table(f"Ways to {said['goal']}", ways, ("way", "is", "people", "share", "days"))
    rows = [
        {**row, "loop": " → ".join(row["loop"]), "later": _rate(row["later"])}
        | {"days": _between(row, "days", "days_low", "days_high")}
        for row in said["loops"][:ROWS]
    ]
    table(
        f"Loops under {said['lens']}", rows, ("loop", "people", "times", "days", "later", "value")
    )
    if (more := len(said["loops"]) - ROWS) > 0:
        print_lines([f"{more} more loops are in --json."])


def _compare(said: Row) -> None:
    figures = ("fit_moves", "placed", "reentries", "windingness", "entropy")
    rows = [{**row, **{key: row[key]["value"] for key in figures}} for row in said["models"]]
    table(f"The same {said['n']} people", rows, ("lens", "perspective", *figures))
    columns = ("first", "stage", "second", "other", "people", "share")
    table("Latest stages beside each other", said["pairs"], columns)
    noted = [row for row in said["models"] if row["note"]]
    print_lines([f"{row['lens']}: {' '.join(row['note'].split())}" for row in noted])


def _asked(when: Row | None) -> str:
    return ", ".join(f"{key}: {_cell(value)}" for key, value in (when or {}).items()) or "–"


def _catches(said: Row) -> None:
    rows = [{**row, "when": _asked(row["when"])} for row in said["rules"]]
    table(f"Rules of {said['lens']}", rows, ("rule", "stage", "when", "touchpoints", "people"))
    placed = said["placed"]
    print_lines([f"{placed['of'] - placed['count']} of {placed['of']} touchpoints fall through."])


def _explain(said: Row) -> None:
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
    table(f"How they fit {fit['n']} people", fits, ("lens", "placed", "moves", "seen"))
    if fit["best"] is None:
        print_lines(["Under 30 people are too few to say which fits best."])
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


def _what_if(said: Row) -> None:
    rows = [{**row, "change": _between(row, "change")} for row in said["rows"]]
    columns = ("from", "to", "before", "after", "chance_before", "chance_after", "change")
    table("What if", rows, columns)
    print_lines(["Modelled: what the chain would do, not what a campaign would."])


def _differ(said: Row) -> None:
    rows = [{**row, "difference": _between(row, "difference")} for row in said["rows"][:ROWS]]
    table(
        f"{said['n']} people and {said['other_n']} others, under {said['lens']}",
        rows,
        ("from", "to", "first", "second", "difference", "people", "other_people"),
    )
    if said["p"] is None:
        print_lines(["Nothing varies here, so there is nothing to test."])
    else:
        print_lines([f"All lines together: p = {said['p']:.3f} if the groups were alike."])


def _price(price: Row | None) -> str:
    if price is None:
        return "–"
    few = " (too few)" if price["too_few"] else ""
    if "low" not in price:
        return f"{price['value']:,.2f}{few}"
    return f"{price['value']:,.2f} ({price['low']:,.2f}–{price['high']:,.2f}){few}"


def _costs(said: Row) -> None:
    names = ("currency", "cost", "impressions", "clicks", "claimed")
    table(f"Spent from {said['first_day']} to {said['last_day']}", said["totals"], names)
    for part, first in (("channels", "channel"), ("campaigns", "campaign")):
        rows = [
            {**row, "per_visit": _price(row["per_visit"]), "per_buyer": _price(row["per_buyer"])}
            for row in said[part][:ROWS]
        ]
        beside = ("visits", "buyers", "per_visit", "per_buyer")
        table(part.capitalize(), rows, (first, "currency", "cost", *beside))
    print_lines(
        [
            f"buyers: came that way and bought within {said['horizon_days']} days. Association, "
            "not cause; a person may stand in several rows. –: not observed."
        ]
    )


def _readiness(said: Row) -> None:
    rows = said["readiness"] if said["answer"] == "choice" else said["rows"]
    told = [{**r, "channel": r["channel"] or "all", "ready": _rate(r)} for r in rows]
    table(f"Ready now ({said['ready']})", told, ("channel", "people", "ready"))
    print_lines([f"Seen in the last {said['seen_days']} days. The claim, unsourced: 2%."])


def _choice(said: Row) -> None:
    rows = [
        {**row, **{f"{told['days']} d": _rate(told) for told in row["within"]}}
        for row in said["rows"]
    ]
    days = [f"{told['days']} d" for told in (said["rows"][0]["within"] if said["rows"] else ())]
    table("Goal after the first time by a channel", rows, ("channel", "people", *days))
    table(
        "By visit", [{**r, "in it": _rate(r)} for r in said["visits"]], ("visit", "in it", "share")
    )
    table("Who can be met again", said["pools"], ("stage", "people", "consented"))
    table("Sales", said["sales"], ("customer", "purchases", "share"))
    _readiness(said)


def _content(said: Row) -> None:
    missing = [row for row in said["rows"] if row["gap"]]
    table("Missing", missing[:ROWS], ("stage", "format", "channel", "people"))
    table("People and content", said["stages"], ("stage", "people", "items"))
    there = len(said["rows"]) - len(missing)
    print_lines([f"{len(said['pieces'])} pieces of content; {there} cells with content: --json."])


def _touchpoints(said: Row) -> None:
    rows = [
        {
            **row,
            "stages": ", ".join(row["stages"]),
            "trust": "–"
            if row["trust"] is None or row["too_few"]
            else f"{row['trust']:+.0%} ({row['low']:+.0%} to {row['high']:+.0%})",
        }
        for row in said["rows"]
    ]
    columns = ("id", "by", "ownership", "people", "stages", "trust", "advice", "reason")
    table("Touchpoints", rows, columns)
    print_lines(
        [
            f"trust: how many more went on within {said['horizon_days']} days than others in the "
            "same situation. Association, not cause."
        ]
        if said["n"]
        else ["No data yet: only what is written in definitions/touchpoint_map.yaml."]
    )


def _paths(said: Row) -> None:
    rows = [{**row, "path": " > ".join(row["steps"])} for row in said["paths"]]
    table("Paths", rows[:ROWS], ("path", "journeys", "converted", "rate", "low", "high"))
    table("On them", said["steps"][:ROWS], ("step", "journeys", "converted", "rate", "low", "high"))
    print_lines(["Counted by another tool: no persons, no times. Not part of the journeys."])


def _own(said: Row) -> None:
    rows = [
        {
            **f,
            "between": f"{_cell(f['low'])} to {_cell(f['high'])}" if f["low"] is not None else "–",
            "note": "too few" if f["too_few"] else "" if f["label"] == "observed" else f["label"],
        }
        for f in said["figures"]
    ]
    columns = ("name", "value", "between", "count", "of", "unit", "people", "note")
    table(f"The own numbers of {said['lens']}", rows, columns)
    table("Where people stand", said["stages"], ("stage", "people", "now", "touchpoints"))
    print_lines(["Its moves and what else it has are in --json."])


def _plan(said: Row) -> None:
    rows = [
        {
            **row,
            "kpi": row["kpi"] or None,
            "note": f"needs {' or '.join(row['missing'])}" if row["missing"] else row["note"],
        }
        for row in said["rows"]
    ]
    columns = ("stage", "kpi", "target", "value", "low", "high", "n", "status", "note")
    table(f"Plan ({said['model']})", rows, columns)


def _conform(said: Row) -> None:
    steps = ("touchpoint", "phase", "people", "kept", "failing", "missing", "out_of_order")
    table(f"Plan {said['name']}", said["touchpoints"], (*steps, "waiting", "late"))
    rows = [
        {**row, "later": _rate(row["later"]), "otherwise": _rate(row["otherwise"])}
        for row in said["deviations"]
    ]
    columns = ("deviation", "touchpoint", "people", "share", "later", "otherwise")
    table("Deviations", rows[:ROWS], columns)
    fit = said["fitness"]
    fitness = f"{fit['value']:.2f} ({fit['low']:.2f}-{fit['high']:.2f})" if fit else "none"
    print_lines(
        [
            f"{said['n']} people compared, {said['kept']} as planned, {said['open']} still under "
            f"way; {said['without']} never met the plan. Fitness: {fitness}",
            f"later, otherwise: {said['goal'] or 'no goal'} within {said['horizon_days']} days "
            "after the last planned touchpoint. Association, not cause.",
        ]
    )


def _deviating(said: Row) -> None:
    title = f"{said['n']} people: {said['deviation']} {said['touchpoint']}"
    table(title, said["rows"], ("person", "fitness", "deviations"))


def _alongside(said: Row) -> None:
    title = f"Person {said['person']} beside the plan {said['name']}: {said['fitness']:.2f}"
    table(title, said["rows"], ("planned", "state", "time", "kind", "content", "channel"))


def _consent(said: Row) -> None:
    table("Consent", said["states"], ("state", "people", "converted"))
    if said["bounds"]:
        low, high = said["bounds"]["low"], said["bounds"]["high"]
        Console().print(
            f"Of everybody, between {low:.0%} and {high:.0%} reached the goal, "
            "whatever those who did not consent did."
        )


def _checklist(said: Row) -> None:
    for row in said["rows"]:
        missing = f"No rows are any of {', '.join(row['missing'])}." if row["missing"] else None
        told = (f"{row['question']}: {row['verdict']}", row["ask"], row["evidence"] or missing)
        own = f"Your own answer: {row['own']}" if row["own"] else None
        print_lines([line for line in (*told, own, f"Next: {row['next']}", "") if line is not None])


PRINTED = {
    "consent": _consent,
    "advice": _advice,
    "choice": _choice,
    "readiness": _readiness,
    "content": _content,
    "conform": _conform,
    "deviating": _deviating,
    "alongside": _alongside,
    "touchpoints": _touchpoints,
    "map": _map,
    "funnel": _steps,
    "leaks": _leaks,
    "matrix": _matrix,
    "numbers": _numbers,
    "loops": _loops,
    "compare": _compare,
    "catches": _catches,
    "explain": _explain,
    "what_if": _what_if,
    "differ": _differ,
    "trace": _trace,
    "summary": _summary,
    "findings": _findings,
    "people": _people,
    "why": _why,
    "quality": _quality,
    "questions": _questions,
    "costs": _costs,
    "paths": _paths,
    "policies": _policies,
    "own": _own,
    "plan": _plan,
    "checklist": _checklist,
}


def result(said: Row) -> None:
    """Print an answer."""
    if said.get("simulated"):
        print_lines(["Simulated data."])
    PRINTED[said["answer"]](said)


def print_lines(lines: Sequence[str]) -> None:
    """Print lines as they are."""
    console = Console()
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def imports(done: Sequence[Row]) -> None:
    """Print what became of each file."""
    rows = [{**d, "note": "already here; nothing done" if d["known"] else ""} for d in done]
    table("Imported", rows, ("name", "source", "rows", "events", "rejected", "duplicates", "note"))
    if any(d["rejected"] for d in done):
        print_lines(["See the rejected rows with: omvei rejected"])


def _cropped(row: Row) -> Row:
    return {key: str(said)[:28] for key, said in row.items()}


def previews(found: Sequence[Row]) -> None:
    """Print what would be understood of each file."""
    for item in found:
        print_lines(
            [f"{item['file']}: {item['source']}, {item['good']} good rows, {item['bad']} rejected"]
        )
        table(
            "Understood as",
            [{"field": f, "column": c} for f, c in item["mapping"].items()],
            ("field", "column"),
        )
        fields = [f for f in FIRST if any(f in row for row in item["rows"])][:6]
        table("First rows", [_cropped(row) for row in item["rows"]], fields)
        if item["rejected"]:
            table("First rejected rows", item["rejected"], ("row", "column", "reason", "text"))
        print_lines([f"- {note}" for note in item["notes"]])
    print_lines(["Nothing was kept. Leave out --dry-run to import."])


@contextmanager
def progress(quiet: bool = False) -> Iterator[Any]:
    """A progress bar: call what it gives with (done, total, phase)."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bar:
        task = bar.add_task("reading", total=None)

        def watch(done: int, total: int | None, phase: str) -> None:
            bar.update(task, completed=done, total=total, description=phase)

        yield watch
